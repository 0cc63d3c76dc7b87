package dev.reeve.cli;

/// A command cannot do what it was asked; the message is the one line that the user reads.
final class CommandFailed extends RuntimeException {
  CommandFailed(String message) {
    super(message);
  }

  CommandFailed(String message, Throwable cause) {
    super(message, cause);
  }
}
