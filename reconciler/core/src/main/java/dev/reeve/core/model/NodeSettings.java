package dev.reeve.core.model;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the repository says of a node (a Node manifest).
///
/// @param labels beside those that the node itself reports; these win
/// @param unschedulable no pod is placed there any more
/// @param draining its pods are moved elsewhere, within the bounds of their workloads and budgets
public record NodeSettings(
    SortedMap<String, String> labels, List<Taint> taints, boolean unschedulable, boolean draining) {
  public static final NodeSettings NONE =
      new NodeSettings(new TreeMap<>(), List.of(), false, false);

  public NodeSettings {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    taints = List.copyOf(taints);
  }
}
