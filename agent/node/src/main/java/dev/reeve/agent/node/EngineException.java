package dev.reeve.agent.node;

/// A call to the engine that did not work, and what kind of trouble it was.
public final class EngineException extends Exception {
  public enum Kind {
    /// The engine does not answer, or not in time.
    AWAY,
    NOT_FOUND,
    /// A name is taken, or the thing is in a state that does not allow it.
    CONFLICT,
    /// The engine understood and refuses.
    REFUSED
  }

  private final Kind kind;

  public EngineException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public EngineException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  /// The message on one line, short enough for a report.
  public String summary() {
    return OneLine.of(getMessage());
  }
}
