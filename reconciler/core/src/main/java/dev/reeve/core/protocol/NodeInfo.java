package dev.reeve.core.protocol;

import dev.reeve.core.model.Resources;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a node is: told with each full report.
///
/// @param allocatable what pods may ask of it, all together
/// @param maxPods how many pods it may hold
/// @param labels as Kubernetes names them: `kubernetes.io/hostname`, `topology.kubernetes.io/zone`
/// @param address where it is reached by others; empty where unknown
/// @param details for showing only: `osImage`, `kernelVersion`, `containerRuntimeVersion`,
///   `architecture`, `agentVersion`, `machineID`
public record NodeInfo(
    Resources allocatable,
    int maxPods,
    SortedMap<String, String> labels,
    String address,
    SortedMap<String, String> details) {
  public static final String ZONE = "topology.kubernetes.io/zone";

  public NodeInfo {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    details = Collections.unmodifiableSortedMap(new TreeMap<>(details));
  }

  /// The zone it stands in; nodes that name none share one.
  public String zone() {
    return labels.getOrDefault(ZONE, "");
  }
}
