package dev.reeve.simulation.placement;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.Constraints.PodTerm;
import dev.reeve.core.model.Constraints.Spread;
import dev.reeve.core.model.Constraints.Weighted;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.Selector.Operator;
import dev.reeve.core.model.Selector.Requirement;
import dev.reeve.core.model.Taint;
import dev.reeve.core.model.Toleration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// A pod as its manifest says it, written down a rule at a time.
final class TestPod {
  private final String name;
  private final SortedMap<String, String> labels;
  private String namespace = "default";
  private String release = "r1";
  private Resources requests = new Resources(100, 64 << 20);
  private Optional<String> nodeName = Optional.empty();
  private final List<NodeTerm> nodes = new ArrayList<>();
  private final List<Weighted<NodeTerm>> preferredNodes = new ArrayList<>();
  private final List<PodTerm> near = new ArrayList<>();
  private final List<Weighted<PodTerm>> preferredNear = new ArrayList<>();
  private final List<PodTerm> apart = new ArrayList<>();
  private final List<Weighted<PodTerm>> preferredApart = new ArrayList<>();
  private final List<Toleration> tolerations = new ArrayList<>();
  private final List<Spread> spread = new ArrayList<>();

  private TestPod(String name, String labels) {
    this.name = name;
    this.labels = labels(labels);
  }

  /// @param labels `key=value`, and a comma between two
  static TestPod pod(String name, String labels) {
    return new TestPod(name, labels);
  }

  static SortedMap<String, String> labels(String text) {
    var labels = new TreeMap<String, String>();
    for (String each : text.isEmpty() ? new String[0] : text.split(",")) {
      var parts = each.split("=", -1);
      labels.put(parts[0], parts[1]);
    }
    return labels;
  }

  PodFacts facts() {
    return facts(nodeName);
  }

  /// The same pod, with another `nodeName`.
  PodFacts facts(Optional<String> node) {
    var constraints =
        new Constraints(
            labels,
            node,
            nodes,
            preferredNodes,
            near,
            preferredNear,
            apart,
            preferredApart,
            tolerations,
            spread,
            0,
            true);
    var template =
        new PodTemplate(
            name,
            requests,
            constraints,
            List.of(),
            Optional.empty(),
            true,
            List.of("app"),
            Bytes.utf8("{}"));
    return new PodFacts(new ObjectKey("Deployment", namespace, name), release, template);
  }

  // --- what it is

  TestPod in(String other) {
    namespace = other;
    return this;
  }

  TestPod ofRelease(String other) {
    release = other;
    return this;
  }

  TestPod requests(Resources other) {
    requests = other;
    return this;
  }

  // --- what it asks for

  TestPod nodeName(String node) {
    nodeName = Optional.of(node);
    return this;
  }

  TestPod nodeSelector(String selected) {
    nodes.add(new NodeTerm(Selector.ofLabels(labels(selected)), Selector.EVERYTHING));
    return this;
  }

  /// One more of the terms of which one must match: all of its expressions.
  TestPod nodeTerm(Requirement... expressions) {
    nodes.add(new NodeTerm(new Selector(List.of(expressions)), Selector.EVERYTHING));
    return this;
  }

  TestPod prefersNode(int weight, Requirement... expressions) {
    preferredNodes.add(
        new Weighted<>(
            weight, new NodeTerm(new Selector(List.of(expressions)), Selector.EVERYTHING)));
    return this;
  }

  TestPod near(PodTerm term) {
    near.add(term);
    return this;
  }

  TestPod apart(PodTerm term) {
    apart.add(term);
    return this;
  }

  TestPod prefersNear(int weight, PodTerm term) {
    preferredNear.add(new Weighted<>(weight, term));
    return this;
  }

  TestPod prefersApart(int weight, PodTerm term) {
    preferredApart.add(new Weighted<>(weight, term));
    return this;
  }

  TestPod tolerates(Toleration toleration) {
    tolerations.add(toleration);
    return this;
  }

  TestPod spread(Spread constraint) {
    spread.add(constraint);
    return this;
  }

  // --- parts of manifests

  static Requirement requires(String key, Operator operator, String... values) {
    return new Requirement(key, operator, List.of(values));
  }

  /// Pods with these labels, in the namespace `default` unless others are named.
  static PodTerm podsWith(String labels, String topologyKey, String... namespaces) {
    var named = namespaces.length == 0 ? List.of("default") : List.of(namespaces);
    return new PodTerm(Selector.ofLabels(labels(labels)), new TreeSet<>(named), false, topologyKey);
  }

  /// `DoNotSchedule`, with what holds where nothing else is said.
  static Spread evenly(int maxSkew, String topologyKey, String labels) {
    return new Spread(
        maxSkew, 1, true, Selector.ofLabels(labels(labels)), topologyKey, true, false, false);
  }

  static Toleration equal(String key, String value, Taint.Effect effect) {
    return new Toleration(key, true, value, Optional.of(effect), Optional.empty());
  }

  static Toleration exists(String key, Taint.Effect effect) {
    return new Toleration(key, false, "", Optional.of(effect), Optional.empty());
  }

  /// For every effect; of every key where that is empty.
  static Toleration exists(String key) {
    return new Toleration(key, false, "", Optional.empty(), Optional.empty());
  }
}
