package dev.reeve.cli;

import dev.reeve.core.model.Bytes;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// A commit before it is one.
///
/// @param subject first line of the message, unless the user has other words
/// @param trailer the last paragraph; empty for none
/// @param files new contents by path; none for a commit that only says something
record Proposal(String subject, String trailer, SortedMap<String, Bytes> files) {
  Proposal {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  static Proposal ofTrailer(String subject, String trailer) {
    return new Proposal(subject, trailer, new TreeMap<>());
  }

  /// @param why there is nothing to commit
  static Proposal nothing(String why) {
    return new Proposal(why, "", new TreeMap<>());
  }

  boolean isNothing() {
    return isEmpty() && trailer.isEmpty();
  }

  /// Changes no file.
  boolean isEmpty() {
    return files.isEmpty();
  }
}
