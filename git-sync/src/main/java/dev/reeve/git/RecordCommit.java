package dev.reeve.git;

import dev.reeve.core.model.Bytes;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A commit to be made on the record branch. The same value on the same parent is the same commit,
/// to the last bit of its name: that is what makes it safe to push one again.
///
/// @param at author's and committer's time; Git keeps whole seconds
/// @param changes by path; empty deletes the file
public record RecordCommit(String message, Instant at, SortedMap<String, Optional<Bytes>> changes) {
  public RecordCommit {
    changes = Collections.unmodifiableSortedMap(new TreeMap<>(changes));
  }
}
