package dev.reeve.core.model;

import java.time.Duration;

/// What the core takes from the Cluster manifest.
///
/// @param prunePercent share of the objects of the last state that one commit may remove
/// @param toleration how long pods stay bound to a node after it became NotReady
public record ClusterSettings(String name, int prunePercent, Duration toleration) {
  public static ClusterSettings defaults(String name) {
    return new ClusterSettings(name, 30, Duration.ofSeconds(5));
  }
}
