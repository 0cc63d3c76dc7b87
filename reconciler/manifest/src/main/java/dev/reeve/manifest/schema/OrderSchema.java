package dev.reeve.manifest.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/// The annotations that say what a workload waits for.
public final class OrderSchema {
  public static final String DEPENDS_ON = "reeve.dev/depends-on";
  public static final String WAVE = "argocd.argoproj.io/sync-wave";

  private static final Set<String> HAVE_PODS =
      Set.of("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod", "Job", "Rollout");
  private static final Pattern REFERENCE =
      Pattern.compile("[A-Z][A-Za-z0-9]*(\\.[a-z0-9.-]+)?/[a-z0-9.-]+/[a-z0-9.-]+");

  private OrderSchema() {}

  /// The rule of a kind's root.
  static Rule of(String kind) {
    return (json, scope) -> check(HAVE_PODS.contains(kind), json, scope);
  }

  /// The keys of an object's `depends-on`; empty where one of them is not well written.
  public static Optional<List<ObjectKey>> dependsOn(JsonNode metadata) {
    String text = metadata.path("annotations").path(DEPENDS_ON).asText();
    var keys = new ArrayList<ObjectKey>();
    for (String word : text.isBlank() ? new String[0] : text.split(",", -1)) {
      if (!REFERENCE.matcher(word.strip()).matches()) {
        return Optional.empty();
      }
      keys.add(ObjectKey.parse(word.strip()));
    }
    return Optional.of(keys);
  }

  public static OptionalInt wave(JsonNode metadata) {
    String text = metadata.path("annotations").path(WAVE).asText();
    return text.matches("[-+]?[0-9]{1,9}")
        ? OptionalInt.of(Integer.parseInt(text))
        : OptionalInt.empty();
  }

  private static void check(boolean hasPods, ObjectNode json, Scope scope) {
    JsonNode metadata = json.path("metadata");
    Scope annotations = scope.at("metadata", "annotations");
    if (metadata.path("annotations").has(DEPENDS_ON)) {
      Scope at = annotations.key(DEPENDS_ON);
      if (!hasPods) {
        at.refuse("belongs on an object that has pods");
      } else if (dependsOn(metadata).isEmpty()) {
        at.refuse("must be a list such as Deployment/default/db, Rollout/default/web");
      }
    }
    if (metadata.path("annotations").has(WAVE)) {
      Scope at = annotations.key(WAVE);
      if (wave(metadata).isEmpty()) {
        at.refuse("must be an integer");
      } else if (!hasPods) {
        at.warn("is not acted on: only objects that have pods wait");
      }
    }
  }
}
