package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.inert;
import static dev.reeve.manifest.schema.Type.bool;
import static dev.reeve.manifest.schema.Type.count;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.text.Json;

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

  private WorkloadSchema() {}

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
