package dev.reeve.agent.node.network;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one link of a pod, to its node: whatever the pod sends goes to the node's kernel, as is what
/// comes for it.
///
/// @param node the node's own address, which pods see it by
record PodLink(AttachedPod pod, String node) {
  private static final Logger LOG = LoggerFactory.getLogger(PodLink.class);

  /// Where pods send everything: an address that nobody has, whose link address they know.
  private static final String GATEWAY = "169.254.1.1";

  private static final String GATEWAY_MAC = "ee:ee:ee:ee:ee:ee";

  /// @param process that is in the pod's network
  void make(int process, int mtu) throws NetworkException {
    var device = pod.device();
    if (Kernel.hasDevice(device)) {
      Programs.run("", "ip", "link", "del", device);
    }
    Programs.run(
        """
        link add %1$s mtu %3$d address %4$s type veth peer name eth0 mtu %3$d netns %2$d
        link set %1$s up
        """
            .formatted(device, process, mtu, GATEWAY_MAC),
        "ip",
        "-batch",
        "-");
    // What the node sends to a pod from its loopback is let through; the table keeps out the rest.
    Kernel.sysctl("net/ipv4/conf/" + device + "/route_localnet", "1");
    Programs.run(
        """
        link set lo up
        addr replace %1$s/32 dev eth0
        link set eth0 up
        route replace %2$s dev eth0 scope link
        neigh replace %2$s lladdr %3$s dev eth0 nud permanent
        route replace default via %2$s dev eth0
        """
            .formatted(pod.ip(), GATEWAY, GATEWAY_MAC),
        "nsenter",
        "--net=/proc/" + process + "/ns/net",
        "--",
        "ip",
        "-batch",
        "-");
    // The last of it: where this is, all is.
    Programs.run(
        "",
        "ip",
        "route",
        "replace",
        pod.ip() + "/32",
        "dev",
        device,
        "proto",
        Kernel.PROTOCOL,
        "src",
        node);
  }

  /// Not where an agent ended between starting the pod and making its link.
  boolean isWhole() {
    try {
      return !Programs.run("", "ip", "-4", "route", "show", pod.ip() + "/32", "dev", pod.device())
          .isBlank();
    } catch (NetworkException e) {
      LOG.debug("{}: {}", pod.device(), e.getMessage());
      return false;
    }
  }
}
