package dev.reeve.core.protocol;

import dev.reeve.core.model.HeaderMatch;
import dev.reeve.core.model.Ingress;
import dev.reeve.core.model.Network;
import dev.reeve.core.model.NetworkPolicy.Peer.Block;
import dev.reeve.core.model.NetworkPolicy.Ports;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Service;
import java.util.List;

/// Where traffic goes, as every node is to have it: all Services with the pods behind them, all
/// Ingresses, and all nodes with the addresses of their pods. Level-triggered like an [Order]: in
/// full, or what changed since version `base`. A node that has taken it over says so in its next
/// report.
///
/// @param gone Services, Ingresses and NetworkPolicies that are no more
/// @param goneNodes nodes that are no more
public record Routing(
    long epoch,
    long base,
    long version,
    Order.Scope scope,
    Network network,
    List<ServiceRoute> services,
    List<Ingress> ingresses,
    List<PolicyRoute> policies,
    List<ObjectKey> gone,
    List<NodeRoute> nodes,
    List<String> goneNodes) {
  public Routing {
    services = List.copyOf(services);
    ingresses = List.copyOf(ingresses);
    policies = List.copyOf(policies);
    gone = List.copyOf(gone);
    nodes = List.copyOf(nodes);
    goneNodes = List.copyOf(goneNodes);
  }

  /// A Service, at its address, and who serves it.
  public record ServiceRoute(Service service, List<Endpoint> endpoints) {
    public ServiceRoute {
      endpoints = List.copyOf(endpoints);
    }

    /// Without those that only an Ingress leads to.
    public List<Endpoint> serving() {
      return endpoints.stream().filter(Endpoint::takesConnections).toList();
    }
  }

  /// A pod behind a Service.
  ///
  /// @param weight its share of new connections, beside those of the other endpoints; zero for one
  ///   that an Ingress leads to only
  /// @param front its share of the requests that come by an Ingress
  /// @param headers any of which brings a request that comes by an Ingress here whatever the share
  /// @param hostname its own name under that of a headless Service; empty where it has none
  /// @param ports of the pod, one for each port of the Service; zero where the pod has none of that
  ///   name
  public record Endpoint(
      String pod,
      String ip,
      String node,
      int weight,
      int front,
      List<HeaderMatch> headers,
      String hostname,
      List<Integer> ports) {
    public Endpoint {
      headers = List.copyOf(headers);
      ports = List.copyOf(ports);
    }

    /// Whether connections to the Service come here, and its names lead here.
    public boolean takesConnections() {
      return weight > 0;
    }
  }

  /// A NetworkPolicy, with the addresses of the pods that it speaks of.
  ///
  /// @param pods that it is about
  public record PolicyRoute(
      ObjectKey key,
      boolean ingress,
      boolean egress,
      List<String> pods,
      List<RuleRoute> in,
      List<RuleRoute> out) {
    public PolicyRoute {
      pods = List.copyOf(pods);
      in = List.copyOf(in);
      out = List.copyOf(out);
    }
  }

  /// @param anybody whoever the other side is
  /// @param addresses of pods
  public record RuleRoute(
      boolean anybody, List<String> addresses, List<Block> blocks, List<Ports> ports) {
    public RuleRoute {
      addresses = List.copyOf(addresses);
      blocks = List.copyOf(blocks);
      ports = List.copyOf(ports);
    }
  }

  /// @param pods the network that the node's pods have their addresses from
  /// @param address where the node is reached; empty where that is not known
  public record NodeRoute(String node, String pods, String address) {}
}
