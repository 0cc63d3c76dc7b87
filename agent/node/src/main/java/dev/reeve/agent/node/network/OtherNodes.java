package dev.reeve.agent.node.network;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.core.model.Cidr;
import dev.reeve.core.model.Network;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings the kernel's routes to the pods of other nodes to what is wanted.
///
/// [#set] and [#lookAgain] are one thread's; [#podMtu] may be asked by any.
final class OtherNodes {
  private static final Logger LOG = LoggerFactory.getLogger(OtherNodes.class);
  private static final int VXLAN_OVERHEAD = 50;
  private static final int VXLAN_PORT = 8472;
  private static final int USUAL_MTU = 1500;
  private static final String VXLAN = "rvx-";

  private final String cluster;
  private final String node;
  private final String address;

  /// What the kernel has.
  private NodeRoutes present = NodeRoutes.NONE;

  /// @param address of this node, by which others reach it
  OtherNodes(String cluster, String node, String address) {
    this.cluster = cluster;
    this.node = node;
    this.address = address;
  }

  /// Somebody may have taken routes away: a link that goes down takes its own along.
  void lookAgain() {
    present = NodeRoutes.NONE;
  }

  void set(RouteTable table) throws NetworkException {
    var links = links();
    var now = NodeRoutes.of(node, table, links);
    if (now.equals(present)) {
      return;
    }
    var batch = new StringBuilder();
    var own = own(links);
    own.ifPresent(link ->
        batch.append(
            "route replace %s dev %s proto %s src %s\n"
                .formatted(table.network().services(), link.device(), Kernel.PROTOCOL, address)));
    now.routes()
        .forEach((pods, way) ->
            batch.append("route replace %s %s proto %s\n".formatted(pods, way, Kernel.PROTOCOL)));
    if (!now.tunnels().isEmpty()) {
      setTunnels(table, now.tunnels(), own.map(NodeRoutes.Link::mtu).orElse(USUAL_MTU));
      now.tunnels()
          .forEach((pods, tunnel) ->
              batch.append(
                  "route replace %s via %s dev %s onlink proto %s\n"
                      .formatted(pods, tunnel.gateway(), vxlan(cluster), Kernel.PROTOCOL)));
    }
    for (String old : networksWithRoutes(table.network())) {
      if (!now.routes().containsKey(old) && !now.tunnels().containsKey(old)) {
        batch
            .append("route del ")
            .append(old)
            .append(" proto ")
            .append(Kernel.PROTOCOL)
            .append("\n");
      }
    }
    present = NodeRoutes.NONE;
    Programs.run(batch.toString(), "ip", "-force", "-batch", "-");
    present = now;
  }

  private Optional<NodeRoutes.Link> own(List<NodeRoutes.Link> links) {
    return links.stream().filter(it -> it.network().contains(address)).findFirst();
  }

  private static List<String> networksWithRoutes(Network network) throws NetworkException {
    var said =
        Programs.run(
            "",
            "ip",
            "-4",
            "route",
            "show",
            "proto",
            Kernel.PROTOCOL,
            "root",
            network.pods().toString());
    return said.lines()
        .map(it -> it.strip().split(" ", 2)[0])
        .filter(it -> it.contains("/"))
        .toList();
  }

  private static String vxlan(String cluster) {
    return VXLAN + Integer.toHexString(vxlanId(cluster));
  }

  private static int vxlanId(String cluster) {
    int hash = 17;
    for (int i = 0; i < cluster.length(); i++) {
      hash = hash * 31 + cluster.charAt(i);
    }
    return (hash & 0xffffff) | 0x1000;
  }

  private void setTunnels(
      RouteTable table, SortedMap<String, NodeRoutes.Tunnel> tunnels, int linkMtu)
      throws NetworkException {
    var device = vxlan(cluster);
    var own = NodeRoutes.ofNode(node, table);
    if (own.isEmpty()) {
      return;
    }
    if (!Kernel.hasDevice(device)) {
      Programs.run(
          """
          link add %1$s address %2$s mtu %3$d type vxlan id %4$d local %5$s dstport %6$d nolearning
          addr replace %7$s/32 dev %1$s
          link set %1$s up
          """
              .formatted(
                  device,
                  NodeRoutes.mac(own.get()),
                  linkMtu - VXLAN_OVERHEAD,
                  vxlanId(cluster),
                  address,
                  VXLAN_PORT,
                  NodeRoutes.ownAddress(own.get())),
          "ip",
          "-batch",
          "-");
    }
    var entries = new StringBuilder();
    var neighbours = new StringBuilder();
    tunnels.forEach((pods, tunnel) -> {
      entries.append(
          "fdb replace %s dev %s dst %s self permanent\n"
              .formatted(tunnel.mac(), device, tunnel.address()));
      neighbours.append(
          "neigh replace %s lladdr %s dev %s nud permanent\n"
              .formatted(tunnel.gateway(), tunnel.mac(), device));
    });
    Programs.run(entries.toString(), "bridge", "-batch", "-");
    Programs.run(neighbours.toString(), "ip", "-batch", "-");
  }

  /// Smaller than the node's link where some pods are reached through a tunnel.
  int podMtu(RouteTable table) {
    var links = links();
    int mtu = own(links).map(NodeRoutes.Link::mtu).orElse(USUAL_MTU);
    boolean hasTunnels = !NodeRoutes.of(node, table, links).tunnels().isEmpty();
    return hasTunnels ? mtu - VXLAN_OVERHEAD : mtu;
  }

  /// Of this node, on some link; loopback's where it has none.
  static String firstAddress() {
    return links().stream().findFirst().map(NodeRoutes.Link::address).orElse("127.0.0.1");
  }

  private static List<NodeRoutes.Link> links() {
    var links = new ArrayList<NodeRoutes.Link>();
    try {
      for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        if (!each.isUp() || each.isLoopback() || each.getName().startsWith(VXLAN)) {
          continue;
        }
        for (InterfaceAddress at : each.getInterfaceAddresses()) {
          var ip = at.getAddress().getHostAddress();
          if (ip.indexOf(':') < 0 && at.getNetworkPrefixLength() < 32) {
            links.add(
                new NodeRoutes.Link(
                    each.getName(),
                    ip,
                    new Cidr(Cidr.parseAddress(ip), at.getNetworkPrefixLength()),
                    each.getMTU()));
          }
        }
      }
    } catch (SocketException e) {
      LOG.warn("the node's links cannot be listed: {}", e.getMessage());
    }
    return links;
  }

  static void remove(String cluster, Network network) {
    Kernel.remove("ip", "link", "del", vxlan(cluster));
    for (Cidr each : List.of(network.pods(), network.services())) {
      Kernel.remove(
          "ip", "-4", "route", "flush", "proto", Kernel.PROTOCOL, "root", each.toString());
    }
  }
}
