package dev.reeve.core;

import dev.reeve.core.Effect.Notice.Severity;
import dev.reeve.core.model.Reason;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.PodIds;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.WorkloadState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// What nodes say, held against what is known of them.
final class Reports {
  private Reports() {}

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
            Nodes.put(draft, edit);
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
      draft.zones = Optional.empty();
      // What happened on it meanwhile is its to say, and what was decided meanwhile ours.
      edit.fullOrder = true;
      Nodes.markPods(draft, node);
      draft.markWhatSeeksNodes();
      draft.notice(
          Severity.NORMAL,
          Optional.empty(),
          Reason.NODE_READY,
          "node " + node.name() + " is heard again");
    }
    Nodes.put(draft, edit);
    draft.markNode(node.name());
  }

  static void stalled(Draft draft, Duration gap) {
    for (NodeState node : draft.nodes.publish().values()) {
      var edit = node.edit();
      edit.lastHeard = node.lastHeard().plus(gap);
      Nodes.put(draft, edit);
    }
  }

  static void reported(Draft draft, Event.NodeReport event) {
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
      edit.info = report.info().map(Reports::withSharedNames);
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
    edit.routed = isOurs ? report.routed() : 0;
    if (edit.routed >= edit.routing || report.scope() == Report.Scope.FULL) {
      edit.routing = 0;
    }
    if (draft.accepted.isPresent()) {
      givePodNetwork(draft, edit);
    }
    if (report.scope() == Report.Scope.FULL
        && (!isOurs || report.generation() != node.generation())) {
      edit.fullOrder = true;
    }
    Nodes.put(draft, edit);
    recordIfChanged(draft, known, edit.build());
    Silence.armHeartbeat(draft, event.node(), draft.now);
    if (!node.adopted()) {
      adopt(draft, event.node(), report);
    }
    takeIn(draft, event.node(), report, isOurs);
    draft.markNode(event.node());
    if (known.isEmpty() || !node.info().equals(edit.info) || !node.adopted()) {
      draft.markWhatSeeksNodes();
    }
  }

  /// Most nodes have the same images as others.
  private static NodeInfo withSharedNames(NodeInfo info) {
    var images = new TreeMap<String, Long>();
    info.images().forEach((name, bytes) -> images.put(name.intern(), bytes));
    return info.withImages(images);
  }

  /// Not before the first commit: it may say which addresses the cluster has.
  private static void givePodNetwork(Draft draft, NodeState.Edit node) {
    if (node.podNetwork.isEmpty() && node.info.isPresent()) {
      node.podNetwork = Services.podNetwork(draft, node.name());
    }
  }

  private static void recordIfChanged(Draft draft, Optional<NodeState> known, NodeState node) {
    var file = node.file();
    boolean isNew = known.isEmpty() || known.get().info().isEmpty();
    if (isNew || !known.get().file().equals(file)) {
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
        Nodes.put(draft, edit);
      }
    }
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
      Nodes.put(draft, edit);
      return;
    }
    edit.adopted = true;
    edit.unadopted = List.of();
    Nodes.put(draft, edit);
    adopt(draft, name, report.pods());
  }

  private static void adopt(Draft draft, String name, List<PodReport> pods) {
    pods.forEach(pod -> adopt(draft, name, pod));
    var there = new TreeSet<String>();
    pods.forEach(pod -> there.add(pod.uid()));
    var node = draft.nodes.get(name).orElseThrow();
    for (long id : node.pods().keys()) {
      Nodes.pod(draft, node, id)
          .filter(it -> it.isStopping() && !there.contains(it.uid()))
          // The record has named it, and it has ended since.
          .ifPresent(it -> Nodes.forget(draft, it));
    }
  }

  /// The first desired state is known: the pods of nodes that reported before it are taken over.
  static void adoptAll(Draft draft) {
    for (NodeState node : draft.nodes.publish().values()) {
      if (!node.adopted() && node.info().isPresent()) {
        var edit = node.edit();
        edit.adopted = true;
        edit.unadopted = List.of();
        givePodNetwork(draft, edit);
        Nodes.put(draft, edit);
        recordIfChanged(draft, Optional.of(node), edit.build());
        adopt(draft, node.name(), node.unadopted());
        draft.markNode(node.name());
      }
    }
  }

  private static void adopt(Draft draft, String name, PodReport report) {
    var id = PodIds.idOf(draft.settings.name(), report.uid());
    var workload = draft.workloads.get(report.workload());
    if (id.isEmpty() || workload.isEmpty()) {
      return;
    }
    var presumed = workload.get().pods().get(id.getAsLong());
    if (presumed.isPresent()) {
      found(draft, workload.get(), presumed.get(), report);
      return;
    }
    var release = Workloads.release(workload.get(), report.release(), report.commit());
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
    Nodes.adopt(draft, pod);
  }

  /// A pod that the record names is there. Whether it stops is what its node says: whoever has
  /// decided that may not have come to tell.
  private static void found(Draft draft, WorkloadState workload, Pod pod, PodReport report) {
    if (report.stopping() == pod.isStopping()) {
      return;
    }
    var edit = workload.edit();
    edit.pods =
        edit.pods.with(
            pod.id(),
            report.stopping()
                ? pod.withRemoval(new Pod.Removal(Reason.ORPHANED, 0))
                : pod.withoutRemoval());
    draft.workloads.put(workload.key(), edit.build());
    if (report.stopping()) {
      Nodes.stop(draft, pod);
    }
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
    report.deleted().forEach(it -> Volumes.deleted(draft, name, it));
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
        Orders.fullOrderAsked(draft, name);
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

  @SuppressWarnings("ReferenceEquality") // the same object where nothing is new
  private static void takeIn(Draft draft, Pod pod, PodReport said) {
    var now = pod.withReport(said, draft.now);
    if (now == pod) {
      return;
    }
    var workload = draft.workloads.get(pod.workload()).orElseThrow().edit();
    workload.pods = workload.pods.with(pod.id(), now);
    if (!pod.isStopping()) {
      for (ContainerReport container : said.containers()) {
        workload.images = workload.images.with(pod.release().hash(), container, pod.node());
      }
    }
    draft.workloads.put(pod.workload(), workload.build());
    draft.markWorkload(pod.workload());
    if (now.hasEnded() && !pod.hasEnded()) {
      Nodes.ended(draft, now);
    } else if (pod.hasEnded() && !now.hasEnded()) {
      Nodes.goesOn(draft, now);
    }
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
    Nodes.put(draft, edit);
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
      Nodes.put(draft, edit);
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
      Nodes.forget(draft, pod.get());
    }
  }

  /// A node that took over the order naming a pod and does not have it has lost it.
  private static void tellAgainIfLost(
      Draft draft, String name, long id, long generation, boolean isOurs) {
    var node = draft.nodes.get(name).orElseThrow();
    if (isOurs
        && generation == node.generation()
        && node.pods().containsKey(id)
        && !node.withheld().containsKey(id)
        && !node.starts().containsKey(id)
        && !node.stops().containsKey(id)) {
      Orders.fullOrderAsked(draft, name);
    }
  }
}
