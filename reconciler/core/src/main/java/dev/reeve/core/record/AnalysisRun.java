package dev.reeve.core.record;

import dev.reeve.core.record.Measurement.Outcome;
import java.time.Instant;
import java.util.List;

/// An analysis of a rollout under way, or one that has ended.
///
/// @param name `step-2` (counted from 0), or `background`
/// @param metrics in the order of the analysis
public record AnalysisRun(
    String name, Outcome outcome, Instant startedAt, List<MetricRun> metrics) {
  public static final String BACKGROUND = "background";

  public AnalysisRun {
    metrics = List.copyOf(metrics);
  }

  public static String ofStep(int index) {
    return "step-" + index;
  }
}
