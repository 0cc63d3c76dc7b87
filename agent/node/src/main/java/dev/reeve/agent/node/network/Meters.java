package dev.reeve.agent.node.network;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.core.model.Service;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.protocol.Routing.ServiceRoute;
import dev.reeve.wire.FromNode.Connections;
import dev.reeve.wire.FromNode.Requests;
import dev.reeve.wire.FromNode.Served;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Tells counts of the kernel and of the proxy as what came since they were last told. Counters
/// that went back began anew, and count from zero.
///
/// Confined to one thread.
final class Meters {
  /// The set of the table in which the kernel counts new connections.
  static final String SET = "served";

  /// Asked for and found: each an address and a port.
  static final String SET_TYPE =
      "type ipv4_addr . inet_service . ipv4_addr . inet_service;"
          + " size 65535; flags dynamic,timeout; timeout 1h;";

  /// The first packet of each connection that was sent on to an endpoint comes here.
  static final String RULE =
      "meta l4proto { tcp, udp } ct status dnat update @"
          + SET
          + " { ct original ip daddr . ct original proto-dst . ip daddr . th dport counter }";

  private static final Pattern ELEMENT =
      Pattern.compile("([0-9.]+) \\. (\\d+) \\. ([0-9.]+) \\. (\\d+) counter packets (\\d+)");

  /// As the kernel has it, whether or not the routes know of it at the moment.
  private record Way(String asked, int port, String found, int foundPort) {}

  private Map<Way, Long> connections = new HashMap<>();
  private Map<Requests, Long> requests = new HashMap<>();
  private String proxyProcess = "";

  /// @param kernel what `nft -n list set` prints of [#SET]; empty where it could not be asked
  /// @param proxy the requests that the proxy has answered; empty likewise
  /// @return empty where nothing came
  Optional<Served> since(
      RouteTable table, Optional<String> kernel, Optional<ProxyStatistics.Counts> proxy) {
    var newConnections = kernel.map(it -> connections(table, it)).orElse(List.of());
    var newRequests = proxy.map(this::requests).orElse(List.of());
    return newConnections.isEmpty() && newRequests.isEmpty()
        ? Optional.empty()
        : Optional.of(new Served(newConnections, newRequests));
  }

  private List<Requests> requests(ProxyStatistics.Counts counts) {
    if (!counts.process().equals(proxyProcess)) {
      proxyProcess = counts.process();
      requests = Map.of();
    }
    var now =
        counts.requests().stream()
            .collect(Collectors.toMap(it -> it.times(0), Requests::count, Long::sum));
    var came = came(now, requests);
    requests = now;
    return came.entrySet().stream().map(it -> it.getKey().times(it.getValue())).toList();
  }

  /// By Service and pod. Of one that is gone from the routes nobody is told.
  private List<Connections> connections(RouteTable table, String text) {
    var now = new HashMap<Way, Long>();
    var elements = ELEMENT.matcher(text);
    while (elements.find()) {
      now.put(
          new Way(
              elements.group(1),
              Integer.parseInt(elements.group(2)),
              elements.group(3),
              Integer.parseInt(elements.group(4))),
          Long.parseLong(elements.group(5)));
    }
    var routes = byAddress(table);
    var counts = new HashMap<Connections, Long>();
    came(now, connections)
        .forEach((way, came) -> {
          var route =
              Optional.ofNullable(routes.get(way.asked() + " " + way.port()))
                  .or(() -> Optional.ofNullable(routes.get(" " + way.port())));
          route.stream()
              .flatMap(it -> it.endpoints().stream())
              .filter(it -> it.ip().equals(way.found()))
              .findFirst()
              .map(Endpoint::pod)
              .ifPresent(pod ->
                  counts.merge(
                      new Connections(route.orElseThrow().service().key(), pod, 0),
                      came,
                      Long::sum));
        });
    connections = now;
    return counts.entrySet().stream()
        .map(it -> new Connections(it.getKey().service(), it.getKey().pod(), it.getValue()))
        .toList();
  }

  private static <K> Map<K, Long> came(Map<K, Long> now, Map<K, Long> before) {
    var came = new HashMap<K, Long>();
    now.forEach((what, count) -> {
      long told = before.getOrDefault(what, 0L);
      long more = count >= told ? count - told : count;
      if (more > 0) {
        came.put(what, more);
      }
    });
    return came;
  }

  /// By `ADDRESS PORT`; by ` PORT` what every node answers for.
  private static Map<String, ServiceRoute> byAddress(RouteTable table) {
    var services = new HashMap<String, ServiceRoute>();
    for (ServiceRoute route : table.services().values()) {
      var service = route.service();
      for (Service.Port port : service.ports()) {
        services.put(service.clusterIp() + " " + port.port(), route);
        service.externalIps().forEach(ip -> services.put(ip + " " + port.port(), route));
        if (port.nodePort() > 0) {
          services.put(" " + port.nodePort(), route);
        }
      }
    }
    return services;
  }
}
