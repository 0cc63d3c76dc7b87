package dev.reeve.agent.mind;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What the mind must know of a release to run its pods: which containers, in which order, and when
/// each is restarted. How one is made is the hands' business.
///
/// @param init run one after the other before the others start
/// @param grace how long a container may take to stop when its pod is removed
public record PodProgram(
    List<Container> init, List<Container> containers, RestartPolicy restart, Duration grace) {
  public PodProgram {
    init = List.copyOf(init);
    containers = List.copyOf(containers);
  }

  public enum RestartPolicy {
    ALWAYS,
    ON_FAILURE,
    NEVER
  }

  public record Container(
      String name,
      String image,
      PullPolicy pull,
      Optional<Probe> startup,
      Optional<Probe> liveness,
      Optional<Probe> readiness) {}

  public enum PullPolicy {
    ALWAYS,
    IF_NOT_PRESENT,
    NEVER
  }

  /// When a probe runs and what its results mean; Kubernetes' defaults are filled in already.
  public record Probe(
      Duration initialDelay,
      Duration period,
      Duration timeout,
      int successThreshold,
      int failureThreshold) {}

  /// What a probe is for.
  public enum ProbeKind {
    STARTUP,
    LIVENESS,
    READINESS
  }
}
