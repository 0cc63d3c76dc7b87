package dev.reeve.core.model;

/// A port of the node that a pod takes for itself. `protocol` is `TCP`, `UDP` or `SCTP`.
public record HostPort(String protocol, int port) implements Comparable<HostPort> {
  @Override
  public int compareTo(HostPort other) {
    int byPort = Integer.compare(port, other.port);
    return byPort != 0 ? byPort : protocol.compareTo(other.protocol);
  }
}
