package dev.reeve.manifest.rollback;

import dev.reeve.core.model.Bytes;

/// What became of a rollback's edit of one file.
public sealed interface Restored {
  /// All objects asked for are restored, everything else is as it was, byte for byte.
  ///
  /// @param text the file's new content; equal to the old one where nothing had to change
  record Edited(Bytes text) implements Restored {}

  /// The edit is for a person to make.
  ///
  /// @param reason one line with object, line, and which version of the file the line is in
  record Unsafe(String reason) implements Restored {}
}
