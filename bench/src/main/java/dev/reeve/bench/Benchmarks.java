package dev.reeve.bench;

import dev.reeve.bench.apps.AppsBenchmark;
import dev.reeve.bench.engine.EngineBenchmark;
import dev.reeve.bench.engine.HealBenchmark;
import dev.reeve.bench.idle.IdleBenchmark;
import dev.reeve.bench.place.PlaceBenchmark;
import java.util.List;
import java.util.Optional;

/// All there are. Start reading here.
public final class Benchmarks {
  private static final List<Benchmark> ALL =
      List.of(
          new AppsBenchmark(),
          new EngineBenchmark(),
          new HealBenchmark(),
          new IdleBenchmark(),
          new PlaceBenchmark());

  private Benchmarks() {}

  public static List<Benchmark> all() {
    return ALL;
  }

  public static Optional<Benchmark> named(String name) {
    return ALL.stream().filter(it -> it.name().equals(name)).findFirst();
  }
}
