package dev.reeve.agent.mind;

import dev.reeve.agent.mind.PodProgram.ProbeKind;
import dev.reeve.agent.mind.PodProgram.PullPolicy;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// What the hands are to do. Each is answered by an event, but for those marked otherwise; whoever
/// carries one out again finds it done.
public sealed interface NodeEffect {

  /// Answered by Pulled or PullFailed.
  ///
  /// @param known what the container's image was before, as Pulled says it; empty where there was
  ///   none
  record Pull(String uid, String container, String image, PullPolicy policy, String known)
      implements NodeEffect {}

  /// Makes the pod's network namespace, its pause container and its volumes. Answered by
  /// SandboxStarted or SandboxFailed.
  record StartSandbox(PodOrder pod) implements NodeEffect {}

  /// Answered by ContainerStarted or StartFailed.
  ///
  /// @param image that it has, as Pulled says it
  /// @param devices that it is given
  record StartContainer(
      PodOrder pod, String container, int attempt, String sandbox, String image, DeviceSet devices)
      implements NodeEffect {}

  /// Stops one container, with its preStop hook; Died follows when it ended.
  record StopContainer(String uid, String container, String id, Duration grace, String reason)
      implements NodeEffect {}

  /// Stops all containers of a pod and keeps them, for their logs. Died follows for each.
  ///
  /// @param last those that are stopped after all others, one after the other in this order
  record StopPod(String uid, Duration grace, List<String> last, String reason)
      implements NodeEffect {
    public StopPod {
      last = List.copyOf(last);
    }
  }

  /// Removes a container that ended. Not answered.
  record RemoveContainer(String id) implements NodeEffect {}

  /// Stops and removes all that is left of a pod. Answered by PodCleared.
  ///
  /// @param last those that are stopped after all others, one after the other in this order
  /// @param volumes whether its volumes go too
  record ClearPod(String uid, Duration grace, List<String> last, Volumes volumes, String reason)
      implements NodeEffect {
    public ClearPod {
      last = List.copyOf(last);
    }

    public enum Volumes {
      KEEP,
      REMOVE
    }
  }

  /// Deletes a volume of the engine that nobody claims any more. Answered by VolumeDeleted once it
  /// is gone.
  record DeleteVolume(String volume) implements NodeEffect {}

  /// Answered by Probed.
  record Probe(
      String uid,
      String container,
      int attempt,
      String id,
      String ip,
      ProbeKind kind,
      Duration timeout)
      implements NodeEffect {}

  /// Keep this on disk: it is what the node goes on with alone. Not answered.
  record Save(long epoch, long generation, List<PodOrder> pods) implements NodeEffect {
    public Save {
      pods = List.copyOf(pods);
    }
  }

  /// Make traffic go so, and keep it on disk. Answered by RoutesSet, once it does; a newer one
  /// takes the place of one that is not carried out yet.
  record SetRoutes(RouteTable routes) implements NodeEffect {}

  /// To the control plane; lost where it is not connected.
  record Send(Report report) implements NodeEffect {}

  /// The last order, or the last routes, cannot be followed: the control plane is asked for a full
  /// one.
  record AskFullOrder() implements NodeEffect {}

  /// Something a person may want to read about a pod.
  record Notice(String uid, String reason, String message) implements NodeEffect {}

  /// Step again at this time at the latest.
  record WakeAt(Instant at) implements NodeEffect {}
}
