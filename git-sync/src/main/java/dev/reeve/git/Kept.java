package dev.reeve.git;

/// Whether the remote now holds, or no longer holds, a commit for us.
public sealed interface Kept {
  record Done() implements Kept {}

  /// The remote says no; asking again will not help.
  record Refused(String why) implements Kept {}

  /// The remote could not be reached. Asking again is safe.
  record Unavailable(String cause) implements Kept {}
}
