package dev.reeve.core.protocol;

import java.util.List;

/// What is used of a node, as it measured it last.
///
/// @param cpuMillis thousandths of a core, the mean over the time since it measured before
/// @param memoryBytes what cannot be given back at once, of everything on the node
/// @param windowMillis how long that time was
/// @param pods those of which there is a measurement
public record NodeUsage(long cpuMillis, long memoryBytes, long windowMillis, List<PodUsage> pods) {
  public NodeUsage {
    pods = List.copyOf(pods);
  }

  /// @param uid of the pod
  public record PodUsage(String uid, List<ContainerUsage> containers) {
    public PodUsage {
      containers = List.copyOf(containers);
    }
  }

  /// @param memoryBytes its working set: without the pages of files that are not in use
  public record ContainerUsage(String name, long cpuMillis, long memoryBytes) {}
}
