package dev.reeve.core.model;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What is said of a config commit, in the note on it.
///
/// @param lines `file:line:col: message` or `Kind/namespace/name: message`, one each
public record Verdict(Outcome outcome, List<String> lines) {
  public enum Outcome {
    PENDING,
    SUCCESS,
    FAILURE,
    SUPERSEDED,
    REFUSED;

    /// As it stands in the first line of the note.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    public boolean isFinal() {
      return this != PENDING;
    }
  }

  public Verdict {
    lines = List.copyOf(lines);
  }

  /// Reads what [#text] wrote; empty where someone else wrote.
  public static Optional<Verdict> parse(String text) {
    var lines = text.lines().toList();
    for (Outcome outcome : Outcome.values()) {
      if (!lines.isEmpty() && lines.getFirst().equals(outcome.word())) {
        return Optional.of(new Verdict(outcome, lines.subList(1, lines.size())));
      }
    }
    return Optional.empty();
  }

  /// The text of the note.
  public String text() {
    var text = new StringBuilder(outcome.word()).append('\n');
    lines.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }
}
