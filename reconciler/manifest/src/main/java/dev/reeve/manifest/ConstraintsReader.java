package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.Constraints.Spread;
import dev.reeve.core.model.Constraints.Weighted;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.Selector.Operator;
import dev.reeve.core.model.Selector.Requirement;
import dev.reeve.manifest.ConstraintsDraft.Priority;
import dev.reeve.manifest.ConstraintsDraft.Term;
import dev.reeve.manifest.schema.AffinitySchema;
import dev.reeve.manifest.schema.Selectors;
import dev.reeve.manifest.schema.Tolerations;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;

/// The spec of a pod into the constraints that it says.
final class ConstraintsReader {
  private final String namespace;
  private final SortedMap<String, String> labels;
  private final JsonNode spec;

  /// @param labels the pod's own
  ConstraintsReader(String namespace, SortedMap<String, String> labels, JsonNode spec) {
    this.namespace = namespace;
    this.labels = labels;
    this.spec = spec;
  }

  ConstraintsDraft read() {
    JsonNode affinity = spec.path("affinity");
    JsonNode near = affinity.path("podAffinity");
    JsonNode apart = affinity.path("podAntiAffinity");
    var own =
        new Constraints(
            labels,
            text("nodeName"),
            nodes(affinity.path("nodeAffinity").path(AffinitySchema.REQUIRED)),
            preferredNodes(affinity.path("nodeAffinity").path(AffinitySchema.PREFERRED)),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Tolerations.of(spec.path("tolerations")),
            spread(),
            0,
            true);
    return new ConstraintsDraft(
        own,
        terms(near.path(AffinitySchema.REQUIRED)),
        weighted(near.path(AffinitySchema.PREFERRED)),
        terms(apart.path(AffinitySchema.REQUIRED)),
        weighted(apart.path(AffinitySchema.PREFERRED)),
        priority());
  }

  private Priority priority() {
    return new Priority(
        text("priorityClassName"),
        spec.has("priority") ? Optional.of(spec.path("priority").intValue()) : Optional.empty(),
        text("preemptionPolicy").map(policy -> policy.equals("PreemptLowerPriority")));
  }

  private Optional<String> text(String field) {
    return Optional.of(spec.path(field).asText()).filter(text -> !text.isEmpty());
  }

  // --- nodes

  /// The node selector holds together with each of the terms of the affinity.
  private List<NodeTerm> nodes(JsonNode required) {
    Selector given = Selector.ofLabels(Selectors.labels(spec.path("nodeSelector")));
    if (required.isMissingNode()) {
      return given.requirements().isEmpty()
          ? List.of()
          : List.of(new NodeTerm(given, Selector.EVERYTHING));
    }
    var terms = new ArrayList<NodeTerm>();
    for (JsonNode term : required.path("nodeSelectorTerms")) {
      NodeTerm written = nodeTerm(term);
      terms.add(new NodeTerm(both(given, written.labels()), written.names()));
    }
    return terms;
  }

  private static List<Weighted<NodeTerm>> preferredNodes(JsonNode preferred) {
    var terms = new ArrayList<Weighted<NodeTerm>>();
    for (JsonNode each : preferred) {
      terms.add(new Weighted<>(each.path("weight").intValue(), nodeTerm(each.path("preference"))));
    }
    return terms;
  }

  /// One that asks for nothing matches no node.
  static NodeTerm nodeTerm(JsonNode term) {
    JsonNode expressions = term.path("matchExpressions");
    JsonNode fields = term.path("matchFields");
    return expressions.isEmpty() && fields.isEmpty()
        ? new NodeTerm(Selector.NOTHING, Selector.EVERYTHING)
        : new NodeTerm(
            new Selector(Selectors.requirements(expressions)),
            new Selector(Selectors.requirements(fields)));
  }

  private static Selector both(Selector one, Selector other) {
    var requirements = new ArrayList<>(one.requirements());
    requirements.addAll(other.requirements());
    return new Selector(requirements);
  }

  // --- pods

  private List<Term> terms(JsonNode required) {
    var terms = new ArrayList<Term>();
    required.forEach(term -> terms.add(term(term)));
    return terms;
  }

  private List<Weighted<Term>> weighted(JsonNode preferred) {
    var terms = new ArrayList<Weighted<Term>>();
    for (JsonNode each : preferred) {
      terms.add(new Weighted<>(each.path("weight").intValue(), term(each.path("podAffinityTerm"))));
    }
    return terms;
  }

  private Term term(JsonNode term) {
    var pods = new ArrayList<>(Selectors.of(term.path("labelSelector")).requirements());
    pods.addAll(ofOwnLabels(term.path("matchLabelKeys"), Operator.IN));
    pods.addAll(ofOwnLabels(term.path("mismatchLabelKeys"), Operator.NOT_IN));
    var namespaces = new TreeSet<String>();
    term.path("namespaces").forEach(name -> namespaces.add(name.asText()));
    if (namespaces.isEmpty() && !term.has("namespaceSelector")) {
      namespaces.add(namespace);
    }
    return new Term(
        new Selector(pods),
        namespaces,
        Selectors.of(term.path("namespaceSelector")),
        term.path("topologyKey").asText());
  }

  /// A key that the pod has no label of asks for nothing.
  private List<Requirement> ofOwnLabels(JsonNode keys, Operator operator) {
    var requirements = new ArrayList<Requirement>();
    for (JsonNode key : keys) {
      String value = labels.get(key.asText());
      if (value != null) {
        requirements.add(new Requirement(key.asText(), operator, List.of(value)));
      }
    }
    return requirements;
  }

  private List<Spread> spread() {
    var spread = new ArrayList<Spread>();
    for (JsonNode each : spec.path("topologySpreadConstraints")) {
      var pods = new ArrayList<>(Selectors.of(each.path("labelSelector")).requirements());
      boolean ofRelease = false;
      for (JsonNode key : each.path("matchLabelKeys")) {
        ofRelease |= AffinitySchema.RELEASE_KEYS.contains(key.asText());
      }
      pods.addAll(ofOwnLabels(each.path("matchLabelKeys"), Operator.IN));
      spread.add(
          new Spread(
              each.path("maxSkew").intValue(),
              each.path("minDomains").asInt(1),
              each.path("whenUnsatisfiable").asText().equals("DoNotSchedule"),
              new Selector(pods),
              each.path("topologyKey").asText(),
              !each.path("nodeAffinityPolicy").asText().equals("Ignore"),
              each.path("nodeTaintsPolicy").asText().equals("Honor"),
              ofRelease));
    }
    return spread;
  }
}
