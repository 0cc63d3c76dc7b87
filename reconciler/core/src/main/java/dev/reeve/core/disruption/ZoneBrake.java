package dev.reeve.core.disruption;

import java.time.Duration;
import java.util.SortedMap;

/// Kubernetes' brake on eviction: when most of a zone is away at once, the fault is likelier
/// between than in the nodes, and moving everything would make it worse.
public final class ZoneBrake {
  private static final int PARTIAL_PERCENT = 55;
  private static final int PARTIAL_NODES = 3;
  private static final int LARGE_ZONE = 50;

  /// One node in a hundred seconds: Kubernetes' secondary rate of 0.01 nodes a second.
  public static final Duration SLOW = Duration.ofSeconds(100);

  private ZoneBrake() {}

  /// How many nodes of a zone are ready, and how many are not.
  public record Zone(int ready, int notReady) {
    public Zone plus(Zone other) {
      return new Zone(ready + other.ready, notReady + other.notReady);
    }

    int size() {
      return ready + notReady;
    }

    boolean isWhollyLost() {
      return ready == 0 && notReady > 0;
    }

    boolean isPartlyLost() {
      return notReady >= PARTIAL_NODES && notReady * 100L >= (long) PARTIAL_PERCENT * size();
    }
  }

  /// How pods of a zone's lost nodes may be replaced.
  public enum Pace {
    NORMAL,
    /// One node for each [#SLOW].
    SLOWLY,
    NOT_AT_ALL
  }

  public static Pace pace(SortedMap<String, Zone> zones, String zone) {
    var here = zones.getOrDefault(zone, new Zone(0, 0));
    if (here.isWhollyLost()) {
      boolean elsewhere = zones.values().stream().anyMatch(it -> it.ready() > 0);
      return elsewhere ? Pace.NORMAL : Pace.NOT_AT_ALL;
    }
    if (here.isPartlyLost()) {
      return here.size() > LARGE_ZONE ? Pace.SLOWLY : Pace.NOT_AT_ALL;
    }
    return Pace.NORMAL;
  }
}
