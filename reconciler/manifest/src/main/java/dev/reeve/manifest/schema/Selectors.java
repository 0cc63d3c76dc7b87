package dev.reeve.manifest.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.stream.StreamSupport;

/// Whether labels are those that a selector asks for.
final class Selectors {
  private Selectors() {}

  static boolean matches(JsonNode selector, JsonNode labels) {
    for (Map.Entry<String, JsonNode> label : selector.path("matchLabels").properties()) {
      if (!label.getValue().equals(labels.path(label.getKey()))) {
        return false;
      }
    }
    for (JsonNode requirement : selector.path("matchExpressions")) {
      JsonNode label = labels.path(requirement.path("key").asText());
      boolean listed =
          StreamSupport.stream(requirement.path("values").spliterator(), false)
              .anyMatch(label::equals);
      boolean holds =
          switch (requirement.path("operator").asText()) {
            case "In" -> listed;
            case "NotIn" -> !listed;
            case "Exists" -> !label.isMissingNode();
            case "DoesNotExist" -> label.isMissingNode();
            default -> true;
          };
      if (!holds) {
        return false;
      }
    }
    return true;
  }
}
