package dev.reeve.manifest.text;

/// Why a text ends before it became a tree. Caught by the reader that started it, never beyond.
final class NotReadable extends Exception {
  private final Position at;
  private final String problem;

  NotReadable(Position at, String problem) {
    super(problem, null, false, false);
    this.at = at;
    this.problem = problem;
  }

  Finding finding() {
    return new Finding(at, problem);
  }
}
