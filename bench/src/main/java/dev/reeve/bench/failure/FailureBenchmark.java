package dev.reeve.bench.failure;

import dev.reeve.bench.Benchmark;
import dev.reeve.bench.Figure;
import dev.reeve.bench.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// What users see of 20,000 pods while nodes are lost, come back, or are drained one after the
/// other. Time is simulated; the core is the real one.
public final class FailureBenchmark implements Benchmark {
  private static final int NODES = 1_000;
  private static final int PODS = 20_000;

  /// In percent of the full size: what grows faster than the cluster does is seen.
  private static final List<Integer> SIZES = List.of(10, 50, 100);

  private static final List<String> NOTES =
      List.of(
          "Deployments of 1 to 50 replicas, each with a budget of one missing pod; nodes in 3 zones, 68% full.",
          "A lost node is cut off: its containers run on, and serve nobody. A pod is ready 1 to 3 s after its",
          "order. Availability is looked at each second; 'of any' is the one workload that it is worst for.",
          "below budget: workloads that miss more than one pod at some moment; the longest time of one.",
          "moved: pods started beyond those that there were. on return: pods that had been replaced, and are",
          "stopped when their node is back; missed: their workload had too few then. uneven: workloads with two more pods in one zone than in another.",
          "One zone lost: what is left has room for 98% of the pods. 60% of all nodes lost: the brake holds.");

  @Override
  public String name() {
    return "failure";
  }

  @Override
  public String work() {
    return "1,000 simulated nodes with 20,000 pods lose nodes, and are drained; simulated time";
  }

  @Override
  public Result run(Settings settings, Consumer<String> progress) {
    var figures = new ArrayList<Figure>();
    for (int size : SIZES) {
      int nodes = Math.max(30, settings.of(NODES * size / 100));
      int pods = Math.max(600, settings.of(PODS * size / 100));
      for (Scenario scenario : Scenario.values()) {
        var outcome = scenario.play(nodes, pods);
        var title = "%,d nodes, %s".formatted(nodes, scenario.told());
        progress.accept(title + ": " + outcome);
        add(title, scenario, outcome, figures);
      }
    }
    return new Result(name(), work(), figures, NOTES);
  }

  private static void add(
      String title, Scenario scenario, Scenario.Outcome outcome, List<Figure> figures) {
    boolean isDrain = scenario == Scenario.DRAINED_IN_TURN;
    boolean comesBack = scenario != Scenario.LOST_FOR_GOOD;
    figures.add(Figure.of(title + ": lowest share ready", "%", outcome.lowest()));
    figures.add(Figure.of(title + ": lowest of any", "%", outcome.lowestOfAny()));
    var below = Figure.of(title + ": workloads below budget", "", outcome.below());
    figures.add(isDrain ? below.atMost(0) : below);
    figures.add(Figure.of(title + ": longest below", "s", outcome.longestBelow()));
    figures.add(Figure.of(title + ": moved", "pods", outcome.moved()));
    if (comesBack && !isDrain) {
      figures.add(Figure.of(title + ": stopped on return", "pods", outcome.onReturn()));
      figures.add(Figure.of(title + ": of these missed", "pods", outcome.missed()));
    }
    figures.add(
        Figure.of(title + ": stopped without need", "pods", outcome.withoutNeed()).atMost(0));
    figures.add(Figure.of(title + ": all well after", "s", outcome.wellAfter()));
    figures.add(Figure.of(title + ": missing in the end", "pods", outcome.missing()).atMost(0));
    figures.add(
        Figure.of(title + ": uneven over zones", "", outcome.uneven())
            .beside("before", outcome.unevenBefore()));
    figures.add(Figure.of(title + ": core steps", "", outcome.steps()));
    figures.add(Figure.of(title + ": core's CPU", "s", outcome.cpuSeconds()));
    figures.add(Figure.of(title + ": longest step", "ms", outcome.longestMillis()));
  }
}
