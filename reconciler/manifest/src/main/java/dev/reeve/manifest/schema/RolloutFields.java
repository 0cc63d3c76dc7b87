package dev.reeve.manifest.schema;

import java.util.List;
import java.util.regex.Pattern;

/// The fields of a Rollout that an argument of its analyses can be.
final class RolloutFields {
  private static final List<String> NAMES = List.of("metadata.name", "metadata.namespace");
  private static final Pattern SUBSCRIPT =
      Pattern.compile("metadata\\.(labels|annotations)\\['[^']{1,320}'\\]");

  private RolloutFields() {}

  static void check(String path, Scope scope) {
    if (!path.isEmpty() && !NAMES.contains(path) && !SUBSCRIPT.matcher(path).matches()) {
      scope
          .at("fieldPath")
          .refuse(
              "must be metadata.name, metadata.namespace, metadata.labels['…'] or"
                  + " metadata.annotations['…']");
    }
  }
}
