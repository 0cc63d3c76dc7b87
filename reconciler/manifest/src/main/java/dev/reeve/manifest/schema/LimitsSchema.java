package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.map;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/// How much pods and claims of a namespace may ask for, each and together.
public final class LimitsSchema {
  /// What quotas are held against; anything else is said not to be.
  public static final List<String> QUOTAS =
      List.of(
          "cpu",
          "memory",
          "requests.cpu",
          "requests.memory",
          "limits.cpu",
          "limits.memory",
          "requests.storage",
          "pods");

  private static final Type AMOUNTS = map(Notation.NOT_EMPTY, new Type.Amount());

  static final Type.Structure LIMIT_RANGE_SPEC =
      structure(
          "LimitRangeSpec",
          acted(
                  "limits",
                  list(structure(
                              "LimitRangeItem",
                              acted("type", oneOf("Container", "Pod", "PersistentVolumeClaim"))
                                  .asRequired(),
                              acted("max", AMOUNTS),
                              acted("min", AMOUNTS),
                              acted("default", AMOUNTS),
                              acted("defaultRequest", AMOUNTS),
                              acted("maxLimitRequestRatio", AMOUNTS))
                          .with(LimitsSchema::limits))
                      .notEmpty())
              .asRequired());

  static final Type.Structure QUOTA_SPEC =
      structure(
              "ResourceQuotaSpec",
              acted("hard", AMOUNTS).asRequired(),
              refused("scopes"),
              refused("scopeSelector"))
          .with(LimitsSchema::quota);

  private LimitsSchema() {}

  private static void limits(ObjectNode json, Scope scope) {
    if (!json.path("type").asText().equals("Container")) {
      for (String field : List.of("default", "defaultRequest")) {
        if (json.has(field)) {
          scope.at(field).refuse("may only stand beside type: Container");
        }
      }
    }
  }

  private static void quota(ObjectNode json, Scope scope) {
    for (String key : MetadataSchema.keys(json.path("hard"))) {
      boolean isKnown = QUOTAS.contains(key) || kind(key).isPresent();
      if (!isKnown) {
        scope.at("hard").key(key).warn("is not acted on");
      }
    }
  }

  /// The kind of object that a key counts, as it stands in keys.
  public static Optional<String> kind(String key) {
    var name = key.startsWith("count/") ? key.substring("count/".length()) : key;
    return Optional.ofNullable(
        switch (name) {
          case "configmaps" -> "ConfigMap";
          case "secrets" -> "Secret";
          case "services" -> "Service";
          case "persistentvolumeclaims" -> "PersistentVolumeClaim";
          case "resourcequotas" -> "ResourceQuota";
          case "deployments.apps" -> "Deployment";
          case "replicasets.apps" -> "ReplicaSet";
          case "statefulsets.apps" -> "StatefulSet";
          case "daemonsets.apps" -> "DaemonSet";
          case "jobs.batch" -> "Job";
          case "cronjobs.batch" -> "CronJob";
          case "ingresses.networking.k8s.io" -> "Ingress";
          default -> null;
        });
  }
}
