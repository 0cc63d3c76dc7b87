package dev.reeve.core.protocol;

import dev.reeve.core.model.ImagePin;
import dev.reeve.core.model.ObjectKey;
import java.util.List;

/// One pod that a node must run.
///
/// @param release hash of its release; the text travels once for each node
/// @param volumes that it has by claims
/// @param images what those of its release were resolved to, where that is known
public record PodOrder(
    String uid,
    String name,
    ObjectKey workload,
    String release,
    String commit,
    List<VolumeOrder> volumes,
    List<ImagePin> images) {
  public PodOrder {
    volumes = List.copyOf(volumes);
    images = List.copyOf(images);
  }

  /// One that claims nothing, and whose images are still to be resolved.
  public PodOrder(String uid, String name, ObjectKey workload, String release, String commit) {
    this(uid, name, workload, release, commit, List.of(), List.of());
  }

  public String namespace() {
    return workload.namespace();
  }
}
