package dev.reeve.agent.node;

/// Why a container cannot be made, in the words that a report uses.
final class Trouble extends Exception {
  static final String CONFIG = "CreateContainerConfigError";
  static final String SECRET = "SecretNotDelivered";
  static final String CREATE = "CreateContainerError";
  static final String RUN = "RunContainerError";

  private final String reason;

  Trouble(String reason, String message) {
    super(OneLine.of(message));
    this.reason = reason;
  }

  Trouble(String reason, Throwable cause) {
    super(OneLine.of(cause), cause);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }

  String message() {
    return OneLine.of(getMessage());
  }
}
