package dev.reeve.core.model;

import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;

/// What a CronJob's spec says beside its Jobs; names and meanings are Kubernetes' (batch/v1
/// CronJobSpec).
///
/// @param zone in which the schedule is read
/// @param startingDeadline how late a Job may be started; empty: however late
/// @param keptGood Jobs that succeeded and stay to be looked at
/// @param keptBad Jobs that failed and stay to be looked at
public record CronRules(
    CronSchedule schedule,
    ZoneId zone,
    Optional<Duration> startingDeadline,
    Concurrency concurrency,
    boolean suspended,
    int keptGood,
    int keptBad,
    JobRules job) {
  /// What comes of a start while an earlier Job still runs.
  public enum Concurrency {
    ALLOW,
    FORBID,
    REPLACE
  }
}
