package dev.reeve.core;

import dev.reeve.core.Effect.Notice.Severity;
import dev.reeve.core.disruption.ZoneBrake;
import dev.reeve.core.model.HostPort;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodRemoval;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.ReleaseText;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.scheduling.Placement;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.PagedMap;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.PodIds;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What nodes say, what they are told, and what becomes of pods on those that fall silent.
final class Nodes {
  /// A node unheard for so long is NotReady.
  private static final Duration SILENCE = Duration.ofSeconds(10);

  /// An order not taken over within this is given again, in full.
  private static final Duration ACKNOWLEDGE = Duration.ofSeconds(5);

  private static final Duration BRAKED = Duration.ofSeconds(1);

  private Nodes() {}

  // --- what they say

  /// A sign of life keeps a node ready. One that was not is ready again when it has said how it
  /// stands: what was last heard of its pods is no longer worth anything.
  static void heard(Draft draft, List<String> names) {
    for (String name : names) {
      draft
          .nodes
          .get(name)
          .ifPresent(node -> {
            var edit = node.edit();
            edit.lastHeard = draft.now;
            put(draft, edit);
            if (node.notReadySince().isPresent()) {
              draft.emit(new Effect.AskReport(name));
            }
          });
    }
  }

  private static void isBack(Draft draft, NodeState node) {
    var edit = node.edit();
    edit.lastHeard = draft.now;
    if (node.notReadySince().isPresent()) {
      edit.notReadySince = Optional.empty();
      // What happened on it meanwhile is its to say, and what was decided meanwhile ours.
      edit.fullOrder = true;
      markPods(draft, node);
      draft.unplaced.publish().keys().forEach(draft::markWorkload);
      draft.notice(
          Severity.NORMAL,
          Optional.empty(),
          Reason.NODE_READY,
          "node " + node.name() + " is heard again");
    }
    put(draft, edit);
    draft.markNode(node.name());
  }

  static void stalled(Draft draft, Duration gap) {
    for (NodeState node : draft.nodes.publish().values()) {
      var edit = node.edit();
      edit.lastHeard = node.lastHeard().plus(gap);
      put(draft, edit);
    }
  }

  /// Under a new epoch every node is told everything once.
  static void orderAllAnew(Draft draft) {
    draft.nodes.publish().keys().forEach(name -> fullOrderAsked(draft, name));
  }

  static void fullOrderAsked(Draft draft, String name) {
    draft
        .nodes
        .get(name)
        .ifPresent(node -> {
          var edit = node.edit();
          edit.fullOrder = true;
          put(draft, edit);
          draft.markNode(name);
        });
  }

  static void reported(Draft draft, Event.NodeReported event) {
    if (draft.lead == Root.Lead.WAITING) {
      // It is asked again as soon as what it says can be held against the record.
      draft.nodes.put(event.node(), NodeState.of(event.node(), draft.now));
      return;
    }
    var report = event.report();
    var known = draft.nodes.get(event.node());
    if (known.isEmpty() && report.scope() == Report.Scope.DELTA) {
      draft.emit(new Effect.AskReport(event.node()));
      return;
    }
    var node = known.orElseGet(() -> NodeState.of(event.node(), draft.now));
    boolean sameBoot = report.boot().equals(node.boot());
    if (sameBoot && report.sequence() <= node.sequence()) {
      return;
    }
    boolean hasGap =
        report.scope() == Report.Scope.DELTA && !(sameBoot && report.base() <= node.sequence());
    if (hasGap || report.scope() == Report.Scope.DELTA && node.notReadySince().isPresent()) {
      heard(draft, List.of(event.node()));
      draft.emit(new Effect.AskReport(event.node()));
      return;
    }
    if (known.isPresent()) {
      isBack(draft, node);
      node = draft.nodes.get(event.node()).orElseThrow();
    }
    var edit = node.edit();
    edit.boot = report.boot();
    edit.sequence = report.sequence();
    if (report.info().isPresent()) {
      edit.info = report.info();
    }
    edit.identity = event.identity();
    if (!sameBoot) {
      edit.texts = PagedMap.empty();
    }
    if (report.epoch() > draft.epoch) {
      Recording.claim(draft, report.epoch() + 1, Reason.LEADER_CLAIMED);
    }
    boolean isOurs = report.epoch() == draft.epoch;
    edit.acknowledged = isOurs ? report.generation() : 0;
    if (report.scope() == Report.Scope.FULL
        && (!isOurs || report.generation() != node.generation())) {
      edit.fullOrder = true;
    }
    put(draft, edit);
    recordIfChanged(draft, known, edit.build());
    armHeartbeat(draft, event.node(), draft.now);
    if (!node.adopted()) {
      adopt(draft, event.node(), report);
    }
    takeIn(draft, event.node(), report, isOurs);
    draft.markNode(event.node());
    if (known.isEmpty() || !node.info().equals(edit.info) || !node.adopted()) {
      draft.unplaced.publish().keys().forEach(draft::markWorkload);
    }
  }

  private static void recordIfChanged(Draft draft, Optional<NodeState> known, NodeState node) {
    var file = node.file();
    boolean isNew = known.isEmpty();
    boolean wasTold = known.isPresent() && known.get().info().isPresent();
    if (isNew
        || wasTold && !known.get().file().equals(file)
        || !isNew && !known.get().identity().equals(node.identity())) {
      long sequence =
          draft.decide(
              isNew ? Reason.NODE_JOINED : Reason.NODE_CHANGED,
              Optional.empty(),
              "node " + node.name() + (isNew ? " joined" : " changed"),
              "",
              List.of(),
              file.path(),
              Optional.<RecordFile>of(file));
      if (isNew) {
        var edit = draft.nodes.get(node.name()).orElseThrow().edit();
        edit.joining = sequence;
        put(draft, edit);
      }
    }
  }

  /// A node that joined is in the record: it may be given pods.
  static void recorded(Draft draft, String name) {
    draft
        .nodes
        .get(name)
        .filter(it -> it.joining() > 0 && it.joining() <= draft.records.recorded())
        .ifPresent(node -> {
          var edit = node.edit();
          edit.joining = 0;
          put(draft, edit);
          markPods(draft, node);
          draft.markNode(name);
          draft.unplaced.publish().keys().forEach(draft::markWorkload);
        });
  }

  /// The first full report since this control plane started: what runs there is taken over as it
  /// is.
  private static void adopt(Draft draft, String name, Report report) {
    var edit = draft.nodes.get(name).orElseThrow().edit();
    if (report.scope() == Report.Scope.DELTA) {
      return;
    }
    if (draft.accepted.isEmpty()) {
      edit.unadopted = report.pods();
      put(draft, edit);
      return;
    }
    edit.adopted = true;
    edit.unadopted = List.of();
    put(draft, edit);
    report.pods().forEach(pod -> adopt(draft, name, pod));
  }

  /// The first desired state is known: the pods of nodes that reported before it are taken over.
  static void adoptAll(Draft draft) {
    for (NodeState node : draft.nodes.publish().values()) {
      if (!node.adopted() && node.info().isPresent()) {
        var edit = node.edit();
        edit.adopted = true;
        edit.unadopted = List.of();
        put(draft, edit);
        node.unadopted().forEach(pod -> adopt(draft, node.name(), pod));
        draft.markNode(node.name());
      }
    }
  }

  private static void adopt(Draft draft, String name, PodReport report) {
    var id = PodIds.idOf(draft.settings.name(), report.uid());
    var workload = draft.workloads.get(report.workload());
    if (id.isEmpty() || workload.isEmpty() || workload.get().pods().containsKey(id.getAsLong())) {
      return;
    }
    var release =
        workload
            .get()
            .release(report.release())
            .orElseGet(() ->
                new Release(
                    report.release(),
                    report.commit(),
                    Workloads.unknownTemplate(report.release()),
                    List.of()));
    var pod =
        new Pod(
            id.getAsLong(),
            report.uid(),
            report.name(),
            report.workload(),
            release,
            name,
            report.startedAt().orElse(draft.now),
            Reason.ADOPTED,
            // Stopping cannot be taken back; who ordered it is no longer here to see it through.
            report.stopping() ? Optional.of(new Pod.Removal(Reason.ORPHANED, 0)) : Optional.empty(),
            Optional.empty(),
            Optional.empty());
    var edit = workload.get().edit();
    edit.pods = edit.pods.with(pod.id(), pod);
    draft.workloads.put(report.workload(), edit.build());
    var node = draft.nodes.get(name).orElseThrow().edit();
    node.pods = node.pods.with(pod.id(), pod.workload());
    node.requested = node.requested.plus(release.template().requests());
    put(draft, node);
  }

  private static void takeIn(Draft draft, String name, Report report, boolean isOurs) {
    var present = new TreeSet<Long>();
    var orphaned = new ArrayList<PodReport>();
    for (PodReport said : report.pods()) {
      var pod = known(draft, name, said);
      if (pod.isPresent()) {
        present.add(pod.get().id());
        takeIn(draft, pod.get(), said);
      } else if (draft.nodes.get(name).orElseThrow().adopted()) {
        orphaned.add(said);
      }
    }
    orphan(draft, name, orphaned);
    tellAgainWhatStays(draft, name, report, isOurs);
    for (String uid : report.gone()) {
      forgetOrphan(draft, name, uid);
      var id = PodIds.idOf(draft.settings.name(), uid);
      if (id.isPresent()) {
        gone(draft, name, id.getAsLong(), report.generation(), isOurs);
      }
    }
    if (report.scope() == Report.Scope.FULL) {
      for (long id : draft.nodes.get(name).orElseThrow().pods().keys()) {
        if (!present.contains(id)) {
          gone(draft, name, id, report.generation(), isOurs);
          tellAgainIfLost(draft, name, id, report.generation(), isOurs);
        }
      }
      var uids = new TreeSet<String>();
      report.pods().forEach(pod -> uids.add(pod.uid()));
      for (String uid : draft.nodes.get(name).orElseThrow().orphans().keys()) {
        if (!uids.contains(uid)) {
          forgetOrphan(draft, name, uid);
        }
      }
    }
  }

  /// A node that took over the order to stop a pod, and still has it and does not stop it, was
  /// restarted in between: it is told again.
  private static void tellAgainWhatStays(Draft draft, String name, Report report, boolean isOurs) {
    var node = draft.nodes.get(name).orElseThrow();
    if (!isOurs
        || report.scope() != Report.Scope.FULL
        || report.generation() != node.generation()) {
      return;
    }
    for (PodReport said : report.pods()) {
      var removal = known(draft, name, said).flatMap(Pod::removal);
      boolean wasTold =
          removal.isPresent() && removal.get().generation() > 0
              || node.orphans().containsKey(said.uid());
      if (wasTold && !said.stopping()) {
        fullOrderAsked(draft, name);
        return;
      }
    }
  }

  private static Optional<Pod> known(Draft draft, String name, PodReport said) {
    var id = PodIds.idOf(draft.settings.name(), said.uid());
    if (id.isEmpty()) {
      return Optional.empty();
    }
    return draft
        .workloads
        .get(said.workload())
        .flatMap(it -> it.pods().get(id.getAsLong()))
        .filter(it -> it.node().equals(name));
  }

  private static void takeIn(Draft draft, Pod pod, PodReport said) {
    if (pod.report().equals(Optional.of(said))) {
      return;
    }
    var workload = draft.workloads.get(pod.workload()).orElseThrow().edit();
    workload.pods = workload.pods.with(pod.id(), pod.withReport(said, draft.now));
    draft.workloads.put(pod.workload(), workload.build());
    draft.markWorkload(pod.workload());
  }

  /// Pods that nobody counts are stopped, and that is recorded once.
  private static void orphan(Draft draft, String name, List<PodReport> pods) {
    var node = draft.nodes.get(name).orElseThrow();
    var edit = node.edit();
    var lines = new ArrayList<String>();
    for (PodReport pod : pods) {
      if (!node.orphans().containsKey(pod.uid())) {
        edit.orphans = edit.orphans.with(pod.uid(), Reason.ORPHANED.word());
        edit.fullOrder = true;
        lines.add("- " + pod.name() + " on " + name);
      }
    }
    if (lines.isEmpty()) {
      return;
    }
    put(draft, edit);
    draft.decide(
        Reason.ORPHANED,
        Optional.empty(),
        "node " + name + ": pods that nothing wants any more",
        draft.accepted.map(it -> it.commit()).orElse(""),
        lines,
        node.file().path(),
        Optional.<RecordFile>of(node.file()));
  }

  private static void forgetOrphan(Draft draft, String name, String uid) {
    var node = draft.nodes.get(name).orElseThrow();
    if (node.orphans().containsKey(uid)) {
      var edit = node.edit();
      edit.orphans = edit.orphans.without(uid);
      put(draft, edit);
    }
  }

  /// A pod is gone once its node has taken over the order that left it out and does not have it.
  private static void gone(Draft draft, String name, long id, long generation, boolean isOurs) {
    var node = draft.nodes.get(name).orElseThrow();
    var key = node.pods().get(id);
    if (key.isEmpty()) {
      return;
    }
    var pod = draft.workloads.get(key.get()).flatMap(it -> it.pods().get(id));
    if (pod.isEmpty()) {
      return;
    }
    var removal = pod.get().removal();
    if (isOurs
        && removal.isPresent()
        && removal.get().generation() > 0
        && generation >= removal.get().generation()) {
      forget(draft, pod.get());
    }
  }

  /// A node that took over the order naming a pod and does not have it has lost it.
  private static void tellAgainIfLost(
      Draft draft, String name, long id, long generation, boolean isOurs) {
    var node = draft.nodes.get(name).orElseThrow();
    if (isOurs
        && generation == node.generation()
        && node.pods().containsKey(id)
        && !node.starts().containsKey(id)
        && !node.stops().containsKey(id)) {
      fullOrderAsked(draft, name);
    }
  }

  private static void forget(Draft draft, Pod pod) {
    draft
        .workloads
        .get(pod.workload())
        .ifPresent(it -> {
          var workload = it.edit();
          workload.pods = workload.pods.without(pod.id());
          draft.workloads.put(pod.workload(), workload.build());
          draft.markWorkload(pod.workload());
        });
    draft
        .nodes
        .get(pod.node())
        .ifPresent(it -> {
          var node = it.edit();
          node.pods = node.pods.without(pod.id());
          node.starts = node.starts.without(pod.id());
          node.stops = node.stops.without(pod.id());
          node.requested = node.requested.minus(pod.release().template().requests());
          put(draft, node);
        });
    draft.unplaced.publish().keys().forEach(draft::markWorkload);
  }

  // --- silence

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
      markPods(draft, found.get());
      draft.notice(
          Severity.WARNING,
          Optional.empty(),
          Reason.NODE_NOT_READY,
          "node " + name + " was not heard for " + SILENCE.toSeconds() + " s");
    }
    boolean isUnheard = edit.notReadySince.isPresent();
    if (!isUnheard
        && edit.acknowledged < edit.generation
        && !draft.now.isBefore(edit.orderedAt.plus(ACKNOWLEDGE))) {
      edit.fullOrder = true;
      draft.markNode(name);
    }
    put(draft, edit);
    if (isUnheard) {
      evictWhatIsDue(draft, name);
    } else {
      arm(draft, name, silentAt);
    }
  }

  private static void evictWhatIsDue(Draft draft, String name) {
    var node = draft.nodes.get(name).orElseThrow();
    var since = node.notReadySince().orElseThrow();
    var due = since.plus(draft.settings.toleration());
    var evicted = new ArrayList<Pod>();
    Optional<Instant> next = Optional.empty();
    for (long id : node.pods().keys()) {
      var pod = node.pods().get(id).flatMap(draft.workloads::get).flatMap(it -> it.pods().get(id));
      if (pod.isEmpty()) {
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
      put(draft, edit);
    }
    if (!evicted.isEmpty()) {
      lose(draft, name, evicted);
    }
    if (!isDue && (next.isEmpty() || due.isBefore(next.get()))) {
      next = Optional.of(due);
    }
    next.ifPresent(at -> arm(draft, name, at));
  }

  private static boolean mayEvict(Draft draft, NodeState node) {
    var zones = new TreeMap<String, ZoneBrake.Zone>();
    for (NodeState each : draft.nodes.publish().values()) {
      boolean isReady = each.notReadySince().isEmpty();
      zones.merge(
          each.zone(), new ZoneBrake.Zone(isReady ? 1 : 0, isReady ? 0 : 1), ZoneBrake.Zone::plus);
    }
    return switch (draft.deciders.brake().pace(zones, node.zone())) {
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

  private static void lose(Draft draft, String name, List<Pod> pods) {
    var byWorkload = new TreeMap<ObjectKey, List<String>>();
    for (Pod pod : pods) {
      forget(draft, pod);
      var edit = draft.nodes.get(name).orElseThrow().edit();
      edit.orphans = edit.orphans.with(pod.uid(), Reason.NODE_LOST.word());
      edit.fullOrder = true;
      put(draft, edit);
      byWorkload
          .computeIfAbsent(pod.workload(), key -> new ArrayList<>())
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

  private static void markPods(Draft draft, NodeState node) {
    node.pods().forEach((id, key) -> draft.markWorkload(key));
  }

  static void armHeartbeat(Draft draft, String name, Instant heard) {
    arm(draft, name, heard.plus(SILENCE));
  }

  /// One timer a node: the earlier one wins, and looks at everything when it rings.
  private static void arm(Draft draft, String name, Instant at) {
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
    put(draft, edit);
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
  }

  // --- what they are told

  static boolean isReady(Draft draft, String name) {
    return draft.nodes.get(name).map(NodeState::isReady).orElse(false);
  }

  static Placement.Choice choose(
      Draft draft, PodTemplate template, SortedMap<String, Integer> siblings) {
    var candidates = new ArrayList<Placement.Candidate>();
    for (NodeState node : draft.nodes.publish().values()) {
      if (node.isReady()) {
        candidates.add(
            new Placement.Candidate(
                node.name(),
                node.info().orElseThrow(),
                node.requested(),
                node.pods().size(),
                template.hostPorts().isEmpty() ? new TreeSet<>() : takenPorts(draft, node),
                siblings.getOrDefault(node.name(), 0)));
      }
    }
    return draft.deciders.place().choose(template, candidates);
  }

  private static SortedSet<HostPort> takenPorts(Draft draft, NodeState node) {
    var ports = new TreeSet<HostPort>();
    node.pods()
        .forEach((id, key) ->
            draft
                .workloads
                .get(key)
                .flatMap(it -> it.pods().get(id))
                .ifPresent(pod -> ports.addAll(pod.release().template().hostPorts())));
    return ports;
  }

  static void start(Draft draft, Pod pod) {
    var node = draft.nodes.get(pod.node()).orElseThrow().edit();
    node.pods = node.pods.with(pod.id(), pod.workload());
    node.starts = node.starts.with(pod.id(), pod.workload());
    node.requested = node.requested.plus(pod.release().template().requests());
    put(draft, node);
    draft.markNode(pod.node());
  }

  static void stop(Draft draft, Pod pod) {
    var node = draft.nodes.get(pod.node()).orElseThrow().edit();
    node.starts = node.starts.without(pod.id());
    node.stops = node.stops.with(pod.id(), pod.workload());
    put(draft, node);
    draft.markNode(pod.node());
  }

  static void drain(Draft draft, int work) {
    if (!draft.mayOrder()) {
      return;
    }
    int left = work;
    for (String name : draft.takeDirtyNodes().keys()) {
      if (left <= 0) {
        draft.leaveRest();
        return;
      }
      draft.settledNode(name);
      var node = draft.nodes.get(name);
      if (node.isPresent() && node.get().isReady()) {
        left -= 1 + order(draft, node.get());
      }
    }
  }

  private static int order(Draft draft, NodeState node) {
    if (!node.fullOrder() && node.starts().isEmpty() && node.stops().isEmpty()) {
      return 0;
    }
    boolean isFull = node.fullOrder();
    long generation = node.generation() + 1;
    var edit = node.edit();
    var starts = new ArrayList<PodOrder>();
    var stops = new ArrayList<PodRemoval>();
    var texts = new TreeMap<String, ReleaseText>();
    if (isFull) {
      edit.texts = PagedMap.empty();
      node.orphans().forEach((uid, why) -> stops.add(new PodRemoval(uid, why)));
    }
    (isFull ? node.pods() : merged(node))
        .forEach((id, key) -> {
          var pod = draft.workloads.get(key).flatMap(it -> it.pods().get(id));
          if (pod.isEmpty()) {
            return;
          }
          if (pod.get().isStopping()) {
            stops.add(stopAt(draft, pod.get(), generation));
            return;
          }
          var release = pod.get().release();
          starts.add(
              new PodOrder(
                  pod.get().uid(), pod.get().name(), key, release.hash(), release.commit()));
          boolean isKnown = release.template().json().size() > 0;
          if (isKnown && !edit.texts.containsKey(release.hash())) {
            edit.texts = edit.texts.with(release.hash(), "");
            texts.put(
                release.hash(),
                new ReleaseText(
                    release.hash(), release.commit(), release.template().json(), release.config()));
          }
        });
    edit.generation = generation;
    edit.orderedAt = draft.now;
    edit.fullOrder = false;
    edit.starts = PagedMap.empty();
    edit.stops = PagedMap.empty();
    put(draft, edit);
    arm(draft, node.name(), draft.now.plus(ACKNOWLEDGE));
    draft.emit(
        new Effect.Order(
            node.name(),
            new Order(
                draft.epoch,
                node.generation(),
                generation,
                isFull ? Order.Scope.FULL : Order.Scope.DELTA,
                starts,
                stops,
                new ArrayList<>(texts.values()))));
    return starts.size() + stops.size();
  }

  private static PagedMap<Long, ObjectKey> merged(NodeState node) {
    var all = node.starts().edit();
    node.stops().forEach(all::put);
    return all.publish();
  }

  private static PodRemoval stopAt(Draft draft, Pod pod, long generation) {
    var removal = pod.removal().orElseThrow();
    if (removal.generation() == 0) {
      var workload = draft.workloads.get(pod.workload()).orElseThrow().edit();
      workload.pods =
          workload.pods.with(
              pod.id(), pod.withRemoval(new Pod.Removal(removal.because(), generation)));
      draft.workloads.put(pod.workload(), workload.build());
    }
    return new PodRemoval(pod.uid(), removal.because().word());
  }

  private static void put(Draft draft, NodeState.Edit edit) {
    var node = edit.build();
    draft.nodes.put(node.name(), node);
  }

  /// For showing: zones and how many of their nodes are ready.
  static Map<String, ZoneBrake.Zone> zones(Root root) {
    var zones = new TreeMap<String, ZoneBrake.Zone>();
    for (NodeState node : root.nodes().values()) {
      boolean isReady = node.isReady();
      zones.merge(
          node.zone(), new ZoneBrake.Zone(isReady ? 1 : 0, isReady ? 0 : 1), ZoneBrake.Zone::plus);
    }
    return zones;
  }
}
