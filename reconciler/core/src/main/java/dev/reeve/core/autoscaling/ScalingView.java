package dev.reeve.core.autoscaling;

import dev.reeve.core.model.Autoscaler;
import dev.reeve.core.model.Resources;
import dev.reeve.core.record.Scaling;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// All that a number of pods is decided from.
///
/// @param current how many are wanted now
/// @param readings what providers said, by the name of the metric
/// @param recommendations of late, oldest first; empty: there were none yet
/// @param scalings of late, oldest first
public record ScalingView(
    Autoscaler rules,
    Instant now,
    int current,
    List<PodView> pods,
    SortedMap<String, Reading> readings,
    List<Recommendation> recommendations,
    List<Scaling> scalings) {
  public ScalingView {
    pods = List.copyOf(pods);
    readings = Collections.unmodifiableSortedMap(new TreeMap<>(readings));
    recommendations = List.copyOf(recommendations);
    scalings = List.copyOf(scalings);
  }

  /// @param startedAt when it was ordered
  /// @param readySince since when it is ready; empty: it is not
  /// @param requests what it asks for, where that is not what the text says now
  /// @param measured the newest measurement, if that is not too old
  public record PodView(
      String name,
      State state,
      Instant startedAt,
      Optional<Instant> readySince,
      Optional<Resources> requests,
      Optional<Measured> measured) {}

  public enum State {
    /// It goes, or has failed.
    LEAVING,
    /// Not all of its containers were started.
    PENDING,
    RUNNING
  }

  /// How many pods the metrics asked for.
  public record Recommendation(Instant at, int replicas) {}
}
