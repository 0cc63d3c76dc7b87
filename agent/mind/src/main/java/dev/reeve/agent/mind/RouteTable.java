package dev.reeve.agent.mind;

import dev.reeve.core.model.Ingress;
import dev.reeve.core.model.Network;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.Routing;
import dev.reeve.core.protocol.Routing.NodeRoute;
import dev.reeve.core.protocol.Routing.PolicyRoute;
import dev.reeve.core.protocol.Routing.ServiceRoute;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Where traffic goes, as a node was last told.
///
/// @param version zero before it was told anything
public record RouteTable(
    long epoch,
    long version,
    Network network,
    SortedMap<ObjectKey, ServiceRoute> services,
    SortedMap<ObjectKey, Ingress> ingresses,
    SortedMap<ObjectKey, PolicyRoute> policies,
    SortedMap<String, NodeRoute> nodes) {
  public static final RouteTable NONE =
      new RouteTable(
          0, 0, Network.USUAL, new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

  public RouteTable {
    services = Collections.unmodifiableSortedMap(services);
    ingresses = Collections.unmodifiableSortedMap(ingresses);
    policies = Collections.unmodifiableSortedMap(policies);
    nodes = Collections.unmodifiableSortedMap(nodes);
  }

  /// As a control plane would tell all of it.
  public Routing whole() {
    return new Routing(
        epoch,
        0,
        version,
        Order.Scope.FULL,
        network,
        List.copyOf(services.values()),
        List.copyOf(ingresses.values()),
        List.copyOf(policies.values()),
        List.of(),
        List.copyOf(nodes.values()),
        List.of());
  }

  /// What [#whole] makes of it.
  public static RouteTable of(Routing whole) {
    return NONE.with(whole).orElse(NONE);
  }

  /// This table with what changed. Empty where it is not what the change is from.
  Optional<RouteTable> with(Routing routing) {
    boolean isFull = routing.scope() == Order.Scope.FULL;
    if (!isFull && (routing.epoch() != epoch || routing.base() > version)) {
      return Optional.empty();
    }
    var newServices =
        new TreeMap<ObjectKey, ServiceRoute>(isFull ? Collections.emptySortedMap() : services);
    var newNodes = new TreeMap<String, NodeRoute>(isFull ? Collections.emptySortedMap() : nodes);
    var newIngresses =
        new TreeMap<ObjectKey, Ingress>(isFull ? Collections.emptySortedMap() : ingresses);
    routing.gone().forEach(newServices::remove);
    routing.gone().forEach(newIngresses::remove);
    routing.ingresses().forEach(it -> newIngresses.put(it.key(), it));
    var newPolicies =
        new TreeMap<ObjectKey, PolicyRoute>(isFull ? Collections.emptySortedMap() : policies);
    routing.gone().forEach(newPolicies::remove);
    routing.policies().forEach(it -> newPolicies.put(it.key(), it));
    routing.goneNodes().forEach(newNodes::remove);
    routing.services().forEach(it -> newServices.put(it.service().key(), it));
    routing.nodes().forEach(it -> newNodes.put(it.node(), it));
    return Optional.of(
        new RouteTable(
            routing.epoch(),
            routing.version(),
            routing.network(),
            newServices,
            newIngresses,
            newPolicies,
            newNodes));
  }
}
