package dev.reeve.core.protocol;

import dev.reeve.core.model.Resources;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a node is: told with each full report, and when it has changed.
///
/// @param allocatable what pods may ask of it, all together
/// @param maxPods how many pods it may hold
/// @param labels as Kubernetes names them: `kubernetes.io/hostname`, `topology.kubernetes.io/zone`
/// @param address where it is reached by others; empty where unknown
/// @param details for showing only: `osImage`, `kernelVersion`, `containerRuntimeVersion`,
///   `architecture`, `agentVersion`, `machineID`
/// @param images it has, by name as its engine lists them, each with its bytes; the largest where
///   there are many
public record NodeInfo(
    Resources allocatable,
    int maxPods,
    SortedMap<String, String> labels,
    String address,
    SortedMap<String, String> details,
    SortedMap<String, Long> images) {
  public static final String ZONE = "topology.kubernetes.io/zone";

  public NodeInfo {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    details = Collections.unmodifiableSortedMap(new TreeMap<>(details));
    images = Collections.unmodifiableSortedMap(new TreeMap<>(images));
  }

  /// One of which it is not known what images it has.
  public NodeInfo(
      Resources allocatable,
      int maxPods,
      SortedMap<String, String> labels,
      String address,
      SortedMap<String, String> details) {
    this(allocatable, maxPods, labels, address, details, new TreeMap<>());
  }

  public NodeInfo withImages(SortedMap<String, Long> names) {
    return new NodeInfo(allocatable, maxPods, labels, address, details, names);
  }

  /// The zone it stands in; nodes that name none share one.
  public String zone() {
    return labels.getOrDefault(ZONE, "");
  }
}
