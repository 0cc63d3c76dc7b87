package dev.reeve.agent.node.network;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.core.model.Cidr;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Service;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.protocol.Routing.ServiceRoute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The names of a cluster, as Kubernetes' specification of DNS has them: of Services, of the pods
/// behind headless ones, of ports, of pods by their address, and addresses back to names.
///
/// Source: github.com/kubernetes/dns, docs/specification.md.
final class ClusterNames {
  private final RouteTable routes;
  private final String domain;
  private final Map<String, List<String>> byAddress = new HashMap<>();

  /// What a name of the cluster leads to. Empty lists where it is there and has nothing of the kind
  /// that was asked for.
  ///
  /// @param alias another name that it stands for; empty where it stands for itself
  /// @param ports for who asks for a service's port
  record Found(List<String> addresses, String alias, List<Port> ports) {
    static final Found NOTHING = new Found(List.of(), "", List.of());

    static Found at(List<String> addresses) {
      return new Found(addresses, "", List.of());
    }
  }

  /// @param host its name, with a dot at the end
  record Port(String host, String address, int number) {}

  ClusterNames(RouteTable routes) {
    this.routes = routes;
    domain = routes.network().domain().toLowerCase(Locale.ROOT) + ".";
    routes.services().values().forEach(this::index);
  }

  private void index(ServiceRoute route) {
    var service = route.service();
    if (!service.clusterIp().isEmpty()) {
      name(service.clusterIp(), nameOf(service));
    }
    if (service.type() == Service.Type.HEADLESS) {
      route.serving().forEach(it -> name(it.ip(), host(it) + "." + nameOf(service)));
    }
  }

  private void name(String ip, String name) {
    byAddress.computeIfAbsent(ip, key -> new ArrayList<>()).add(name);
  }

  private String nameOf(Service service) {
    return service.key().name() + "." + service.key().namespace() + ".svc." + domain;
  }

  private static String host(Endpoint endpoint) {
    return endpoint.hostname().isEmpty() ? endpoint.ip().replace('.', '-') : endpoint.hostname();
  }

  /// Whether a name is the cluster's to answer.
  boolean isOwn(String name) {
    return name.equals(domain) || name.endsWith("." + domain);
  }

  /// @param name in lower case, with a dot at the end
  /// @return empty where there is no such name
  Optional<Found> find(String name) {
    if (name.equals(domain)) {
      return Optional.of(Found.NOTHING);
    }
    var labels = List.of(name.substring(0, name.length() - domain.length() - 1).split("\\.", -1));
    int size = labels.size();
    return switch (labels.getLast()) {
      case "svc" ->
          size < 3
              ? exists(size == 1 || hasNamespace(labels.get(0)))
              : service(labels.get(size - 3), labels.get(size - 2), labels.subList(0, size - 3));
      case "pod" -> size == 3 ? pod(labels.get(0), labels.get(1)) : exists(size == 1);
      default -> Optional.empty();
    };
  }

  private static Optional<Found> exists(boolean is) {
    return is ? Optional.of(Found.NOTHING) : Optional.empty();
  }

  private boolean hasNamespace(String namespace) {
    return routes.services().keySet().stream().anyMatch(it -> it.namespace().equals(namespace));
  }

  /// @param before what stands before the name of the Service
  private Optional<Found> service(String name, String namespace, List<String> before) {
    var route = routes.services().get(new ObjectKey("Service", namespace, name));
    if (route == null) {
      return Optional.empty();
    }
    var service = route.service();
    if (before.isEmpty()) {
      return Optional.of(itself(route));
    }
    if (before.size() == 1 && service.type() == Service.Type.HEADLESS) {
      var ips =
          route.serving().stream()
              .filter(it -> host(it).equals(before.getFirst()))
              .map(Endpoint::ip)
              .toList();
      return ips.isEmpty() ? Optional.empty() : Optional.of(Found.at(ips));
    }
    boolean asksPort =
        before.size() == 2 && before.get(0).startsWith("_") && before.get(1).startsWith("_");
    return asksPort
        ? port(route, before.get(0).substring(1), before.get(1).substring(1))
        : Optional.empty();
  }

  private static Found itself(ServiceRoute route) {
    var service = route.service();
    return switch (service.type()) {
      case EXTERNAL_NAME -> new Found(List.of(), service.externalName() + ".", List.of());
      case HEADLESS -> Found.at(route.serving().stream().map(Endpoint::ip).distinct().toList());
      case CLUSTER_IP, NODE_PORT ->
          Found.at(service.clusterIp().isEmpty() ? List.of() : List.of(service.clusterIp()));
    };
  }

  private Optional<Found> port(ServiceRoute route, String port, String protocol) {
    var service = route.service();
    for (int i = 0; i < service.ports().size(); i++) {
      var each = service.ports().get(i);
      boolean isIt =
          each.name().equals(port)
              && each.protocol().name().toLowerCase(Locale.ROOT).equals(protocol);
      if (!isIt) {
        continue;
      }
      if (service.type() != Service.Type.HEADLESS) {
        return Optional.of(
            new Found(
                List.of(),
                "",
                List.of(new Port(nameOf(service), service.clusterIp(), each.port()))));
      }
      var ports = new ArrayList<Port>();
      for (Endpoint endpoint : route.serving()) {
        if (endpoint.ports().get(i) > 0) {
          ports.add(
              new Port(
                  host(endpoint) + "." + nameOf(service), endpoint.ip(), endpoint.ports().get(i)));
        }
      }
      return Optional.of(new Found(List.of(), "", ports));
    }
    return Optional.empty();
  }

  /// `10-244-1-5.default.pod`: it is what it says, whether or not such a pod is there.
  private Optional<Found> pod(String dashed, String namespace) {
    var ip = dashed.replace('-', '.');
    try {
      return !namespace.isEmpty() && routes.network().pods().contains(ip)
          ? Optional.of(Found.at(List.of(ip)))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  // --- back from addresses

  /// Whether an address is one that the cluster gives out; its name is nobody else's to answer.
  boolean isOwnAddress(String ip) {
    return isIn(routes.network().services(), ip) || isIn(routes.network().pods(), ip);
  }

  private static boolean isIn(Cidr network, String ip) {
    try {
      return network.contains(ip);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  List<String> namesOf(String ip) {
    return byAddress.getOrDefault(ip, List.of());
  }

  String domain() {
    return domain;
  }
}
