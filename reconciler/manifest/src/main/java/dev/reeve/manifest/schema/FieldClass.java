package dev.reeve.manifest.schema;

/// What becomes of a field. There is no fourth class: nothing is silently ignored.
public enum FieldClass {
  /// Reeve does what it says.
  ACTED,
  /// Accepted and kept, with a warning in the note of the commit.
  INERT,
  /// Kubernetes knows it, Reeve does not support it yet: an error.
  REFUSED;

  String words() {
    return switch (this) {
      case ACTED -> "acted on";
      case INERT -> "inert";
      case REFUSED -> "refused";
    };
  }
}
