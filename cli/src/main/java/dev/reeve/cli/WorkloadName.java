package dev.reeve.cli;

import dev.reeve.core.model.ObjectKey;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// A workload as people write it: `[KIND/][NAMESPACE/]NAME[@HASH]`. With two parts the first may be
/// either.
///
/// @param parts as they stand between the slashes
/// @param release the hash behind the `@`
record WorkloadName(List<String> parts, Optional<String> release, String text) {
  WorkloadName {
    parts = List.copyOf(parts);
  }

  static WorkloadName parse(String text) {
    int at = text.lastIndexOf('@');
    var name = at < 0 ? text : text.substring(0, at);
    var parts = List.of(name.split("/", -1));
    boolean isEmpty = name.isEmpty() || name.startsWith("/") || name.endsWith("/");
    if (parts.size() > 3 || isEmpty || at == text.length() - 1) {
      throw new Misused("a workload is [KIND/][NAMESPACE/]NAME, not '" + text + "'");
    }
    return new WorkloadName(
        parts, at < 0 ? Optional.empty() : Optional.of(text.substring(at + 1)), name);
  }

  boolean names(ObjectKey key) {
    if (!key.name().equals(parts.getLast())) {
      return false;
    }
    return switch (parts.size()) {
      case 1 -> true;
      case 2 -> isKind(key) || parts.getFirst().equals(key.namespace());
      default -> isKind(key) && parts.get(1).equals(key.namespace());
    };
  }

  /// As kubectl takes it: in any case, one or many.
  private boolean isKind(ObjectKey key) {
    var kind = key.kind().toLowerCase(Locale.ROOT);
    var said = parts.getFirst().toLowerCase(Locale.ROOT);
    return said.equals(kind) || said.equals(kind + "s");
  }

  Optional<ObjectKey> find(Collection<ObjectKey> candidates) {
    var found = candidates.stream().filter(this::names).sorted().distinct().toList();
    if (found.size() > 1) {
      throw new CommandFailed(
          "%s is ambiguous: %s"
              .formatted(
                  text, found.stream().map(ObjectKey::toString).collect(Collectors.joining(", "))));
    }
    return found.stream().findFirst();
  }

  /// @param where completes "there is no web in ..."
  ObjectKey among(Collection<ObjectKey> candidates, String where) {
    return find(candidates)
        .orElseThrow(() -> new CommandFailed("there is no workload " + text + " in " + where));
  }
}
