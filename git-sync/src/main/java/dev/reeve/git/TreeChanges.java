package dev.reeve.git;

import java.util.List;

/// What differs below a path between two commits. Costs what changed, not what exists.
///
/// @param written new files and files with another content or kind, by path
/// @param removed paths that are no more, sorted
public record TreeChanges(List<TreeFile> written, List<String> removed) {
  public TreeChanges {
    written = List.copyOf(written);
    removed = List.copyOf(removed);
  }
}
