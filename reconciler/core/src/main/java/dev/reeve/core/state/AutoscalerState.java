package dev.reeve.core.state;

import dev.reeve.core.autoscaling.Outcome;
import dev.reeve.core.autoscaling.Reading;
import dev.reeve.core.autoscaling.ScalingView.Recommendation;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// How an autoscaler stands. None of it is recorded: a control plane that starts anew begins to
/// look as if nothing had been asked for before, and so takes no pods away within its window.
///
/// @param lookAt when it is looked at next
/// @param asked metrics that providers were asked for, by the request
/// @param until when their answers are no longer waited for; empty: nobody was asked for this look
/// @param readings what providers said when they were last asked, by the metric
/// @param last what the last look came to
public record AutoscalerState(
    Instant lookAt,
    SortedMap<Long, String> asked,
    Optional<Instant> until,
    SortedMap<String, Reading> readings,
    Optional<Outcome> last) {
  public AutoscalerState {
    asked = Collections.unmodifiableSortedMap(new TreeMap<>(asked));
    readings = Collections.unmodifiableSortedMap(new TreeMap<>(readings));
  }

  /// One that is to be looked at now.
  public static AutoscalerState start(Instant now) {
    return new AutoscalerState(
        now, new TreeMap<>(), Optional.empty(), new TreeMap<>(), Optional.empty());
  }

  /// When something has to be done about it.
  public Instant dueAt() {
    return asked.isEmpty() ? lookAt : until.orElse(lookAt);
  }

  public AutoscalerState at(Instant look) {
    return new AutoscalerState(look, asked, until, readings, last);
  }

  public AutoscalerState asking(SortedMap<Long, String> requests, Instant deadline) {
    return new AutoscalerState(lookAt, requests, Optional.of(deadline), new TreeMap<>(), last);
  }

  public AutoscalerState answered(long request, Reading reading) {
    var still = new TreeMap<>(asked);
    var metric = still.remove(request);
    var said = new TreeMap<>(readings);
    if (metric != null) {
      said.put(metric, reading);
    }
    return new AutoscalerState(lookAt, still, until, said, last);
  }

  public AutoscalerState looked(Outcome outcome, Instant next) {
    return new AutoscalerState(
        next, new TreeMap<>(), Optional.empty(), readings, Optional.of(outcome));
  }

  public List<Recommendation> recommendations() {
    return last.map(Outcome::recommendations).orElse(List.of());
  }
}
