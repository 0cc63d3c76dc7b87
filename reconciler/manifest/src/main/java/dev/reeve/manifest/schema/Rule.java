package dev.reeve.manifest.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;

/// What must hold between the fields of a structure, or follows from them. It also sees structures
/// whose fields are wrong or missing, so it asks with `path` and `asText`, which answer anything.
interface Rule {
  void apply(ObjectNode json, Scope scope);

  static Rule exactlyOneOf(String... fields) {
    return (json, scope) -> {
      if (Stream.of(fields).filter(json::has).count() != 1) {
        scope.refuse("must have exactly one of " + Spelling.alternatives(List.of(fields)));
      }
    };
  }
}
