package dev.reeve.core.model;

import java.time.Duration;

/// An object that has pods.
///
/// @param progressDeadline how long a rollout may make no progress before it has failed
/// @param paused pods are neither started nor replaced for a new release; scaling goes on
public record Workload(
    ObjectKey key,
    int replicas,
    Strategy strategy,
    Duration minReady,
    Duration progressDeadline,
    boolean paused,
    OnFailure onFailure,
    Release release) {

  /// How pods of one release give way to those of the next.
  public sealed interface Strategy {
    /// Deployment's default: a little at a time, within bounds.
    record RollingUpdate(Bound maxSurge, Bound maxUnavailable) implements Strategy {}

    /// All old pods are gone before the first new one starts.
    record Recreate() implements Strategy {}

    /// A Pod by itself: one pod, named as its object; a changed one takes the place of the old.
    record Single() implements Strategy {}
  }

  public enum OnFailure {
    ROLLBACK,
    PAUSE
  }
}
