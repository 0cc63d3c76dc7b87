package dev.reeve.core;

import dev.reeve.core.model.HostPort;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.scheduling.Placement;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import java.util.ArrayList;
import java.util.SortedMap;
import java.util.SortedSet;
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
        });
    draft.unplaced.publish().keys().forEach(draft::markWorkload);
  }

  static void markPods(Draft draft, NodeState node) {
    node.pods().forEach((id, key) -> draft.markWorkload(key));
  }

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

  static void put(Draft draft, NodeState.Edit edit) {
    var node = edit.build();
    draft.nodes.put(node.name(), node);
  }
}
