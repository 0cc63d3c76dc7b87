package dev.reeve.core.record;

import java.time.Instant;
import java.util.Optional;

/// How far a CronJob is.
///
/// @param since from when on starts count as missed
/// @param lastStart the newest time of its schedule that a Job was started for
/// @param lastSuccess when a Job of it last completed
public record CronProgress(
    Instant since, Optional<Instant> lastStart, Optional<Instant> lastSuccess) {}
