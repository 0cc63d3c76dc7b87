package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.count;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;
import static dev.reeve.manifest.schema.Type.whole;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.text.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// HorizontalPodAutoscalers, in the words of `autoscaling/v2`. One of `autoscaling/v1` is made into
/// the `v2` that it means.
public final class AutoscalingSchema {
  /// The address of the server that is asked for metrics of the types Pods and External.
  public static final String PROMETHEUS = MetadataSchema.OWN_PREFIX + "prometheus";

  /// Before the name of a metric: what that server is asked for it.
  public static final String QUERY = MetadataSchema.OWN_PREFIX + "query.";

  private static final String KIND = "HorizontalPodAutoscaler";
  private static final String V2 = "autoscaling/v2";
  private static final int UTILIZATION_DEFAULT = 80;
  private static final int WINDOW_MAX = 3600;
  private static final int PERIOD_MAX = 1800;
  private static final BigDecimal TOLERANCE_MAX = BigDecimal.TEN;

  /// The types of metrics, each with the field that says more.
  private static final Map<String, String> FIELDS =
      Map.of(
          "Resource",
          "resource",
          "ContainerResource",
          "containerResource",
          "Pods",
          "pods",
          "External",
          "external");

  private static final Type.Structure TARGET_REFERENCE =
      structure(
          "CrossVersionObjectReference",
          acted("apiVersion", text()).or(""),
          acted("kind", text(Notation.NOT_EMPTY)).asRequired(),
          acted("name", text(Notation.DNS_SUBDOMAIN)).asRequired());

  private static final Type.Structure RESOURCE_TARGET =
      structure(
              "ResourceMetricTarget",
              acted("type", oneOf("Utilization", "AverageValue").butNot("Value")).asRequired(),
              acted("averageUtilization", whole(1, Integer.MAX_VALUE)),
              acted("averageValue", new Type.Amount()))
          .with(AutoscalingSchema::target);

  private static final Type.Structure PODS_TARGET =
      structure(
              "PodsMetricTarget",
              acted("type", oneOf("AverageValue").butNot("Utilization", "Value")).asRequired(),
              acted("averageValue", new Type.Amount()))
          .with(AutoscalingSchema::target);

  private static final Type.Structure EXTERNAL_TARGET =
      structure(
              "ExternalMetricTarget",
              acted("type", oneOf("Value", "AverageValue").butNot("Utilization")).asRequired(),
              acted("value", new Type.Amount()),
              acted("averageValue", new Type.Amount()))
          .with(AutoscalingSchema::target);

  private static final Field MEASURED_RESOURCE = acted("name", oneOf("cpu", "memory")).asRequired();

  private static final Field MEASURED_METRIC =
      acted(
              "metric",
              structure(
                  "MetricIdentifier",
                  acted("name", text(Notation.NOT_EMPTY)).asRequired(),
                  refused("selector").because("the query says what is meant")))
          .asRequired();

  private static final Type.Structure METRIC =
      structure(
              "MetricSpec",
              acted(
                      "type",
                      oneOf("Resource", "ContainerResource", "Pods", "External").butNot("Object"))
                  .asRequired(),
              acted(
                  "resource",
                  structure(
                      "ResourceMetricSource",
                      MEASURED_RESOURCE,
                      acted("target", RESOURCE_TARGET).asRequired())),
              acted(
                  "containerResource",
                  structure(
                      "ContainerResourceMetricSource",
                      MEASURED_RESOURCE,
                      acted("container", text(Notation.DNS_LABEL)).asRequired(),
                      acted("target", RESOURCE_TARGET).asRequired())),
              acted(
                  "pods",
                  structure(
                      "PodsMetricSource",
                      MEASURED_METRIC,
                      acted("target", PODS_TARGET).asRequired())),
              acted(
                  "external",
                  structure(
                      "ExternalMetricSource",
                      MEASURED_METRIC,
                      acted("target", EXTERNAL_TARGET).asRequired())),
              refused("object")
                  .because("metrics of objects have no source here: use External and a query"))
          .with(AutoscalingSchema::metric);

  private static final Type.Structure RULES =
      structure(
              "HPAScalingRules",
              acted("stabilizationWindowSeconds", whole(0, WINDOW_MAX)),
              acted("selectPolicy", oneOf("Max", "Min", "Disabled")).or("Max"),
              acted(
                  "policies",
                  list(structure(
                          "HPAScalingPolicy",
                          acted("type", oneOf("Pods", "Percent")).asRequired(),
                          acted("value", whole(1, Integer.MAX_VALUE)).asRequired(),
                          acted("periodSeconds", whole(1, PERIOD_MAX)).asRequired()))
                      .notEmpty()),
              acted("tolerance", new Type.Amount()))
          .with((json, scope) ->
              Quantity.parse(json.path("tolerance").asText())
                  .filter(it -> it.value().compareTo(TOLERANCE_MAX) > 0)
                  .ifPresent(_ -> scope.at("tolerance").refuse("must not be more than 10")));

  private static final Field TARGET = acted("scaleTargetRef", TARGET_REFERENCE).asRequired();
  private static final Field MIN = acted("minReplicas", whole(1, Integer.MAX_VALUE)).or(1);
  private static final Field MAX = acted("maxReplicas", whole(1, Integer.MAX_VALUE)).asRequired();

  static final Type.Structure SPEC =
      structure(
              "HorizontalPodAutoscalerSpec",
              TARGET,
              MIN,
              MAX,
              acted("metrics", list(METRIC)),
              acted(
                  "behavior",
                  structure(
                      "HorizontalPodAutoscalerBehavior",
                      acted("scaleUp", RULES),
                      acted("scaleDown", RULES))))
          .with((json, scope) -> {
            bounds(json, scope);
            if (json.path("metrics").isEmpty()) {
              json.putArray("metrics").add(cpu(UTILIZATION_DEFAULT));
            }
          });

  static final Type.Structure SPEC_V1 =
      structure(
              "HorizontalPodAutoscalerSpecV1",
              TARGET,
              MIN,
              MAX,
              acted("targetCPUUtilizationPercentage", count()).or(UTILIZATION_DEFAULT))
          .with((json, scope) -> {
            bounds(json, scope);
            int percent = json.path("targetCPUUtilizationPercentage").asInt();
            if (percent < 1) {
              scope.at("targetCPUUtilizationPercentage").refuse("must be at least 1");
            }
            json.remove("targetCPUUtilizationPercentage");
            json.putArray("metrics").add(cpu(percent));
          });

  private AutoscalingSchema() {}

  private static ObjectNode cpu(int percent) {
    ObjectNode metric = Json.object().put("type", "Resource");
    metric
        .putObject("resource")
        .put("name", "cpu")
        .putObject("target")
        .put("type", "Utilization")
        .put("averageUtilization", percent);
    return metric;
  }

  private static void bounds(ObjectNode json, Scope scope) {
    if (json.path("maxReplicas").asInt() < json.path("minReplicas").asInt()) {
      scope.at("maxReplicas").refuse("must not be below minReplicas");
    }
  }

  private static void metric(ObjectNode json, Scope scope) {
    String type = json.path("type").asText();
    String wanted = FIELDS.getOrDefault(type, "");
    for (String field : new TreeSet<>(FIELDS.values())) {
      if (field.equals(wanted) && !json.has(field) && !scope.isWritten(field)) {
        scope.refuse("needs " + field + ", since its type is " + type);
      } else if (!field.equals(wanted) && !wanted.isEmpty() && scope.isWritten(field)) {
        scope.at(field).refuse("may not stand beside type " + type);
      }
    }
  }

  /// The one field that the type of a target names.
  private static void target(ObjectNode json, Scope scope) {
    String wanted =
        switch (json.path("type").asText()) {
          case "Utilization" -> "averageUtilization";
          case "AverageValue" -> "averageValue";
          case "Value" -> "value";
          default -> "";
        };
    for (String field : List.of("averageUtilization", "averageValue", "value")) {
      boolean isMeant = field.equals(wanted);
      if (isMeant && !scope.isWritten(field)) {
        scope.refuse("needs " + field + ", since its type is " + json.path("type").asText());
      } else if (!isMeant && !wanted.isEmpty() && json.has(field)) {
        scope.at(field).refuse("may not stand beside type " + json.path("type").asText());
      }
      Quantity.parse(json.path(field).asText())
          .filter(it -> it.value().signum() <= 0)
          .ifPresent(_ -> scope.at(field).refuse("must be more than 0"));
    }
  }

  // --- the whole object

  /// The rule of a kind's root.
  static Rule of(String kind) {
    return (json, scope) -> {
      if (!kind.equals(KIND)) {
        for (String key : MetadataSchema.keys(json.path("metadata").path("annotations"))) {
          if (isOwn(key)) {
            scope.at("metadata", "annotations").key(key).refuse("belongs on a " + KIND);
          }
        }
        return;
      }
      json.put("apiVersion", V2);
      queries(json, scope);
    };
  }

  static boolean isOwn(String annotation) {
    return annotation.equals(PROMETHEUS) || annotation.startsWith(QUERY);
  }

  /// What a metric's query is; empty where it has none.
  public static Optional<String> query(JsonNode object, String metric) {
    return Optional.of(
            object.path("metadata").path("annotations").path(QUERY + metric).asText().strip())
        .filter(it -> !it.isEmpty());
  }

  /// Each metric that is not measured by nodes has its query, and each query its metric.
  private static void queries(ObjectNode json, Scope scope) {
    JsonNode annotations = json.path("metadata").path("annotations");
    var names = new TreeSet<String>();
    JsonNode metrics = json.path("spec").path("metrics");
    for (int i = 0; i < metrics.size(); i++) {
      for (String type : List.of("pods", "external")) {
        String name = metrics.path(i).path(type).path("metric").path("name").asText();
        if (name.isEmpty()) {
          continue;
        }
        names.add(name);
        if (query(json, name).isEmpty()) {
          scope
              .at("spec", "metrics")
              .at(i)
              .at(type, "metric", "name")
              .refuse("needs its query in PromQL: the annotation " + QUERY + name);
        }
      }
    }
    Scope at = scope.at("metadata", "annotations");
    for (String key : MetadataSchema.keys(annotations)) {
      if (key.startsWith(QUERY) && !names.contains(key.substring(QUERY.length()))) {
        at.key(key)
            .refuse(
                "is of no metric of the type Pods or External"
                    + Spelling.nearest(key.substring(QUERY.length()), List.copyOf(names))
                        .map(meant -> "; did you mean \"" + QUERY + meant + "\"?")
                        .orElse(""));
      }
    }
    String address = annotations.path(PROMETHEUS).asText();
    if (!address.isEmpty() && !address.matches("https?://.+")) {
      at.key(PROMETHEUS).refuse("must be an address such as http://prometheus:9090");
    } else if (address.isEmpty() && !names.isEmpty()) {
      scope
          .at("spec", "metrics")
          .refuse("needs the address of Prometheus: the annotation " + PROMETHEUS);
    }
  }
}
