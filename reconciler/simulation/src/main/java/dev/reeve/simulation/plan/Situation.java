package dev.reeve.simulation.plan;

import dev.reeve.core.Event;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.PodReport;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// A cluster as it stands: what a control plane that starts anew would be told.
///
/// @param started what the repository and the record say
/// @param nodes by name
/// @param at when that was
/// @param source how much of it is known
public record Situation(
    String cluster,
    Event.Started started,
    SortedMap<String, Node> nodes,
    Instant at,
    Source source) {
  public Situation {
    nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
  }

  /// @param pods that run on it
  public record Node(String identity, NodeInfo info, List<PodReport> pods) {
    public Node {
      pods = List.copyOf(pods);
    }
  }

  public enum Source {
    /// A control plane told where its pods are.
    LIVE,
    /// The record alone is known: pods are placed as they would be now, which need not be where
    /// they are.
    RECORD
  }
}
