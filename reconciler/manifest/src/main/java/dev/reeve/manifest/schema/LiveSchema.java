package dev.reeve.manifest.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/// The annotation that says whether config belongs to a release, or reaches pods that run.
public final class LiveSchema {
  static final String CONFIG = "reeve.dev/config";

  private static final String LIVE = "live";
  private static final List<String> WORDS = List.of("release", LIVE);
  private static final Set<String> MAY_HAVE_IT =
      Set.of(
          "ConfigMap",
          "CronJob",
          "DaemonSet",
          "Deployment",
          "Job",
          "Pod",
          "ReplicaSet",
          "Rollout",
          "Secret",
          "StatefulSet");

  private LiveSchema() {}

  /// The rule of a kind's root.
  static Rule of(String kind) {
    return (json, scope) -> {
      JsonNode value = json.path("metadata").path("annotations").path(CONFIG);
      if (value.isMissingNode()) {
        return;
      }
      Scope at = scope.at("metadata", "annotations").key(CONFIG);
      if (!MAY_HAVE_IT.contains(kind)) {
        at.refuse("belongs on a ConfigMap, a Secret or an object that has pods");
      } else {
        MetadataSchema.requireOneOf(WORDS, value.asText(), at);
      }
    };
  }

  /// Whether pods see the newest content of this ConfigMap or Secret, or this workload's pods that
  /// of all they use.
  public static boolean isLive(JsonNode object) {
    return object.path("metadata").path("annotations").path(CONFIG).asText().equals(LIVE);
  }
}
