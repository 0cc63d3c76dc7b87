package dev.reeve.core.record;

import java.time.Instant;

/// One answer of a provider, and what it was held to be.
///
/// @param value as text, shortened
/// @param message why it failed or could not be taken; may be empty
public record Measurement(
    Outcome outcome, Instant startedAt, Instant finishedAt, String value, String message) {

  /// Also of a metric, and of an analysis as a whole.
  public enum Outcome {
    RUNNING("Running"),
    SUCCESSFUL("Successful"),
    FAILED("Failed"),
    ERROR("Error"),
    INCONCLUSIVE("Inconclusive");

    private final String word;

    Outcome(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }

    /// Reads what [#word] writes.
    public static Outcome of(String word) {
      for (Outcome outcome : values()) {
        if (outcome.word.equals(word)) {
          return outcome;
        }
      }
      throw new IllegalArgumentException("not an outcome: '" + word + "'");
    }
  }
}
