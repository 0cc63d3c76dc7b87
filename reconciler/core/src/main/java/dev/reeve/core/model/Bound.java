package dev.reeve.core.model;

/// Kubernetes' `IntOrString`: a number of pods, or a percentage of the replicas.
public record Bound(int value, Unit unit) {
  public enum Unit {
    PODS,
    PERCENT
  }

  public static Bound pods(int value) {
    return new Bound(value, Unit.PODS);
  }

  public static Bound percent(int value) {
    return new Bound(value, Unit.PERCENT);
  }

  /// 25% of 3 is 1: a surge is rounded up.
  public int roundedUp(int replicas) {
    return switch (unit) {
      case PODS -> value;
      case PERCENT -> Math.toIntExact(Math.ceilDiv((long) value * replicas, 100L));
    };
  }

  /// 25% of 3 is 0: what may be missing is rounded down.
  public int roundedDown(int replicas) {
    return switch (unit) {
      case PODS -> value;
      case PERCENT -> Math.toIntExact(Math.floorDiv((long) value * replicas, 100L));
    };
  }
}
