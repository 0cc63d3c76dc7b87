package dev.reeve.manifest;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import java.util.HashMap;
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
}
