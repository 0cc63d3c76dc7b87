package dev.reeve.core.protocol;

import java.util.List;

/// What a node must run, at a generation. Level-triggered: a full order names every pod; a delta
/// says what changed since generation `base`, and a node that is not at `base` asks for the full
/// one. A node obeys no order of a lower epoch than it has seen.
///
/// @param remove pods to stop; in a full order, the reasons of those that are known to be there
/// @param releases texts that the node may not have yet
/// @param unclaimed names of the engine's volumes that are to be deleted: all of them, in every
///   order
public record Order(
    long epoch,
    long base,
    long generation,
    Scope scope,
    List<PodOrder> pods,
    List<PodRemoval> remove,
    List<ReleaseText> releases,
    List<String> unclaimed) {
  public enum Scope {
    FULL,
    DELTA
  }

  public Order {
    pods = List.copyOf(pods);
    remove = List.copyOf(remove);
    releases = List.copyOf(releases);
    unclaimed = List.copyOf(unclaimed);
  }

  /// One that deletes no volumes.
  public Order(
      long epoch,
      long base,
      long generation,
      Scope scope,
      List<PodOrder> pods,
      List<PodRemoval> remove,
      List<ReleaseText> releases) {
    this(epoch, base, generation, scope, pods, remove, releases, List.of());
  }
}
