package dev.reeve.manifest.analysis;

/// A condition says nothing of this result; the message says why.
public final class NotEvaluated extends Exception {
  private static final long serialVersionUID = 1L;

  NotEvaluated(String message) {
    super(message);
  }

  /// The same on its way through JEXL, whose interfaces declare nothing.
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failure(String message) {
      super(message);
    }

    private String reason() {
      String message = getMessage();
      return message == null ? "" : message;
    }
  }

  /// The reason that somebody gave, however deep JEXL wrapped it.
  static NotEvaluated of(RuntimeException thrown) {
    Throwable cause = thrown;
    while (cause != null) {
      if (cause instanceof Failure failure) {
        return new NotEvaluated(failure.reason());
      }
      cause = cause.getCause();
    }
    return new NotEvaluated(String.valueOf(thrown.getMessage()));
  }
}
