package dev.reeve.manifest;

import java.util.Optional;

/// What a file is written in.
public enum Format {
  YAML,
  JSON;

  /// Empty for files that hold no manifests.
  public static Optional<Format> of(String path) {
    if (path.endsWith(".yaml") || path.endsWith(".yml")) {
      return Optional.of(YAML);
    }
    return path.endsWith(".json") ? Optional.of(JSON) : Optional.empty();
  }
}
