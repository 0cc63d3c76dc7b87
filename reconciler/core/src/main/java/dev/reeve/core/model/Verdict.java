package dev.reeve.core.model;

import java.util.List;
import java.util.Locale;

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

  /// The text of the note.
  public String text() {
    var text = new StringBuilder(outcome.word()).append('\n');
    lines.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }
}
