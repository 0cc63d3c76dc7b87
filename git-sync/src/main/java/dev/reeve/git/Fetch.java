package dev.reeve.git;

import java.util.Optional;

/// What a fetch brought into the mirror.
public sealed interface Fetch {
  /// The mirror now holds the branch as the remote has it.
  ///
  /// @param commands the tip of `reeve-commands/<cluster>`, where there is one
  record Fetched(String tip, Optional<String> commands) implements Fetch {}

  /// The remote answers and has no such branch; the mirror keeps what it had.
  record BranchMissing() implements Fetch {}

  /// The remote could not be read. The next fetch may succeed.
  record Unavailable(String cause) implements Fetch {}
}
