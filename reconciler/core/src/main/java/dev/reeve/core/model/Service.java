package dev.reeve.core.model;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// A Service: one name and address for pods that come and go.
///
/// @param selector labels that its pods have; without any it has no pods of its own
/// @param clusterIp its address: as asked for where a manifest says so, else the one it was given;
///   empty before that, and for a type that has none
/// @param externalIps further addresses under which nodes answer for it
/// @param externalName the name that it is another name for; empty but for EXTERNAL_NAME
/// @param stickySeconds how long a client stays with a pod (`sessionAffinity: ClientIP`); zero for
///   not at all
/// @param externalLocal what comes from outside goes to pods of the node that it came to only, and
///   keeps its source address
/// @param internalLocal what comes from pods goes to pods of the same node only
/// @param publishNotReady pods count whether ready or not
public record Service(
    ObjectKey key,
    Type type,
    SortedMap<String, String> selector,
    List<Port> ports,
    String clusterIp,
    List<String> externalIps,
    String externalName,
    int stickySeconds,
    boolean externalLocal,
    boolean internalLocal,
    boolean publishNotReady) {
  public enum Type {
    CLUSTER_IP,
    /// Names lead to the pods themselves: there is no address of its own (`clusterIP: None`).
    HEADLESS,
    /// Every node answers for it on a port of its own, too.
    NODE_PORT,
    EXTERNAL_NAME
  }

  public enum Protocol {
    TCP,
    UDP
  }

  /// @param name empty where it is the only one
  /// @param target a port of the pod by number or, where it is no number, by name
  /// @param nodePort as asked for, or as given; zero before that, and where there is none
  public record Port(String name, Protocol protocol, int port, String target, int nodePort) {}

  public Service {
    selector = Collections.unmodifiableSortedMap(new TreeMap<>(selector));
    ports = List.copyOf(ports);
    externalIps = List.copyOf(externalIps);
  }

  /// Whether it has an address of its own.
  public boolean hasAddress() {
    return type == Type.CLUSTER_IP || type == Type.NODE_PORT;
  }

  /// Whether pods with these labels are its own.
  public boolean selects(SortedMap<String, String> labels) {
    if (selector.isEmpty()) {
      return false;
    }
    for (var each : selector.entrySet()) {
      if (!each.getValue().equals(labels.get(each.getKey()))) {
        return false;
      }
    }
    return true;
  }

  /// The same, at the address and with the ports that it was given.
  public Service at(String address, List<Port> given) {
    return new Service(
        key,
        type,
        selector,
        given,
        address,
        externalIps,
        externalName,
        stickySeconds,
        externalLocal,
        internalLocal,
        publishNotReady);
  }
}
