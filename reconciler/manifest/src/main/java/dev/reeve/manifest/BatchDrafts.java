package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.CronRules;
import dev.reeve.core.model.CronRules.Concurrency;
import dev.reeve.core.model.CronSchedule;
import dev.reeve.core.model.Hash;
import dev.reeve.core.model.JobRules;
import dev.reeve.core.model.JobRules.FailureRule;
import dev.reeve.core.model.JobRules.SuccessRule;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodIdentity;
import dev.reeve.core.model.Workload;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/// Jobs and CronJobs, as far as their own text says what they are.
final class BatchDrafts {
  private BatchDrafts() {}

  static WorkloadDraft job(ObjectKey key, ObjectNode json) {
    JsonNode spec = json.path("spec");
    return draft(
        key,
        new Workload.Strategy.Completing(rules(spec), Optional.empty()),
        WorkloadDraft.onFailure(json),
        spec,
        "/spec/template/spec");
  }

  static WorkloadDraft cronJob(ObjectKey key, ObjectNode json) {
    JsonNode spec = json.path("spec");
    JsonNode job = spec.path("jobTemplate").path("spec");
    var rules =
        new CronRules(
            CronSchedule.parse(spec.path("schedule").asText()),
            spec.has("timeZone") ? ZoneId.of(spec.path("timeZone").asText()) : ZoneOffset.UTC,
            seconds(spec, "startingDeadlineSeconds"),
            Concurrency.valueOf(spec.path("concurrencyPolicy").asText().toUpperCase(Locale.ROOT)),
            spec.path("suspend").asBoolean(),
            spec.path("successfulJobsHistoryLimit").intValue(),
            spec.path("failedJobsHistoryLimit").intValue(),
            rules(job));
    return draft(
        key,
        new Workload.Strategy.Scheduled(rules),
        Workload.OnFailure.PAUSE,
        job,
        "/spec/jobTemplate/spec/template/spec");
  }

  private static WorkloadDraft draft(
      ObjectKey key,
      Workload.Strategy strategy,
      Workload.OnFailure onFailure,
      JsonNode jobSpec,
      String pointer) {
    JsonNode template = jobSpec.path("template");
    if (jobSpec.path("completionMode").asText().equals("Indexed")) {
      addIndex(template.path("spec"));
    }
    return new WorkloadDraft(
        key,
        1,
        strategy,
        Duration.ZERO,
        WorkloadDraft.POD_PROGRESS_DEADLINE,
        false,
        onFailure,
        Optional.empty(),
        WorkloadDraft.Pods.of(
            key.namespace(), template.path("metadata"), template.path("spec"), pointer));
  }

  private static void addIndex(JsonNode podSpec) {
    for (String list : List.of("initContainers", "containers")) {
      for (JsonNode container : podSpec.path(list)) {
        var env =
            container.path("env") instanceof ArrayNode written
                ? written
                : ((ObjectNode) container).putArray("env");
        env.addObject()
            .put("name", "JOB_COMPLETION_INDEX")
            .putObject("valueFrom")
            .putObject("fieldRef")
            .put("apiVersion", "v1")
            .put("fieldPath", "metadata.annotations['" + PodIdentity.INDEX + "']");
      }
    }
  }

  private static JobRules rules(JsonNode spec) {
    return new JobRules(
        number(spec, "completions"),
        spec.path("parallelism").intValue(),
        spec.path("completionMode").asText().equals("Indexed"),
        spec.path("backoffLimit").intValue(),
        number(spec, "backoffLimitPerIndex"),
        number(spec, "maxFailedIndexes"),
        seconds(spec, "activeDeadlineSeconds"),
        seconds(spec, "ttlSecondsAfterFinished"),
        spec.path("suspend").asBoolean(),
        failureRules(spec.path("podFailurePolicy").path("rules")),
        spec.path("podReplacementPolicy").asText().equals("Failed")
            // Kubernetes' default beside a policy for failures.
            || spec.has("podFailurePolicy") && !spec.has("podReplacementPolicy"),
        successRules(spec.path("successPolicy").path("rules")));
  }

  private static List<FailureRule> failureRules(JsonNode rules) {
    var read = new ArrayList<FailureRule>();
    for (JsonNode rule : rules) {
      JsonNode exit = rule.path("onExitCodes");
      var codes = new ArrayList<Integer>();
      exit.path("values").forEach(it -> codes.add(it.intValue()));
      read.add(
          new FailureRule(
              switch (rule.path("action").asText()) {
                case "FailJob" -> FailureRule.Action.FAIL_JOB;
                case "FailIndex" -> FailureRule.Action.FAIL_INDEX;
                case "Ignore" -> FailureRule.Action.IGNORE;
                default -> FailureRule.Action.COUNT;
              },
              Optional.of(exit.path("containerName").asText()).filter(it -> !it.isEmpty()),
              exit.path("operator").asText().equals("In"),
              codes));
    }
    return read;
  }

  private static List<SuccessRule> successRules(JsonNode rules) {
    var read = new ArrayList<SuccessRule>();
    for (JsonNode rule : rules) {
      read.add(
          new SuccessRule(
              rule.has("succeededIndexes")
                  ? IndexRanges.read(rule.path("succeededIndexes").asText())
                  : new TreeSet<>(),
              number(rule, "succeededCount")));
    }
    return read;
  }

  private static Optional<Integer> number(JsonNode json, String field) {
    return json.has(field) ? Optional.of(json.path(field).intValue()) : Optional.empty();
  }

  private static Optional<Duration> seconds(JsonNode json, String field) {
    return number(json, field).map(Duration::ofSeconds);
  }

  /// What a Job is to come to is part of what it is: with another number of completions it is
  /// another Job, and runs again. How many run at a time is not.
  static void addToHash(Workload.Strategy strategy, Hash hash) {
    if (strategy instanceof Workload.Strategy.Completing(JobRules rules, _)) {
      hash.add(rules.completions().map(String::valueOf).orElse("any"))
          .add(rules.indexed() ? "indexed" : "");
    }
  }
}
