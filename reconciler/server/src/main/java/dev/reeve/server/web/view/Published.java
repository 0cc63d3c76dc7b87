package dev.reeve.server.web.view;

import dev.reeve.core.state.Root;
import dev.reeve.manifest.Catalog;
import java.time.Instant;

/// One published state: what runs, and the accepted manifests it follows.
///
/// @param number grows by each publication, from one on
/// @param at when it was published
public record Published(Root root, Catalog catalog, long number, Instant at) {
  private static final int NUMBER_BITS = 40;

  /// Grows with each publication, and from one leader to the next.
  public long resourceVersion() {
    return (root.epoch() << NUMBER_BITS) + number;
  }
}
