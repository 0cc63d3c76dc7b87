package dev.reeve.cli;

import picocli.CommandLine.Option;

/// Which engine, for the verbs that drive one.
final class EngineOptions {
  @Option(
      names = "--docker-host",
      paramLabel = "URL",
      defaultValue = "unix:///var/run/docker.sock",
      description = "The engine (default: ${DEFAULT-VALUE}).")
  String dockerHost = "unix:///var/run/docker.sock";
}
