package dev.reeve.git;

import java.util.Optional;

/// What one look at the remote saw. Nothing is fetched by it.
public sealed interface Poll {
  record Tip(String commit, OtherRefs others) implements Poll {}

  /// The remote answers and has no such branch: nothing changes.
  record BranchMissing(OtherRefs others) implements Poll {}

  /// The remote could not be asked. The next poll may succeed.
  record Unavailable(String cause) implements Poll {}

  /// The tips of the branches that concern this cluster besides the tracked one.
  record OtherRefs(Optional<String> record, Optional<String> commands) {}
}
