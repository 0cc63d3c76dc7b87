package dev.reeve.server.web.view;

import dev.reeve.core.model.ObjectKey;
import java.time.Instant;
import java.util.Optional;

/// Something that a person may want to know.
///
/// @param id names it for good: the same event counted again keeps it
/// @param firstAt when it was seen first
/// @param at when it was seen last
/// @param reason one word in CamelCase
/// @param about a workload, a Pod, a Node; empty for the cluster itself
/// @param count how often it was seen
public record HappenedEvent(
    long id,
    Instant firstAt,
    Instant at,
    Severity severity,
    String reason,
    Optional<ObjectKey> about,
    String message,
    int count) {
  public enum Severity {
    NORMAL,
    WARNING
  }
}
