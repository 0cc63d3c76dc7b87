package dev.reeve.core.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What all pods of a release are made from. The core reads the few facts it decides with; the
/// template itself travels through it as `json`, unopened.
///
/// @param hash of `json`: two templates with equal hashes are the same template
/// @param requests what one pod asks of its node, all containers together
/// @param constraints which nodes it may go to
/// @param hostPorts ports of the node that the pod takes, sorted
/// @param tolerateUnreachable how long its pods stay bound to a node that is not heard; the
///   cluster's default where it is not said
/// @param restartsAlways false for pods that may finish (`restartPolicy` Never or OnFailure)
/// @param containers names of the app containers, in order
/// @param json `{"metadata":{labels, annotations},"spec":{…}}`, canonical: keys sorted, defaults
///   filled in
public record PodTemplate(
    String hash,
    Resources requests,
    Constraints constraints,
    List<HostPort> hostPorts,
    Optional<Duration> tolerateUnreachable,
    boolean restartsAlways,
    List<String> containers,
    Bytes json) {
  public PodTemplate {
    hostPorts = List.copyOf(hostPorts);
    containers = List.copyOf(containers);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PodTemplate that && hash.equals(that.hash);
  }

  @Override
  public int hashCode() {
    return hash.hashCode();
  }
}
