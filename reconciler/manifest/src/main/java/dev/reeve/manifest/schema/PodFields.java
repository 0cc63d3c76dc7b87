package dev.reeve.manifest.schema;

import java.util.List;
import java.util.regex.Pattern;

/// The fields of a pod that its containers can be told.
final class PodFields {
  private static final List<String> NAMES =
      List.of(
          "metadata.name",
          "metadata.namespace",
          "metadata.uid",
          "metadata.labels",
          "metadata.annotations",
          "spec.nodeName",
          "spec.serviceAccountName",
          "status.hostIP",
          "status.hostIPs",
          "status.podIP",
          "status.podIPs");
  private static final Pattern SUBSCRIPT =
      Pattern.compile("metadata\\.(labels|annotations)\\['[^']{1,320}'\\]");

  private PodFields() {}

  static void check(String path, Scope scope) {
    if (!path.isEmpty() && !NAMES.contains(path) && !SUBSCRIPT.matcher(path).matches()) {
      scope
          .at("fieldPath")
          .refuse(
              "\"%s\" is not a field that a container can be told%s"
                  .formatted(
                      path.length() > 80 ? path.substring(0, 80) + "…" : path,
                      Spelling.nearest(path, NAMES)
                          .map(meant -> "; did you mean \"" + meant + "\"?")
                          .orElse("")));
    }
  }
}
