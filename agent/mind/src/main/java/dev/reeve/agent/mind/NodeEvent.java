package dev.reeve.agent.mind;

import dev.reeve.agent.mind.PodProgram.ProbeKind;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.Routing;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What happened on a node.
public sealed interface NodeEvent {

  /// The agent starts with what it kept on disk; zeros and nothing where it kept nothing.
  ///
  /// @param routes where traffic went
  /// @param devices that this node has to give
  record Restored(
      NodeInfo info,
      long epoch,
      long generation,
      List<PodOrder> pods,
      SortedMap<String, PodProgram> programs,
      RouteTable routes,
      DeviceSet devices)
      implements NodeEvent {
    public Restored {
      pods = List.copyOf(pods);
      programs = Collections.unmodifiableSortedMap(new TreeMap<>(programs));
    }

    /// On a node without devices.
    public Restored(
        NodeInfo info,
        long epoch,
        long generation,
        List<PodOrder> pods,
        SortedMap<String, PodProgram> programs,
        RouteTable routes) {
      this(info, epoch, generation, pods, programs, routes, DeviceSet.NONE);
    }
  }

  /// Everything of this cluster that the engine has: at the start, and whenever the engine is back.
  record Found(List<FoundContainer> containers) implements NodeEvent {
    public Found {
      containers = List.copyOf(containers);
    }
  }

  /// The engine does not answer.
  record EngineLost() implements NodeEvent {}

  /// An order from the control plane.
  ///
  /// @param programs of the releases whose text came with it
  record Ordered(Order order, SortedMap<String, PodProgram> programs) implements NodeEvent {
    public Ordered {
      programs = Collections.unmodifiableSortedMap(new TreeMap<>(programs));
    }
  }

  /// Where traffic goes, from the control plane.
  record Routed(Routing routing) implements NodeEvent {}

  /// The routes of this version are in force.
  record RoutesSet(long epoch, long version) implements NodeEvent {}

  /// The control plane is connected: it is given a full report.
  record Linked() implements NodeEvent {}

  record Unlinked() implements NodeEvent {}

  /// The control plane missed something: it is given a full report.
  record ReportAsked() implements NodeEvent {}

  /// @param imageId `name@sha256:…` where it came from a registry, else the engine's own id
  record Pulled(String uid, String container, String imageId) implements NodeEvent {}

  /// @param reason `ErrImagePull`, `ErrImageNeverPull`, `InvalidImageName`
  record PullFailed(String uid, String container, String reason, String message)
      implements NodeEvent {}

  record SandboxStarted(String uid, String id, String ip) implements NodeEvent {}

  record SandboxFailed(String uid, String message) implements NodeEvent {}

  record ContainerStarted(String uid, String container, int attempt, String id, Instant startedAt)
      implements NodeEvent {}

  /// @param reason `CreateContainerError`, `CreateContainerConfigError`, `RunContainerError`,
  ///   `SecretNotDelivered`
  record StartFailed(String uid, String container, int attempt, String reason, String message)
      implements NodeEvent {}

  /// A container or sandbox ended, whoever ended it.
  ///
  /// @param message its last words; empty where it left none
  record Died(String id, int exitCode, boolean oomKilled, String message, Instant at)
      implements NodeEvent {}

  /// What images the node has, by name, each with its bytes.
  record ImagesFound(SortedMap<String, Long> images) implements NodeEvent {
    public ImagesFound {
      images = Collections.unmodifiableSortedMap(new TreeMap<>(images));
    }
  }

  record VolumeDeleted(String volume) implements NodeEvent {}

  /// Nothing of the pod is left but, after a clearing, its volumes.
  record PodCleared(String uid) implements NodeEvent {}

  record Probed(
      String uid, String container, int attempt, ProbeKind kind, Outcome outcome, String message)
      implements NodeEvent {
    public enum Outcome {
      SUCCESS,
      FAILURE
    }
  }

  /// A deadline has come.
  record Woken() implements NodeEvent {}
}
