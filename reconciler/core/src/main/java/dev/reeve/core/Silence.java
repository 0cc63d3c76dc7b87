package dev.reeve.core;

import dev.reeve.core.Effect.Notice.Severity;
import dev.reeve.core.disruption.ZoneBrake;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.Timer;
import dev.reeve.core.state.WorkloadState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Nodes that fall silent: when they count as not ready, when what ran on them is replaced, and how
/// fast.
final class Silence {
  /// A node unheard for so long is NotReady.
  private static final Duration SILENCE = Duration.ofSeconds(10);

  private static final Duration BRAKED = Duration.ofSeconds(1);

  private Silence() {}

  /// Looks at a node whose deadline has come.
  static void deadline(Draft draft, String name) {
    var found = draft.nodes.get(name);
    if (found.isEmpty()) {
      return;
    }
    var edit = found.get().edit();
    edit.wakeAt = Optional.empty();
    var silentAt = edit.lastHeard.plus(SILENCE);
    if (edit.notReadySince.isEmpty() && !draft.now.isBefore(silentAt)) {
      edit.notReadySince = Optional.of(draft.now);
      draft.zones = Optional.empty();
      Nodes.markPods(draft, found.get());
      draft.daemons.publish().keys().forEach(draft::markWorkload);
      draft.notice(
          Severity.WARNING,
          Optional.empty(),
          Reason.NODE_NOT_READY,
          "node " + name + " was not heard for " + SILENCE.toSeconds() + " s");
    }
    boolean isUnheard = edit.notReadySince.isPresent();
    if (!isUnheard
        && edit.acknowledged < edit.generation
        && !draft.now.isBefore(edit.orderedAt.plus(Orders.ACKNOWLEDGE))) {
      edit.fullOrder = true;
      draft.markNode(name);
    }
    if (Routings.overdueAt(edit).map(it -> !draft.now.isBefore(it)).orElse(false)) {
      edit.routing = 0;
    }
    Nodes.put(draft, edit);
    if (isUnheard) {
      evictWhatIsDue(draft, name);
    } else {
      arm(draft, name, next(edit, silentAt));
    }
  }

  /// When a node that is heard must be looked at again: what it was told may be overdue by then, or
  /// it may be silent.
  private static Instant next(NodeState.Edit node, Instant silentAt) {
    var next = silentAt;
    var ordered = node.orderedAt.plus(Orders.ACKNOWLEDGE);
    if (node.acknowledged < node.generation && !node.fullOrder && ordered.isBefore(next)) {
      next = ordered;
    }
    var routed = Routings.overdueAt(node);
    return routed.isPresent() && routed.get().isBefore(next) ? routed.get() : next;
  }

  private static void evictWhatIsDue(Draft draft, String name) {
    var node = draft.nodes.get(name).orElseThrow();
    var since = node.notReadySince().orElseThrow();
    var due = since.plus(draft.settings.toleration());
    var evicted = new ArrayList<Pod>();
    Optional<Instant> next = Optional.empty();
    for (long id : node.pods().keys()) {
      var pod = node.pods().get(id).flatMap(draft.workloads::get).flatMap(it -> it.pods().get(id));
      if (pod.isEmpty() || staysWithItsNode(draft, pod.get())) {
        continue;
      }
      var toleration =
          pod.get().release().template().tolerateUnreachable().orElse(draft.settings.toleration());
      var at = since.plus(toleration);
      if (!draft.now.isBefore(at)) {
        evicted.add(pod.get());
      } else if (next.isEmpty() || at.isBefore(next.get())) {
        next = Optional.of(at);
      }
    }
    boolean isDue = !draft.now.isBefore(due);
    boolean hasWork = !evicted.isEmpty() || isDue && !node.adopted();
    if (hasWork && !draft.mayOrder() && node.adopted()) {
      // Another leads, or nothing is known yet: what is lost is not ours to replace.
      arm(draft, name, draft.now.plus(BRAKED));
      return;
    }
    if (hasWork && !mayEvict(draft, node)) {
      arm(draft, name, draft.now.plus(BRAKED));
      return;
    }
    if (isDue && !node.adopted()) {
      var edit = node.edit();
      edit.adopted = true;
      Nodes.put(draft, edit);
    }
    if (!evicted.isEmpty()) {
      lose(draft, name, evicted);
    }
    if (!isDue && (next.isEmpty() || due.isBefore(next.get()))) {
      next = Optional.of(due);
    }
    next.ifPresent(at -> arm(draft, name, at));
  }

  /// Not replaced before its node is known to be gone, for there may be no second one; or not
  /// replaced at all, for it belongs to the node.
  private static boolean staysWithItsNode(Draft draft, Pod pod) {
    return WorkloadState.holdsIdentities(pod.workload())
        || Volumes.ties(draft, pod)
        || draft.daemons.containsKey(pod.workload());
  }

  private static boolean mayEvict(Draft draft, NodeState node) {
    return switch (draft.deciders.brake().pace(zones(draft), node.zone())) {
      case NORMAL -> true;
      case NOT_AT_ALL -> false;
      case SLOWLY -> {
        var last = draft.slowEvictions.get(node.zone());
        boolean mayNow = last == null || !draft.now.isBefore(last.plus(ZoneBrake.SLOW));
        if (mayNow) {
          SortedMap<String, Instant> evictions = new TreeMap<>(draft.slowEvictions);
          evictions.put(node.zone(), draft.now);
          draft.slowEvictions = evictions;
        }
        yield mayNow;
      }
    };
  }

  /// Counted once for all nodes whose deadlines come in one step.
  private static SortedMap<String, ZoneBrake.Zone> zones(Draft draft) {
    if (draft.zones.isEmpty()) {
      var zones = new TreeMap<String, ZoneBrake.Zone>();
      for (NodeState each : draft.nodes.publish().values()) {
        boolean isReady = each.notReadySince().isEmpty();
        zones.merge(
            each.zone(),
            new ZoneBrake.Zone(isReady ? 1 : 0, isReady ? 0 : 1),
            ZoneBrake.Zone::plus);
      }
      draft.zones = Optional.of(zones);
    }
    return draft.zones.get();
  }

  /// A silent node is known to be off: all of its pods are gone. Should it be heard again after
  /// all, it is told to stop them.
  static void fence(Draft draft, NodeState node, String by) {
    draft.decide(
        Reason.NODE_FENCED,
        Optional.empty(),
        "node " + node.name() + " is off, says " + by,
        draft.accepted.map(it -> it.commit()).orElse(""),
        List.of(),
        node.file().path(),
        Optional.<RecordFile>of(node.file()));
    var pods = new ArrayList<Pod>();
    for (long id : node.pods().keys()) {
      Nodes.pod(draft, node, id).ifPresent(pods::add);
    }
    Volumes.fenced(draft, node.name());
    if (!pods.isEmpty()) {
      lose(draft, node.name(), pods);
    }
  }

  private static void lose(Draft draft, String name, List<Pod> pods) {
    var byWorkload = new TreeMap<ObjectKey, List<String>>();
    for (Pod pod : pods) {
      Nodes.forget(draft, pod);
      var edit = draft.nodes.get(name).orElseThrow().edit();
      edit.orphans = edit.orphans.with(pod.uid(), Reason.NODE_LOST.word());
      edit.fullOrder = true;
      Nodes.put(draft, edit);
      byWorkload
          .computeIfAbsent(recordedAs(draft, pod.workload()), key -> new ArrayList<>())
          .add("- " + pod.name() + " on " + name);
    }
    byWorkload.forEach((key, lines) -> {
      var workload = draft.workloads.get(key);
      var file = workload.flatMap(it -> it.file());
      if (file.isPresent()) {
        draft.decide(
            Reason.NODE_LOST,
            Optional.of(key),
            key.namespace() + "/" + key.name() + ": " + lines.size() + " lost with node " + name,
            draft.accepted.map(it -> it.commit()).orElse(""),
            lines,
            key.recordPath(),
            Optional.<RecordFile>of(file.get()));
      }
    });
  }

  /// What a pod that measures does is recorded with the Rollout that it measures for.
  private static ObjectKey recordedAs(Draft draft, ObjectKey key) {
    return draft
        .workloads
        .get(key)
        .flatMap(WorkloadState::desired)
        .filter(it -> it.strategy() instanceof Strategy.RunOnce)
        .map(it -> ((Strategy.RunOnce) it.strategy()).rollout())
        .orElse(key);
  }

  static void armHeartbeat(Draft draft, String name, Instant heard) {
    arm(draft, name, heard.plus(SILENCE));
  }

  /// One timer a node: the earlier one wins, and looks at everything when it rings.
  static void arm(Draft draft, String name, Instant at) {
    var node = draft.nodes.get(name).orElseThrow();
    if (node.wakeAt().isPresent()) {
      if (!node.wakeAt().get().isAfter(at)) {
        return;
      }
      draft.clearTimer(new Timer(node.wakeAt().get(), Timer.Kind.NODE, name));
    }
    draft.setTimer(new Timer(at, Timer.Kind.NODE, name));
    var edit = node.edit();
    edit.wakeAt = Optional.of(at);
    Nodes.put(draft, edit);
  }

  /// Nothing is created or deleted until every node that the record names was heard, or counts as
  /// lost: what is not known to be there may be there.
  static void openWhenAllAreKnown(Draft draft) {
    if (draft.open || draft.lead != Root.Lead.LEADING || draft.accepted.isEmpty()) {
      return;
    }
    for (NodeState node : draft.nodes.publish().values()) {
      if (!node.adopted()) {
        return;
      }
    }
    draft.open = true;
    draft.verdictIsDue = true;
    Volumes.reviewAll(draft);
  }
}
