package dev.reeve.server.web.kubernetes;

import dev.reeve.core.state.Root;
import dev.reeve.manifest.Catalog;
import dev.reeve.server.web.view.HappenedEvent;
import dev.reeve.server.web.view.Published;
import java.time.Instant;
import java.util.List;

/// One publication as the API shows it. Immutable, but for what [Sightings] learns.
public record Snapshot(Published published, List<HappenedEvent> events, Sightings sightings) {
  public Snapshot {
    events = List.copyOf(events);
  }

  public Root root() {
    return published.root();
  }

  public Catalog catalog() {
    return published.catalog();
  }

  public long version() {
    return published.resourceVersion();
  }

  public Instant at() {
    return published.at();
  }

  public String cluster() {
    return root().settings().name();
  }
}
