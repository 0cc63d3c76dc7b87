package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.inert;
import static dev.reeve.manifest.schema.Type.bool;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;
import static dev.reeve.manifest.schema.Type.whole;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// Kinds that say where pods may go, which go first, and how many may be moved at once.
public final class SchedulingSchema {
  /// On a Node: its pods are moved elsewhere.
  public static final String DRAIN = MetadataSchema.OWN_PREFIX + "drain";

  /// Those that are there without a manifest.
  public static final String CLUSTER_CRITICAL = "system-cluster-critical";

  public static final int CLUSTER_CRITICAL_VALUE = 2_000_000_000;
  public static final String NODE_CRITICAL = "system-node-critical";
  public static final int NODE_CRITICAL_VALUE = 2_000_001_000;

  private static final String BUILTIN_PREFIX = "system-";
  private static final int PRIORITY_MAX = 1_000_000_000;

  static final Type.Structure NODE_SPEC =
      structure(
              "NodeSpec",
              acted("unschedulable", bool()),
              acted(
                  "taints",
                  list(
                      structure(
                          "Taint",
                          acted("key", text(Notation.LABEL_KEY)).asRequired(),
                          acted("value", text(Notation.LABEL_VALUE)),
                          acted("effect", oneOf("NoSchedule", "PreferNoSchedule", "NoExecute"))
                              .asRequired(),
                          inert("timeAdded")))),
              inert("podCIDR"),
              inert("podCIDRs"),
              inert("providerID"),
              inert("externalID"),
              inert("configSource"))
          .with(Taints::areUnique);

  static final Type.Structure DISRUPTION_BUDGET_SPEC =
      structure(
              "PodDisruptionBudgetSpec",
              acted("selector", Selectors.LABEL_SELECTOR),
              acted("minAvailable", new Type.Share()),
              acted("maxUnavailable", new Type.Share()),
              inert("unhealthyPodEvictionPolicy", oneOf("IfHealthyBudget", "AlwaysAllow")))
          .with(SchedulingSchema::budget);

  static final List<Field> PRIORITY_CLASS =
      List.of(
          acted("value", whole(Integer.MIN_VALUE, NODE_CRITICAL_VALUE)).asRequired(),
          acted("globalDefault", bool()),
          acted("description", text()),
          acted("preemptionPolicy", oneOf("PreemptLowerPriority", "Never"))
              .or("PreemptLowerPriority"));

  private SchedulingSchema() {}

  private static void budget(ObjectNode json, Scope scope) {
    if (json.has("minAvailable") && json.has("maxUnavailable")) {
      scope.at("maxUnavailable").refuse("may not stand beside minAvailable");
    }
    for (String bound : List.of("minAvailable", "maxUnavailable")) {
      if (WorkloadSchema.percent(json.path(bound)) > 100) {
        scope.at(bound).refuse("must not be more than 100%");
      }
    }
    if (!json.has("minAvailable") && !json.has("maxUnavailable")) {
      scope.warn("has neither minAvailable nor maxUnavailable: no pod may be moved");
    }
  }

  static void priorityClass(ObjectNode json, Scope scope) {
    String name = json.path("metadata").path("name").asText();
    long value = json.path("value").asLong();
    if (name.startsWith(BUILTIN_PREFIX)) {
      boolean isBuiltin =
          (name.equals(CLUSTER_CRITICAL) && value == CLUSTER_CRITICAL_VALUE)
              || (name.equals(NODE_CRITICAL) && value == NODE_CRITICAL_VALUE);
      if (!isBuiltin || json.path("globalDefault").asBoolean()) {
        scope.at("metadata", "name").refuse("must not begin with system-: these are built in");
      }
    } else if (value > PRIORITY_MAX) {
      scope.at("value").refuse("must not be more than " + PRIORITY_MAX);
    }
  }

  /// The rule of a kind's root.
  static Rule drains(String kind) {
    return (json, scope) -> {
      if (!kind.equals("Node") && json.path("metadata").path("annotations").has(DRAIN)) {
        scope.at("metadata", "annotations").key(DRAIN).refuse("belongs on a Node");
      }
    };
  }
}
