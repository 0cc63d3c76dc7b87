package dev.reeve.core;

import dev.reeve.core.disruption.Disruptions;
import dev.reeve.core.model.Budget;
import dev.reeve.core.model.NodeSettings;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Taint;
import dev.reeve.core.model.Toleration;
import dev.reeve.core.model.Workload;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.WorkloadState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Pods that are to leave the node they are on, by what the repository says of it, and how many of
/// them may leave at a time.
final class Leaving {
  private Leaving() {}

  /// Whether its node is being drained: it goes once another has taken its place. What has a pod on
  /// each node keeps it there, as with `kubectl drain --ignore-daemonsets`.
  static boolean isDrained(Draft draft, Pod pod) {
    return settings(draft, pod.node()).map(NodeSettings::draining).orElse(false)
        && !draft.daemons.containsKey(pod.workload());
  }

  /// From when on a taint of its node (NoExecute) keeps it there no longer; empty where none does.
  static Optional<Instant> evictedAt(Draft draft, Pod pod) {
    var settings = settings(draft, pod.node());
    if (settings.isEmpty() || settings.get().taints().isEmpty()) {
      return Optional.empty();
    }
    var tainted = draft.nodes.get(pod.node()).map(NodeState::settingsAt).orElse(draft.now);
    var since = tainted.isAfter(pod.orderedAt()) ? tainted : pod.orderedAt();
    Optional<Instant> first = Optional.empty();
    for (Taint taint : settings.get().taints()) {
      if (taint.effect() == Taint.Effect.NO_EXECUTE) {
        var stays = stays(pod.release().template().constraints().tolerations(), taint);
        var at = stays.map(since::plus);
        if (at.isPresent() && (first.isEmpty() || at.get().isBefore(first.get()))) {
          first = at;
        }
      }
    }
    return first;
  }

  /// How long a pod with these tolerations stays under a taint; empty for ever.
  private static Optional<Duration> stays(List<Toleration> tolerations, Taint taint) {
    boolean isTolerated = false;
    Optional<Duration> least = Optional.empty();
    for (Toleration toleration : tolerations) {
      if (toleration.tolerates(taint)) {
        isTolerated = true;
        var seconds = toleration.seconds();
        if (seconds.isPresent() && (least.isEmpty() || seconds.get().compareTo(least.get()) < 0)) {
          least = seconds;
        }
      }
    }
    return isTolerated ? least : Optional.of(Duration.ZERO);
  }

  private static Optional<NodeSettings> settings(Draft draft, String node) {
    if (draft.accepted.isEmpty() || draft.accepted.get().nodes().isEmpty()) {
      return Optional.empty();
    }
    return draft.accepted.get().nodes().get(node);
  }

  /// Whether every disruption budget that covers a pod lets it go.
  ///
  /// @param next its workload as it is being decided
  static boolean isAllowed(Draft draft, Pod pod, WorkloadState next) {
    var labels = pod.release().template().constraints().labels();
    for (Budget budget : budgets(draft)) {
      if (budget.key().namespace().equals(pod.workload().namespace())
          && budget.pods().matches(labels)
          && disruptionsAllowed(draft, budget, next) < (pod.saysReady() ? 1 : 0)) {
        return false;
      }
    }
    return true;
  }

  /// Whether every disruption budget lets all of these pods go together.
  ///
  /// @param next the workload that is being decided, which is not theirs
  static boolean areAllowed(Draft draft, List<Pod> pods, WorkloadState next) {
    for (Budget budget : budgets(draft)) {
      long serving =
          pods.stream()
              .filter(Pod::saysReady)
              .filter(it -> it.workload().namespace().equals(budget.key().namespace()))
              .filter(it -> budget.pods().matches(it.release().template().constraints().labels()))
              .count();
      if (serving > 0 && disruptionsAllowed(draft, budget, next) < serving) {
        return false;
      }
    }
    return true;
  }

  private static List<Budget> budgets(Draft draft) {
    return draft.accepted.map(it -> it.budgets()).orElse(List.of());
  }

  /// A pod on a node that is not heard serves nobody, whatever was last said of it.
  private static int disruptionsAllowed(Draft draft, Budget budget, WorkloadState next) {
    int expected = 0;
    int ready = 0;
    int others = 0;
    for (WorkloadState workload : covered(draft, budget)) {
      var state = next.key().equals(workload.key()) ? next : workload;
      expected += state.desired().map(Workload::replicas).orElse(0);
      for (Pod pod : state.pods().values()) {
        if (!pod.isStopping()) {
          boolean isReady = pod.saysReady() && Nodes.isReady(draft, pod.node());
          ready += isReady ? 1 : 0;
          others += isReady ? 0 : 1;
        }
      }
    }
    return draft
        .deciders
        .disrupt()
        .allowed(budget, new Disruptions.Covered(expected, ready, others));
  }

  private static List<WorkloadState> covered(Draft draft, Budget budget) {
    var namespace = budget.key().namespace();
    var covered = new ArrayList<WorkloadState>();
    for (WorkloadState workload :
        draft.workloads.publish().valuesFrom(new ObjectKey("", namespace, ""))) {
      if (!workload.key().namespace().equals(namespace)) {
        break;
      }
      boolean isCovered =
          workload
              .desired()
              .map(it -> budget.pods().matches(it.release().template().constraints().labels()))
              .orElse(false);
      if (isCovered) {
        covered.add(workload);
      }
    }
    return covered;
  }
}
