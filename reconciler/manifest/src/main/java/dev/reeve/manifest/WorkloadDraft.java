package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.Bound;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.Hash;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A workload as far as its own text says it: all but what other objects make of it, which may
/// stand in other files.
record WorkloadDraft(
    ObjectKey key,
    int replicas,
    Workload.Strategy strategy,
    Duration minReady,
    Duration progressDeadline,
    boolean paused,
    Workload.OnFailure onFailure,
    Optional<Instant> restartAt,
    Pods pods) {
  static final Duration POD_PROGRESS_DEADLINE = Duration.ofMinutes(10);

  /// What a release is made of.
  ///
  /// @param references to the config that pods use
  /// @param owner whose text they stand in, where it is another's
  record Pods(
      PodTemplateDraft template, List<ConfigReference> references, Optional<ObjectKey> owner) {
    static Pods of(String namespace, JsonNode metadata, JsonNode spec, String pointer) {
      return new Pods(
          PodTemplates.of(namespace, metadata, spec, pointer),
          ConfigReference.of(namespace, spec, pointer),
          Optional.empty());
    }
  }

  /// Empty for objects that have no pods, and for a Rollout: see [RolloutDrafts].
  static Optional<WorkloadDraft> of(ObjectKey key, ObjectNode json) {
    return switch (key.kind()) {
      case "Deployment" -> Optional.of(deployment(key, json));
      case "ReplicaSet" -> Optional.of(replicaSet(key, json));
      case "StatefulSet" -> Optional.of(statefulSet(key, json));
      case "DaemonSet" -> Optional.of(daemonSet(key, json));
      case "Job" -> Optional.of(BatchDrafts.job(key, json));
      case "CronJob" -> Optional.of(BatchDrafts.cronJob(key, json));
      case "Pod" -> Optional.of(pod(key, json));
      default -> Optional.empty();
    };
  }

  private static WorkloadDraft deployment(ObjectKey key, ObjectNode json) {
    JsonNode spec = json.path("spec");
    JsonNode template = spec.path("template");
    return new WorkloadDraft(
        key,
        spec.path("replicas").intValue(),
        strategy(spec.path("strategy")),
        Duration.ofSeconds(spec.path("minReadySeconds").longValue()),
        Duration.ofSeconds(spec.path("progressDeadlineSeconds").longValue()),
        spec.path("paused").asBoolean(),
        onFailure(json),
        Optional.empty(),
        Pods.of(
            key.namespace(),
            template.path("metadata"),
            template.path("spec"),
            "/spec/template/spec"));
  }

  private static WorkloadDraft replicaSet(ObjectKey key, ObjectNode json) {
    return simple(
        key,
        json,
        json.path("spec").path("replicas").intValue(),
        new Workload.Strategy.Keep(),
        onFailure(json));
  }

  /// What holds data is not taken back to an older release unless somebody asks for it.
  private static WorkloadDraft statefulSet(ObjectKey key, ObjectNode json) {
    JsonNode spec = json.path("spec");
    JsonNode update = spec.path("updateStrategy");
    JsonNode rolling = update.path("rollingUpdate");
    var strategy =
        new Workload.Strategy.Ordered(
            spec.path("ordinals").path("start").intValue(),
            spec.path("podManagementPolicy").asText().equals("Parallel"),
            rolling.path("partition").intValue(),
            rolling.has("maxUnavailable") ? bound(rolling.path("maxUnavailable")) : Bound.pods(1),
            update.path("type").asText().equals("OnDelete"));
    if (spec.has("serviceName")) {
      // Under this Service each of its pods has a name.
      ((ObjectNode) spec.path("template").path("spec")).set("subdomain", spec.path("serviceName"));
    }
    boolean goesBack = annotation(json, "reeve.dev/on-failure").equals("rollback");
    return simple(
        key,
        json,
        spec.path("replicas").intValue(),
        strategy,
        goesBack ? Workload.OnFailure.ROLLBACK : Workload.OnFailure.PAUSE);
  }

  private static WorkloadDraft daemonSet(ObjectKey key, ObjectNode json) {
    JsonNode update = json.path("spec").path("updateStrategy");
    JsonNode rolling = update.path("rollingUpdate");
    var strategy =
        new Workload.Strategy.EachNode(
            rolling.has("maxSurge") ? bound(rolling.path("maxSurge")) : Bound.pods(0),
            rolling.has("maxUnavailable") ? bound(rolling.path("maxUnavailable")) : Bound.pods(1),
            update.path("type").asText().equals("OnDelete"));
    DaemonTolerations.add((ObjectNode) json.path("spec").path("template").path("spec"));
    return simple(key, json, 0, strategy, onFailure(json));
  }

  private static WorkloadDraft simple(
      ObjectKey key,
      ObjectNode json,
      int replicas,
      Workload.Strategy strategy,
      Workload.OnFailure onFailure) {
    JsonNode spec = json.path("spec");
    JsonNode template = spec.path("template");
    return new WorkloadDraft(
        key,
        replicas,
        strategy,
        Duration.ofSeconds(spec.path("minReadySeconds").longValue()),
        POD_PROGRESS_DEADLINE,
        false,
        onFailure,
        Optional.empty(),
        Pods.of(
            key.namespace(),
            template.path("metadata"),
            template.path("spec"),
            "/spec/template/spec"));
  }

  private static WorkloadDraft pod(ObjectKey key, ObjectNode json) {
    return new WorkloadDraft(
        key,
        1,
        new Workload.Strategy.Single(),
        Duration.ZERO,
        POD_PROGRESS_DEADLINE,
        false,
        onFailure(json),
        Optional.empty(),
        Pods.of(key.namespace(), json.path("metadata"), json.path("spec"), "/spec"));
  }

  private static Workload.Strategy strategy(JsonNode strategy) {
    JsonNode bounds = strategy.path("rollingUpdate");
    return strategy.path("type").asText().equals("Recreate")
        ? new Workload.Strategy.Recreate()
        : new Workload.Strategy.RollingUpdate(
            bound(bounds.path("maxSurge")), bound(bounds.path("maxUnavailable")));
  }

  WorkloadDraft with(Pods other) {
    return new WorkloadDraft(
        key, replicas, strategy, minReady, progressDeadline, paused, onFailure, restartAt, other);
  }

  /// With what its pods claim, among the other objects of its commit.
  WorkloadDraft withStorage(Catalog.Entry entry, Neighbours neighbours) {
    var json = entry.object().json();
    var strategyToo = strategy;
    if (strategy instanceof Workload.Strategy.Ordered set
        && json.path("spec").has("volumeClaimTemplates")) {
      var spec = json.path("spec");
      var retention = spec.path("persistentVolumeClaimRetentionPolicy");
      strategyToo =
          new Workload.Strategy.Ordered(
              set.start(),
              set.parallel(),
              set.partition(),
              set.maxUnavailable(),
              set.onDelete(),
              StorageReader.templates(spec, key.namespace(), neighbours.storageClasses()),
              retention.path("whenDeleted").asText().equals("Delete"),
              retention.path("whenScaled").asText().equals("Delete"));
    }
    boolean pauses =
        annotation(json, "reeve.dev/on-failure").isEmpty()
            && StorageReader.holdsData(this, neighbours);
    return new WorkloadDraft(
        key,
        replicas,
        strategyToo,
        minReady,
        progressDeadline,
        paused,
        pauses ? Workload.OnFailure.PAUSE : onFailure,
        restartAt,
        pods);
  }

  static Bound bound(JsonNode share) {
    if (share.isIntegralNumber()) {
      return Bound.pods(share.intValue());
    }
    String text = share.asText();
    return Bound.percent(Integer.parseInt(text.substring(0, text.length() - 1)));
  }

  static Workload.OnFailure onFailure(JsonNode json) {
    return annotation(json, "reeve.dev/on-failure").equals("pause")
        ? Workload.OnFailure.PAUSE
        : Workload.OnFailure.ROLLBACK;
  }

  private static String annotation(JsonNode json, String name) {
    return json.path("metadata").path("annotations").path(name).asText();
  }

  /// @param template of its pods, among the other objects of the commit
  /// @param contentHashes of the ConfigMaps and Secrets that exist
  Workload toWorkload(
      String commit,
      PodTemplate template,
      ConfigHashes contentHashes,
      List<ObjectKey> after,
      Optional<ObjectKey> yieldsTo) {
    List<ObjectKey> used = pods.references().stream().map(ConfigReference::key).distinct().toList();
    List<ConfigUse> config = contentHashes.ofRelease(key, used);
    List<ConfigUse> live = contentHashes.live(key, used);
    Hash hash = Hash.start().add(template.json().toArray());
    config.forEach(use -> hash.add(use.key().toString()).add(use.hash()));
    // Of what is live only that it is: its content comes and goes without a new release.
    live.forEach(use -> hash.add(use.key().toString()).add("live"));
    BatchDrafts.addToHash(strategy, hash);
    return new Workload(
        key,
        replicas,
        strategy,
        minReady,
        progressDeadline,
        paused,
        onFailure,
        after,
        restartAt,
        yieldsTo,
        new Release(hash.name(), commit, template, config, live));
  }
}
