package dev.reeve.core.protocol;

import dev.reeve.core.model.ObjectKey;

/// One pod that a node must run.
///
/// @param release hash of its release; the text travels once for each node
public record PodOrder(String uid, String name, ObjectKey workload, String release, String commit) {
  public String namespace() {
    return workload.namespace();
  }
}
