package dev.reeve.core.record;

import java.time.Instant;

/// A change of a number of pods that an autoscaler has decided.
///
/// @param change how many more; negative: fewer
public record Scaling(Instant at, int change) {}
