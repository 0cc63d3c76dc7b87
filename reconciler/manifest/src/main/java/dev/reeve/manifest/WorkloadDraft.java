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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A workload as far as its own text says it: all but the config that it uses, which may stand in
/// other files.
record WorkloadDraft(
    ObjectKey key,
    int replicas,
    Workload.Strategy strategy,
    Duration minReady,
    Duration progressDeadline,
    boolean paused,
    Workload.OnFailure onFailure,
    PodTemplate template,
    List<ConfigReference> references) {
  private static final Duration POD_PROGRESS_DEADLINE = Duration.ofMinutes(10);

  /// Empty for objects that have no pods.
  static Optional<WorkloadDraft> of(ObjectKey key, ObjectNode json) {
    return switch (key.kind()) {
      case "Deployment" -> Optional.of(deployment(key, json));
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
        PodTemplates.of(template.path("metadata"), template.path("spec")),
        ConfigReference.of(key.namespace(), template.path("spec"), "/spec/template/spec"));
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
        PodTemplates.of(json.path("metadata"), json.path("spec")),
        ConfigReference.of(key.namespace(), json.path("spec"), "/spec"));
  }

  private static Workload.Strategy strategy(JsonNode strategy) {
    JsonNode bounds = strategy.path("rollingUpdate");
    return strategy.path("type").asText().equals("Recreate")
        ? new Workload.Strategy.Recreate()
        : new Workload.Strategy.RollingUpdate(
            bound(bounds.path("maxSurge")), bound(bounds.path("maxUnavailable")));
  }

  private static Bound bound(JsonNode share) {
    if (share.isIntegralNumber()) {
      return Bound.pods(share.intValue());
    }
    String text = share.asText();
    return Bound.percent(Integer.parseInt(text.substring(0, text.length() - 1)));
  }

  private static Workload.OnFailure onFailure(JsonNode json) {
    String word = json.path("metadata").path("annotations").path("reeve.dev/on-failure").asText();
    return word.equals("pause") ? Workload.OnFailure.PAUSE : Workload.OnFailure.ROLLBACK;
  }

  /// @param contentHashes of the ConfigMaps and Secrets that exist
  Workload toWorkload(String commit, Map<ObjectKey, String> contentHashes) {
    List<ConfigUse> config =
        references.stream()
            .map(ConfigReference::key)
            .distinct()
            .filter(contentHashes::containsKey)
            .map(used -> new ConfigUse(used, contentHashes.getOrDefault(used, "")))
            .sorted()
            .toList();
    Hash hash = Hash.start().add(template.json().toArray());
    config.forEach(use -> hash.add(use.key().toString()).add(use.hash()));
    return new Workload(
        key,
        replicas,
        strategy,
        minReady,
        progressDeadline,
        paused,
        onFailure,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        new Release(hash.name(), commit, template, config));
  }
}
