package dev.reeve.core.protocol;

import dev.reeve.core.model.ObjectKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// One pod as its node sees it.
///
/// @param ready all containers run and their readiness probes pass
/// @param stopping the node has begun to stop it
/// @param reason one word for why it is not running or not ready; empty when all is well
public record PodReport(
    String uid,
    String name,
    ObjectKey workload,
    String release,
    String commit,
    Phase phase,
    boolean ready,
    boolean stopping,
    String ip,
    Optional<Instant> startedAt,
    List<ContainerReport> containers,
    String reason,
    String message) {
  public enum Phase {
    PENDING,
    RUNNING,
    SUCCEEDED,
    FAILED
  }

  public PodReport {
    containers = List.copyOf(containers);
  }

  public int restarts() {
    return containers.stream().mapToInt(ContainerReport::restarts).sum();
  }
}
