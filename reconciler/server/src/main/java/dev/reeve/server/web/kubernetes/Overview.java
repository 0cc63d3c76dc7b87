package dev.reeve.server.web.kubernetes;

import dev.reeve.core.state.Pod;

/// Kubernetes' words for those who show things in another way.
public final class Overview {
  private final Pods pods;

  public Overview(Catalogue catalogue) {
    this.pods = catalogue.pods();
  }

  /// What `kubectl get pods` prints under STATUS.
  public String podStatus(Snapshot snapshot, Pod pod) {
    return snapshot
        .root()
        .workloads()
        .get(pod.workload())
        .map(workload -> PodColumns.status(pods.json(snapshot, workload, pod)))
        .orElse("Unknown");
  }
}
