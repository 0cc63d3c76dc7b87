package dev.reeve.simulation;

import dev.reeve.simulation.Laws.Known;
import dev.reeve.simulation.Manifests.Closed;
import dev.reeve.simulation.Manifests.Guard;
import dev.reeve.simulation.Manifests.Text;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The oracle of pods that Reeve moves of its own accord.
///
/// S8: a drain, or a preemption, takes a ready pod only if each budget that covers it is kept
/// without that pod and all others that the same step takes so; a drain takes a pod that is not
/// ready only if they are kept as it is. Ready are pods that say so, on nodes that are heard, and
/// that were not ordered to stop before this step. How many must be is a matter of the replicas in
/// the accepted manifests; percentages are rounded up.
///
/// A taint, a lost node, a rollout and a change of scale ask no budget, as in Kubernetes; unlike
/// there, a preemption always does.
final class EvictionLaws {
  private final Laws laws;
  private final SortedSet<String> stoppedNow = new TreeSet<>();
  private final SortedMap<Integer, Integer> takenNow = new TreeMap<>();
  private final SortedSet<String> heldBack = new TreeSet<>();

  EvictionLaws(Laws laws) {
    this.laws = laws;
  }

  void stepBegins() {
    stoppedNow.clear();
    takenNow.clear();
  }

  /// Ordered to stop in this step, for whatever reason.
  void stops(String uid) {
    stoppedNow.add(uid);
  }

  void drains(String uid, Known pod, Instant now, Coverage coverage) {
    if (!isDrained(pod.node)) {
      throw new Violation("S12", uid + " is drained, though nobody drains " + pod.node);
    }
    boolean isServing = isServing(pod, now);
    for (Guard guard : guards(pod)) {
      take(guard, uid, isServing ? 1 : 0, now);
    }
    coverage.moved(Coverage.DRAINED);
    if (heldBack.contains(uid)) {
      coverage.moved(Coverage.DRAINED_LATER);
    }
  }

  void preempts(String uid, Known pod, Instant now, Coverage coverage) {
    boolean isAsked =
        laws.accepted().map(it -> it.texts().values()).stream()
            .flatMap(it -> it.stream())
            .anyMatch(it -> it.isImportant() && it.replicas() > 0);
    boolean mayMakeWay =
        text(pod).map(it -> !it.isImportant()).orElse(pod.key.kind().equals("Pod"));
    if (!isAsked || !mayMakeWay) {
      throw new Violation("S12", uid + " makes way for nothing that is more important");
    }
    if (isServing(pod, now)) {
      guards(pod).forEach(guard -> take(guard, uid, 1, now));
    }
    coverage.moved(Coverage.PREEMPTED);
  }

  void taints(String uid, Known pod, Coverage coverage) {
    if (!isTaintedAway(pod)) {
      throw new Violation("S12", uid + " leaves " + pod.node + ", whose taints it tolerates");
    }
    coverage.moved(Coverage.TAINTED);
  }

  private void take(Guard guard, String uid, int count, Instant now) {
    int healthy = healthy(guard, now) - takenNow.merge(guard.covers(), count, Integer::sum);
    int needed = needed(guard);
    if (healthy < needed) {
      throw new Violation(
          "S8", "moving " + uid + " leaves " + healthy + " of the " + needed + " of " + guard);
    }
  }

  /// As the step began.
  private int healthy(Guard guard, Instant now) {
    int healthy = 0;
    for (var each : laws.pods().entrySet()) {
      var pod = each.getValue();
      boolean wasStopping = pod.stopping && !stoppedNow.contains(each.getKey());
      if (covers(guard, pod) && isServing(pod, now) && !wasStopping) {
        healthy++;
      }
    }
    return healthy;
  }

  private int needed(Guard guard) {
    int expected =
        laws.accepted().orElseThrow().texts().values().stream()
            .filter(it -> guard.covers(it.workload()))
            .mapToInt(Text::replicas)
            .sum();
    int number = guard.isPercent() ? (guard.number() * expected + 99) / 100 : guard.number();
    return guard.isMinimum() ? number : Math.max(0, expected - number);
  }

  private boolean isServing(Known pod, Instant now) {
    return pod.ready && !pod.abandoned && laws.mayCountAsHeard(pod.node, now);
  }

  private Iterable<Guard> guards(Known pod) {
    return laws.accepted().map(it -> it.guards().values()).stream()
        .flatMap(it -> it.stream())
        .filter(it -> covers(it, pod))
        .toList();
  }

  private static boolean covers(Guard guard, Known pod) {
    return Manifests.number(pod.key).map(guard::covers).orElse(false);
  }

  private Optional<Text> text(Known pod) {
    return laws.accepted().flatMap(it -> it.text(pod.key));
  }

  /// Whether its node is being drained, or has a taint that it does not tolerate: what takes its
  /// place may be told to another node before this one is told to stop it.
  boolean mustLeave(Known pod) {
    return isDrained(pod.node) || isTaintedAway(pod);
  }

  private boolean isTaintedAway(Known pod) {
    boolean isTainted =
        laws.accepted().map(it -> it.closed().get(pod.node)).stream()
            .anyMatch(it -> it == Closed.TAINTED);
    return isTainted && !text(pod).map(Text::isImportant).orElse(false);
  }

  boolean isDrained(String node) {
    return laws.accepted().map(it -> it.closed().get(node)).stream()
        .anyMatch(it -> it == Closed.DRAINED);
  }

  /// Notes the pods that a drain would take now, were it not for a budget: the bounds of their
  /// workloads would let them go.
  void stepEnds(Instant now, Coverage coverage) {
    stepBegins();
    var accepted = laws.accepted();
    if (accepted.isEmpty() || !accepted.get().closed().containsValue(Closed.DRAINED)) {
      return;
    }
    laws.pods()
        .forEach((uid, pod) -> {
          boolean isHeldBack =
              isDrained(pod.node)
                  && !pod.stopping
                  && isServing(pod, now)
                  && text(pod).map(it -> couldGo(it, now)).orElse(false)
                  && isProtected(pod, now);
          if (isHeldBack && heldBack.add(uid)) {
            coverage.moved(Coverage.HELD_BACK);
          }
        });
  }

  private boolean couldGo(Text text, Instant now) {
    long serving =
        laws.pods().values().stream()
            .filter(it -> it.key.equals(text.key()) && !it.stopping && isServing(it, now))
            .count();
    return serving > text.replicas() - text.unavailable();
  }

  private boolean isProtected(Known pod, Instant now) {
    for (Guard guard : guards(pod)) {
      if (healthy(guard, now) <= needed(guard)) {
        return true;
      }
    }
    return false;
  }
}
