package dev.reeve.core;

import dev.reeve.core.model.ImagePin;
import dev.reeve.core.model.NodeSettings;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.scheduling.Ledger;
import dev.reeve.core.scheduling.NodeFacts;
import dev.reeve.core.scheduling.Search;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.WorkloadState;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// The nodes as they are counted on: which are ready, what is placed on them, and what is not any
/// more.
final class Nodes {
  private Nodes() {}

  static void forget(Draft draft, Pod pod) {
    draft.usage.remove(pod.id());
    draft
        .workloads
        .get(pod.workload())
        .ifPresent(it -> {
          var workload = it.edit();
          workload.pods = workload.pods.without(pod.id());
          draft.workloads.put(pod.workload(), workload.build());
          draft.markWorkload(pod.workload());
        });
    Volumes.left(draft, pod);
    draft
        .nodes
        .get(pod.node())
        .ifPresent(it -> {
          draft.routes.withdrawn(pod.id());
          var node = it.edit();
          node.pods = node.pods.without(pod.id());
          node.withheld = node.withheld.without(pod.id());
          node.starts = node.starts.without(pod.id());
          node.stops = node.stops.without(pod.id());
          put(draft, node);
          if (!pod.hasEnded()) {
            ended(draft, pod);
          }
        });
  }

  /// A pod asks nothing of its node any more, which may be known before it is gone.
  static void ended(Draft draft, Pod pod) {
    var node = draft.nodes.get(pod.node()).orElseThrow().edit();
    node.requested = node.requested.minus(pod.release().template().requests());
    put(draft, node);
    draft
        .ledgerIfKept()
        .ifPresent(ledger ->
            ledger.remove(
                pod.node(), pod.workload(), pod.release().hash(), pod.release().template()));
    startWhatFits(draft, pod.node());
    markWhatMayFit(draft, pod.node());
  }

  /// A pod was said to have ended, and has not.
  static void goesOn(Draft draft, Pod pod) {
    var node = draft.nodes.get(pod.node()).orElseThrow().edit();
    node.requested = node.requested.plus(pod.release().template().requests());
    put(draft, node);
    draft.ledgerIfKept().ifPresent(ledger -> bind(ledger, pod));
  }

  /// Pods that found no room are looked at again where there may be some now. Those that keep to
  /// others, or away from them, may be helped by a pod that goes anywhere.
  private static void markWhatMayFit(Draft draft, String name) {
    var unplaced = draft.unplaced.publish();
    var node = draft.nodes.get(name).orElseThrow();
    if (unplaced.isEmpty() || node.info().isEmpty()) {
      return;
    }
    var all = node.info().get().allocatable();
    var left = all.minus(node.requested());
    for (ObjectKey key : unplaced.keys()) {
      var template =
          draft.workloads.get(key).flatMap(it -> it.desired()).map(it -> it.release().template());
      boolean mayFit =
          template
              .map(it ->
                  !it.constraints().near().isEmpty()
                      || !it.constraints().apart().isEmpty()
                      || !it.constraints().spread().isEmpty()
                      || it.constraints().priority() > 0
                      || it.requests().fitsIn(left, all.storageBytes() > 0))
              .orElse(true);
      if (mayFit) {
        draft.markWorkload(key);
      }
    }
  }

  /// A commit says other things of nodes.
  static void settingsChanged(
      Draft draft, PagedMap<String, NodeSettings> before, PagedMap<String, NodeSettings> after) {
    var changed = new ArrayList<NodeState>();
    PagedMap.difference(
        before,
        after,
        (name, old, now) -> {
          if (!Objects.equals(old, now)) {
            draft.nodes.get(name).ifPresent(changed::add);
          }
        });
    for (NodeState node : changed) {
      var edit = node.edit();
      edit.settingsAt = draft.now;
      put(draft, edit);
      markPods(draft, node);
    }
    if (!changed.isEmpty()) {
      draft.markWhatSeeksNodes();
    }
  }

  static void markPods(Draft draft, NodeState node) {
    node.pods().forEach((id, key) -> draft.markWorkload(key));
  }

  static boolean isReady(Draft draft, String name) {
    return draft.nodes.get(name).map(NodeState::isReady).orElse(false);
  }

  static Search search(Draft draft, Workload workload, Release release) {
    return draft
        .ledger()
        .search(
            workload.key(),
            release.hash(),
            release.template(),
            imagesOf(draft, workload, release),
            workload.replicas());
  }

  /// By what a release was resolved to, where it was: nodes that were told of that have it under no
  /// tag.
  private static List<String> imagesOf(Draft draft, Workload workload, Release release) {
    var pins =
        draft
            .workloads
            .get(workload.key())
            .map(it -> it.images().of(release.hash()))
            .orElse(List.of());
    return pins.isEmpty() || !pins.stream().allMatch(ImagePin::isOfRegistry)
        ? release.template().images()
        : pins.stream().map(ImagePin::id).toList();
  }

  static void start(Draft draft, Pod pod) {
    var node = draft.nodes.get(pod.node()).orElseThrow().edit();
    node.pods = node.pods.with(pod.id(), pod.workload());
    node.starts = node.starts.with(pod.id(), pod.workload());
    node.requested = node.requested.plus(pod.release().template().requests());
    put(draft, node);
    Volumes.taken(draft, pod);
    draft.ledgerIfKept().ifPresent(ledger -> bind(ledger, pod));
    draft.markNode(pod.node());
  }

  /// A pod has its place on a node, and is started there once enough of what is to make way for it
  /// is gone, and a decision is recorded.
  ///
  /// @param recorded the decision; zero where there is none to wait for
  static void reserve(Draft draft, Pod pod, long recorded) {
    var node = draft.nodes.get(pod.node()).orElseThrow().edit();
    node.pods = node.pods.with(pod.id(), pod.workload());
    node.withheld = node.withheld.with(pod.id(), recorded);
    node.requested = node.requested.plus(pod.release().template().requests());
    put(draft, node);
    Volumes.taken(draft, pod);
    draft.ledgerIfKept().ifPresent(ledger -> bind(ledger, pod));
  }

  /// What was decided of a workload is recorded: its pods that have waited for it may start.
  static void startRecorded(Draft draft, WorkloadState workload) {
    var names = new TreeSet<String>();
    for (Pod pod : workload.pods().values()) {
      if (isWithheld(draft, pod)) {
        names.add(pod.node());
      }
    }
    names.forEach(name -> startWhatFits(draft, name));
  }

  private static void startWhatFits(Draft draft, String name) {
    var before = draft.nodes.get(name).orElseThrow();
    if (before.withheld().isEmpty() || before.info().isEmpty()) {
      return;
    }
    var info = before.info().get();
    var waiting = new ArrayList<Pod>();
    var left = info.allocatable().minus(before.requested());
    for (long id : before.withheld().keys()) {
      var pod = pod(draft, before, id);
      if (pod.isPresent()) {
        waiting.add(pod.get());
        left = left.plus(pod.get().release().template().requests());
      }
    }
    int places = info.maxPods() - before.pods().size() + waiting.size() + ended(draft, before);
    var node = before.edit();
    for (Pod pod : waiting) {
      var asked = pod.release().template().requests();
      long recorded = before.withheld().get(pod.id()).orElse(0L);
      if (recorded > draft.records.recorded()) {
        left = left.minus(asked);
        places--;
      } else if (places > 0 && asked.fitsIn(left, info.allocatable().storageBytes() > 0)) {
        node.withheld = node.withheld.without(pod.id());
        node.starts = node.starts.with(pod.id(), pod.workload());
        left = left.minus(asked);
        places--;
      }
    }
    put(draft, node);
    draft.markNode(name);
  }

  /// How many of its pods have ended, and are still there.
  static int ended(Draft draft, NodeState node) {
    int ended = 0;
    for (long id : node.pods().keys()) {
      ended += pod(draft, node, id).filter(Pod::hasEnded).isPresent() ? 1 : 0;
    }
    return ended;
  }

  static boolean isWithheld(Draft draft, Pod pod) {
    return draft.nodes.get(pod.node()).map(it -> it.withheld().containsKey(pod.id())).orElse(false);
  }

  /// One of a node's pods.
  static Optional<Pod> pod(Draft draft, NodeState node, long id) {
    return node.pods().get(id).flatMap(draft.workloads::get).flatMap(it -> it.pods().get(id));
  }

  /// A pod that was there already.
  static void adopt(Draft draft, Pod pod) {
    var node = draft.nodes.get(pod.node()).orElseThrow().edit();
    node.pods = node.pods.with(pod.id(), pod.workload());
    node.requested = node.requested.plus(pod.release().template().requests());
    put(draft, node);
    Volumes.taken(draft, pod);
    draft.ledgerIfKept().ifPresent(ledger -> bind(ledger, pod));
  }

  static void stop(Draft draft, Pod pod) {
    var node = draft.nodes.get(pod.node()).orElseThrow().edit();
    node.starts = node.starts.without(pod.id());
    node.stops = node.stops.with(pod.id(), pod.workload());
    put(draft, node);
    draft.markNode(pod.node());
  }

  static void put(Draft draft, NodeState.Edit edit) {
    var before = draft.nodes.get(edit.name());
    if (isElsewhere(before, edit)) {
      edit.routeVersion =
          draft.routes.changed(new ObjectKey("Node", "", edit.name()), edit.routeVersion);
    }
    var node = edit.build();
    draft.nodes.put(node.name(), node);
    draft.routes.moved(before, node);
    draft.ledgerIfKept().ifPresent(ledger -> facts(draft, node).ifPresent(ledger::put));
  }

  /// Whether traffic for its pods goes another way than before.
  @SuppressWarnings("ReferenceEquality") // nearly always nothing was said of either
  private static boolean isElsewhere(Optional<NodeState> before, NodeState.Edit edit) {
    boolean mayBe =
        before.isEmpty()
            || before.get().info().orElse(null) != edit.info.orElse(null)
            || !before.get().podNetwork().equals(edit.podNetwork);
    return mayBe && !before.flatMap(NodeState::route).equals(edit.build().route());
  }

  /// All nodes and what is placed on them, as it stands in the middle of a step.
  static Ledger ledger(Draft draft) {
    var ledger = new Ledger(draft.settings.scheduling());
    draft.nodes.publish().forEach((name, node) -> facts(draft, node).ifPresent(ledger::put));
    draft
        .workloads
        .publish()
        .forEach((key, workload) ->
            workload
                .pods()
                .forEach((id, pod) -> {
                  if (!pod.hasEnded()) {
                    bind(ledger, pod);
                  }
                }));
    return ledger;
  }

  private static void bind(Ledger ledger, Pod pod) {
    ledger.add(pod.node(), pod.workload(), pod.release().hash(), pod.release().template());
  }

  /// Empty for a node that has not said what it is.
  static Optional<NodeFacts> facts(Draft draft, NodeState node) {
    return node.info().map(info -> facts(node, info, settings(draft, node.name())));
  }

  private static NodeSettings settings(Draft draft, String name) {
    return draft.accepted.flatMap(it -> it.nodes().get(name)).orElse(NodeSettings.NONE);
  }

  private static NodeFacts facts(NodeState node, NodeInfo info, NodeSettings settings) {
    var labels = info.labels();
    if (!settings.labels().isEmpty()) {
      labels = new TreeMap<>(labels);
      labels.putAll(settings.labels());
    }
    return new NodeFacts(
        node.name(),
        info.allocatable(),
        info.maxPods(),
        labels,
        settings.taints(),
        node.isReady(),
        settings.unschedulable(),
        info.images());
  }
}
