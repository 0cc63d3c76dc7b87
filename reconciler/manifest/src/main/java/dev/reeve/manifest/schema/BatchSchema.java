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
import static dev.reeve.manifest.schema.Type.whole;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.CronSchedule;
import dev.reeve.manifest.text.Json;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Map;

/// Objects whose pods come to an end: Job and CronJob.
final class BatchSchema {
  private static final int EXIT_CODES = 255;

  private static final Type.Structure FAILURE_RULE =
      structure(
              "PodFailurePolicyRule",
              acted("action", oneOf("FailJob", "FailIndex", "Ignore", "Count")).asRequired(),
              acted(
                  "onExitCodes",
                  structure(
                      "OnExitCodes",
                      acted("containerName", text(Notation.DNS_LABEL)),
                      acted("operator", oneOf("In", "NotIn")).asRequired(),
                      acted("values", list(whole(0, EXIT_CODES)).notEmpty()).asRequired())),
              acted(
                      "onPodConditions",
                      list(
                          structure(
                              "OnPodCondition",
                              acted("type", text(Notation.NOT_EMPTY)).asRequired(),
                              acted("status", oneOf("True", "False", "Unknown")).or("True"))))
                  .because("a pod that is taken away has not failed, whatever the rules"))
          .with(Rule.exactlyOneOf("onExitCodes", "onPodConditions"));

  private static final Type.Structure SUCCESS_RULE =
      structure(
          "SuccessPolicyRule",
          acted("succeededIndexes", text(Notation.NOT_EMPTY)),
          acted("succeededCount", whole(1, Integer.MAX_VALUE)));

  static final Type.Structure JOB_SPEC =
      structure(
              "JobSpec",
              acted("template", PodSchema.TEMPLATE).asRequired(),
              acted("completions", count()),
              acted("parallelism", count()),
              acted("completionMode", oneOf("NonIndexed", "Indexed")).or("NonIndexed"),
              acted("backoffLimit", count()),
              acted("backoffLimitPerIndex", count()),
              acted("maxFailedIndexes", count()),
              acted("activeDeadlineSeconds", whole(1, Integer.MAX_VALUE)),
              acted("ttlSecondsAfterFinished", count())
                  .because("the pods go, the Job stays as long as its text"),
              acted("suspend", bool()),
              acted(
                  "podFailurePolicy",
                  structure("PodFailurePolicy", acted("rules", list(FAILURE_RULE)).asRequired())),
              acted("podReplacementPolicy", oneOf("TerminatingOrFailed", "Failed")),
              acted(
                  "successPolicy",
                  structure(
                      "SuccessPolicy", acted("rules", list(SUCCESS_RULE).notEmpty()).asRequired())),
              inert("selector", Selectors.LABEL_SELECTOR).because("a Job knows its pods"),
              inert("manualSelector", bool()),
              refused("managedBy"))
          .with(BatchSchema::job);

  private static final Type.Structure JOB_TEMPLATE =
      structure(
          "JobTemplate",
          acted("metadata", MetadataSchema.OF_TEMPLATE).orFilled(),
          acted("spec", JOB_SPEC).asRequired());

  static final Type.Structure CRON_JOB_SPEC =
      structure(
              "CronJobSpec",
              acted("schedule", text(Notation.NOT_EMPTY)).asRequired(),
              acted("timeZone", text(Notation.NOT_EMPTY)),
              acted("startingDeadlineSeconds", count()),
              acted("concurrencyPolicy", oneOf("Allow", "Forbid", "Replace")).or("Allow"),
              acted("suspend", bool()),
              acted("jobTemplate", JOB_TEMPLATE).asRequired(),
              acted("successfulJobsHistoryLimit", count()).or(3),
              acted("failedJobsHistoryLimit", count()).or(1))
          .with(BatchSchema::cronJob);

  private BatchSchema() {}

  private static void job(ObjectNode json, Scope scope) {
    boolean isIndexed = json.path("completionMode").asText().equals("Indexed");
    restartPolicy(json, scope);
    if (isIndexed && !json.has("completions")) {
      scope.at("completions").refuse("is needed with completionMode: Indexed");
    }
    if (!json.has("completions") && !json.has("parallelism")) {
      json.set("completions", Json.number(1));
    }
    if (!json.has("parallelism")) {
      json.set("parallelism", Json.number(1));
    }
    if (!json.has("backoffLimit")) {
      json.set(
          "backoffLimit", Json.number(json.has("backoffLimitPerIndex") ? Integer.MAX_VALUE : 6));
    }
    if (json.has("backoffLimitPerIndex") && !isIndexed) {
      scope.at("backoffLimitPerIndex").refuse("needs completionMode: Indexed");
    }
    if (json.has("maxFailedIndexes") && !json.has("backoffLimitPerIndex")) {
      scope.at("maxFailedIndexes").refuse("needs backoffLimitPerIndex");
    }
    successRules(json, isIndexed, scope);
    failureRules(json, scope);
  }

  private static void restartPolicy(ObjectNode json, Scope scope) {
    JsonNode spec = json.path("template").path("spec");
    Scope at = scope.at("template", "spec", "restartPolicy");
    if (spec.path("restartPolicy").asText("Always").equals("Always")) {
      at.refuse("must be OnFailure or Never in a Job");
    } else if (json.has("podFailurePolicy")
        && !spec.path("restartPolicy").asText().equals("Never")) {
      at.refuse("must be Never beside podFailurePolicy");
    }
  }

  private static void successRules(ObjectNode json, boolean isIndexed, Scope scope) {
    if (!json.has("successPolicy")) {
      return;
    }
    if (!isIndexed) {
      scope.at("successPolicy").refuse("needs completionMode: Indexed");
    }
    JsonNode rules = json.path("successPolicy").path("rules");
    for (int i = 0; i < rules.size(); i++) {
      Scope at = scope.at("successPolicy", "rules").at(i);
      JsonNode rule = rules.path(i);
      if (!rule.has("succeededIndexes") && !rule.has("succeededCount")) {
        at.refuse("must have succeededIndexes or succeededCount");
      }
      String indexes = rule.path("succeededIndexes").asText("0");
      if (!indexes.matches("[0-9]{1,9}(-[0-9]{1,9})?(,[0-9]{1,9}(-[0-9]{1,9})?)*")) {
        at.at("succeededIndexes").refuse("must be indexes such as 0-3,5");
      }
    }
  }

  private static void failureRules(ObjectNode json, Scope scope) {
    JsonNode rules = json.path("podFailurePolicy").path("rules");
    for (int i = 0; i < rules.size(); i++) {
      Scope at = scope.at("podFailurePolicy", "rules").at(i);
      JsonNode rule = rules.path(i);
      if (rule.path("action").asText().equals("FailIndex") && !json.has("backoffLimitPerIndex")) {
        at.at("action").refuse("FailIndex needs backoffLimitPerIndex");
      }
      JsonNode codes = rule.path("onExitCodes");
      if (codes.path("operator").asText().equals("In")) {
        for (int j = 0; j < codes.path("values").size(); j++) {
          if (codes.path("values").path(j).asInt(1) == 0) {
            at.at("onExitCodes", "values").at(j).refuse("must not be 0 with the operator In");
          }
        }
      }
    }
  }

  private static void cronJob(ObjectNode json, Scope scope) {
    if (json.path("schedule").isTextual()) {
      schedule(json.path("schedule").asText(), scope.at("schedule"));
    }
    if (json.path("timeZone").isTextual()) {
      timeZone(json.path("timeZone").asText(), scope.at("timeZone"));
    }
  }

  private static void schedule(String text, Scope scope) {
    if (text.startsWith("TZ=") || text.startsWith("CRON_TZ=")) {
      scope.refuse("must not name a time zone: write timeZone");
      return;
    }
    try {
      CronSchedule.parse(text);
    } catch (IllegalArgumentException e) {
      scope.refuse("is no schedule: " + e.getMessage());
    }
  }

  /// As in the tz database. Kubernetes knows no abbreviations and no distances from Greenwich.
  private static void timeZone(String text, Scope scope) {
    try {
      if (!ZoneId.getAvailableZoneIds().contains(ZoneId.of(text, Map.of()).getId())) {
        scope.refuse("\"%s\" is no time zone such as Europe/Berlin".formatted(text));
      }
    } catch (DateTimeException e) {
      scope.refuse("\"%s\" is no time zone such as Europe/Berlin".formatted(text));
    }
  }
}
