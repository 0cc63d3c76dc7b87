package dev.reeve.core.state;

import java.time.Instant;

/// A deadline of the core, and what it is about: an object as [dev.reeve.core.model.ObjectKey]
/// writes it, or a node's name.
public record Timer(Instant at, Kind kind, String subject) implements Comparable<Timer> {
  public enum Kind {
    WORKLOAD,
    NODE,
    /// Of the workload that it scales.
    AUTOSCALER
  }

  @Override
  public int compareTo(Timer other) {
    int order = at.compareTo(other.at);
    if (order == 0) {
      order = kind.compareTo(other.kind);
    }
    return order != 0 ? order : subject.compareTo(other.subject);
  }
}
