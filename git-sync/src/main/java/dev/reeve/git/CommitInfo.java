package dev.reeve.git;

import java.time.Instant;
import java.util.List;

/// A commit as people know it.
///
/// @param author `Name <mail>`
/// @param at when it was committed, which for a rebased commit is not when it was written
/// @param parents first parent first; empty for a first commit
public record CommitInfo(
    String sha, String subject, String author, Instant at, List<String> parents) {
  public CommitInfo {
    parents = List.copyOf(parents);
  }
}
