package dev.reeve.server.measure;

/// Why there is no value. The message is for people; it is redacted before anyone sees it.
class NotMeasured extends Exception {
  private static final long serialVersionUID = 1L;

  NotMeasured(String message) {
    super(message, null, false, false);
  }

  /// The provider did not answer, or not with what was asked for.
  static final class Unreachable extends NotMeasured {
    private static final long serialVersionUID = 1L;

    Unreachable(String message) {
      super(message);
    }
  }
}
