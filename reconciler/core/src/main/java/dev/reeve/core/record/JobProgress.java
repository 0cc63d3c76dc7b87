package dev.reeve.core.record;

import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// How far a Job is. A pod that has ended is counted once: it is removed only when its count is
/// recorded, and until it is known to be gone the record names it.
///
/// @param startedAt since when it runs; empty while it is suspended, or waits
/// @param succeeded pods that came to a good end
/// @param failed pods that did not
/// @param done indexes that are completed
/// @param lost indexes that are given up
/// @param failures pods that failed, by index
/// @param counted uids of pods that are counted and may still be there
/// @param failedInARow pods that failed since one succeeded: the next waits the longer for it
/// @param lastFailure when the newest of these was seen
/// @param ending present once it is over
public record JobProgress(
    Optional<Instant> startedAt,
    int succeeded,
    int failed,
    SortedSet<Integer> done,
    SortedSet<Integer> lost,
    SortedMap<Integer, Integer> failures,
    SortedSet<String> counted,
    int failedInARow,
    Optional<Instant> lastFailure,
    Optional<Ending> ending) {
  /// Before the first look.
  public static final JobProgress NONE =
      new JobProgress(
          Optional.empty(),
          0,
          0,
          new TreeSet<>(),
          new TreeSet<>(),
          new TreeMap<>(),
          new TreeSet<>(),
          0,
          Optional.empty(),
          Optional.empty());

  public JobProgress {
    done = Collections.unmodifiableSortedSet(new TreeSet<>(done));
    lost = Collections.unmodifiableSortedSet(new TreeSet<>(lost));
    failures = Collections.unmodifiableSortedMap(new TreeMap<>(failures));
    counted = Collections.unmodifiableSortedSet(new TreeSet<>(counted));
  }

  /// How it came to its end.
  ///
  /// @param reason as in the condition of Kubernetes' Job: `CompletionsReached`, `SuccessPolicy`,
  ///   `BackoffLimitExceeded`, `DeadlineExceeded`, `PodFailurePolicy`, `FailedIndexes`,
  ///   `MaxFailedIndexesExceeded`
  public record Ending(boolean isGood, String reason, String message, Instant at) {}

  public boolean isOver() {
    return ending.isPresent();
  }
}
