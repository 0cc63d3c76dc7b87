package dev.reeve.server.web.kubernetes;

import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.server.web.view.Published;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What Kubernetes' database would know and the state does not: since when an object is there, how
/// often its text changed, when a pod began to stop. Counted since the start, so that nothing of it
/// may matter to anyone but a reader.
public final class Sightings {
  /// More pods than stop at once; the eldest is forgotten first.
  private static final int STOPPING_MAX = 20_000;

  private final Map<String, Instant> stopping =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > STOPPING_MAX;
        }
      };
  private SortedMap<ObjectKey, Sighting> objects = new TreeMap<>();
  private Optional<DesiredState> last = Optional.empty();

  /// @param generation grows when the object's text changes
  record Sighting(Instant since, long generation, String contentHash) {}

  /// Looks at what a publication brought. Objects of the first one are as old as the start.
  @SuppressWarnings("ReferenceEquality") // a state that did not change is the same one
  synchronized void look(Published published) {
    Optional<DesiredState> accepted = published.root().accepted();
    if (accepted.isEmpty() || (last.isPresent() && last.get() == accepted.get())) {
      return;
    }
    Instant since = last.isEmpty() ? published.root().startedAt() : published.at();
    last = accepted;
    var next = new TreeMap<ObjectKey, Sighting>();
    for (DesiredObject object : accepted.get().objects().values()) {
      Sighting before = objects.get(object.key());
      if (before == null) {
        next.put(object.key(), new Sighting(since, 1, object.contentHash()));
      } else if (before.contentHash().equals(object.contentHash())) {
        next.put(object.key(), before);
      } else {
        next.put(
            object.key(),
            new Sighting(before.since(), before.generation() + 1, object.contentHash()));
      }
    }
    objects = next;
  }

  synchronized Optional<Sighting> of(ObjectKey key) {
    return Optional.ofNullable(objects.get(key));
  }

  /// When a pod was first seen stopping.
  synchronized Instant stoppingSince(String uid, Instant now) {
    return stopping.computeIfAbsent(uid, it -> now);
  }
}
