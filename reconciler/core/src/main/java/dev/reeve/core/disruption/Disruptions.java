package dev.reeve.core.disruption;

import dev.reeve.core.model.Budget;

/// What a disruption budget leaves to be taken.
public final class Disruptions {
  private Disruptions() {}

  /// The pods that a budget covers; those that were ordered to stop are not among them.
  ///
  /// @param expected how many there should be
  /// @param ready those that say so, on nodes that are heard
  /// @param others all that are not ready, or not heard
  public record Covered(int expected, int ready, int others) {}

  /// How many ready pods may be taken now; negative where too many are gone already.
  public static int allowed(Budget budget, Covered pods) {
    return pods.ready() - budget.healthyOf(pods.expected());
  }
}
