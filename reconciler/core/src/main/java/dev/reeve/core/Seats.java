package dev.reeve.core;

import dev.reeve.core.model.PodIdentity;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.model.Workload.Strategy.EachNode;
import dev.reeve.core.model.Workload.Strategy.Ordered;
import dev.reeve.core.rollouts.RolloutView.Seat;
import dev.reeve.core.rollouts.Split;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.WorkloadState;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// What there is to be one pod for each of, where pods are not alike: the numbers of a StatefulSet,
/// the nodes of a DaemonSet.
final class Seats {
  private Seats() {}

  /// In order; empty where pods are alike.
  static List<Seat> of(
      Draft draft, WorkloadState present, Workload wanted, Release target, boolean held) {
    boolean hasStable = present.stable().map(it -> !it.hash().equals(target.hash())).orElse(false);
    return switch (wanted.strategy()) {
      case Ordered how -> numbers(present, wanted.replicas(), how, target, hasStable, held);
      case EachNode _ -> nodes(draft, present, wanted, target, hasStable && held);
      default -> List.of();
    };
  }

  private static List<Seat> numbers(
      WorkloadState present,
      int replicas,
      Ordered how,
      Release target,
      boolean hasStable,
      boolean held) {
    // Of a release that is held, the numbers that have it keep it; those below have not had it.
    int highestWithout = -1;
    for (Pod pod : present.pods().values()) {
      if (!pod.release().hash().equals(target.hash())) {
        highestWithout = Math.max(highestWithout, number(pod));
      }
    }
    var seats = new ArrayList<Seat>();
    for (int i = 0; i < replicas; i++) {
      int number = how.start() + i;
      boolean isKept = i < how.partition() || held && number <= highestWithout;
      seats.add(new Seat(String.valueOf(number), hasStable && isKept));
    }
    return seats;
  }

  /// Of a release that is held, the nodes that have it keep it.
  private static List<Seat> nodes(
      Draft draft, WorkloadState present, Workload wanted, Release target, boolean keepsStable) {
    var having = new TreeSet<String>();
    for (Pod pod : present.pods().values()) {
      if (pod.release().hash().equals(target.hash())) {
        having.add(pod.node());
      }
    }
    var search = Nodes.search(draft, wanted, target);
    var seats =
        search.takers().stream()
            .map(it -> new Seat(it, keepsStable && !having.contains(it)))
            .toList();
    search.end();
    return seats;
  }

  static Split split(int replicas, List<Seat> seats) {
    int ofStable = (int) seats.stream().filter(Seat::ofStable).count();
    return new Split(replicas - ofStable, ofStable);
  }

  /// The seat that a pod holds; empty where pods are alike.
  static String of(Strategy strategy, Pod pod) {
    return switch (strategy) {
      case Ordered _ -> String.valueOf(number(pod));
      case EachNode _ -> pod.node();
      default -> "";
    };
  }

  private static int number(Pod pod) {
    return PodIdentity.number(pod.workload(), pod.name()).orElseThrow();
  }
}
