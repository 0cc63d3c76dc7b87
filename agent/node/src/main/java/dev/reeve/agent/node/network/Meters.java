package dev.reeve.agent.node.network;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Service;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.protocol.Routing.ServiceRoute;
import dev.reeve.wire.FromNode.Connections;
import dev.reeve.wire.FromNode.Requests;
import dev.reeve.wire.FromNode.Served;
import java.util.ArrayList;
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
      Pattern.compile("([0-9.]+) \\. (\\d+) \\. ([0-9.]+) \\. \\d+ counter packets (\\d+)");

  private Map<Connections, Long> connections = new HashMap<>();
  private Map<Requests, Long> requests = new HashMap<>();

  /// @param kernel what `nft -n list set` prints of [#SET]; empty where it could not be asked
  /// @param proxy by what they are, the requests that the proxy has answered; empty likewise
  /// @return empty where nothing came
  Optional<Served> since(
      RouteTable table, Optional<String> kernel, Optional<List<Requests>> proxy) {
    var newConnections = new ArrayList<Connections>();
    kernel.ifPresent(text -> {
      var now = counted(table, text);
      now.forEach((what, count) -> {
        long came = came(count, connections.getOrDefault(what, 0L));
        if (came > 0) {
          newConnections.add(new Connections(what.service(), what.pod(), came));
        }
      });
      connections = now;
    });
    var newRequests = new ArrayList<Requests>();
    proxy.ifPresent(all -> {
      var now =
          all.stream().collect(Collectors.toMap(it -> it.times(0), Requests::count, Long::sum));
      now.forEach((what, count) -> {
        long came = came(count, requests.getOrDefault(what, 0L));
        if (came > 0) {
          newRequests.add(what.times(came));
        }
      });
      requests = now;
    });
    return newConnections.isEmpty() && newRequests.isEmpty()
        ? Optional.empty()
        : Optional.of(new Served(newConnections, newRequests));
  }

  private static long came(long now, long before) {
    return now >= before ? now - before : now;
  }

  /// By Service and pod. One that is gone from the table has nobody to tell it of.
  private static Map<Connections, Long> counted(RouteTable table, String text) {
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
    var counts = new HashMap<Connections, Long>();
    var elements = ELEMENT.matcher(text);
    while (elements.find()) {
      var port = elements.group(2);
      var route =
          Optional.ofNullable(services.get(elements.group(1) + " " + port))
              .or(() -> Optional.ofNullable(services.get(" " + port)));
      var ip = elements.group(3);
      var pod =
          route.stream().flatMap(it -> it.endpoints().stream()).filter(it -> it.ip().equals(ip));
      var name = pod.findFirst().map(Endpoint::pod);
      if (name.isPresent()) {
        ObjectKey service = route.orElseThrow().service().key();
        counts.merge(
            new Connections(service, name.get(), 0), Long.parseLong(elements.group(4)), Long::sum);
      }
    }
    return counts;
  }
}
