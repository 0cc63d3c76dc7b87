package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// Changes that Kubernetes refuses: what must be said anew under another name.
final class Immutability {
  private Immutability() {}

  static void check(ManifestObject before, Catalog.Entry now, List<Problem> problems) {
    if (before == now.object()) {
      return;
    }
    JsonNode old = before.json();
    JsonNode changed = now.object().json();
    switch (before.kind()) {
      case "Deployment", "Rollout", "DaemonSet", "ReplicaSet" ->
          same(old, changed, "/spec/selector", now, problems);
      case "StatefulSet" -> {
        same(old, changed, "/spec/selector", now, problems);
        same(old, changed, "/spec/serviceName", now, problems);
        same(old, changed, "/spec/podManagementPolicy", now, problems);
        same(old, changed, "/spec/volumeClaimTemplates", now, problems);
      }
      case "Service" -> {
        // An address that was not written before may be written now, and the other way round.
        String pointer = "/spec/clusterIP";
        if (!old.at(pointer).asText().isEmpty() && !changed.at(pointer).asText().isEmpty()) {
          same(old, changed, pointer, now, problems);
        }
      }
      case "ConfigMap", "Secret" -> {
        if (before.isSecret()) {
          same(old, changed, "/type", now, problems);
        }
        if (old.path("immutable").asBoolean()) {
          same(old, changed, "/data", now, problems);
          same(old, changed, "/binaryData", now, problems);
          same(old, changed, "/immutable", now, problems);
        }
      }
      case "PriorityClass" -> {
        same(old, changed, "/value", now, problems);
        same(old, changed, "/preemptionPolicy", now, problems);
      }
      case "RoleBinding", "ClusterRoleBinding" -> same(old, changed, "/roleRef", now, problems);
      default -> {}
    }
  }

  private static void same(
      JsonNode old, JsonNode changed, String pointer, Catalog.Entry now, List<Problem> problems) {
    if (!old.at(pointer).equals(changed.at(pointer))) {
      problems.add(
          Manifests.problem(
              now,
              pointer,
              "%s cannot be changed: delete %s first, or use another name"
                  .formatted(pointer.substring(1).replace('/', '.'), now.object().key())));
    }
  }
}
