package dev.reeve.core.record;

import dev.reeve.core.model.ObjectKey;
import java.time.Instant;
import java.util.List;

/// What an autoscaler has last decided of a workload.
///
/// @param by the autoscaler
/// @param from pods before
/// @param to pods from then on
/// @param why with the numbers it was decided by
/// @param scalings of late, as far back as a policy looks, oldest first; this one is the last
public record Autoscaled(
    ObjectKey by, int from, int to, Instant at, String why, List<Scaling> scalings) {
  public Autoscaled {
    scalings = List.copyOf(scalings);
  }
}
