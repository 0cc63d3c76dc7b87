package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/// Changes that Kubernetes refuses: what must be said anew under another name.
final class Immutability {
  private Immutability() {}

  static void check(
      ManifestObject before, Catalog.Entry now, StorageClasses classes, List<Problem> problems) {
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
      case "PersistentVolumeClaim" -> {
        for (String field : List.of("accessModes", "storageClassName", "selector")) {
          same(old, changed, "/spec/" + field, now, problems);
        }
        if (!old.at("/spec/volumeName").asText().isEmpty()) {
          same(old, changed, "/spec/volumeName", now, problems);
        }
        size(old, changed, now, classes, problems);
      }
      case "StorageClass" -> {
        for (String field : List.of("provisioner", "parameters", "reclaimPolicy")) {
          same(old, changed, "/" + field, now, problems);
        }
      }
      case "RoleBinding", "ClusterRoleBinding" -> same(old, changed, "/roleRef", now, problems);
      default -> {}
    }
  }

  /// A claim may grow, where its class lets it.
  private static void size(
      JsonNode old,
      JsonNode changed,
      Catalog.Entry now,
      StorageClasses classes,
      List<Problem> problems) {
    String pointer = "/spec/resources/requests";
    long before = StorageReader.bytes(old.at(pointer));
    long after = StorageReader.bytes(changed.at(pointer));
    var written = changed.at("/spec/storageClassName");
    var name =
        classes
            .named(written.isMissingNode() ? Optional.empty() : Optional.of(written.asText()))
            .name();
    if (after < before) {
      problems.add(Manifests.problem(now, pointer + "/storage", "a claim cannot become smaller"));
    } else if (after > before && !classes.mayGrow(name)) {
      problems.add(
          Manifests.problem(
              now,
              pointer + "/storage",
              "a claim of storage class %s cannot grow: the class needs allowVolumeExpansion: true"
                  .formatted(name)));
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
