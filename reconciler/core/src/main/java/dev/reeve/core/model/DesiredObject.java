package dev.reeve.core.model;

import java.util.Optional;

/// One object of the repository.
///
/// @param contentHash of the whole object; keyed for a Secret
/// @param prune whether it is removed from the cluster with its text (`reeve.dev/prune`)
/// @param workload present where it has pods
/// @param service present where it is a Service
/// @param ingress present where it is an Ingress
/// @param policy present where it is a NetworkPolicy
public record DesiredObject(
    ObjectKey key,
    String contentHash,
    Prune prune,
    Optional<Workload> workload,
    Optional<Service> service,
    Optional<Ingress> ingress,
    Optional<NetworkPolicy> policy) {

  /// One that says nothing of traffic.
  public DesiredObject(
      ObjectKey key, String contentHash, Prune prune, Optional<Workload> workload) {
    this(key, contentHash, prune, workload, Optional.empty(), Optional.empty(), Optional.empty());
  }

  public enum Prune {
    WITH_ITS_TEXT,
    NEVER
  }
}
