package dev.reeve.server.web.kubernetes;

import dev.reeve.server.web.view.ClusterView;
import dev.reeve.server.web.view.Published;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The last publications, so that a watch can begin where a list ended. Kept publications share all
/// that did not change between them; what differs between two neighbours is found out once, when
/// the first watcher asks.
public final class History {
  private static final int KEPT = 512;
  private static final Duration AGE_MAX = Duration.ofMinutes(5);

  private final ClusterView view;
  private final Sightings sightings = new Sightings();
  private final TreeMap<Long, Moment> moments = new TreeMap<>();

  private static final class Moment {
    private final Snapshot snapshot;

    /// Against the moment before.
    private @Nullable Changed changed;

    Moment(Snapshot snapshot) {
      this.snapshot = snapshot;
    }
  }

  public History(ClusterView view) {
    this.view = view;
  }

  /// The newest publication.
  public synchronized Snapshot newest() {
    Published published = view.published();
    long version = published.resourceVersion();
    Map.Entry<Long, Moment> last = moments.lastEntry();
    if (last != null && last.getKey() >= version) {
      return last.getValue().snapshot;
    }
    sightings.look(published);
    var snapshot = new Snapshot(published, view.events(), sightings);
    moments.put(version, new Moment(snapshot));
    forget(snapshot);
    return snapshot;
  }

  private void forget(Snapshot newest) {
    while (moments.size() > 1
        && (moments.size() > KEPT
            || moments.firstEntry().getValue().snapshot.at().plus(AGE_MAX).isBefore(newest.at()))) {
      moments.pollFirstEntry();
    }
  }

  /// The publication that a list was made of; empty where it is too long ago, or of another epoch.
  public synchronized Optional<Snapshot> at(long version) {
    return Optional.ofNullable(moments.get(version)).map(it -> it.snapshot);
  }

  /// What differs between a kept publication and a later one; empty where one is kept no more.
  synchronized Optional<Changed> between(Snapshot before, Snapshot after) {
    if (!moments.containsKey(before.version()) || !moments.containsKey(after.version())) {
      return Optional.empty();
    }
    Changed all = Changed.between(before, before);
    Moment previous = moments.get(before.version());
    for (Moment moment : moments.subMap(before.version(), false, after.version(), true).values()) {
      if (moment.changed == null) {
        moment.changed = Changed.between(previous.snapshot, moment.snapshot);
      }
      all = all.and(moment.changed);
      previous = moment;
    }
    return Optional.of(all);
  }
}
