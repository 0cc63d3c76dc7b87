package dev.reeve.agent.node.network;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.core.model.Cidr;
import dev.reeve.core.protocol.Routing.NodeRoute;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// How this node reaches the pods of others: by plain routes where both stand on one link, through
/// a VXLAN elsewhere.
///
/// @param routes by network, what follows it in `ip route replace`
/// @param tunnels by network, what leads there through the VXLAN
record NodeRoutes(SortedMap<String, String> routes, SortedMap<String, Tunnel> tunnels) {
  static final NodeRoutes NONE = new NodeRoutes(new TreeMap<>(), new TreeMap<>());

  /// @param gateway the other end's own address in the VXLAN
  /// @param mac of that end
  record Tunnel(String address, String gateway, String mac) {}

  /// An address of this node, and the link it is on.
  record Link(String device, String address, Cidr network, int mtu) {}

  static NodeRoutes of(String node, RouteTable table, List<Link> links) {
    var routes = new TreeMap<String, String>();
    var tunnels = new TreeMap<String, Tunnel>();
    for (NodeRoute other : table.nodes().values()) {
      if (other.node().equals(node) || !isAddress(other.address())) {
        continue;
      }
      var link = links.stream().filter(it -> it.network().contains(other.address())).findFirst();
      if (link.isPresent()) {
        routes.put(other.pods(), "via " + other.address() + " dev " + link.get().device());
      } else {
        tunnels.put(other.pods(), tunnel(other));
      }
    }
    return new NodeRoutes(routes, tunnels);
  }

  /// One that is not known, or is none of version 4, leads nowhere.
  private static boolean isAddress(String text) {
    try {
      Cidr.parseAddress(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Tunnel tunnel(NodeRoute other) {
    return new Tunnel(other.address(), ownAddress(other.pods()), mac(other.pods()));
  }

  /// The first address of a node's part of the network is no pod's.
  static String ownAddress(String pods) {
    return pods.substring(0, pods.indexOf('/'));
  }

  /// The same wherever it is worked out: nobody has to ask for it.
  static String mac(String pods) {
    int address = Cidr.parse(pods).address();
    return "02:00:%02x:%02x:%02x:%02x"
        .formatted(address >>> 24, address >>> 16 & 255, address >>> 8 & 255, address & 255);
  }

  static Optional<String> ofNode(String node, RouteTable table) {
    return Optional.ofNullable(table.nodes().get(node)).map(NodeRoute::pods);
  }
}
