package dev.reeve.bench.scale;

import dev.reeve.core.model.ClusterSettings.Scheduling;
import java.time.Duration;

/// Simulated nodes stand for machines on each of which an agent has been running for long. A
/// process that plays them has not, and would be busy getting used to its own code while something
/// else is measured. So it practises before.
public final class Practice {
  private static final int NODES = 200;
  private static final int WORKLOADS = 40;
  private static final int ROUNDS = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private Practice() {}

  /// Nodes of its own are filled, over the real codec, and forgotten. Takes some seconds.
  public static void run() throws InterruptedException {
    var plan = new Plan(C2mBenchmark.REPLICAS, Scheduling.SPREAD);
    for (int i = 0; i < ROUNDS; i++) {
      try (var town = new Town(Plan.nodes(NODES))) {
        town.fill(plan.settings(), plan.state(1, WORKLOADS), PATIENCE);
      }
    }
  }
}
