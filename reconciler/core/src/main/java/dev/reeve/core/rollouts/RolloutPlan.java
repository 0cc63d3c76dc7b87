package dev.reeve.core.rollouts;

import java.util.List;

/// What a strategy wants done now.
///
/// @param start how many pods of the target to start
/// @param startStable how many pods of the stable release to start, before those
/// @param stop pods to stop, in this order
public record RolloutPlan(int start, int startStable, List<Long> stop) {
  public RolloutPlan {
    stop = List.copyOf(stop);
  }
}
