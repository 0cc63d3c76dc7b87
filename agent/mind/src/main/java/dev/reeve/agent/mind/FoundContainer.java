package dev.reeve.agent.mind;

import dev.reeve.core.model.ObjectKey;
import java.time.Instant;
import java.util.Optional;

/// A container of this cluster as the engine lists it, read from its labels and state.
///
/// @param container its name in the pod; empty for the pause container that holds the network
/// @param attempt counts the containers made for one name in one pod
/// @param imageId as [NodeEvent.Pulled] says it
/// @param message its last words, where it ended
/// @param devices that it was given
public record FoundContainer(
    String id,
    String uid,
    String pod,
    ObjectKey workload,
    String release,
    String commit,
    String container,
    int attempt,
    State state,
    String image,
    String imageId,
    String ip,
    Optional<Instant> startedAt,
    Optional<Instant> finishedAt,
    int exitCode,
    boolean oomKilled,
    String message,
    DeviceSet devices) {

  /// One that was given no devices.
  public FoundContainer(
      String id,
      String uid,
      String pod,
      ObjectKey workload,
      String release,
      String commit,
      String container,
      int attempt,
      State state,
      String image,
      String imageId,
      String ip,
      Optional<Instant> startedAt,
      Optional<Instant> finishedAt,
      int exitCode,
      boolean oomKilled,
      String message) {
    this(
        id,
        uid,
        pod,
        workload,
        release,
        commit,
        container,
        attempt,
        state,
        image,
        imageId,
        ip,
        startedAt,
        finishedAt,
        exitCode,
        oomKilled,
        message,
        DeviceSet.NONE);
  }

  public enum State {
    CREATED,
    RUNNING,
    EXITED
  }

  public boolean isSandbox() {
    return container.isEmpty();
  }
}
