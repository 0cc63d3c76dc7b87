package dev.reeve.cli;

import dev.reeve.simulation.Coverage;
import dev.reeve.simulation.Script;
import dev.reeve.simulation.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "simulate",
    description = {
      "Run the control plane in a simulated world and print what happens as a story.",
      "The same seed gives the same story. Exit code 1: a law was broken."
    })
final class SimulateCommand implements Callable<Integer> {
  @ArgGroup(multiplicity = "1")
  private Source source = new Source();

  static final class Source {
    @Option(names = "--seed", description = "The seed of one run.")
    private Optional<Long> seed = Optional.empty();

    @Option(names = "--script", description = "A script: what is done to the world, line by line.")
    private Optional<Path> script = Optional.empty();

    @Option(names = "--seeds", description = "How many seeds to run, without stories.")
    private Optional<Integer> seeds = Optional.empty();
  }

  @Override
  public Integer call() throws IOException {
    if (source.seeds.isPresent()) {
      return many(source.seeds.get());
    }
    var script =
        source.script.isPresent()
            ? Script.parse(Files.readString(source.script.get()))
            : Script.of(source.seed.orElse(0L));
    var violation = Simulation.run(script, Simulation.REAL, new Coverage(), System.out::println);
    if (violation.isEmpty()) {
      System.out.println("all laws held");
    }
    return violation.isEmpty() ? 0 : 1;
  }

  private static int many(int seeds) {
    var coverage = new Coverage();
    int broken = 0;
    long start = System.nanoTime();
    for (long seed = 0; seed < seeds; seed++) {
      var violation = Simulation.run(Script.of(seed), Simulation.REAL, coverage, line -> {});
      if (violation.isPresent()) {
        broken++;
        System.out.println("seed " + seed + ": " + violation.get().getMessage());
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "%d seeds, %d steps (the shortest run %d) in %.1f s: %.0f steps a second; %d broke a law%n",
        seeds,
        coverage.steps(),
        coverage.fewestSteps(),
        seconds,
        coverage.steps() / seconds,
        broken);
    System.out.print(coverage.table());
    return broken == 0 ? 0 : 1;
  }
}
