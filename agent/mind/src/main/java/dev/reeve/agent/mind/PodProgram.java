package dev.reeve.agent.mind;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the mind must know of a release to run its pods: which containers, in which order, and when
/// each is restarted. How one is made is the hands' business.
///
/// @param init run one after the other before the others start; sidecars among them run on
/// @param grace how long a container may take to stop when its pod is removed
/// @param deadline how long the pod may be active before it has failed
public record PodProgram(
    List<Container> init,
    List<Container> containers,
    RestartPolicy restart,
    Duration grace,
    Optional<Duration> deadline) {
  public PodProgram {
    init = List.copyOf(init);
    containers = List.copyOf(containers);
  }

  public enum RestartPolicy {
    ALWAYS,
    ON_FAILURE,
    NEVER
  }

  /// @param sidecar whether this init container is one that runs beside those after it, and is
  ///   started again whenever it ends
  /// @param devices how many it asks for, by extended resource
  public record Container(
      String name,
      String image,
      PullPolicy pull,
      boolean sidecar,
      Optional<Probe> startup,
      Optional<Probe> liveness,
      Optional<Probe> readiness,
      SortedMap<String, Integer> devices) {
    public Container {
      devices = Collections.unmodifiableSortedMap(new TreeMap<>(devices));
    }

    /// One that asks for no devices.
    public Container(
        String name,
        String image,
        PullPolicy pull,
        boolean sidecar,
        Optional<Probe> startup,
        Optional<Probe> liveness,
        Optional<Probe> readiness) {
      this(name, image, pull, sidecar, startup, liveness, readiness, Collections.emptySortedMap());
    }
  }

  public enum PullPolicy {
    ALWAYS,
    IF_NOT_PRESENT,
    NEVER
  }

  /// When a probe runs and what its results mean; Kubernetes' defaults are filled in already.
  ///
  /// @param grace how long the container may take to stop when this probe has failed, where that is
  ///   not what the pod says
  public record Probe(
      Duration initialDelay,
      Duration period,
      Duration timeout,
      int successThreshold,
      int failureThreshold,
      Optional<Duration> grace) {}

  /// What a probe is for.
  public enum ProbeKind {
    STARTUP,
    LIVENESS,
    READINESS
  }
}
