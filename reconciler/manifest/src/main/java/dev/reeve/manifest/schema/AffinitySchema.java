package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;
import static dev.reeve.manifest.schema.Type.whole;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a pod asks of the nodes it may go to and of the pods beside it, and how its like are
/// spread.
public final class AffinitySchema {
  public static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
  public static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

  /// The labels by which others tell the pods of one release: those of a Deployment, and of a
  /// Rollout.
  public static final Set<String> RELEASE_KEYS =
      Set.of("pod-template-hash", "rollouts-pod-template-hash");

  private static final Type.Structure NODE_REQUIREMENT =
      structure(
              "NodeSelectorRequirement",
              acted("key", text(Notation.LABEL_KEY)).asRequired(),
              acted("operator", oneOf("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"))
                  .asRequired(),
              acted("values", list(text(Notation.LABEL_VALUE))))
          .with(Selectors::checkValues);

  private static final Type.Structure NODE_FIELD =
      structure(
              "NodeFieldRequirement",
              acted("key", oneOf("metadata.name")).asRequired(),
              acted("operator", oneOf("In", "NotIn")).asRequired(),
              acted("values", list(text(Notation.DNS_SUBDOMAIN))))
          .with((json, scope) -> {
            if (json.path("values").size() != 1) {
              scope.at("values").refuse("must be one name");
            }
          });

  static final Type.Structure NODE_TERM =
      structure(
          "NodeSelectorTerm",
          acted("matchExpressions", list(NODE_REQUIREMENT)),
          acted("matchFields", list(NODE_FIELD)));

  private static final Type.Structure NODE_AFFINITY =
      structure(
          "NodeAffinity",
          acted(
              REQUIRED,
              structure(
                  "NodeSelector",
                  acted("nodeSelectorTerms", list(NODE_TERM).notEmpty()).asRequired())),
          acted(
              PREFERRED,
              list(
                  structure(
                      "PreferredSchedulingTerm",
                      acted("weight", whole(1, 100)).asRequired(),
                      acted("preference", NODE_TERM).asRequired()))));

  private static final Field LABEL_SELECTOR = acted("labelSelector", Selectors.LABEL_SELECTOR);
  private static final Field TOPOLOGY_KEY =
      acted("topologyKey", text(Notation.LABEL_KEY)).asRequired();
  private static final Field MATCH_LABEL_KEYS =
      acted("matchLabelKeys", list(text(Notation.LABEL_KEY)));

  private static final Type.Structure POD_TERM =
      structure(
              "PodAffinityTerm",
              LABEL_SELECTOR,
              TOPOLOGY_KEY,
              acted("namespaces", list(text(Notation.DNS_LABEL))),
              acted("namespaceSelector", Selectors.LABEL_SELECTOR),
              MATCH_LABEL_KEYS,
              acted("mismatchLabelKeys", list(text(Notation.LABEL_KEY))))
          .with(AffinitySchema::podTerm);

  static final Type.Structure AFFINITY =
      structure(
          "Affinity",
          acted("nodeAffinity", NODE_AFFINITY),
          acted("podAffinity", podAffinity("PodAffinity")),
          acted("podAntiAffinity", podAffinity("PodAntiAffinity")));

  static final Type.Structure SPREAD =
      structure(
              "TopologySpreadConstraint",
              acted("maxSkew", whole(1, Integer.MAX_VALUE)).asRequired(),
              TOPOLOGY_KEY,
              acted("whenUnsatisfiable", oneOf("DoNotSchedule", "ScheduleAnyway")).asRequired(),
              LABEL_SELECTOR,
              acted("minDomains", whole(1, Integer.MAX_VALUE)),
              acted("nodeAffinityPolicy", oneOf("Honor", "Ignore"))
                  .because("Honor where it is not written"),
              acted("nodeTaintsPolicy", oneOf("Honor", "Ignore"))
                  .because("Ignore where it is not written"),
              MATCH_LABEL_KEYS)
          .with(AffinitySchema::spread);

  private AffinitySchema() {}

  private static Type.Structure podAffinity(String name) {
    return structure(
        name,
        acted(REQUIRED, list(POD_TERM)),
        acted(
            PREFERRED,
            list(
                structure(
                    "WeightedPodAffinityTerm",
                    acted("weight", whole(1, 100)).asRequired(),
                    acted("podAffinityTerm", POD_TERM).asRequired()))));
  }

  private static void podTerm(ObjectNode json, Scope scope) {
    labelKeys(json, scope);
    if (json.has("mismatchLabelKeys") && !json.has("labelSelector")) {
      scope.at("mismatchLabelKeys").refuse("needs a labelSelector");
    }
    Set<String> mismatched = new HashSet<>();
    json.path("mismatchLabelKeys").forEach(key -> mismatched.add(key.asText()));
    for (String list : List.of("matchLabelKeys", "mismatchLabelKeys")) {
      for (int i = 0; i < json.path(list).size(); i++) {
        String key = json.path(list).path(i).asText();
        Scope at = scope.at(list).at(i);
        if (RELEASE_KEYS.contains(key)) {
          at.refuse(key + " is known in topologySpreadConstraints only");
        } else if (list.equals("matchLabelKeys") && mismatched.contains(key)) {
          at.refuse("\"%s\" stands in mismatchLabelKeys, too".formatted(key));
        }
      }
    }
  }

  private static void spread(ObjectNode json, Scope scope) {
    labelKeys(json, scope);
    if (json.has("minDomains")
        && json.path("whenUnsatisfiable").asText().equals("ScheduleAnyway")) {
      scope.at("minDomains").refuse("needs whenUnsatisfiable: DoNotSchedule");
    }
  }

  private static void labelKeys(ObjectNode json, Scope scope) {
    JsonNode keys = json.path("matchLabelKeys");
    Scope at = scope.at("matchLabelKeys");
    if (!keys.isEmpty() && !json.has("labelSelector")) {
      at.refuse("needs a labelSelector");
    }
    Set<String> selected = new HashSet<>();
    JsonNode selector = json.path("labelSelector");
    selected.addAll(MetadataSchema.keys(selector.path("matchLabels")));
    selector.path("matchExpressions").forEach(it -> selected.add(it.path("key").asText()));
    for (int i = 0; i < keys.size(); i++) {
      String key = keys.path(i).asText();
      if (selected.contains(key)) {
        at.at(i).refuse("\"%s\" stands in labelSelector, too".formatted(key));
      }
    }
  }

  /// The rule of a pod: one constraint of a topology and of a kind.
  static void spreadsOnce(ObjectNode pod, Scope scope) {
    Set<List<String>> seen = new HashSet<>();
    JsonNode constraints = pod.path("topologySpreadConstraints");
    for (int i = 0; i < constraints.size(); i++) {
      String topologyKey = constraints.path(i).path("topologyKey").asText();
      String kind = constraints.path(i).path("whenUnsatisfiable").asText();
      if (!seen.add(List.of(topologyKey, kind))) {
        scope
            .at("topologySpreadConstraints")
            .at(i)
            .refuse("repeats the topologyKey and whenUnsatisfiable of an earlier one");
      }
    }
  }
}
