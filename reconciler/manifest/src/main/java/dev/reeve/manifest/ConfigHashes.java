package dev.reeve.manifest;

import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Hashes of what pods see of the ConfigMaps and Secrets of a commit. Each is worked out once, when
/// a workload that uses it asks. Confined to one thread.
final class ConfigHashes {
  private final PagedMap<ObjectKey, Catalog.Entry> entries;
  private final ContentHashes hashes;
  private final Map<ObjectKey, Optional<String>> known = new HashMap<>();

  ConfigHashes(PagedMap<ObjectKey, Catalog.Entry> entries, ContentHashes hashes) {
    this.entries = entries;
    this.hashes = hashes;
  }

  /// Empty where there is no such object.
  Optional<String> of(ObjectKey key) {
    return known.computeIfAbsent(
        key, it -> entries.get(it).map(entry -> hashes.ofData(entry.object())));
  }

  /// What a workload uses at the contents that are part of its release.
  List<ConfigUse> ofRelease(ObjectKey workload, List<ObjectKey> used) {
    boolean isLive = isLive(workload);
    return used.stream()
        .filter(key -> !isLive && !isLive(key))
        .flatMap(key -> of(key).map(it -> new ConfigUse(key, it)).stream())
        .sorted()
        .toList();
  }

  /// What a workload uses whose newest content its pods see, by the hash of the whole object, which
  /// is known of every object. What is not there may come: all that a live workload names is live.
  List<ConfigUse> live(ObjectKey workload, List<ObjectKey> used) {
    boolean isLive = isLive(workload);
    return used.stream()
        .filter(key -> isLive || isLive(key))
        .map(key ->
            new ConfigUse(key, entries.get(key).map(it -> hashes.ofObject(it.object())).orElse("")))
        .sorted()
        .toList();
  }

  private boolean isLive(ObjectKey key) {
    return entries.get(key).map(it -> it.object().isLive()).orElse(false);
  }
}
