package dev.reeve.git.render;

import dev.reeve.core.model.Bytes;

/// How a program ended.
sealed interface Ran {
  record Done(Bytes output) implements Ran {}

  /// By itself, and not well.
  ///
  /// @param said its complaint
  record Failed(String said) implements Ran {}

  /// It said more than it may.
  record TooMuch() implements Ran {}

  /// It was ended, or could not begin: another time it may go well.
  record Ended(String why) implements Ran {}
}
