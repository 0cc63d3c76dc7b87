package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Resources;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.RecordCommit;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordTree;
import dev.reeve.manifest.text.Documents;
import dev.reeve.manifest.text.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The text of the record branch: its files as YAML, its commits as messages with trailers. What is
/// written here is read back by a control plane that has nothing else.
public final class RecordFiles {
  private static final int SCHEMA = 1;

  private RecordFiles() {}

  /// What could be read of a record branch.
  ///
  /// @param problems files that are not what they should be, one line each; they count as absent
  public record Read(RecordTree tree, List<String> problems) {
    public Read {
      problems = List.copyOf(problems);
    }
  }

  // --- writing

  public static byte[] bytes(RecordFile file) {
    return YamlWriter.write(json(file)).getBytes(StandardCharsets.UTF_8);
  }

  private static ObjectNode json(RecordFile file) {
    var json = Json.object();
    json.put("schema", SCHEMA);
    switch (file) {
      case RecordFile.Cluster it -> {
        json.put("cluster", it.name());
        json.put("epoch", it.epoch());
        json.put("commit", it.commit());
        json.put("verdict", it.verdict());
        if (!it.commands().isEmpty()) {
          json.put("commands", it.commands());
        }
        json.putObject("totals").put("workloads", it.workloads());
      }
      case RecordFile.WorkloadFile it -> {
        json.put("resource", it.key().toString());
        json.put("phase", it.phase().word());
        json.set("release", json(it.release()));
        it.stable().ifPresent(stable -> json.set("stable", json(stable)));
        if (it.steps().isPresent()) {
          json.put("startedAt", it.startedAt().toString());
          StepFiles.write(it.steps().get(), json);
        } else {
          json.putObject("step").put("startedAt", it.startedAt().toString());
        }
        json.putObject("replicas").put("desired", it.desired()).put("ready", it.ready());
        if (!it.failed().isEmpty()) {
          var failed = json.putArray("failed");
          it.failed().forEach(failed::add);
        }
        it.failure()
            .ifPresent(failure ->
                json.set("failure", json(failure.release()).put("message", failure.message())));
        it.rollback()
            .ifPresent(rollback ->
                json.putObject("rollback")
                    .put("of", rollback.of())
                    .put(rollback.outcome().word(), rollback.detail()));
        if (!it.revisions().isEmpty()) {
          var revisions = json.putArray("revisions");
          it.revisions().forEach(revision -> revisions.add(json(revision)));
        }
        if (!it.others().isEmpty()) {
          var others = json.putArray("others");
          it.others().forEach(other -> others.add(json(other)));
        }
        if (!it.images().isEmpty()) {
          ImageFiles.writePins(it.images(), json.putObject("images"));
        }
        if (!it.placements().isEmpty()) {
          var placements = json.putObject("placements");
          it.placements()
              .forEach((name, at) -> {
                var placement =
                    placements
                        .putObject(name)
                        .put("node", at.node())
                        .put("uid", at.uid())
                        .put("release", at.release());
                if (at.stopping()) {
                  placement.put("stopping", true);
                }
              });
        }
        it.owner().ifPresent(owner -> json.put("owner", owner.toString()));
        it.job().ifPresent(job -> JobFiles.write(job, json.putObject("job")));
        it.cron().ifPresent(cron -> JobFiles.write(cron, json.putObject("cron")));
        it.autoscaled()
            .ifPresent(last -> AutoscalingFiles.write(last, json.putObject("autoscaled")));
      }
      case RecordFile.ServiceFile it -> {
        json.put("service", it.key().toString());
        json.put("clusterIP", it.clusterIp());
        if (!it.nodePorts().isEmpty()) {
          var ports = json.putObject("nodePorts");
          it.nodePorts().forEach(ports::put);
        }
      }
      case RecordFile.VolumeFile it -> VolumeFiles.write(it, json);
      case RecordFile.ImagePolicyFile it -> ImageFiles.write(it, json);
      case RecordFile.NodeFile it -> {
        json.put("node", it.name());
        json.put("identity", it.identity());
        if (!it.pods().isEmpty()) {
          json.put("podCIDR", it.pods());
        }
        json.set("capacity", json(it.allocatable()).put("pods", it.maxPods()));
        if (!it.labels().isEmpty()) {
          var labels = json.putObject("labels");
          it.labels().forEach(labels::put);
        }
        if (!it.tokens().isEmpty()) {
          var tokens = json.putObject("usedTokens");
          it.tokens().forEach((id, end) -> tokens.put(id, end.toString()));
        }
      }
    }
    return json;
  }

  private static ObjectNode json(Resources capacity) {
    var json =
        Json.object()
            .put("cpuMillis", capacity.cpuMillis())
            .put("memoryBytes", capacity.memoryBytes());
    if (capacity.storageBytes() > 0) {
      json.put("storageBytes", capacity.storageBytes());
    }
    if (!capacity.extended().isEmpty()) {
      var extended = json.putObject("extended");
      capacity.extended().forEach(extended::put);
    }
    return json;
  }

  static ObjectNode json(Release.Ref ref) {
    return Json.object().put("hash", ref.hash()).put("commit", ref.commit());
  }

  /// The message of a record commit: subject, what was started and stopped, trailers.
  public static String message(RecordCommit commit, String cluster) {
    var text = new StringBuilder(oneLine(commit.subject())).append(" [skip ci]\n\n");
    if (!commit.lines().isEmpty()) {
      commit.lines().forEach(line -> text.append(oneLine(line)).append('\n'));
      text.append('\n');
    }
    trailer(text, "Reeve-Cluster", cluster);
    commit.resources().forEach(key -> trailer(text, "Reeve-Resource", key.toString()));
    if (!commit.configCommit().isEmpty()) {
      trailer(text, "Reeve-Config-Commit", commit.configCommit());
    }
    trailer(text, "Reeve-Reason", commit.reason().word());
    trailer(text, "Reeve-Epoch", String.valueOf(commit.epoch()));
    return text.toString();
  }

  private static void trailer(StringBuilder text, String key, String value) {
    text.append(key).append(": ").append(oneLine(value)).append('\n');
  }

  /// What other programs say may hold line breaks, and must not become trailers.
  private static String oneLine(String text) {
    return text.replaceAll("[\\r\\n]+", " ");
  }

  // --- reading

  /// Reads a whole branch. Files of other schemas, and files nobody knows, are passed over and
  /// said.
  public static Read read(SortedMap<String, byte[]> files) {
    Optional<RecordFile.Cluster> cluster = Optional.empty();
    SortedMap<ObjectKey, RecordFile.WorkloadFile> workloads = new TreeMap<>();
    SortedMap<ObjectKey, RecordFile.ServiceFile> services = new TreeMap<>();
    SortedMap<String, RecordFile.NodeFile> nodes = new TreeMap<>();
    SortedMap<String, RecordFile.VolumeFile> volumes = new TreeMap<>();
    SortedMap<ObjectKey, RecordFile.ImagePolicyFile> images = new TreeMap<>();
    var problems = new ArrayList<String>();
    for (var entry : files.entrySet()) {
      var path = entry.getKey();
      try {
        switch (file(path, entry.getValue())) {
          case RecordFile.Cluster it -> cluster = Optional.of(it);
          case RecordFile.WorkloadFile it -> workloads.put(it.key(), it);
          case RecordFile.ServiceFile it -> services.put(it.key(), it);
          case RecordFile.NodeFile it -> nodes.put(it.name(), it);
          case RecordFile.VolumeFile it -> volumes.put(it.name(), it);
          case RecordFile.ImagePolicyFile it -> images.put(it.key(), it);
        }
      } catch (IllegalArgumentException | DateTimeParseException e) {
        problems.add(path + ": " + e.getMessage());
      }
    }
    return new Read(new RecordTree(cluster, workloads, services, nodes, volumes, images), problems);
  }

  private static RecordFile file(String path, byte[] bytes) {
    var documents = Documents.yaml(bytes);
    if (documents.trees().size() != 1 || !documents.problems().isEmpty()) {
      throw new IllegalArgumentException("not one YAML document");
    }
    var json = documents.trees().getFirst().toJson();
    if (json.path("schema").asInt() != SCHEMA) {
      throw new IllegalArgumentException("schema is " + json.path("schema") + ", not " + SCHEMA);
    }
    if (path.equals(RecordFile.Cluster.PATH)) {
      return new RecordFile.Cluster(
          text(json, "cluster"),
          json.path("epoch").asLong(),
          text(json, "commit"),
          text(json, "verdict"),
          json.path("commands").asText(),
          json.path("totals").path("workloads").asInt());
    }
    if (path.startsWith("nodes/")) {
      return node(json);
    }
    if (json.has("resource")) {
      return workload(json);
    }
    if (json.has("service")) {
      return service(json);
    }
    if (json.has("volume")) {
      return VolumeFiles.read(json);
    }
    if (json.has("policy")) {
      return ImageFiles.read(json);
    }
    throw new IllegalArgumentException("not a file of the record");
  }

  private static RecordFile.WorkloadFile workload(JsonNode json) {
    SortedSet<String> failed = new TreeSet<>();
    json.path("failed").forEach(it -> failed.add(it.asText()));
    var revisions = new ArrayList<Release.Ref>();
    json.path("revisions").forEach(it -> revisions.add(ref(it)));
    var others = new ArrayList<Release.Ref>();
    json.path("others").forEach(it -> others.add(ref(it)));
    boolean hasSteps = json.has("startedAt");
    return new RecordFile.WorkloadFile(
        ObjectKey.parse(text(json, "resource")),
        Phase.of(text(json, "phase")),
        ref(json.path("release")),
        json.has("stable") ? Optional.of(ref(json.path("stable"))) : Optional.empty(),
        Instant.parse(text(hasSteps ? json : json.path("step"), "startedAt")),
        json.path("replicas").path("desired").asInt(),
        json.path("replicas").path("ready").asInt(),
        failed,
        json.has("failure")
            ? Optional.of(
                new RecordFile.Failure(
                    ref(json.path("failure")), json.path("failure").path("message").asText()))
            : Optional.empty(),
        rollback(json.path("rollback")),
        hasSteps ? Optional.of(StepFiles.read(json)) : Optional.empty(),
        revisions,
        others,
        ImageFiles.readPins(json.path("images")),
        placements(json.path("placements")),
        json.has("job") ? Optional.of(JobFiles.job(json.path("job"))) : Optional.empty(),
        json.has("cron") ? Optional.of(JobFiles.cron(json.path("cron"))) : Optional.empty(),
        json.has("owner") ? Optional.of(ObjectKey.parse(text(json, "owner"))) : Optional.empty(),
        json.has("autoscaled")
            ? Optional.of(AutoscalingFiles.read(json.path("autoscaled")))
            : Optional.empty());
  }

  private static SortedMap<String, RecordFile.Placement> placements(JsonNode json) {
    SortedMap<String, RecordFile.Placement> placements = new TreeMap<>();
    json.properties()
        .forEach(it -> {
          var at = it.getValue();
          placements.put(
              it.getKey(),
              new RecordFile.Placement(
                  text(at, "node"),
                  text(at, "uid"),
                  text(at, "release"),
                  at.path("stopping").asBoolean()));
        });
    return placements;
  }

  private static Optional<RecordFile.Rollback> rollback(JsonNode json) {
    for (var outcome : RecordFile.Rollback.Outcome.values()) {
      if (json.has(outcome.word())) {
        return Optional.of(
            new RecordFile.Rollback(text(json, "of"), outcome, text(json, outcome.word())));
      }
    }
    return Optional.empty();
  }

  private static RecordFile.ServiceFile service(JsonNode json) {
    SortedMap<String, Integer> ports = new TreeMap<>();
    json.path("nodePorts")
        .properties()
        .forEach(it -> ports.put(it.getKey(), it.getValue().asInt()));
    return new RecordFile.ServiceFile(
        ObjectKey.parse(text(json, "service")), json.path("clusterIP").asText(), ports);
  }

  private static RecordFile.NodeFile node(JsonNode json) {
    var capacity = json.path("capacity");
    return new RecordFile.NodeFile(
        text(json, "node"),
        json.path("identity").asText(),
        json.path("podCIDR").asText(),
        resources(capacity),
        capacity.path("pods").asInt(),
        strings(json.path("labels")),
        instants(json.path("usedTokens")));
  }

  private static Resources resources(JsonNode capacity) {
    SortedMap<String, Long> extended = new TreeMap<>();
    capacity
        .path("extended")
        .properties()
        .forEach(it -> extended.put(it.getKey(), it.getValue().asLong()));
    return new Resources(
        capacity.path("cpuMillis").asLong(),
        capacity.path("memoryBytes").asLong(),
        capacity.path("storageBytes").asLong(),
        extended);
  }

  private static SortedMap<String, Instant> instants(JsonNode json) {
    SortedMap<String, Instant> instants = new TreeMap<>();
    strings(json).forEach((key, text) -> instants.put(key, Instant.parse(text)));
    return instants;
  }

  static Release.Ref ref(JsonNode json) {
    return new Release.Ref(text(json, "hash"), json.path("commit").asText());
  }

  private static SortedMap<String, String> strings(JsonNode json) {
    SortedMap<String, String> strings = new TreeMap<>();
    json.properties().forEach(it -> strings.put(it.getKey(), it.getValue().asText()));
    return strings;
  }

  static String text(JsonNode json, String field) {
    var value = json.path(field);
    if (value.isMissingNode() || value.isContainerNode()) {
      throw new IllegalArgumentException("'" + field + "' is missing");
    }
    return value.asText();
  }
}
