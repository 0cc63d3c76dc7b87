package dev.reeve.core;

import dev.reeve.core.model.Ingress;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.Routing;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.PolicyState;
import dev.reeve.core.state.Routes.Position;
import dev.reeve.core.state.ServiceState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Tells nodes where traffic goes. A node is told what it lacks once it has taken over what it was
/// told before; nodes that lack the same are told together.
final class Routings {
  /// What a node has not taken over within this is told again. It is short: pods that are to stop
  /// wait for it.
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private Routings() {}

  /// Under a new epoch every node is told everything once.
  static void tellAllAnew(Draft draft) {
    draft.nodes.publish().keys().forEach(name -> tellAnew(draft, name));
  }

  static void tellAnew(Draft draft, String name) {
    draft
        .nodes
        .get(name)
        .ifPresent(node -> {
          var edit = node.edit();
          edit.routed = 0;
          edit.routing = 0;
          Nodes.put(draft, edit);
        });
  }

  static void drain(Draft draft) {
    if (!draft.mayOrder()) {
      return;
    }
    SortedMap<Long, List<String>> byBase = new TreeMap<>();
    for (Position position : draft.routes.behind()) {
      byBase
          .computeIfAbsent(base(draft, position.routed()), key -> new ArrayList<>())
          .add(position.node());
    }
    byBase.forEach((base, nodes) -> {
      nodes.forEach(it -> told(draft, it));
      draft.emit(new Effect.Route(nodes, since(draft, base)));
    });
  }

  /// Who lacks something that is not known any more is told everything.
  private static long base(Draft draft, long routed) {
    return routed < draft.routes.floor() ? 0 : routed;
  }

  private static void told(Draft draft, String name) {
    var edit = draft.nodes.get(name).orElseThrow().edit();
    edit.routing = draft.routes.version();
    edit.routingAt = draft.now;
    Nodes.put(draft, edit);
    Silence.arm(draft, name, draft.now.plus(PATIENCE));
  }

  /// When it is told again what it has not taken over; empty where it has.
  static Optional<Instant> overdueAt(NodeState.Edit node) {
    return node.routing > 0 ? Optional.of(node.routingAt.plus(PATIENCE)) : Optional.empty();
  }

  private static Routing since(Draft draft, long base) {
    var services = new ArrayList<Routing.ServiceRoute>();
    var ingresses = new ArrayList<Ingress>();
    var policies = new ArrayList<Routing.PolicyRoute>();
    var gone = new ArrayList<ObjectKey>();
    var nodes = new ArrayList<Routing.NodeRoute>();
    for (ObjectKey key : draft.routes.changesSince(base)) {
      boolean isThere =
          switch (key.kind()) {
            case "Node" -> {
              draft.nodes.get(key.name()).flatMap(NodeState::route).ifPresent(nodes::add);
              yield true;
            }
            case "Ingress" ->
                added(draft.routes.ingresses.get(key).map(it -> it.ingress()), ingresses);
            case "NetworkPolicy" ->
                added(draft.routes.policies.get(key).map(PolicyState::route), policies);
            default -> added(draft.routes.services.get(key).map(ServiceState::route), services);
          };
      if (!isThere) {
        gone.add(key);
      }
    }
    return new Routing(
        draft.epoch,
        base,
        draft.routes.version(),
        base == 0 ? Order.Scope.FULL : Order.Scope.DELTA,
        draft.settings.network(),
        services,
        ingresses,
        policies,
        base == 0 ? List.of() : gone,
        nodes,
        List.of());
  }

  private static <T> boolean added(Optional<T> what, List<T> to) {
    what.ifPresent(to::add);
    return what.isPresent();
  }
}
