package dev.reeve.core.model;

import dev.reeve.core.paged.PagedMap;

/// What a commit says of storage.
///
/// @param volumes by name
public record Storage(
    PagedMap<ObjectKey, Claim> claims, PagedMap<String, PersistentVolume> volumes) {
  public static final Storage NONE = new Storage(PagedMap.empty(), PagedMap.empty());
}
