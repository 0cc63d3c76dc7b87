package dev.reeve.core.protocol;

import java.time.Instant;
import java.util.Optional;

/// One container of a pod as its node sees it: the facts of Kubernetes' ContainerStatus.
///
/// @param id the engine's id of the present container; empty before it exists
/// @param restarts how often it was started again
/// @param reason while waiting or after the end: `ContainerCreating`, `ImagePullBackOff`,
///   `ErrImagePull`, `CrashLoopBackOff`, `Completed`, `Error`, `OOMKilled`
public record ContainerReport(
    String name,
    boolean init,
    String image,
    String imageId,
    String id,
    State state,
    boolean ready,
    int restarts,
    Optional<Instant> startedAt,
    Optional<Instant> finishedAt,
    int exitCode,
    String reason,
    String message) {
  public enum State {
    WAITING,
    RUNNING,
    TERMINATED
  }
}
