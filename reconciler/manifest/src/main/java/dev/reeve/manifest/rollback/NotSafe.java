package dev.reeve.manifest.rollback;

/// Why an edit is not made. Caught by [RollbackEdit], never beyond.
final class NotSafe extends Exception {
  NotSafe(String reason) {
    super(reason, null, false, false);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
