package dev.reeve.manifest;

import static dev.reeve.manifest.RecordFiles.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.record.AnalysisRun;
import dev.reeve.core.record.Measurement;
import dev.reeve.core.record.MetricRun;
import dev.reeve.core.record.StepProgress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a workload's record file says of a rollout by steps: the keys `step`, `weight` and
/// `measurements`.
final class StepFiles {
  private StepFiles() {}

  static void write(StepProgress steps, ObjectNode json) {
    var step = json.putObject("step");
    step.put("index", steps.index());
    step.put("count", steps.count());
    step.put("plan", steps.plan());
    step.put("startedAt", steps.startedAt().toString());
    steps.pauseUntil().ifPresent(it -> step.put("pauseUntil", it.toString()));
    steps.keepUntil().ifPresent(it -> step.put("keepUntil", it.toString()));
    json.put("weight", steps.weight());
    if (!steps.runs().isEmpty()) {
      var runs = json.putArray("measurements");
      steps.runs().forEach(run -> write(run, runs.addObject()));
    }
  }

  private static void write(AnalysisRun run, ObjectNode json) {
    json.put("analysis", run.name());
    json.put("phase", run.outcome().word());
    json.put("startedAt", run.startedAt().toString());
    var metrics = json.putArray("metrics");
    run.metrics().forEach(metric -> write(metric, metrics.addObject()));
  }

  private static void write(MetricRun metric, ObjectNode json) {
    json.put("name", metric.name());
    json.put("phase", metric.outcome().word());
    if (metric.dryRun()) {
      json.put("dryRun", true);
    }
    json.put("count", metric.count());
    positive(json, "successful", metric.successful());
    positive(json, "failed", metric.failed());
    positive(json, "inconclusive", metric.inconclusive());
    positive(json, "errors", metric.errors());
    positive(json, "consecutiveErrors", metric.consecutiveErrors());
    positive(json, "consecutiveSuccesses", metric.consecutiveSuccesses());
    metric.nextAt().ifPresent(it -> json.put("nextAt", it.toString()));
    if (!metric.measurements().isEmpty()) {
      var taken = json.putArray("taken");
      metric.measurements().forEach(it -> write(it, taken));
    }
  }

  private static void write(Measurement measurement, ArrayNode taken) {
    var json = taken.addObject();
    json.put("phase", measurement.outcome().word());
    json.put("startedAt", measurement.startedAt().toString());
    json.put("finishedAt", measurement.finishedAt().toString());
    if (!measurement.value().isEmpty()) {
      json.put("value", measurement.value());
    }
    if (!measurement.message().isEmpty()) {
      json.put("message", measurement.message());
    }
  }

  private static void positive(ObjectNode json, String field, int count) {
    if (count > 0) {
      json.put(field, count);
    }
  }

  static StepProgress read(JsonNode json) {
    var step = json.path("step");
    var runs = new ArrayList<AnalysisRun>();
    json.path("measurements").forEach(it -> runs.add(run(it)));
    return new StepProgress(
        step.path("plan").asText(),
        step.path("index").asInt(),
        step.path("count").asInt(),
        Instant.parse(text(step, "startedAt")),
        instant(step, "pauseUntil"),
        json.path("weight").asInt(),
        instant(step, "keepUntil"),
        runs);
  }

  private static AnalysisRun run(JsonNode json) {
    var metrics = new ArrayList<MetricRun>();
    json.path("metrics").forEach(it -> metrics.add(metric(it)));
    return new AnalysisRun(
        text(json, "analysis"), outcome(json), Instant.parse(text(json, "startedAt")), metrics);
  }

  private static MetricRun metric(JsonNode json) {
    List<Measurement> taken = new ArrayList<>();
    json.path("taken")
        .forEach(it ->
            taken.add(
                new Measurement(
                    outcome(it),
                    Instant.parse(text(it, "startedAt")),
                    Instant.parse(text(it, "finishedAt")),
                    it.path("value").asText(),
                    it.path("message").asText())));
    return new MetricRun(
        text(json, "name"),
        outcome(json),
        json.path("count").asInt(),
        json.path("successful").asInt(),
        json.path("failed").asInt(),
        json.path("inconclusive").asInt(),
        json.path("errors").asInt(),
        json.path("consecutiveErrors").asInt(),
        json.path("consecutiveSuccesses").asInt(),
        json.path("dryRun").asBoolean(),
        instant(json, "nextAt"),
        taken);
  }

  private static Measurement.Outcome outcome(JsonNode json) {
    return Measurement.Outcome.of(text(json, "phase"));
  }

  private static Optional<Instant> instant(JsonNode json, String field) {
    return json.has(field) ? Optional.of(Instant.parse(text(json, field))) : Optional.empty();
  }
}
