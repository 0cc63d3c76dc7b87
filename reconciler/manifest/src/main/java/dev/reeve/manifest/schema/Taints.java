package dev.reeve.manifest.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.Taint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Taints of nodes, as they are written.
public final class Taints {
  private Taints() {}

  public static List<Taint> of(JsonNode written) {
    var taints = new ArrayList<Taint>();
    for (JsonNode taint : written) {
      taints.add(
          new Taint(
              taint.path("key").asText(),
              taint.path("value").asText(),
              effect(taint.path("effect").asText())));
    }
    return taints;
  }

  static Taint.Effect effect(String word) {
    return switch (word) {
      case "NoSchedule" -> Taint.Effect.NO_SCHEDULE;
      case "PreferNoSchedule" -> Taint.Effect.PREFER_NO_SCHEDULE;
      case "NoExecute" -> Taint.Effect.NO_EXECUTE;
      default -> throw new IllegalStateException("the schema has no effect " + word);
    };
  }

  /// The rule of a node: one taint of a key and effect.
  static void areUnique(ObjectNode spec, Scope scope) {
    Set<List<String>> seen = new HashSet<>();
    JsonNode taints = spec.path("taints");
    for (int i = 0; i < taints.size(); i++) {
      String key = taints.path(i).path("key").asText();
      String effect = taints.path(i).path("effect").asText();
      if (!seen.add(List.of(key, effect))) {
        scope.at("taints").at(i).refuse("repeats the key and effect of an earlier one");
      }
    }
  }
}
