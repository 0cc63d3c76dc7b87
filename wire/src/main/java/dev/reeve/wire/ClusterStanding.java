package dev.reeve.wire;

import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.PodReport;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// A cluster as it stands: what a control plane that starts anew would find in Git and be told by
/// nodes, without any secret. A plan starts from it.
///
/// @param at when that was, by the control plane's clock
/// @param files the record as it would be written now, text by path
/// @param releases hash of the release that the accepted commit wants, by `Kind/namespace/name`: of
///   what uses a Secret nobody else can tell it
public record ClusterStanding(
    String cluster,
    Instant at,
    SortedMap<String, String> files,
    SortedMap<String, String> releases,
    SortedMap<String, Node> nodes) {
  public ClusterStanding {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    releases = Collections.unmodifiableSortedMap(new TreeMap<>(releases));
    nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
  }

  /// @param pods that are meant to be there, as they were last reported
  public record Node(String identity, NodeInfo info, List<PodReport> pods) {
    public Node {
      pods = List.copyOf(pods);
    }
  }
}
