package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `fieldSelector` of a request: `status.phase!=Failed,spec.nodeName=n1`.
public final class FieldSelector {
  private static final List<String> EVERYWHERE = List.of("metadata.name", "metadata.namespace");

  private final List<Requirement> requirements;

  private record Requirement(String path, String value, boolean isEqual) {
    boolean accepts(JsonNode object) {
      JsonNode node = object;
      for (String step : path.split("\\.", -1)) {
        node = node.path(step);
      }
      return node.asText().equals(value) == isEqual;
    }
  }

  private FieldSelector(List<Requirement> requirements) {
    this.requirements = requirements;
  }

  /// @throws Refusal where it is not a selector, or asks for what the kind does not offer
  public static FieldSelector parse(String text, ResourceType type) {
    var requirements = new ArrayList<Requirement>();
    for (String part : text.split(",", -1)) {
      if (part.isBlank()) {
        continue;
      }
      int equal = part.indexOf('=');
      if (equal < 1) {
        throw Refusal.badRequest("invalid field selector: " + part);
      }
      boolean isEqual = part.charAt(equal - 1) != '!';
      String path = part.substring(0, isEqual ? equal : equal - 1).strip();
      if (!EVERYWHERE.contains(path) && !type.fields().contains(path)) {
        throw Refusal.badRequest("field label not supported: " + path);
      }
      int value = part.startsWith("==", equal) ? equal + 2 : equal + 1;
      requirements.add(new Requirement(path, part.substring(value).strip(), isEqual));
    }
    return new FieldSelector(requirements);
  }

  /// The one name that it lets through, where it says so.
  Optional<String> name() {
    return only("metadata.name");
  }

  Optional<String> namespace() {
    return only("metadata.namespace");
  }

  private Optional<String> only(String path) {
    return requirements.stream()
        .filter(it -> it.isEqual() && it.path().equals(path))
        .map(Requirement::value)
        .findFirst();
  }

  boolean accepts(JsonNode object) {
    return requirements.stream().allMatch(it -> it.accepts(object));
  }
}
