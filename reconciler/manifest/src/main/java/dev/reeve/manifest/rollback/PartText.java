package dev.reeve.manifest.rollback;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.text.Written;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// A part where it is written: a key and its value.
///
/// @param around the mapping that the key is in
/// @param region whole lines, from the key's to that of the value's end or to the last comment
///   behind it that is indented by more than the key; from the key to the value's end where it
///   shares its lines with others
/// @param column how far the key is indented
record PartText(Written.Mapping around, Written.Entry entry, Region region, int column) {
  /// Empty where the object does without it.
  static Optional<PartText> find(
      FileVersion file, FileVersion.Document document, ObjectKey key, Part part) throws NotSafe {
    Written node = document.written().orElseThrow();
    Optional<PartText> found = Optional.empty();
    for (String step : part.path()) {
      if (!(node instanceof Written.Mapping mapping)) {
        throw file.notSafe(key, node.start(), "what holds " + part.name() + " is not written here");
      }
      if (entry(mapping, "<<").isPresent()) {
        throw file.notSafe(key, node.start(), "a merge key is around " + part.name());
      }
      Optional<Written.Entry> entry = entry(mapping, step);
      if (entry.isEmpty()) {
        return Optional.empty();
      }
      found = Optional.of(of(file, mapping, entry.get()));
      node = entry.get().value();
    }
    return found;
  }

  static Optional<Written.Entry> entry(Written.Mapping mapping, String name) {
    return mapping.entries().stream().filter(entry -> entry.name().equals(name)).findFirst();
  }

  static PartText of(FileVersion file, Written.Mapping around, Written.Entry entry) {
    Lines lines = file.lines();
    int start = entry.key().start();
    int column = start - lines.start(start);
    Region region =
        hasOwnLines(lines, around, entry)
            ? new Region(lines.start(start), lines.blockEnd(entry.value().end(), column))
            : new Region(start, entry.value().end());
    return new PartText(around, entry, region, column);
  }

  private static boolean hasOwnLines(Lines lines, Written.Mapping around, Written.Entry entry) {
    return around.style() == Written.Style.BLOCK && lines.isFirstInLine(entry.key().start());
  }

  boolean hasOwnLines(Lines lines) {
    return hasOwnLines(lines, around, entry);
  }

  /// A list or mapping in brackets, on one line.
  boolean isInline(String text) {
    boolean isFlow =
        switch (entry.value()) {
          case Written.Mapping mapping -> mapping.style() == Written.Style.FLOW;
          case Written.Sequence sequence -> sequence.style() == Written.Style.FLOW;
          case Written.Scalar _, Written.Alias _ -> false;
        };
    return isFlow && value().of(text).chars().noneMatch(c -> c == '\n' || c == '\r');
  }

  Region value() {
    return new Region(entry.value().start(), entry.value().end());
  }

  /// An alias and its anchor must both be in the part, or both outside.
  void requireOwnAnchors(FileVersion file, Written document, ObjectKey key, Part part)
      throws NotSafe {
    Map<String, Written> anchors = new HashMap<>();
    for (Written node : document.all().toList()) {
      if (node instanceof Written.Alias alias) {
        Written target = anchors.get(alias.target());
        boolean isTied = target != null && (holds(target) != holds(alias) || isWithin(target));
        if (target == null || isTied) {
          throw file.notSafe(
              key,
              alias.start(),
              "the alias *%s ties %s to what is outside of it"
                  .formatted(alias.target(), part.name()));
        }
      }
      if (!node.anchor().isEmpty()) {
        anchors.put(node.anchor(), node);
      }
    }
  }

  private boolean holds(Written node) {
    return entry.key().start() <= node.start() && node.end() <= entry.value().end();
  }

  private boolean isWithin(Written node) {
    return node.encloses(around);
  }
}
