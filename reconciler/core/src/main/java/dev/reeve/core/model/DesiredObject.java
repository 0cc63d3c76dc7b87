package dev.reeve.core.model;

import java.util.Optional;

/// One object of the repository.
///
/// @param contentHash of the whole object; keyed for a Secret
/// @param prune whether it is removed from the cluster with its text (`reeve.dev/prune`)
/// @param workload present where it has pods
public record DesiredObject(
    ObjectKey key, String contentHash, Prune prune, Optional<Workload> workload) {
  public enum Prune {
    WITH_ITS_TEXT,
    NEVER
  }
}
