package dev.reeve.cli;

import dev.reeve.bench.fleet.Rehearsal;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// What the launcher does once after a build.
@Command(
    name = "rehearse",
    hidden = true,
    description = "Put a control plane to work, and keep what Java learns of it for later starts.")
final class RehearseCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "Where that is kept.")
  private Path file = Path.of("");

  @Override
  public Integer call() throws Exception {
    Rehearsal.run(file.toAbsolutePath());
    return 0;
  }
}
