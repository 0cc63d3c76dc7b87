package dev.reeve.manifest.rollback;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import java.util.List;

/// A part of an object that its release is made of.
///
/// @param path the keys that lead to it
/// @param presence whether an object may do without it
record Part(List<String> path, Presence presence) {
  enum Presence {
    REQUIRED,
    OPTIONAL
  }

  private static final Part TEMPLATE = new Part(List.of("spec", "template"), Presence.REQUIRED);
  private static final Part POD = new Part(List.of("spec"), Presence.REQUIRED);
  private static final Part DATA = new Part(List.of("data"), Presence.OPTIONAL);
  private static final Part BINARY_DATA = new Part(List.of("binaryData"), Presence.OPTIONAL);
  private static final Part STRING_DATA = new Part(List.of("stringData"), Presence.OPTIONAL);

  Part {
    path = List.copyOf(path);
  }

  /// None for kinds that have no release.
  static List<Part> of(ObjectKey key) {
    return switch (key.kind()) {
      case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "Job" ->
          List.of(TEMPLATE);
      case "Pod" -> List.of(POD);
      case "ConfigMap", "Secret" -> List.of(DATA, BINARY_DATA, STRING_DATA);
      default -> List.of();
    };
  }

  String name() {
    return String.join(".", path);
  }

  /// Its value; a missing node where the object has none.
  JsonNode in(JsonNode object) {
    JsonNode node = object;
    for (String step : path) {
      node = node.path(step);
    }
    return node;
  }

  /// An object without these parts.
  static JsonNode without(List<Part> parts, JsonNode object) {
    JsonNode rest = object.deepCopy();
    for (Part part : parts) {
      JsonNode around = rest;
      for (String step : part.path().subList(0, part.path().size() - 1)) {
        around = around.path(step);
      }
      if (around instanceof ObjectNode mapping) {
        mapping.remove(part.path().getLast());
      }
    }
    return rest;
  }
}
