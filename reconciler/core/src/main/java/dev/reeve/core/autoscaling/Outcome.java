package dev.reeve.core.autoscaling;

import dev.reeve.core.autoscaling.ScalingView.Recommendation;
import java.time.Instant;
import java.util.List;

/// What a look at an autoscaler has come to.
///
/// @param at when that was
/// @param current how many pods were wanted before
/// @param desired how many are from now on
/// @param why with the numbers; empty where nothing changes
/// @param metrics what each asks for, in the order of the text
/// @param conditions those of Kubernetes
/// @param recommendations to be kept for the next look, oldest first
public record Outcome(
    Instant at,
    int current,
    int desired,
    String why,
    List<Proposal> metrics,
    List<Condition> conditions,
    List<Recommendation> recommendations) {
  public Outcome {
    metrics = List.copyOf(metrics);
    conditions = List.copyOf(conditions);
    recommendations = List.copyOf(recommendations);
  }

  /// @param type `AbleToScale`, `ScalingActive` or `ScalingLimited`
  /// @param reason one word, as Kubernetes has it
  public record Condition(String type, boolean is, String reason, String message) {}
}
