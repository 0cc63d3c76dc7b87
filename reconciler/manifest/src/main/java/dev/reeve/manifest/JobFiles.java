package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.record.CronProgress;
import dev.reeve.core.record.JobProgress;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What the record says of Jobs and CronJobs.
final class JobFiles {
  private JobFiles() {}

  static void write(JobProgress job, ObjectNode json) {
    job.startedAt().ifPresent(at -> json.put("startedAt", at.toString()));
    json.put("succeeded", job.succeeded());
    json.put("failed", job.failed());
    if (!job.done().isEmpty()) {
      json.put("completedIndexes", IndexRanges.write(job.done()));
    }
    if (!job.lost().isEmpty()) {
      json.put("failedIndexes", IndexRanges.write(job.lost()));
    }
    if (!job.failures().isEmpty()) {
      var failures = json.putObject("failuresByIndex");
      job.failures().forEach((index, count) -> failures.put(String.valueOf(index), count));
    }
    if (!job.counted().isEmpty()) {
      var counted = json.putArray("counted");
      job.counted().forEach(counted::add);
    }
    if (job.failedInARow() > 0) {
      json.put("failedInARow", job.failedInARow());
    }
    job.lastFailure().ifPresent(at -> json.put("lastFailure", at.toString()));
    job.ending()
        .ifPresent(ending ->
            json.putObject(ending.isGood() ? "complete" : "failure")
                .put("reason", ending.reason())
                .put("message", ending.message())
                .put("at", ending.at().toString()));
  }

  static JobProgress job(JsonNode json) {
    SortedMap<Integer, Integer> failures = new TreeMap<>();
    json.path("failuresByIndex")
        .properties()
        .forEach(it -> failures.put(Integer.valueOf(it.getKey()), it.getValue().asInt()));
    SortedSet<String> counted = new TreeSet<>();
    json.path("counted").forEach(it -> counted.add(it.asText()));
    return new JobProgress(
        instant(json, "startedAt"),
        json.path("succeeded").asInt(),
        json.path("failed").asInt(),
        IndexRanges.read(json.path("completedIndexes").asText()),
        IndexRanges.read(json.path("failedIndexes").asText()),
        failures,
        counted,
        json.path("failedInARow").asInt(),
        instant(json, "lastFailure"),
        ending(json, "complete").or(() -> ending(json, "failure")));
  }

  private static Optional<JobProgress.Ending> ending(JsonNode json, String field) {
    var ending = json.path(field);
    return ending.isObject()
        ? Optional.of(
            new JobProgress.Ending(
                field.equals("complete"),
                RecordFiles.text(ending, "reason"),
                ending.path("message").asText(),
                Instant.parse(RecordFiles.text(ending, "at"))))
        : Optional.empty();
  }

  static void write(CronProgress cron, ObjectNode json) {
    json.put("since", cron.since().toString());
    cron.lastStart().ifPresent(at -> json.put("lastStart", at.toString()));
    cron.lastSuccess().ifPresent(at -> json.put("lastSuccess", at.toString()));
  }

  static CronProgress cron(JsonNode json) {
    return new CronProgress(
        Instant.parse(RecordFiles.text(json, "since")),
        instant(json, "lastStart"),
        instant(json, "lastSuccess"));
  }

  private static Optional<Instant> instant(JsonNode json, String field) {
    return json.has(field)
        ? Optional.of(Instant.parse(RecordFiles.text(json, field)))
        : Optional.empty();
  }
}
