package dev.reeve.core.record;

import dev.reeve.core.record.Measurement.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// How one metric of an analysis has gone so far.
///
/// @param count measurements that gave a verdict or none, errors not among them
/// @param consecutiveErrors errors since the last measurement that was none
/// @param consecutiveSuccesses successes since the last measurement that was none
/// @param nextAt when it is measured next; empty when it is done
/// @param measurements the newest, oldest first
public record MetricRun(
    String name,
    Outcome outcome,
    int count,
    int successful,
    int failed,
    int inconclusive,
    int errors,
    int consecutiveErrors,
    int consecutiveSuccesses,
    boolean dryRun,
    Optional<Instant> nextAt,
    List<Measurement> measurements) {
  public MetricRun {
    measurements = List.copyOf(measurements);
  }

  /// One that begins.
  public static MetricRun start(String name, boolean dryRun, Instant first) {
    return new MetricRun(
        name, Outcome.RUNNING, 0, 0, 0, 0, 0, 0, 0, dryRun, Optional.of(first), List.of());
  }
}
