package dev.reeve.simulation;

/// A law was broken. `law` is its name: S1, L3.
public final class Violation extends RuntimeException {
  private final String law;

  Violation(String law, String message) {
    super(law + ": " + message);
    this.law = law;
  }

  public String law() {
    return law;
  }
}
