package dev.reeve.core.model;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A volume that the repository names, for a claim to find.
///
/// @param claim the only one that may have it, where it says so
/// @param nodes where it can be used: one of these terms, where there are any
public record PersistentVolume(
    String name,
    SortedMap<String, String> labels,
    String storageClass,
    long bytes,
    List<AccessMode> modes,
    Claim.Reclaim reclaim,
    Optional<ObjectKey> claim,
    List<Constraints.NodeTerm> nodes,
    VolumeSource source) {
  public PersistentVolume {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    modes = List.copyOf(modes);
    nodes = List.copyOf(nodes);
  }

  /// Whether it is what a claim asks for.
  public boolean suits(Claim other) {
    return claim.map(it -> it.equals(other.key())).orElse(true)
        && (other.volume().isEmpty() || other.volume().equals(name))
        && storageClass.equals(other.storageClass())
        && bytes >= other.bytes()
        && modes.containsAll(other.modes())
        && other.volumes().matches(labels);
  }
}
