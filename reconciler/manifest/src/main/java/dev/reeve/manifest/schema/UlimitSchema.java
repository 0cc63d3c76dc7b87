package dev.reeve.manifest.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The annotation of a pod that bounds what each process of its containers may take, which
/// Kubernetes has no field for: `nofile=1024:2048,nproc=512`.
public final class UlimitSchema {
  public static final String ULIMITS = "reeve.dev/ulimits";

  private static final List<String> NAMES =
      List.of(
          "core",
          "cpu",
          "data",
          "fsize",
          "locks",
          "memlock",
          "msgqueue",
          "nice",
          "nofile",
          "nproc",
          "rss",
          "rtprio",
          "rttime",
          "sigpending",
          "stack");

  /// A name, its soft bound and its hard one; -1 is none.
  private static final Pattern BOUND =
      Pattern.compile("([a-z]+)=(-1|[0-9]{1,18})(?::(-1|[0-9]{1,18}))?");

  private UlimitSchema() {}

  /// The rule of a kind's root: of all kinds only a Pod is what the annotation speaks of.
  static Rule of(String kind) {
    return (json, scope) -> {
      if (!json.path("metadata").path("annotations").has(ULIMITS)) {
        return;
      }
      if (kind.equals("Pod")) {
        check((ObjectNode) json.path("metadata"), scope.at("metadata"));
      } else {
        scope.at("metadata", "annotations").key(ULIMITS).refuse("belongs on the pod template");
      }
    };
  }

  static void check(ObjectNode metadata, Scope scope) {
    JsonNode written = metadata.path("annotations").path(ULIMITS);
    if (written.isTextual()) {
      complaint(written.textValue())
          .ifPresent(it -> scope.at("annotations").key(ULIMITS).refuse(it));
    }
  }

  private static Optional<String> complaint(String text) {
    var seen = new HashSet<String>();
    for (String word : text.split(",", -1)) {
      Matcher bound = BOUND.matcher(word.strip());
      if (!bound.matches()) {
        return Optional.of(
            "\"%s\" must be a bound such as nofile=1024:2048".formatted(word.strip()));
      }
      String name = bound.group(1);
      if (!NAMES.contains(name)) {
        return Optional.of(
            "\"%s\" is none of %s%s"
                .formatted(
                    name,
                    String.join(", ", NAMES),
                    Spelling.nearest(name, NAMES)
                        .map(meant -> "; did you mean \"" + meant + "\"?")
                        .orElse("")));
      }
      if (!seen.add(name)) {
        return Optional.of("has \"%s\" twice".formatted(name));
      }
      String hard = bound.group(3) == null ? bound.group(2) : bound.group(3);
      if (size(bound.group(2)) > size(hard)) {
        return Optional.of("\"%s\" has a soft bound above the hard one".formatted(word.strip()));
      }
    }
    return Optional.empty();
  }

  private static long size(String bound) {
    return bound.equals("-1") ? Long.MAX_VALUE : Long.parseLong(bound);
  }
}
