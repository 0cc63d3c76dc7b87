package dev.reeve.core.rollouts;

/// How many pods the release under way and the stable one are to have.
public record Split(int target, int stable) {
  /// Everything is the target's.
  static Split whole(int replicas) {
    return new Split(replicas, 0);
  }
}
