package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.inert;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.bool;
import static dev.reeve.manifest.schema.Type.count;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.text.Json;
import java.util.List;

/// What is measured of a release: analysis templates, and the places of a Rollout that use them.
final class AnalysisSchema {
  private static final int TIMEOUT_SECONDS_DEFAULT = 10;
  private static final String ABOUT_RUNS = "there are no AnalysisRun objects";

  static final Type.ListOf TEMPLATE_REFERENCES =
      list(
          structure(
              "AnalysisTemplateRef",
              acted("templateName", text(Notation.DNS_SUBDOMAIN)).asRequired(),
              acted("clusterScope", bool()).or(false)));

  static final Type.ListOf DRY_RUN =
      list(structure("DryRun", acted("metricName", text(Notation.PATTERN)).asRequired()))
          .uniqueBy("metricName");

  private static final Type.Structure FIELD_REFERENCE =
      structure("RolloutFieldRef", acted("fieldPath", text(Notation.NOT_EMPTY)).asRequired())
          .with((json, scope) -> RolloutFields.check(json.path("fieldPath").asText(), scope));

  private static final Type.Structure ARGUMENT =
      structure(
              "AnalysisRunArgument",
              acted("name", text(Notation.NOT_EMPTY)).asRequired(),
              acted("value", text()),
              acted(
                  "valueFrom",
                  structure(
                          "ArgumentValueFrom",
                          acted("podTemplateHashValue", oneOf("Stable", "Latest")),
                          acted("fieldRef", FIELD_REFERENCE))
                      .with(Rule.exactlyOneOf("podTemplateHashValue", "fieldRef"))))
          .with(AnalysisSchema::oneValue);

  private static final Field TEMPLATES =
      acted("templates", TEMPLATE_REFERENCES.notEmpty()).asRequired();
  private static final Field ARGUMENTS = acted("args", list(ARGUMENT).uniqueBy("name"));
  private static final Field DRY_RUNS = acted("dryRun", DRY_RUN);
  private static final Field RETENTION =
      inert("measurementRetention").because("the record keeps the last few of each metric");
  private static final Field RUN_METADATA = inert("analysisRunMetadata").because(ABOUT_RUNS);

  /// In a step, and before and after a promotion.
  static final Type.Structure ANALYSIS =
      structure("RolloutAnalysis", TEMPLATES, ARGUMENTS, DRY_RUNS, RETENTION, RUN_METADATA);

  /// Beside the steps.
  static final Type.Structure BACKGROUND =
      structure(
          "RolloutAnalysisBackground",
          TEMPLATES,
          ARGUMENTS,
          DRY_RUNS,
          RETENTION,
          RUN_METADATA,
          acted("startingStep", count()).or(0));

  private static final Type.Structure TEMPLATE_ARGUMENT =
      structure(
              "Argument",
              acted("name", text(Notation.NOT_EMPTY)).asRequired(),
              acted("value", text()),
              acted(
                  "valueFrom",
                  structure(
                          "ValueFrom",
                          acted(
                              "secretKeyRef",
                              structure(
                                  "SecretKeyRef",
                                  acted("name", text(Notation.DNS_SUBDOMAIN)).asRequired(),
                                  acted("key", text(Notation.CONFIG_KEY)).asRequired())),
                          acted("fieldRef", FIELD_REFERENCE))
                      .with(Rule.exactlyOneOf("secretKeyRef", "fieldRef"))))
          .with(AnalysisSchema::oneValue);

  private static final Type.Structure AUTHENTICATION =
      structure("Authentication", refused("basicAuth"), refused("oauth2"), refused("sigv4"));

  private static final Type.ListOf HEADERS =
      list(
          structure(
              "WebMetricHeader",
              acted("key", text(Notation.HEADER)).asRequired(),
              acted("value", text()).or("")));

  private static final Type.Structure PROMETHEUS =
      structure(
          "PrometheusMetric",
          acted("address", text(Notation.NOT_EMPTY)).asRequired(),
          acted("query", text(Notation.NOT_EMPTY)).asRequired(),
          acted("timeout", count()),
          acted("insecure", bool()),
          acted("headers", HEADERS),
          acted("authentication", AUTHENTICATION),
          refused("rangeQuery"));

  private static final Type.Structure WEB =
      structure(
              "WebMetric",
              acted("method", oneOf("GET", "POST", "PUT")).or("GET"),
              acted("url", text(Notation.NOT_EMPTY)).asRequired(),
              acted("headers", HEADERS),
              acted("body", text()),
              acted("jsonBody", new Type.Anything()),
              acted("timeoutSeconds", count()).or(TIMEOUT_SECONDS_DEFAULT),
              acted("jsonPath", text(Notation.NOT_EMPTY)).or("{$}"),
              acted("insecure", bool()),
              acted("authentication", AUTHENTICATION))
          .with(AnalysisSchema::web);

  /// Argo Rollouts takes a whole Job; here the pod of it runs once.
  private static final Type.Structure JOB =
      structure(
          "JobMetric",
          inert("metadata").because("the pod is named after the Rollout"),
          acted(
                  "spec",
                  structure(
                          "JobMetricSpec",
                          inert("backoffLimit", count()).because("a measurement is one run"),
                          inert("ttlSecondsAfterFinished", count())
                              .because("the pod goes when it has measured"),
                          acted("template", PodSchema.TEMPLATE).asRequired())
                      .with(AnalysisSchema::job))
              .asRequired());

  private static final Type.Structure PROVIDER =
      structure(
              "MetricProvider",
              acted("prometheus", PROMETHEUS),
              acted("web", WEB),
              acted("job", JOB),
              unsupported("kayenta"),
              unsupported("datadog"),
              unsupported("wavefront"),
              unsupported("newRelic"),
              unsupported("cloudWatch"),
              unsupported("graphite"),
              unsupported("influxdb"),
              unsupported("skywalking"),
              unsupported("plugin"))
          .with(AnalysisSchema::provider);

  private static final Type.Structure METRIC =
      structure(
              "Metric",
              acted("name", text(Notation.NOT_EMPTY)).asRequired(),
              acted("interval", text(Notation.INTERVAL)),
              acted("initialDelay", text(Notation.DURATION)),
              acted("count", new Type.Numeral(0, Integer.MAX_VALUE)),
              acted("successCondition", text()),
              acted("failureCondition", text()),
              acted("failureLimit", new Type.Numeral(-1, Integer.MAX_VALUE)).or(0),
              acted("inconclusiveLimit", new Type.Numeral(0, Integer.MAX_VALUE)).or(0),
              acted("consecutiveErrorLimit", new Type.Numeral(0, Integer.MAX_VALUE)).or(4),
              acted("consecutiveSuccessLimit", new Type.Numeral(0, Integer.MAX_VALUE)).or(0),
              acted("provider", PROVIDER).asRequired())
          .with(AnalysisSchema::metric);

  static final Type.Structure TEMPLATE_SPEC =
      structure(
              "AnalysisTemplateSpec",
              acted("args", list(TEMPLATE_ARGUMENT).uniqueBy("name")),
              acted("metrics", list(METRIC).uniqueBy("name")),
              DRY_RUNS,
              RETENTION,
              acted("templates", TEMPLATE_REFERENCES))
          .with((json, scope) -> {
            if (json.path("metrics").isEmpty() && json.path("templates").isEmpty()) {
              scope.refuse("must have metrics or templates");
            }
          });

  private AnalysisSchema() {}

  private static Field unsupported(String provider) {
    return refused(provider).because("metrics come from prometheus, web or a job");
  }

  private static void oneValue(ObjectNode json, Scope scope) {
    if (json.has("value") && json.has("valueFrom")) {
      scope.at("valueFrom").refuse("may not stand beside value");
    }
  }

  private static void provider(ObjectNode json, Scope scope) {
    List<Field> written =
        PROVIDER.fields().stream().filter(field -> scope.isWritten(field.name())).toList();
    if (written.size() != 1) {
      scope.refuse("must have exactly one of prometheus, web or job");
    } else if (json.isEmpty()) {
      Field field = written.getFirst();
      scope
          .at(field.name())
          .refuse(
              field.fieldClass() == FieldClass.REFUSED
                  ? "is not supported" + field.reason()
                  : "must have a value");
    }
  }

  /// A pod that measures comes to an end.
  private static void job(ObjectNode json, Scope scope) {
    JsonNode spec = json.path("template").path("spec");
    Scope at = scope.at("template", "spec");
    if (!at.isWritten("restartPolicy") && spec instanceof ObjectNode pod) {
      pod.put("restartPolicy", "Never");
    } else if (spec.path("restartPolicy").asText().equals("Always")) {
      at.at("restartPolicy").refuse("must be Never or OnFailure in a job");
    }
  }

  private static void web(ObjectNode json, Scope scope) {
    // To Argo Rollouts a zero here is a field that was not set.
    if (json.path("timeoutSeconds").asLong(-1) == 0) {
      json.set("timeoutSeconds", Json.number(TIMEOUT_SECONDS_DEFAULT));
    }
    if (json.has("body") && json.has("jsonBody")) {
      scope.at("jsonBody").refuse("may not stand beside body");
    }
    for (String body : List.of("body", "jsonBody")) {
      if (json.has(body) && json.path("method").asText().equals("GET")) {
        scope.at(body).refuse("needs the method POST or PUT");
      }
    }
  }

  private static void metric(ObjectNode json, Scope scope) {
    MetricRules.complaints(json).forEach((field, complaint) -> scope.at(field).refuse(complaint));
  }
}
