package dev.reeve.core.protocol;

import dev.reeve.core.model.ObjectKey;
import java.util.List;

/// One pod that a node must run.
///
/// @param release hash of its release; the text travels once for each node
/// @param volumes that it has by claims
public record PodOrder(
    String uid,
    String name,
    ObjectKey workload,
    String release,
    String commit,
    List<VolumeOrder> volumes) {
  public PodOrder {
    volumes = List.copyOf(volumes);
  }

  /// One that claims nothing.
  public PodOrder(String uid, String name, ObjectKey workload, String release, String commit) {
    this(uid, name, workload, release, commit, List.of());
  }

  public String namespace() {
    return workload.namespace();
  }
}
