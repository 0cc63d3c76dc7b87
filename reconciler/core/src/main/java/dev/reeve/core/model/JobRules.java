package dev.reeve.core.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/// What a Job's spec says beside its pods; names and meanings are Kubernetes' (batch/v1 JobSpec).
///
/// @param completions how many pods must succeed; empty: one success is enough, and the pods
///   themselves know when the work is done
/// @param indexed each completion has a number, and its pod knows it
/// @param backoffLimit pods that may fail
/// @param backoffLimitPerIndex pods that may fail of each number
/// @param maxFailedIndexes numbers that may be given up
/// @param activeDeadline how long it may run
/// @param ttl how long its pods stay after its end; empty: for ever
/// @param suspended it has no pods, and its time does not run
/// @param failureRules the first that fits a failed pod says what comes of it
/// @param waitsForFailure a pod that is being stopped is replaced when it is gone, not before
/// @param successRules any of them that holds ends it well
public record JobRules(
    Optional<Integer> completions,
    int parallelism,
    boolean indexed,
    int backoffLimit,
    Optional<Integer> backoffLimitPerIndex,
    Optional<Integer> maxFailedIndexes,
    Optional<Duration> activeDeadline,
    Optional<Duration> ttl,
    boolean suspended,
    List<FailureRule> failureRules,
    boolean waitsForFailure,
    List<SuccessRule> successRules) {
  public JobRules {
    failureRules = List.copyOf(failureRules);
    successRules = List.copyOf(successRules);
  }

  /// One rule of a `podFailurePolicy`.
  ///
  /// @param container whose exit code counts; empty for any
  /// @param isIn the exit code must be one of `codes`; else it must be none of them
  /// @param codes none where the rule is about pods that were taken away, and not about exit codes
  public record FailureRule(
      Action action, Optional<String> container, boolean isIn, List<Integer> codes) {
    public FailureRule {
      codes = List.copyOf(codes);
    }

    /// What comes of a failed pod.
    public enum Action {
      FAIL_JOB,
      FAIL_INDEX,
      IGNORE,
      COUNT
    }
  }

  /// One rule of a `successPolicy`.
  ///
  /// @param indexes that must have succeeded; empty: any
  /// @param count how many of them; empty: all of them
  public record SuccessRule(SortedSet<Integer> indexes, Optional<Integer> count) {}
}
