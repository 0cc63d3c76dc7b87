package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.inert;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.bool;
import static dev.reeve.manifest.schema.Type.count;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.map;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;
import static dev.reeve.manifest.schema.Type.whole;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/// Argo Rollouts' Rollout: a workload whose releases come by steps.
final class RolloutSchema {
  private static final long DELAY_SECONDS_DEFAULT = 30;
  private static final String HISTORY = "the history is Git's";

  private static final Type.Whole WEIGHT = whole(0, 100);
  private static final Type.Text SERVICE = text(Notation.DNS_1035_LABEL);

  private static final Type.Structure METADATA =
      structure(
          "PodTemplateMetadataChange",
          acted("labels", map(Notation.LABEL_KEY, text(Notation.LABEL_VALUE))),
          acted("annotations", map(Notation.ANNOTATION_KEY, text())));

  private static final Type.Structure THRESHOLD =
      structure(
              "ReplicaProgressThreshold",
              acted("type", oneOf("Percent", "Pods")).asRequired(),
              acted("value", whole(1, Integer.MAX_VALUE)).asRequired())
          .with((json, scope) -> {
            if (json.path("type").asText().equals("Percent")
                && json.path("value").longValue() > 100) {
              scope.at("value").refuse("must not be more than 100 percent");
            }
          });

  private static final Field ANTI_AFFINITY = inert("antiAffinity").yet();
  private static final Field REVISION_LIMIT =
      inert("scaleDownDelayRevisionLimit", count()).because("one release at most stays behind");

  private static final Type.Structure STRING_MATCH =
      structure(
              "StringMatch",
              acted("exact", text()),
              acted("regex", text()),
              acted("prefix", text()))
          .with(Rule.exactlyOneOf("exact", "regex", "prefix"), RolloutSchema::stringMatch);

  private static final Type.Structure HEADER_ROUTE =
      structure(
          "SetHeaderRoute",
          acted("name", text(Notation.NOT_EMPTY)).asRequired(),
          acted(
              "match",
              list(
                  structure(
                      "HeaderRoutingMatch",
                      acted("headerName", text(Notation.HEADER)).asRequired(),
                      acted("headerValue", STRING_MATCH).asRequired()))));

  private static final Type.Structure MIRROR_ROUTE =
      structure(
          "SetMirrorRoute",
          acted("name", text(Notation.NOT_EMPTY)).asRequired(),
          acted("percentage", WEIGHT),
          acted(
              "match",
              list(
                  structure(
                      "RouteMatch",
                      acted("method", STRING_MATCH),
                      acted("path", STRING_MATCH),
                      acted("headers", map(Notation.HEADER, STRING_MATCH))))));

  private static final Type.Structure CANARY_SCALE =
      structure(
              "SetCanaryScale",
              acted("replicas", count()),
              acted("weight", WEIGHT),
              acted("matchTrafficWeight", bool()))
          .with(
              Rule.exactlyOneOf("replicas", "weight", "matchTrafficWeight"),
              (json, scope) -> {
                if (json.has("matchTrafficWeight")
                    && !json.path("matchTrafficWeight").asBoolean()) {
                  scope.at("matchTrafficWeight").refuse("must be true");
                }
              });

  private static final List<Field> STEP_FIELDS =
      List.of(
          acted("setWeight", WEIGHT),
          acted("pause", structure("RolloutPause", acted("duration", new Type.Seconds()))),
          acted("setCanaryScale", CANARY_SCALE),
          acted("analysis", AnalysisSchema.ANALYSIS),
          acted("setHeaderRoute", HEADER_ROUTE),
          inert("setMirrorRoute", MIRROR_ROUTE).because("no request is sent twice"),
          acted("replicaProgressThreshold", THRESHOLD),
          refused("experiment"),
          refused("plugin"));

  private static final Type.Structure STEP =
      new Type.Structure("CanaryStep", STEP_FIELDS, List.of(RolloutSchema::step));

  /// Those that need both services; see [#services].
  private static final List<String> PROVIDERS =
      List.of("alb", "ambassador", "apisix", "appMesh", "istio", "nginx", "smi", "traefik");

  private static final Type.Structure TRAFFIC_ROUTING =
      new Type.Structure(
          "RolloutTrafficRouting",
          Stream.of(
                  Stream.of(
                      acted(
                          "managedRoutes",
                          list(structure(
                                  "ManagedRoute",
                                  acted("name", text(Notation.NOT_EMPTY)).asRequired()))
                              .uniqueBy("name")),
                      acted("maxTrafficWeight", count()).because("100 is the only one")),
                  PROVIDERS.stream().map(RolloutSchema::provider),
                  Stream.of(provider("plugins")))
              .flatMap(fields -> fields)
              .toList(),
          List.of((json, scope) -> {
            if (json.path("maxTrafficWeight").asLong(100) != 100) {
              scope.at("maxTrafficWeight").refuse("must be 100: other sums are not supported");
            }
          }));

  private static final Type.Structure CANARY =
      structure(
              "CanaryStrategy",
              acted("canaryService", SERVICE),
              acted("stableService", SERVICE),
              refused("pingPong"),
              acted("canaryMetadata", METADATA),
              acted("stableMetadata", METADATA),
              acted("maxSurge", new Type.Share()).or("25%"),
              acted("maxUnavailable", new Type.Share()).or("25%"),
              acted("scaleDownDelaySeconds", count()).or(DELAY_SECONDS_DEFAULT),
              REVISION_LIMIT,
              acted("abortScaleDownDelaySeconds", count()).or(DELAY_SECONDS_DEFAULT),
              acted("minPodsPerReplicaSet", count()).or(1),
              acted("dynamicStableScale", bool()),
              ANTI_AFFINITY,
              acted("replicaProgressThreshold", THRESHOLD),
              acted("analysis", AnalysisSchema.BACKGROUND),
              acted("steps", list(STEP)),
              acted("trafficRouting", TRAFFIC_ROUTING))
          .with(
              RolloutSchema::bounds,
              RolloutSchema::services,
              RolloutSchema::routing,
              RolloutSchema::routes);

  private static final Type.Structure BLUE_GREEN =
      structure(
              "BlueGreenStrategy",
              acted("activeService", SERVICE).asRequired(),
              acted("previewService", SERVICE),
              acted("previewReplicaCount", count()),
              acted("autoPromotionEnabled", bool()).or(true),
              acted("autoPromotionSeconds", count()),
              acted("prePromotionAnalysis", AnalysisSchema.ANALYSIS),
              acted("postPromotionAnalysis", AnalysisSchema.ANALYSIS),
              acted("scaleDownDelaySeconds", count()).or(DELAY_SECONDS_DEFAULT),
              REVISION_LIMIT,
              acted("abortScaleDownDelaySeconds", count()).or(DELAY_SECONDS_DEFAULT),
              acted("maxUnavailable", new Type.Share()).or("25%"),
              ANTI_AFFINITY,
              acted("activeMetadata", METADATA),
              acted("previewMetadata", METADATA))
          .with((json, scope) -> {
            if (json.path("activeService").equals(json.path("previewService"))) {
              scope.at("previewService").refuse("must be another one than activeService");
            }
          });

  static final Type.Structure SPEC =
      structure(
              "RolloutSpec",
              acted("replicas", count()).or(1),
              acted("selector", Selectors.LABEL_SELECTOR),
              acted("template", PodSchema.TEMPLATE),
              acted(
                  "workloadRef",
                  structure(
                      "WorkloadRef",
                      acted("apiVersion", oneOf("apps/v1")).asRequired(),
                      acted("kind", oneOf("Deployment")).asRequired(),
                      acted("name", text(Notation.DNS_SUBDOMAIN)).asRequired(),
                      acted("scaleDown", oneOf("never", "onsuccess").butNot("progressively"))
                          .or("never"))),
              acted("minReadySeconds", count()).or(0),
              inert("revisionHistoryLimit", count()).because(HISTORY),
              acted("paused", bool()),
              acted("progressDeadlineSeconds", count()).or(600),
              acted("progressDeadlineAbort", bool())
                  .because("where it is not written, true: Reeve's own rule"),
              acted("restartAt", text(Notation.TIMESTAMP)),
              acted(
                  "rollbackWindow", structure("RollbackWindow", acted("revisions", count()).or(0))),
              inert("analysis").because(HISTORY),
              acted(
                      "strategy",
                      structure(
                              "RolloutStrategy",
                              acted("canary", CANARY),
                              acted("blueGreen", BLUE_GREEN))
                          .with(Rule.exactlyOneOf("canary", "blueGreen")))
                  .asRequired())
          .with(RolloutSchema::rollout);

  private RolloutSchema() {}

  private static Field provider(String name) {
    return inert(name).because("Services share by weight without it");
  }

  private static void step(ObjectNode json, Scope scope) {
    List<Field> written =
        STEP_FIELDS.stream().filter(field -> scope.isWritten(field.name())).toList();
    if (written.size() != 1) {
      scope.refuse(
          "must have exactly one of "
              + Spelling.alternatives(
                  STEP_FIELDS.stream()
                      .filter(field -> field.fieldClass() == FieldClass.ACTED)
                      .map(Field::name)
                      .toList()));
    } else if (json.isEmpty()) {
      Field field = written.getFirst();
      scope
          .at(field.name())
          .refuse(
              field.fieldClass() == FieldClass.REFUSED
                  ? "is not supported" + field.reason()
                  : "must have a value: a pause without an end is {}");
    }
  }

  private static void bounds(ObjectNode json, Scope scope) {
    if (WorkloadSchema.isZero(json.path("maxSurge"))
        && WorkloadSchema.isZero(json.path("maxUnavailable"))) {
      scope
          .at("maxSurge")
          .refuse("must not be 0 together with maxUnavailable: no pod could ever be replaced");
    }
    if (WorkloadSchema.percent(json.path("maxUnavailable")) > 100) {
      scope.at("maxUnavailable").refuse("must not be more than 100%");
    }
  }

  /// The two services are two; most providers have nothing to route to without them.
  private static void services(ObjectNode json, Scope scope) {
    JsonNode canary = json.path("canaryService");
    JsonNode stable = json.path("stableService");
    if (json.has("canaryService") && canary.equals(stable)) {
      scope.at("stableService").refuse("must be another one than canaryService");
    }
    JsonNode routing = json.path("trafficRouting");
    boolean areNeeded =
        PROVIDERS.stream()
            .filter(routing::has)
            .anyMatch(it -> !it.equals("istio") || !routing.path("istio").has("destinationRule"));
    if (areNeeded && (canary.isMissingNode() || stable.isMissingNode())) {
      scope.at("trafficRouting").refuse("needs canaryService and stableService");
    }
  }

  /// What makes no sense where a weight is kept by the ratio of pods.
  private static void routing(ObjectNode json, Scope scope) {
    if (json.has("trafficRouting")) {
      if (json.path("dynamicStableScale").asBoolean() && scope.isWritten("scaleDownDelaySeconds")) {
        scope.at("scaleDownDelaySeconds").refuse("may not stand beside dynamicStableScale");
      }
      return;
    }
    if (scope.isWritten("scaleDownDelaySeconds")) {
      scope.at("scaleDownDelaySeconds").refuse("needs trafficRouting");
    }
    if (json.path("dynamicStableScale").asBoolean()) {
      scope.at("dynamicStableScale").refuse("needs trafficRouting");
    }
    for (String field : List.of("abortScaleDownDelaySeconds", "minPodsPerReplicaSet")) {
      if (scope.isWritten(field)) {
        scope.at(field).warn("is not acted on without trafficRouting");
      }
    }
    JsonNode steps = json.path("steps");
    for (int i = 0; i < steps.size(); i++) {
      for (String step : List.of("setCanaryScale", "setHeaderRoute", "setMirrorRoute")) {
        if (steps.path(i).has(step)) {
          scope.at("steps").at(i).at(step).refuse("needs trafficRouting");
        }
      }
    }
  }

  /// What a proxy cannot be told is said here, and not by the proxy on every node.
  private static void stringMatch(ObjectNode json, Scope scope) {
    for (String field : List.of("exact", "regex", "prefix")) {
      String value = json.path(field).asText();
      if (json.has(field) && (value.isBlank() || value.chars().anyMatch(Character::isISOControl))) {
        scope.at(field).refuse("must not be empty, nor have control characters");
      }
    }
    try {
      Pattern.compile(json.path("regex").asText());
    } catch (PatternSyntaxException e) {
      scope.at("regex").refuse("is no regular expression: " + e.getDescription());
    }
  }

  private static void routes(ObjectNode json, Scope scope) {
    if (!json.has("trafficRouting")) {
      return;
    }
    Set<String> managed = new HashSet<>();
    json.path("trafficRouting")
        .path("managedRoutes")
        .forEach(route -> managed.add(route.path("name").asText()));
    JsonNode steps = json.path("steps");
    for (int i = 0; i < steps.size(); i++) {
      for (String step : List.of("setHeaderRoute", "setMirrorRoute")) {
        String name = steps.path(i).path(step).path("name").asText();
        if (!name.isEmpty() && !managed.contains(name)) {
          scope
              .at("steps")
              .at(i)
              .at(step)
              .at("name")
              .refuse("\"%s\" is not one of trafficRouting.managedRoutes".formatted(name));
        }
      }
    }
  }

  private static void rollout(ObjectNode json, Scope scope) {
    boolean hasTemplate = json.has("template");
    boolean hasReference = json.has("workloadRef");
    if (hasTemplate == hasReference) {
      scope.refuse("must have exactly one of template or workloadRef");
      return;
    }
    if (hasTemplate && !json.has("selector")) {
      scope.refuse("must have a selector beside its template");
    } else if (hasTemplate) {
      WorkloadSchema.selector(json, scope);
    }
    WorkloadSchema.pods("Rollout", json, scope);
  }
}
