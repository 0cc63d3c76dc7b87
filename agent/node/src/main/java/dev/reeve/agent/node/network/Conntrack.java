package dev.reeve.agent.node.network;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.core.model.Service;
import dev.reeve.core.model.Service.Protocol;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.protocol.Routing.ServiceRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the kernel remembers that what goes to a Service goes to, as long as it does not end.
///
/// What is remembered of an endpoint that has left is forgotten where nothing else would end it:
/// datagrams, which have no end, and connections that were never answered. Those would be tried
/// again and again at a node that is gone, and so would any later one that comes by the same port.
/// Connections that were answered may end by themselves.
final class Conntrack {
  private static final Logger LOG = LoggerFactory.getLogger(Conntrack.class);

  /// The second source is where answers come from: the endpoint.
  private static final Pattern ANSWERING = Pattern.compile(" src=.* src=(\\S+)");

  private Conntrack() {}

  /// Forgets what leads to endpoints that were in the one table and are not in the other.
  static void forget(RouteTable before, RouteTable now) {
    if (!Programs.has("conntrack")) {
      return;
    }
    var unanswered = new TreeSet<String>();
    before
        .services()
        .forEach((key, route) -> {
          var next = now.services().get(key);
          if (route.equals(next)) {
            return;
          }
          var left = addresses(route);
          if (next != null) {
            left.removeAll(addresses(next));
          }
          unanswered.addAll(left);
          for (var port : route.service().ports()) {
            if (port.protocol() == Protocol.UDP) {
              left.forEach(ip -> forgetDatagrams(route.service(), port, ip));
            }
          }
        });
    if (!unanswered.isEmpty()) {
      forgetUnanswered(unanswered);
    }
  }

  private static Set<String> addresses(ServiceRoute route) {
    var addresses = new TreeSet<String>();
    route.serving().stream().map(Endpoint::ip).forEach(addresses::add);
    return addresses;
  }

  private static void forgetDatagrams(Service service, Service.Port port, String endpoint) {
    var ways = new ArrayList<List<String>>();
    if (service.hasAddress()) {
      ways.add(List.of("--orig-dst", service.clusterIp()));
    }
    service.externalIps().forEach(ip -> ways.add(List.of("--orig-dst", ip)));
    if (port.nodePort() != 0) {
      ways.add(List.of("--orig-port-dst", String.valueOf(port.nodePort())));
    }
    for (List<String> way : ways) {
      delete("udp", way.get(0), way.get(1), endpoint);
    }
  }

  /// Asks which there are first: a node that is gone takes many endpoints with it.
  private static void forgetUnanswered(Set<String> endpoints) {
    try {
      Programs.run("", "conntrack", "-L", "-p", "tcp", "--state", "SYN_SENT")
          .lines()
          .map(ANSWERING::matcher)
          .filter(it -> it.find())
          .map(it -> it.group(1))
          .filter(endpoints::contains)
          .distinct()
          .toList()
          .forEach(ip -> delete("tcp", "--state", "SYN_SENT", ip));
    } catch (NetworkException e) {
      LOG.debug("the connections without an answer cannot be listed: {}", e.getMessage());
    }
  }

  private static void delete(String protocol, String how, String which, String endpoint) {
    try {
      Programs.run("", "conntrack", "-D", "-p", protocol, how, which, "--reply-src", endpoint);
    } catch (NetworkException e) {
      LOG.debug("nothing remembered of {}: {}", endpoint, e.getMessage());
    }
  }
}
