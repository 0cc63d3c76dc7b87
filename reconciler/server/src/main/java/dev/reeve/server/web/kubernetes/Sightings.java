package dev.reeve.server.web.kubernetes;

import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.server.web.view.Published;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

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
  private PagedMap<ObjectKey, Sighting> objects = PagedMap.empty();
  private PagedMap<ObjectKey, DesiredObject> last = PagedMap.empty();
  private boolean hasLooked;

  /// @param generation grows when the object's text changes
  record Sighting(Instant since, long generation, String contentHash) {}

  /// Looks at what a publication brought. Objects of the first one are as old as the start.
  synchronized void look(Published published) {
    Optional<DesiredState> accepted = published.root().accepted();
    if (accepted.isEmpty()) {
      return;
    }
    Instant since = hasLooked ? published.at() : published.root().startedAt();
    var next = objects.edit();
    PagedMap.difference(
        last,
        accepted.get().objects(),
        (key, _, now) -> {
          if (now == null) {
            next.remove(key);
          } else {
            next.put(key, sighting(objects.get(key), now.contentHash(), since));
          }
        });
    objects = next.publish();
    last = accepted.get().objects();
    hasLooked = true;
  }

  private static Sighting sighting(Optional<Sighting> before, String contentHash, Instant now) {
    return before
        .map(it ->
            it.contentHash().equals(contentHash)
                ? it
                : new Sighting(it.since(), it.generation() + 1, contentHash))
        .orElseGet(() -> new Sighting(now, 1, contentHash));
  }

  synchronized Optional<Sighting> of(ObjectKey key) {
    return objects.get(key);
  }

  /// When a pod was first seen stopping.
  synchronized Instant stoppingSince(String uid, Instant now) {
    return stopping.computeIfAbsent(uid, it -> now);
  }
}
