package dev.reeve.bench;

import dev.reeve.bench.apps.AppsBenchmark;
import dev.reeve.bench.engine.EngineBenchmark;
import dev.reeve.bench.engine.HealBenchmark;
import dev.reeve.bench.failure.FailureBenchmark;
import dev.reeve.bench.fleet.FleetBenchmark;
import dev.reeve.bench.fleet.TlsRecovery;
import dev.reeve.bench.idle.IdleBenchmark;
import dev.reeve.bench.place.PlaceBenchmark;
import dev.reeve.bench.scale.C2mBenchmark;
import dev.reeve.bench.scale.MonorepoBenchmark;
import dev.reeve.bench.scale.RecoverBenchmark;
import dev.reeve.bench.traffic.TrafficBenchmark;
import java.util.List;
import java.util.Optional;

/// All there are. Start reading here.
public final class Benchmarks {
  private static final List<Benchmark> ALL =
      List.of(
          new AppsBenchmark(),
          new C2mBenchmark(),
          new EngineBenchmark(),
          new FailureBenchmark(),
          new FleetBenchmark(),
          new HealBenchmark(),
          new IdleBenchmark(),
          new MonorepoBenchmark(),
          new PlaceBenchmark(),
          new RecoverBenchmark(new TlsRecovery()),
          new TrafficBenchmark());

  private Benchmarks() {}

  public static List<Benchmark> all() {
    return ALL;
  }

  public static Optional<Benchmark> named(String name) {
    return ALL.stream().filter(it -> it.name().equals(name)).findFirst();
  }
}
