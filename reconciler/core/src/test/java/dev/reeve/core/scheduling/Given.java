package dev.reeve.core.scheduling;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.Constraints.Spread;
import dev.reeve.core.model.HostPort;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.Taint;
import dev.reeve.core.model.Toleration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Nodes and pods of tests, where nothing is said of no account.
final class Given {
  static final String HOST = "kubernetes.io/hostname";
  static final String ZONE = "topology.kubernetes.io/zone";
  static final ObjectKey WEB = new ObjectKey("Deployment", "shop", "web");

  private Given() {}

  static NodeFacts node(String name, Map<String, String> labels, Taint... taints) {
    return new NodeFacts(
        name,
        new Resources(4_000, 8L << 30),
        110,
        new TreeMap<>(labels),
        List.of(taints),
        true,
        false);
  }

  static NodeFacts cordoned(NodeFacts node) {
    return new NodeFacts(
        node.name(),
        node.allocatable(),
        node.maxPods(),
        node.labels(),
        node.taints(),
        node.isReady(),
        true);
  }

  static NodeFacts silent(NodeFacts node) {
    return new NodeFacts(
        node.name(),
        node.allocatable(),
        node.maxPods(),
        node.labels(),
        node.taints(),
        false,
        node.isUnschedulable());
  }

  /// Puts up with every taint of a key.
  static Toleration toleration(String key) {
    return new Toleration(key, false, "", Optional.empty(), Optional.empty());
  }

  /// Pods labelled `app: web`.
  static PodTemplate web() {
    return web(List.of(), List.of(), List.of());
  }

  static PodTemplate web(List<NodeTerm> nodes, List<Toleration> tolerations, List<Spread> spread) {
    var labels = new TreeMap<String, String>();
    labels.put("app", "web");
    var none = Constraints.ofLabels(labels);
    return template(
        new Constraints(
            labels,
            Optional.empty(),
            nodes,
            none.preferredNodes(),
            none.near(),
            none.preferredNear(),
            none.apart(),
            none.preferredApart(),
            tolerations,
            spread,
            0,
            true));
  }

  static PodTemplate template(Constraints constraints) {
    return new PodTemplate(
        "hash",
        new Resources(100, 64 << 20),
        constraints,
        List.of(),
        Optional.empty(),
        true,
        List.of("app"),
        Bytes.utf8("{}"));
  }

  static PodTemplate withPort(PodTemplate template, int port) {
    return new PodTemplate(
        template.hash() + "-" + port,
        template.requests(),
        template.constraints(),
        List.of(new HostPort("TCP", port)),
        template.tolerateUnreachable(),
        template.restartsAlways(),
        template.containers(),
        template.json());
  }

  static NodeTerm nodeWith(String key, String value) {
    return new NodeTerm(Selector.ofLabels(Map.of(key, value)), Selector.EVERYTHING);
  }

  /// `app: web`, at most one pod apart.
  static Spread evenly(String topologyKey) {
    return new Spread(
        1, 1, true, Selector.ofLabels(Map.of("app", "web")), topologyKey, true, false, false);
  }

  /// The same, and nodes whose taints are not tolerated do not count (`nodeTaintsPolicy: Honor`).
  static Spread evenlyWhereTolerated(String topologyKey) {
    return new Spread(
        1, 1, true, Selector.ofLabels(Map.of("app", "web")), topologyKey, true, true, false);
  }
}
