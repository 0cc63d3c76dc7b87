package dev.reeve.core;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Workload;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.WorkloadState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Makes room for a pod that no node has room for, by taking pods of a lower priority: of all nodes
/// on the one where that does the least harm, in the order in which Kubernetes' scheduler weighs it
/// (the highest priority among those taken, the sum of their priorities, how many they are). Unlike
/// there, what a disruption budget protects is never taken.
final class Preemption {
  /// So many nodes are weighed against each other: Kubernetes' own bound for a small part of many.
  private static final int NODES = 100;

  private static final Comparator<Choice> LEAST_HARM =
      Comparator.comparingInt(Choice::highest)
          .thenComparingLong(Choice::sum)
          .thenComparingInt(it -> it.victims().size())
          .thenComparing(Choice::node);

  private Preemption() {}

  private record Choice(String node, List<Pod> victims) {
    int highest() {
      return victims.stream().mapToInt(Preemption::priority).max().orElse(Integer.MIN_VALUE);
    }

    /// Counted from the lowest priority there is, so that more pods are always more.
    long sum() {
      return victims.stream().mapToLong(it -> priority(it) - (long) Integer.MIN_VALUE).sum();
    }
  }

  /// Takes what has to make way. Returns the node; empty where nothing of a lower priority would
  /// make enough room.
  ///
  /// @param next the workload that wants it, as it is being decided
  static Optional<String> makeRoom(
      Draft draft, Workload wanted, Release release, WorkloadState next) {
    var constraints = release.template().constraints();
    if (!constraints.preempts()) {
      return Optional.empty();
    }
    Optional<Choice> best = Optional.empty();
    for (String name : Nodes.search(draft, wanted, release).tight(NODES)) {
      var choice = victims(draft, draft.nodes.get(name).orElseThrow(), next, release);
      if (choice.isPresent()
          && (best.isEmpty() || LEAST_HARM.compare(choice.get(), best.get()) < 0)) {
        best = choice;
      }
    }
    best.ifPresent(it -> take(draft, it, wanted.key()));
    return best.map(Choice::node);
  }

  /// As [#makeRoom], on one node. Returns whether there will be room.
  static boolean makeRoomOn(
      Draft draft, String node, Workload wanted, Release release, WorkloadState next) {
    if (!release.template().constraints().preempts()
        || !Nodes.search(draft, wanted, release).tight(Integer.MAX_VALUE).contains(node)) {
      return false;
    }
    var choice = victims(draft, draft.nodes.get(node).orElseThrow(), next, release);
    choice.ifPresent(it -> take(draft, it, wanted.key()));
    return choice.isPresent();
  }

  private static Optional<Choice> victims(
      Draft draft, NodeState node, WorkloadState next, Release release) {
    if (node.info().isEmpty()) {
      return Optional.empty();
    }
    var info = node.info().get();
    int priority = release.template().constraints().priority();
    var lower = new ArrayList<Pod>();
    var left = info.allocatable().minus(node.requested());
    int places = info.maxPods() - node.pods().size() + Nodes.ended(draft, node);
    for (long id : node.pods().keys()) {
      var pod = Nodes.pod(draft, node, id);
      if (pod.isEmpty() || pod.get().hasEnded()) {
        continue;
      }
      // What is on its way out makes room without being taken.
      boolean goes = pod.get().isStopping();
      boolean mayGo =
          priority(pod.get()) < priority
              && !pod.get().workload().equals(next.key())
              && !node.withheld().containsKey(id);
      if (goes || mayGo) {
        left = left.plus(pod.get().release().template().requests());
        places++;
      }
      if (mayGo && !goes) {
        lower.add(pod.get());
      }
    }
    if (!fits(release, left, places, info)) {
      return Optional.empty();
    }
    var victims = new ArrayList<Pod>();
    lower.sort(Comparator.comparingInt(Preemption::priority).reversed().thenComparingLong(Pod::id));
    for (Pod pod : lower) {
      // The most important stay where they can.
      var without = left.minus(pod.release().template().requests());
      if (fits(release, without, places - 1, info)) {
        left = without;
        places--;
      } else {
        victims.add(pod);
      }
    }
    return Leaving.areAllowed(draft, victims, next)
        ? Optional.of(new Choice(node.name(), victims))
        : Optional.empty();
  }

  private static boolean fits(Release release, Resources left, int places, NodeInfo info) {
    return places > 0
        && release.template().requests().fitsIn(left, info.allocatable().storageBytes() > 0);
  }

  private static int priority(Pod pod) {
    return pod.release().template().constraints().priority();
  }

  private static void take(Draft draft, Choice choice, ObjectKey by) {
    var lines = new TreeMap<ObjectKey, List<String>>();
    for (Pod pod : choice.victims()) {
      var workload = draft.workloads.get(pod.workload()).orElseThrow().edit();
      workload.pods =
          workload.pods.with(pod.id(), pod.withRemoval(new Pod.Removal(Reason.PREEMPTED, 0)));
      draft.workloads.put(pod.workload(), workload.build());
      Nodes.stop(draft, pod);
      draft.markWorkload(pod.workload());
      lines
          .computeIfAbsent(pod.workload(), key -> new ArrayList<>())
          .add("- " + pod.name() + " on " + pod.node());
    }
    lines.forEach((key, taken) -> {
      Optional<RecordFile> file =
          draft.workloads.get(key).flatMap(WorkloadState::file).map(it -> it);
      draft.decide(
          Reason.PREEMPTED,
          Optional.of(key),
          "%s/%s: %d of its pods make way for %s"
              .formatted(key.namespace(), key.name(), taken.size(), by),
          draft.accepted.map(it -> it.commit()).orElse(""),
          taken,
          key.recordPath(),
          file);
    });
  }
}
