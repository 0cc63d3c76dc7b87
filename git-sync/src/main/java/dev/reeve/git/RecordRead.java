package dev.reeve.git;

import dev.reeve.core.model.Bytes;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What stands on the record branch.
public sealed interface RecordRead {
  /// The record as it stands.
  ///
  /// @param files by path
  record Recorded(String tip, SortedMap<String, Bytes> files) implements RecordRead {
    public Recorded {
      files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }
  }

  /// The remote answers, and nothing was ever recorded.
  record Empty() implements RecordRead {}

  /// The remote could not be read. Asking again may succeed.
  record Unavailable(String cause) implements RecordRead {}
}
