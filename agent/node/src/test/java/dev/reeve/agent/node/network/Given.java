package dev.reeve.agent.node.network;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.core.model.Ingress;
import dev.reeve.core.model.Network;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Service;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.protocol.Routing.NodeRoute;
import dev.reeve.core.protocol.Routing.PolicyRoute;
import dev.reeve.core.protocol.Routing.ServiceRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Routes as a node could be told them.
final class Given {
  private final TreeMap<ObjectKey, ServiceRoute> services = new TreeMap<>();
  private final TreeMap<ObjectKey, Ingress> ingresses = new TreeMap<>();
  private final TreeMap<ObjectKey, PolicyRoute> policies = new TreeMap<>();
  private final TreeMap<String, NodeRoute> nodes = new TreeMap<>();

  static Endpoint endpoint(String ip, String node, int weight) {
    return new Endpoint("pod-" + ip, ip, node, weight, weight, List.of(), "", List.of(8080));
  }

  static Service service(String name, Service.Type type, String ip, int nodePort) {
    return new Service(
        new ObjectKey("Service", "default", name),
        type,
        new TreeMap<>(),
        List.of(new Service.Port("http", Service.Protocol.TCP, 80, "8080", nodePort)),
        ip,
        List.of(),
        "",
        0,
        false,
        false,
        false);
  }

  static Service sticky(Service from) {
    return new Service(
        from.key(),
        from.type(),
        from.selector(),
        from.ports(),
        from.clusterIp(),
        from.externalIps(),
        from.externalName(),
        60,
        from.externalLocal(),
        from.internalLocal(),
        from.publishNotReady());
  }

  static Service localOutside(Service from) {
    return new Service(
        from.key(),
        from.type(),
        from.selector(),
        from.ports(),
        from.clusterIp(),
        from.externalIps(),
        from.externalName(),
        from.stickySeconds(),
        true,
        from.internalLocal(),
        from.publishNotReady());
  }

  Given served(Service service, Endpoint... endpoints) {
    services.put(service.key(), new ServiceRoute(service, List.of(endpoints)));
    return this;
  }

  Given with(Ingress ingress) {
    ingresses.put(ingress.key(), ingress);
    return this;
  }

  Given with(PolicyRoute policy) {
    policies.put(policy.key(), policy);
    return this;
  }

  Given node(String name, String pods, String address) {
    nodes.put(name, new NodeRoute(name, pods, address));
    return this;
  }

  RouteTable table() {
    return new RouteTable(1, 1, Network.USUAL, services, ingresses, policies, nodes);
  }

  /// What nft is to have on node n0.
  Ruleset rules(AttachedPod... pods) {
    return ServiceRules.of("n0", table(), new ArrayList<>(List.of(pods)));
  }
}
