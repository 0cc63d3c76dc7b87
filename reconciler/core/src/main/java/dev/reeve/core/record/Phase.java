package dev.reeve.core.record;

/// Where a workload stands, in the words of the record branch.
public enum Phase {
  PROGRESSING("Progressing"),
  PAUSED("Paused"),
  HEALTHY("Healthy"),
  DEGRADED("Degraded"),
  ROLLING_BACK("RollingBack"),
  FAILED("Failed");

  private final String word;

  Phase(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /// Reads what [#word] writes.
  public static Phase of(String word) {
    for (Phase phase : values()) {
      if (phase.word.equals(word)) {
        return phase;
      }
    }
    throw new IllegalArgumentException("not a phase: '" + word + "'");
  }
}
