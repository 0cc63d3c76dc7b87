package dev.reeve.core.record;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// One commit of the record branch, before it is text.
///
/// @param subject without the `[skip ci]` that every subject ends with
/// @param lines the body: which pods were started and stopped, and where
/// @param resources one `Reeve-Resource` trailer each
/// @param configCommit the config commit it follows from; empty where none does
/// @param files by path; empty: the file goes
public record RecordCommit(
    String subject,
    List<String> lines,
    List<ObjectKey> resources,
    String configCommit,
    Reason reason,
    long epoch,
    SortedMap<String, Optional<RecordFile>> files) {
  public RecordCommit {
    lines = List.copyOf(lines);
    resources = List.copyOf(resources);
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }
}
