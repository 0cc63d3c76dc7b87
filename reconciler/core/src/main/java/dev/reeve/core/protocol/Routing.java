package dev.reeve.core.protocol;

import dev.reeve.core.model.Ingress;
import dev.reeve.core.model.Network;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Service;
import java.util.List;

/// Where traffic goes, as every node is to have it: all Services with the pods behind them, all
/// Ingresses, and all nodes with the addresses of their pods. Level-triggered like an [Order]: in
/// full, or what changed since version `base`. A node that has taken it over says so in its next
/// report.
///
/// @param gone Services and Ingresses that are no more
/// @param goneNodes nodes that are no more
public record Routing(
    long epoch,
    long base,
    long version,
    Order.Scope scope,
    Network network,
    List<ServiceRoute> services,
    List<Ingress> ingresses,
    List<ObjectKey> gone,
    List<NodeRoute> nodes,
    List<String> goneNodes) {
  public Routing {
    services = List.copyOf(services);
    ingresses = List.copyOf(ingresses);
    gone = List.copyOf(gone);
    nodes = List.copyOf(nodes);
    goneNodes = List.copyOf(goneNodes);
  }

  /// A Service, at its address, and who serves it.
  public record ServiceRoute(Service service, List<Endpoint> endpoints) {
    public ServiceRoute {
      endpoints = List.copyOf(endpoints);
    }
  }

  /// A pod behind a Service.
  ///
  /// @param weight its share of new connections, beside those of the other endpoints
  /// @param hostname its own name under that of a headless Service; empty where it has none
  /// @param ports of the pod, one for each port of the Service; zero where the pod has none of that
  ///   name
  public record Endpoint(
      String pod, String ip, String node, int weight, String hostname, List<Integer> ports) {
    public Endpoint {
      ports = List.copyOf(ports);
    }
  }

  /// @param pods the network that the node's pods have their addresses from
  /// @param address where the node is reached; empty where that is not known
  public record NodeRoute(String node, String pods, String address) {}
}
