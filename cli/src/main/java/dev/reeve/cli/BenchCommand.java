package dev.reeve.cli;

import dev.reeve.bench.Benchmark;
import dev.reeve.bench.Benchmarks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "bench",
    description = {
      "Measure one of the limits that Reeve must hold; without a name, list them.",
      "Exit code 1: a limit is missed."
    })
final class BenchCommand implements Callable<Integer> {
  @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "What to measure.")
  private Optional<String> name = Optional.empty();

  @Option(
      names = "--runs",
      defaultValue = "3",
      description = "How often. Default: ${DEFAULT-VALUE}")
  private int runs;

  @Option(
      names = "--share",
      defaultValue = "100",
      description = "Percent of the full size. Default: ${DEFAULT-VALUE}")
  private int share;

  @Option(names = "--out", paramLabel = "FILE", description = "Write the figures there, as JSON.")
  private Optional<Path> out = Optional.empty();

  @Override
  public Integer call() throws Exception {
    if (name.isEmpty()) {
      for (Benchmark each : Benchmarks.all()) {
        System.out.printf("%-10s %s%n", each.name(), each.work());
      }
      return 0;
    }
    var benchmark =
        Benchmarks.named(name.get())
            .orElseThrow(() ->
                new Misused(
                    "no benchmark is named '"
                        + name.get()
                        + "': there are "
                        + Benchmarks.all().stream()
                            .map(Benchmark::name)
                            .collect(Collectors.joining(", "))));
    if (runs < 1 || share < 1 || share > 100) {
      throw new Misused("--runs is at least 1, and --share from 1 to 100");
    }
    var result =
        benchmark.run(new Benchmark.Settings(runs, share), line -> System.err.println(line));
    System.out.print(result.table());
    if (out.isPresent()) {
      Files.writeString(out.get(), result.json().toPrettyString() + "\n");
    }
    return result.holds() ? 0 : 1;
  }
}
