package dev.reeve.manifest;

import dev.reeve.manifest.schema.Documentation;

/// The documentation of all kinds and fields, generated from the very schema that decides.
public final class FieldTable {
  private FieldTable() {}

  public static String markdown() {
    return Documentation.markdown();
  }
}
