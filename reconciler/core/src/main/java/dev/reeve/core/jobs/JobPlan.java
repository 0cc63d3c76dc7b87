package dev.reeve.core.jobs;

import dev.reeve.core.record.JobProgress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What becomes of a Job now.
///
/// @param progress with what has ended counted
/// @param starts indexes of pods to start; [JobView.JobPod#NO_INDEX] for each that has none
/// @param stop pods to stop
/// @param wakeAt when it must be looked at again though nothing happened
public record JobPlan(
    JobProgress progress, List<Integer> starts, List<Long> stop, Optional<Instant> wakeAt) {
  public JobPlan {
    starts = List.copyOf(starts);
    stop = List.copyOf(stop);
  }
}
