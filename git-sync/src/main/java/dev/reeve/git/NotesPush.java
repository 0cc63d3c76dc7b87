package dev.reeve.git;

/// What became of notes.
public sealed interface NotesPush {
  record Written(String tip) implements NotesPush {}

  /// The remote says no: a hook, or a missing permission. Asking again will not help.
  record Refused(String why) implements NotesPush {}

  /// The remote is away, or others keep writing. Writing the same notes again is safe.
  record Unavailable(String cause) implements NotesPush {}
}
