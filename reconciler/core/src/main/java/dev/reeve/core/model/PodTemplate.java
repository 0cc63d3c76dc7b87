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
/// @param images of all its containers, as an engine lists them: `nginx:latest`
/// @param addressing how its pods are found in the network
/// @param claims that its pods use
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
    List<String> images,
    Addressing addressing,
    List<ClaimUse> claims,
    Bytes json) {
  public PodTemplate {
    hostPorts = List.copyOf(hostPorts);
    containers = List.copyOf(containers);
    images = List.copyOf(images);
    claims = List.copyOf(claims);
  }

  /// One whose images are not known, whose pods have no names in the network, and no claims.
  public PodTemplate(
      String hash,
      Resources requests,
      Constraints constraints,
      List<HostPort> hostPorts,
      Optional<Duration> tolerateUnreachable,
      boolean restartsAlways,
      List<String> containers,
      Bytes json) {
    this(
        hash,
        requests,
        constraints,
        hostPorts,
        tolerateUnreachable,
        restartsAlways,
        containers,
        List.of(),
        Addressing.NONE,
        List.of(),
        json);
  }

  /// How the pods of a template are found in the network.
  ///
  /// @param ports those that have a name
  /// @param hostname of its pods; empty for the pod's own name
  /// @param subdomain the headless Service under which they have a name; empty for none
  public record Addressing(List<NamedPort> ports, String hostname, String subdomain) {
    public static final Addressing NONE = new Addressing(List.of(), "", "");

    public Addressing {
      ports = List.copyOf(ports);
    }
  }

  /// A volume of its pods that is had by a claim.
  ///
  /// @param volume as containers mount it
  public record ClaimUse(String volume, String claim, boolean readOnly) {}

  /// A container's port that has a name.
  public record NamedPort(String name, Service.Protocol protocol, int number) {}

  @Override
  public boolean equals(Object other) {
    return other instanceof PodTemplate that && hash.equals(that.hash);
  }

  @Override
  public int hashCode() {
    return hash.hashCode();
  }
}
