package dev.reeve.core.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What is measured of a release, and how often it may go wrong: Argo Rollouts' AnalysisTemplates
/// put together, in their order.
public record Analysis(List<Metric> metrics) {
  public Analysis {
    metrics = List.copyOf(metrics);
  }

  /// One thing that is measured again and again.
  ///
  /// @param name unique within the analysis
  /// @param interval between the end of one measurement and the next; empty: it is measured once
  /// @param initialDelay before the first
  /// @param count measurements after which it is done; 0: until the rollout ends
  /// @param failureLimit failures that are tolerated; -1: any number
  /// @param inconclusiveLimit measurements without a verdict that are tolerated
  /// @param consecutiveErrorLimit errors in a row that are tolerated
  /// @param consecutiveSuccessLimit successes in a row after which it is done; 0: that does not end
  ///   it
  /// @param dryRun measured and recorded, and nothing follows from it
  /// @param query provider, conditions and arguments, as canonical JSON that the core does not open
  /// @param job the pod that measures, by how it ends; empty where a provider is asked
  public record Metric(
      String name,
      Optional<Duration> interval,
      Duration initialDelay,
      int count,
      int failureLimit,
      int inconclusiveLimit,
      int consecutiveErrorLimit,
      int consecutiveSuccessLimit,
      boolean dryRun,
      Bytes query,
      Optional<PodTemplate> job) {}
}
