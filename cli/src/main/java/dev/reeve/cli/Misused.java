package dev.reeve.cli;

/// The words of a command make no sense together; the message says which, and the command's help
/// says how it is meant.
final class Misused extends RuntimeException {
  Misused(String message) {
    super(message);
  }
}
