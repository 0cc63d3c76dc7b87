package dev.reeve.core.model;

import java.time.Duration;

/// What the core takes from the Cluster manifest.
///
/// @param prunePercent share of the objects of the last state that one commit may remove
/// @param toleration how long pods stay bound to a node after it became NotReady
/// @param rollback what becomes of the text of a release that failed
/// @param scheduling what a placement makes the best of
/// @param network which addresses it gives out
public record ClusterSettings(
    String name,
    int prunePercent,
    Duration toleration,
    Rollback rollback,
    Scheduling scheduling,
    Network network) {

  /// With the usual network.
  public ClusterSettings(
      String name,
      int prunePercent,
      Duration toleration,
      Rollback rollback,
      Scheduling scheduling) {
    this(name, prunePercent, toleration, rollback, scheduling, Network.USUAL);
  }

  public enum Rollback {
    /// A commit on the tracked branch restores the stable text.
    COMMIT,
    /// That commit is pushed to a branch of its own, for a person to merge.
    PROPOSE,
    /// The text stays as it is.
    OFF
  }

  public enum Scheduling {
    /// As few nodes as possible.
    PACK,
    /// Every node as little loaded as possible.
    SPREAD
  }

  public static ClusterSettings defaults(String name) {
    return new ClusterSettings(name, 30, Duration.ofSeconds(5), Rollback.COMMIT, Scheduling.SPREAD);
  }
}
