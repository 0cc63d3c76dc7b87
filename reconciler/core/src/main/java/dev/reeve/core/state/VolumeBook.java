package dev.reeve.core.state;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;

/// Volumes, and who has them.
///
/// @param volumes by name
/// @param bound the volume of each claim that has one
/// @param deleting names of volumes that are to be deleted, with the node that is told to; empty
///   while none is
public record VolumeBook(
    PagedMap<String, VolumeState> volumes,
    PagedMap<ObjectKey, String> bound,
    PagedMap<String, String> deleting) {
  public static final VolumeBook EMPTY =
      new VolumeBook(PagedMap.empty(), PagedMap.empty(), PagedMap.empty());

  /// Whether the volume that a claim has may be used on one node at a time only.
  public boolean isForOneNode(ObjectKey claim) {
    return bound.get(claim).flatMap(volumes::get).map(it -> it.file().isForOneNode()).orElse(false);
  }
}
