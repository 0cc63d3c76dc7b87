package dev.reeve.bench.failure;

import java.util.List;
import java.util.stream.IntStream;

/// What happens to the nodes.
enum Scenario {
  /// Of each zone alike.
  LOST_FOR_A_MINUTE("30% of nodes away for 60 s") {
    @Override
    void happen(FailingCluster cluster, Wanted wanted) {
      away(cluster, share(cluster, 30), 60);
      pass(cluster, 120);
    }
  },
  LOST_FOR_GOOD("30% of nodes lost") {
    @Override
    void happen(FailingCluster cluster, Wanted wanted) {
      share(cluster, 30).forEach(cluster::lose);
      pass(cluster, 300);
    }
  },
  ZONE_LOST("a zone away for 10 min") {
    @Override
    void happen(FailingCluster cluster, Wanted wanted) {
      var zone = cluster.nodes().stream().filter(it -> FailingCluster.zone(it) == 0).toList();
      away(cluster, zone, 600);
      pass(cluster, 120);
    }
  },
  /// So many that the fault is likelier between them and the control plane.
  MOST_LOST("60% of nodes away for 10 min") {
    @Override
    void happen(FailingCluster cluster, Wanted wanted) {
      away(cluster, share(cluster, 60), 600);
      pass(cluster, 120);
    }
  },
  DRAINED_IN_TURN("each node drained in turn") {
    @Override
    void happen(FailingCluster cluster, Wanted wanted) {
      for (String name : cluster.nodes()) {
        cluster.push(wanted.drained(List.of(name)));
        for (int waited = 0; !isEmpty(cluster, name); waited++) {
          if (waited > PATIENCE) {
            throw new IllegalStateException(name + " is not emptied");
          }
          cluster.second();
        }
        cluster.push(wanted.drained(List.of()));
      }
      pass(cluster, 30);
    }
  };

  private static final int PATIENCE = 600;

  private final String told;

  Scenario(String told) {
    this.told = told;
  }

  String told() {
    return told;
  }

  /// @param lowest share of all pods that served at any second, in percent
  /// @param lowestOfAny the same of the workload that it was lowest for
  /// @param below workloads that were below their budget at some second
  /// @param longestBelow seconds in a row of the one that was so for longest
  /// @param moved pods that were started beyond those that there were
  /// @param onReturn pods that were stopped when their node was back, having been given up
  /// @param missed those among them whose workload had too few pods at that moment
  /// @param wellAfter seconds from the first loss until all served and went on to
  /// @param missing pods in the end, where there was room for them
  record Outcome(
      double lowest,
      double lowestOfAny,
      int below,
      int longestBelow,
      double moved,
      double onReturn,
      double missed,
      double withoutNeed,
      int wellAfter,
      double missing,
      double uneven,
      double unevenBefore,
      double steps,
      double cpuSeconds,
      double longestMillis) {}

  abstract void happen(FailingCluster cluster, Wanted wanted);

  /// From a cluster where all is well.
  Outcome play(int nodes, int pods) {
    var wanted = new Wanted(nodes, pods);
    var cluster = new FailingCluster(wanted);
    cluster.second();
    cluster.push(wanted.drained(List.of()));
    for (int waited = 0; !cluster.isWell(); waited++) {
      if (waited > PATIENCE) {
        throw new IllegalStateException("pods do not come up");
      }
      cluster.second();
    }
    pass(cluster, 20);
    cluster.forgetCounts();
    long unevenBefore = cluster.uneven();
    happen(cluster, wanted);
    var seen = cluster.availability();
    return new Outcome(
        seen.lowestPercent(),
        seen.lowestPercentOfAny(),
        seen.below(),
        seen.longestBelow(),
        (double) cluster.started(),
        (double) cluster.stoppedOnReturn(),
        (double) cluster.missedOnReturn(),
        (double) cluster.stoppedWithoutNeed(),
        seen.wholeAfter(),
        (double) seen.missing(),
        (double) cluster.uneven(),
        (double) unevenBefore,
        (double) cluster.steps(),
        cluster.cpuSeconds(),
        cluster.longestMillis());
  }

  private static void away(FailingCluster cluster, List<String> names, int seconds) {
    names.forEach(cluster::lose);
    pass(cluster, seconds);
    names.forEach(cluster::bringBack);
  }

  private static void pass(FailingCluster cluster, int seconds) {
    for (int i = 0; i < seconds; i++) {
      cluster.second();
    }
  }

  /// So many of a hundred nodes, of each zone as many.
  private static List<String> share(FailingCluster cluster, int percent) {
    var names = cluster.nodes();
    return IntStream.range(0, names.size())
        .filter(it -> isAmong(it / Wanted.ZONES, percent))
        .mapToObj(names::get)
        .toList();
  }

  private static boolean isAmong(int rank, int percent) {
    return (rank + 1) * percent / 100 > rank * percent / 100;
  }

  private static boolean isEmpty(FailingCluster cluster, String name) {
    return cluster.root().nodes().get(name).map(it -> it.pods().isEmpty()).orElse(true);
  }
}
