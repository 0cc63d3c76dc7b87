package dev.reeve.core;

import dev.reeve.core.model.NodeSettings;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.scheduling.Ledger;
import dev.reeve.core.scheduling.NodeFacts;
import dev.reeve.core.scheduling.Search;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// The nodes as they are counted on: which are ready, what is placed on them, and what is not any
/// more.
final class Nodes {
  private Nodes() {}

  static void forget(Draft draft, Pod pod) {
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
          draft
              .ledgerIfKept()
              .ifPresent(ledger ->
                  ledger.remove(
                      pod.node(), pod.workload(), pod.release().hash(), pod.release().template()));
        });
    draft.unplaced.publish().keys().forEach(draft::markWorkload);
  }

  /// A commit says other things of nodes.
  static void settingsChanged(
      Draft draft, SortedMap<String, NodeSettings> before, SortedMap<String, NodeSettings> after) {
    var names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    boolean isChanged = false;
    for (String name : names) {
      var node = draft.nodes.get(name);
      if (node.isPresent() && !Objects.equals(before.get(name), after.get(name))) {
        isChanged = true;
        var edit = node.get().edit();
        edit.settingsAt = draft.now;
        put(draft, edit);
        markPods(draft, node.get());
      }
    }
    if (isChanged) {
      draft.unplaced.publish().keys().forEach(draft::markWorkload);
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
        .search(workload.key(), release.hash(), release.template(), workload.replicas());
  }

  static void start(Draft draft, Pod pod) {
    var node = draft.nodes.get(pod.node()).orElseThrow().edit();
    node.pods = node.pods.with(pod.id(), pod.workload());
    node.starts = node.starts.with(pod.id(), pod.workload());
    node.requested = node.requested.plus(pod.release().template().requests());
    put(draft, node);
    draft.ledgerIfKept().ifPresent(ledger -> bind(ledger, pod));
    draft.markNode(pod.node());
  }

  /// A pod that was there already.
  static void adopt(Draft draft, Pod pod) {
    var node = draft.nodes.get(pod.node()).orElseThrow().edit();
    node.pods = node.pods.with(pod.id(), pod.workload());
    node.requested = node.requested.plus(pod.release().template().requests());
    put(draft, node);
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
    var node = edit.build();
    draft.nodes.put(node.name(), node);
    draft.ledgerIfKept().ifPresent(ledger -> facts(draft, node).ifPresent(ledger::put));
  }

  /// All nodes and what is placed on them, as it stands in the middle of a step.
  static Ledger ledger(Draft draft) {
    var ledger = new Ledger(draft.settings.scheduling());
    draft.nodes.publish().forEach((name, node) -> facts(draft, node).ifPresent(ledger::put));
    draft
        .workloads
        .publish()
        .forEach((key, workload) -> workload.pods().forEach((id, pod) -> bind(ledger, pod)));
    return ledger;
  }

  private static void bind(Ledger ledger, Pod pod) {
    ledger.add(pod.node(), pod.workload(), pod.release().hash(), pod.release().template());
  }

  /// Empty for a node that has not said what it is.
  private static Optional<NodeFacts> facts(Draft draft, NodeState node) {
    return node.info().map(info -> facts(node, info, settings(draft, node.name())));
  }

  private static NodeSettings settings(Draft draft, String name) {
    return draft.accepted.map(it -> it.nodes().get(name)).orElse(NodeSettings.NONE);
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
        settings.unschedulable());
  }
}
