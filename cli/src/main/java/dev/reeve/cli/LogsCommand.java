package dev.reeve.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "logs",
    description = "Print what a pod's container writes.",
    mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {
  @Mixin private ServerAddress server = new ServerAddress();

  @Parameters(paramLabel = "POD", description = "Name of a pod, or namespace/name.")
  private String pod = "";

  @Option(
      names = {"-n", "--namespace"},
      defaultValue = "default",
      description = "Namespace (default: ${DEFAULT-VALUE}).")
  private String namespace = "default";

  @Option(
      names = {"-c", "--container"},
      description = "Container, where there are several.")
  private Optional<String> container = Optional.empty();

  @Option(
      names = {"-f", "--follow"},
      description = "Go on while it runs.")
  private boolean follow;

  @Option(
      names = {"-p", "--previous"},
      description = "Of the container before the present one.")
  private boolean previous;

  @Option(names = "--tail", paramLabel = "LINES", description = "Only the last so many lines.")
  private Optional<Integer> tail = Optional.empty();

  @Override
  public Integer call() throws Exception {
    int slash = pod.indexOf('/');
    var in = slash < 0 ? namespace : pod.substring(0, slash);
    var name = pod.substring(slash + 1);
    var query = new StringBuilder("?follow=" + follow + "&previous=" + previous);
    container.ifPresent(it -> query.append("&container=").append(it));
    tail.ifPresent(it -> query.append("&tailLines=").append(it));
    try (var body =
        server.open(
            "/api/v1/namespaces/" + in + "/pods/" + name + "/log" + query, Duration.ofDays(365))) {
      body.transferTo(System.out);
      System.out.flush();
    }
    return 0;
  }
}
