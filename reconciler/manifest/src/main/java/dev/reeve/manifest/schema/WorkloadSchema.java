package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.inert;
import static dev.reeve.manifest.schema.Type.bool;
import static dev.reeve.manifest.schema.Type.count;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.text.Json;
import java.util.HashSet;
import java.util.Set;

/// Objects that have pods.
final class WorkloadSchema {
  private static final Type.Structure STRATEGY =
      structure(
              "DeploymentStrategy",
              acted("type", oneOf("RollingUpdate", "Recreate")).or("RollingUpdate"),
              acted(
                  "rollingUpdate",
                  structure(
                      "RollingUpdate",
                      acted("maxSurge", new Type.Share()).or("25%"),
                      acted("maxUnavailable", new Type.Share()).or("25%"))))
          .with(WorkloadSchema::strategy);

  static final Type.Structure DEPLOYMENT_SPEC =
      structure(
              "DeploymentSpec",
              acted("replicas", count()).or(1),
              acted("selector", Selectors.LABEL_SELECTOR).asRequired(),
              acted("template", PodSchema.TEMPLATE).asRequired(),
              acted("strategy", STRATEGY).orFilled(),
              acted("minReadySeconds", count()).or(0),
              acted("progressDeadlineSeconds", count()).or(600),
              inert("revisionHistoryLimit", count()).because("the history is Git's"),
              acted("paused", bool()))
          .with(WorkloadSchema::deployment);

  static final Type.Structure REPLICA_SET_SPEC =
      structure(
              "ReplicaSetSpec",
              acted("replicas", count()).or(1),
              acted("selector", Selectors.LABEL_SELECTOR).asRequired(),
              acted("template", PodSchema.TEMPLATE).asRequired(),
              acted("minReadySeconds", count()).or(0))
          .with((json, scope) -> {
            selector(json, scope);
            pods("ReplicaSet", json, scope);
          });

  static final Type.Structure STATEFUL_SET_SPEC =
      structure(
              "StatefulSetSpec",
              acted("replicas", count()).or(1),
              acted("selector", Selectors.LABEL_SELECTOR).asRequired(),
              acted("template", PodSchema.SET_TEMPLATE).asRequired(),
              acted("serviceName", text(Notation.DNS_1035_LABEL)),
              acted("podManagementPolicy", oneOf("OrderedReady", "Parallel")).or("OrderedReady"),
              acted(
                      "updateStrategy",
                      structure(
                              "StatefulSetUpdateStrategy",
                              acted("type", oneOf("RollingUpdate", "OnDelete")).or("RollingUpdate"),
                              acted(
                                  "rollingUpdate",
                                  structure(
                                      "StatefulSetRollingUpdate",
                                      acted("partition", count()).or(0),
                                      acted("maxUnavailable", new Type.Share()).or(1))))
                          .with(WorkloadSchema::updateStrategy))
                  .orFilled(),
              acted("minReadySeconds", count()).or(0),
              acted("ordinals", structure("Ordinals", acted("start", count()).or(0))),
              inert("revisionHistoryLimit", count()).because("the history is Git's"),
              acted("volumeClaimTemplates", list(StorageSchema.CLAIM_TEMPLATE)),
              acted("persistentVolumeClaimRetentionPolicy", StorageSchema.RETENTION))
          .with((json, scope) -> {
            selector(json, scope);
            pods("StatefulSet", json, scope);
            claims(json, scope);
          });

  static final Type.Structure DAEMON_SET_SPEC =
      structure(
              "DaemonSetSpec",
              acted("selector", Selectors.LABEL_SELECTOR).asRequired(),
              acted("template", PodSchema.TEMPLATE).asRequired(),
              acted(
                      "updateStrategy",
                      structure(
                              "DaemonSetUpdateStrategy",
                              acted("type", oneOf("RollingUpdate", "OnDelete")).or("RollingUpdate"),
                              acted(
                                  "rollingUpdate",
                                  structure(
                                          "DaemonSetRollingUpdate",
                                          acted("maxUnavailable", new Type.Share()),
                                          acted("maxSurge", new Type.Share()).or(0))
                                      .with(WorkloadSchema::daemonBounds)))
                          .with(WorkloadSchema::updateStrategy))
                  .orFilled(),
              acted("minReadySeconds", count()).or(0),
              inert("revisionHistoryLimit", count()).because("the history is Git's"))
          .with((json, scope) -> {
            selector(json, scope);
            pods("DaemonSet", json, scope);
          });

  private WorkloadSchema() {}

  private static void claims(ObjectNode json, Scope scope) {
    Set<String> names = new HashSet<>();
    JsonNode claims = json.path("volumeClaimTemplates");
    for (int i = 0; i < claims.size(); i++) {
      String name = claims.path(i).path("metadata").path("name").asText();
      if (!names.add(name)) {
        scope
            .at("volumeClaimTemplates")
            .at(i)
            .at("metadata", "name")
            .refuse("\"%s\" is used twice".formatted(name));
      }
    }
    PodSchema.mountsHaveVolumes(
        json.path("template").path("spec"), names, scope.at("template", "spec"));
  }

  private static void updateStrategy(ObjectNode json, Scope scope) {
    if (json.path("type").asText().equals("OnDelete") && json.has("rollingUpdate")) {
      scope.at("rollingUpdate").refuse("may not stand beside type: OnDelete");
    }
  }

  /// With a surge nothing need be missing, so then its default is none.
  private static void daemonBounds(ObjectNode json, Scope scope) {
    boolean surges = !isZero(json.path("maxSurge"));
    if (!json.has("maxUnavailable")) {
      json.set("maxUnavailable", Json.number(surges ? 0 : 1));
    } else if (surges && !isZero(json.path("maxUnavailable"))) {
      scope.at("maxUnavailable").refuse("must be 0 where maxSurge is not");
    } else if (!surges && isZero(json.path("maxUnavailable"))) {
      scope.refuse("must not have both bounds at 0: no pod could ever be replaced");
    }
  }

  private static void strategy(ObjectNode json, Scope scope) {
    Scope at = scope.at("rollingUpdate");
    if (json.path("type").asText().equals("Recreate")) {
      if (json.has("rollingUpdate")) {
        at.refuse("may not stand beside type: Recreate");
      }
      return;
    }
    if (!json.has("rollingUpdate")) {
      ObjectNode bounds = Json.object();
      bounds.set("maxSurge", Json.text("25%"));
      bounds.set("maxUnavailable", Json.text("25%"));
      json.set("rollingUpdate", bounds);
    }
    JsonNode surge = json.path("rollingUpdate").path("maxSurge");
    JsonNode unavailable = json.path("rollingUpdate").path("maxUnavailable");
    if (isZero(surge) && isZero(unavailable)) {
      at.refuse("must not have both bounds at 0: no pod could ever be replaced");
    }
    if (unavailable.asText().endsWith("%") && percent(unavailable) > 100) {
      at.at("maxUnavailable").refuse("must not be more than 100%");
    }
  }

  static boolean isZero(JsonNode bound) {
    return bound.isIntegralNumber() ? bound.longValue() == 0 : percent(bound) == 0;
  }

  static long percent(JsonNode bound) {
    String text = bound.asText();
    return text.matches("[0-9]{1,9}%") ? Long.parseLong(text.substring(0, text.length() - 1)) : -1;
  }

  private static void deployment(ObjectNode json, Scope scope) {
    selector(json, scope);
    pods("Deployment", json, scope);
  }

  static void selector(ObjectNode json, Scope scope) {
    JsonNode selector = json.path("selector");
    if (json.has("selector")
        && selector.path("matchLabels").isEmpty()
        && selector.path("matchExpressions").isEmpty()) {
      scope.at("selector").refuse("must not be empty");
    } else if (json.has("selector")
        && !Selectors.of(selector)
            .matches(Selectors.labels(json.path("template").path("metadata").path("labels")))) {
      scope.at("selector").refuse("must match spec.template.metadata.labels");
    }
  }

  static void pods(String kind, ObjectNode json, Scope scope) {
    String restartPolicy =
        json.path("template").path("spec").path("restartPolicy").asText("Always");
    if (!restartPolicy.equals("Always")) {
      scope.at("template", "spec", "restartPolicy").refuse("must be Always in a " + kind);
    }
    JsonNode minReady = json.path("minReadySeconds");
    JsonNode deadline = json.path("progressDeadlineSeconds");
    if (minReady.isIntegralNumber()
        && deadline.isIntegralNumber()
        && deadline.longValue() <= minReady.longValue()) {
      scope.at("progressDeadlineSeconds").refuse("must be more than minReadySeconds");
    }
  }
}
