package dev.reeve.core.record;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// How far a rollout by steps has come.
///
/// @param plan hash of the steps: other steps begin anew
/// @param index the step it is at, from 0; `count` when all are behind it
/// @param startedAt when that step began
/// @param pauseUntil when a timed pause ends
/// @param weight percent of the traffic that the release under way gets
/// @param keepUntil until when the pods of the release that is left behind stay
/// @param runs analyses, oldest first
public record StepProgress(
    String plan,
    int index,
    int count,
    Instant startedAt,
    Optional<Instant> pauseUntil,
    int weight,
    Optional<Instant> keepUntil,
    List<AnalysisRun> runs) {
  public StepProgress {
    runs = List.copyOf(runs);
  }

  public boolean isAtEnd() {
    return index >= count;
  }

  public Optional<AnalysisRun> run(String name) {
    return runs.stream().filter(it -> it.name().equals(name)).findFirst();
  }
}
