package dev.reeve.core.model;

/// A PodDisruptionBudget: how many of some pods must stay healthy while Reeve moves pods by its own
/// choice (a drain, a preemption). Rollouts keep the bounds of their strategy instead, as in
/// Kubernetes.
///
/// @param pods of the budget's namespace
/// @param bound of the pods that should be there
public record Budget(ObjectKey key, Selector pods, Kind kind, Bound bound) {
  public enum Kind {
    MIN_AVAILABLE,
    MAX_UNAVAILABLE
  }

  /// How many of `expected` pods must be healthy after a disruption. Percentages are rounded up, as
  /// Kubernetes rounds both kinds.
  public int healthyOf(int expected) {
    int bounded = bound.roundedUp(expected);
    return kind == Kind.MIN_AVAILABLE ? bounded : Math.max(0, expected - bounded);
  }
}
