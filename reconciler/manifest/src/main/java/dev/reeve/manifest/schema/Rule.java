package dev.reeve.manifest.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// What must hold between the fields of a structure, or follows from them. It also sees structures
/// whose fields are wrong or missing, so it asks with `path` and `asText`, which answer anything.
interface Rule {
  void apply(ObjectNode json, Scope scope);
}
