package dev.reeve.core.state;

import dev.reeve.core.record.StepProgress;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// A rollout by steps as the core follows it.
///
/// @param progress as it is decided; in Git, or on its way there
/// @param decision what must be recorded before the step is acted on; zero when it is
/// @param inForce the step whose numbers of pods hold; -1: before the first, or of other steps than
///   these: the numbers stay as they are
/// @param weight percent of the traffic that the release under way has by the step in force
/// @param asked measurements without an answer, by their requests
public record Stepping(
    StepProgress progress, long decision, int inForce, int weight, SortedMap<Long, Asked> asked) {
  public static final int AS_IT_STANDS = -1;

  /// @param run the analysis
  /// @param until after which the provider counts as having failed to answer
  public record Asked(String run, String metric, Instant at, Instant until) {}

  public Stepping {
    asked = Collections.unmodifiableSortedMap(asked);
  }

  /// What a record says, in force.
  public static Stepping recorded(StepProgress progress) {
    return new Stepping(progress, 0, progress.index(), progress.weight(), new TreeMap<>());
  }

  public boolean isInForce() {
    return decision == 0;
  }

  public Stepping with(StepProgress other) {
    return new Stepping(other, decision, inForce, weight, asked);
  }

  /// Acted on once that decision is recorded.
  public Stepping awaiting(long sequence) {
    return new Stepping(progress, sequence, inForce, weight, asked);
  }

  /// The step is acted on.
  public Stepping taken() {
    return new Stepping(progress, 0, progress.index(), progress.weight(), asked);
  }

  public Stepping asking(long request, Asked what) {
    var more = new TreeMap<>(asked);
    more.put(request, what);
    return new Stepping(progress, decision, inForce, weight, more);
  }

  public Stepping answered(long request) {
    var fewer = new TreeMap<>(asked);
    fewer.remove(request);
    return new Stepping(progress, decision, inForce, weight, fewer);
  }
}
