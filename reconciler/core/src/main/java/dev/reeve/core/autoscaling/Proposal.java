package dev.reeve.core.autoscaling;

import dev.reeve.core.model.Autoscaler.Metric;
import java.util.OptionalInt;

/// What one metric asks for.
public sealed interface Proposal {
  Metric metric();

  /// @param replicas how many pods it would have
  /// @param level what it is now
  record Replicas(Metric metric, int replicas, Level level) implements Proposal {}

  /// @param reason one word, as Kubernetes has it
  record Unreadable(Metric metric, String reason, String message) implements Proposal {}

  /// @param percent of what the pods ask for, where that is the goal
  /// @param amount the mean over the pods, or the value itself, in the units of the metric
  record Level(OptionalInt percent, long amount) {}
}
