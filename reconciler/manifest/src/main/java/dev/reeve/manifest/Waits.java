package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.schema.OrderSchema;
import java.util.List;

/// What an object's annotations say of its turn.
///
/// @param wave 0 where none is written, as Argo CD has it
record Waits(List<ObjectKey> dependsOn, int wave) {
  private static final Waits NONE = new Waits(List.of(), 0);

  Waits {
    dependsOn = List.copyOf(dependsOn);
  }

  static Waits of(JsonNode metadata) {
    var waits =
        new Waits(
            OrderSchema.dependsOn(metadata).orElse(List.of()),
            OrderSchema.wave(metadata).orElse(0));
    return waits.equals(NONE) ? NONE : waits;
  }
}
