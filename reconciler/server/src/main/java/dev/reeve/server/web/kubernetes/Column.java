package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.function.Function;

/// A column of what `kubectl get` prints.
///
/// @param wide printed only where it is asked for (`-o wide`)
/// @param cell from the object and the present time
public record Column(String name, String type, boolean wide, Cell cell) {
  /// What stands in a column for one object.
  public interface Cell {
    JsonNode of(JsonNode object, Instant now);
  }

  static Column text(String name, Function<JsonNode, String> cell) {
    return new Column(name, "string", false, (object, now) -> Trees.text(cell.apply(object)));
  }

  static Column number(String name, Function<JsonNode, Long> cell) {
    return new Column(name, "integer", false, (object, now) -> Trees.number(cell.apply(object)));
  }

  static Column ofName() {
    return text("Name", Trees::name);
  }

  static Column ofAge() {
    return new Column(
        "Age",
        "string",
        false,
        (object, now) ->
            Trees.text(
                Ages.since(object.path("metadata").path("creationTimestamp").asText(), now)));
  }

  Column asWide() {
    return new Column(name, type, true, cell);
  }
}
