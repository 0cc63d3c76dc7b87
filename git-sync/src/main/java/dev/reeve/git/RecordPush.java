package dev.reeve.git;

import java.util.Optional;

/// What became of commits for the record branch.
public sealed interface RecordPush {
  /// All of them are on the remote's branch, once.
  ///
  /// @param tip the last of them
  record Pushed(String tip) implements RecordPush {}

  /// Somebody else wrote to the branch; none of these commits is on it.
  record Lost(Optional<String> actualTip) implements RecordPush {}

  /// The remote says no: a hook, or a missing permission. Asking again will not help.
  record Refused(String why) implements RecordPush {}

  /// Nothing is known to have been taken. Appending the same commits again is safe: those that
  /// arrived after all are not made twice.
  record Unavailable(String cause) implements RecordPush {}
}
