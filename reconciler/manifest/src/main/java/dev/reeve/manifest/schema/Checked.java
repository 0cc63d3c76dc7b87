package dev.reeve.manifest.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.text.Finding;
import dev.reeve.manifest.text.Position;
import java.util.List;
import java.util.Optional;

/// One object, held against the schema.
public sealed interface Checked {
  /// An object as Kubernetes would store it.
  ///
  /// @param json with defaults
  record Good(
      ObjectKey key,
      String apiVersion,
      String kind,
      Position at,
      ObjectNode json,
      Positions positions,
      List<Finding> warnings)
      implements Checked {
    public Good {
      warnings = List.copyOf(warnings);
    }
  }

  /// An object that breaks the schema.
  ///
  /// @param key what it would have been, where it says so
  record Bad(Optional<ObjectKey> key, List<Finding> problems) implements Checked {
    public Bad {
      problems = List.copyOf(problems);
    }
  }
}
