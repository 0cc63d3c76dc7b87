package dev.reeve.agent.node.network;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.core.model.Cidr;
import dev.reeve.core.model.Network;
import dev.reeve.core.model.Service;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.protocol.Routing.ServiceRoute;
import dev.reeve.wire.ConfigContent;
import java.io.IOException;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The node's own network for its pods. Each pod has a link of its own to the node and nothing
/// else: whatever it sends is routed by the node's kernel, as is what comes for it. Services are
/// one table of nftables, other nodes are routes, names are answered by the agent.
///
/// One thread brings the kernel to what is wanted. It is asked to, and looks at the newest wish.
public final class RoutedNetwork implements PodNetwork {
  private static final Logger LOG = LoggerFactory.getLogger(RoutedNetwork.class);

  /// Pods find their names here, on every node; an address that no other node can reach.
  static final String NAME_SERVER = "169.254.20.10";

  /// Where pods send everything: an address that nobody has, whose link address they know.
  private static final String GATEWAY = "169.254.1.1";

  private static final String GATEWAY_MAC = "ee:ee:ee:ee:ee:ee";

  /// Marks our routes among those of others.
  private static final String PROTOCOL = "114";

  private static final int VXLAN_OVERHEAD = 50;
  private static final int VXLAN_PORT = 8472;
  private static final int USUAL_MTU = 1500;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration LISTING = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration REFRESH = Duration.ofSeconds(15);
  private static final String ADDRESS = "dev.reeve.pod-ip";
  private static final String PORTS = "dev.reeve.host-ports";

  private final String cluster;
  private final String node;
  private final String address;
  private final PodAddresses addresses = new PodAddresses();
  private final SortedMap<String, AttachedPod> pods = new ConcurrentSkipListMap<>();
  private final CountDownLatch listed = new CountDownLatch(1);
  private final AtomicReference<RouteTable> wanted = new AtomicReference<>(RouteTable.NONE);
  private final AtomicReference<RouteTable> inForce = new AtomicReference<>(RouteTable.NONE);
  private final List<Runnable> toTell = new ArrayList<>();
  private final NameServer names;
  private final IngressProxy proxy;
  private final Thread thread;
  private final Semaphore asked = new Semaphore(0);

  /// The thread's own: what the kernel has.
  private Optional<Ruleset> ruleset = Optional.empty();

  private NodeRoutes nodeRoutes = NodeRoutes.NONE;

  /// What others may undo was looked at lately.
  private boolean isPrepared;

  /// What is wrong with which part.
  private final SortedMap<String, String> troubles = new TreeMap<>();

  private RoutedNetwork(String cluster, String node, String address, Path memory) {
    this.cluster = cluster;
    this.node = node;
    this.address = address.isEmpty() ? firstAddress() : address;
    names = new NameServer(NAME_SERVER);
    proxy = new IngressProxy(memory.resolve("ingress"));
    thread = Thread.ofPlatform().daemon().name("network").unstarted(this::run);
  }

  /// What is missing for it on this machine; empty where nothing is.
  public static Optional<String> unavailable() {
    if (!Files.isWritable(Path.of("/proc/sys/net/ipv4/ip_forward"))) {
      return Optional.of("the agent is not root");
    }
    for (String program : List.of("ip", "nft", "nsenter")) {
      if (!Programs.has(program)) {
        return Optional.of("the program " + program + " is not there");
      }
    }
    return Optional.empty();
  }

  /// @param address where other nodes reach this one; empty where it is not known
  /// @param memory a folder in memory
  public static RoutedNetwork start(String cluster, String node, String address, Path memory) {
    var network = new RoutedNetwork(cluster, node, address, memory);
    network.thread.start();
    return network;
  }

  // --- pods

  @Override
  public Place place(String uid, List<HostPort> ports) throws NetworkException {
    var own = ownNetwork();
    var ip =
        addresses
            .give(uid, Cidr.parse(own))
            .orElseThrow(() -> new NetworkException("no address of " + own + " is free"));
    var labels = new TreeMap<String, String>();
    labels.put(ADDRESS, ip);
    if (!ports.isEmpty()) {
      labels.put(PORTS, HostPort.written(ports));
    }
    pods.put(uid, new AttachedPod(uid, ip, ports));
    return new Place("none", Optional.of(ip), labels);
  }

  private String ownNetwork() throws NetworkException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      synchronized (inForce) {
        while (true) {
          var own = NodeRoutes.ofNode(node, inForce.get());
          if (own.isPresent()) {
            return own.get();
          }
          long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
          if (left <= 0) {
            throw new NetworkException("the node was given no addresses for its pods yet");
          }
          inForce.wait(left);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NetworkException("interrupted", e);
    }
  }

  @Override
  public void attach(String uid, int process) throws NetworkException {
    var pod = pods.get(uid);
    if (pod == null) {
      throw new NetworkException("pod " + uid + " has no place");
    }
    var device = pod.device();
    if (isThere(device)) {
      Programs.run("", "ip", "link", "del", device);
    }
    int mtu = podMtu();
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
    sysctl("net/ipv4/conf/" + device + "/route_localnet", "1");
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
        PROTOCOL,
        "src",
        address);
    ask();
  }

  /// An agent that ended between starting a pod and attaching it leaves it without a network.
  private void attachIfCutOff(AttachedPod pod, int process) {
    try {
      var route =
          Programs.run("", "ip", "-4", "route", "show", pod.ip() + "/32", "dev", pod.device());
      if (!route.isBlank()) {
        return;
      }
    } catch (NetworkException e) {
      LOG.debug("{}: {}", pod.device(), e.getMessage());
    }
    try {
      LOG.warn("pod {} was not attached to the network", pod.uid());
      attach(pod.uid(), process);
    } catch (NetworkException e) {
      LOG.warn("pod {} cannot be attached: {}", pod.uid(), e.getMessage());
    }
  }

  @Override
  public void missing() {
    // Every engine knows `none`.
  }

  @Override
  public void detach(String uid) {
    if (pods.remove(uid) != null) {
      addresses.giveBack(uid);
      ask();
    }
  }

  @Override
  public void found(List<Found> sandboxes) {
    for (Found each : sandboxes) {
      var ip = each.labels().get(ADDRESS);
      if (ip != null && !pods.containsKey(each.uid())) {
        addresses.know(each.uid(), ip);
        var ports = HostPort.read(each.labels().getOrDefault(PORTS, ""));
        var pod = new AttachedPod(each.uid(), ip, ports);
        pods.put(each.uid(), pod);
        attachIfCutOff(pod, each.process());
      }
    }
    listed.countDown();
    ask();
  }

  /// The address that the labels of a pod's sandbox name.
  public static Optional<String> address(SortedMap<String, String> labels) {
    return Optional.ofNullable(labels.get(ADDRESS));
  }

  @Override
  public Optional<Names> names() {
    return Optional.of(new Names(NAME_SERVER, inForce.get().network().domain()));
  }

  // --- what is wanted

  @Override
  public void keep(List<ConfigContent> certificates) throws IOException {
    for (ConfigContent each : certificates) {
      proxy.keep(each);
    }
  }

  @Override
  public void set(RouteTable routes, Runnable told) {
    synchronized (toTell) {
      wanted.set(routes);
      toTell.clear();
      toTell.add(told);
    }
    ask();
  }

  private void ask() {
    asked.release();
  }

  /// Until something is asked for, or it is time to look whether all is still as it should be: a
  /// link that went down took its routes with it, and somebody may have emptied our table.
  private void awaitAsked() throws InterruptedException {
    if (asked.tryAcquire(REFRESH.toMillis(), TimeUnit.MILLISECONDS)) {
      asked.drainPermits();
      return;
    }
    nodeRoutes = NodeRoutes.NONE;
    isPrepared = false;
    if (ruleset.isPresent() && !hasTable()) {
      LOG.warn("the table of Services is gone; it is made anew");
      ruleset = Optional.empty();
    }
  }

  private boolean hasTable() {
    try {
      var line = "table ip " + table();
      return Programs.run("", "nft", "list", "tables").lines().anyMatch(line::equals);
    } catch (NetworkException e) {
      return false;
    }
  }

  private void run() {
    try {
      // What is there is kept until it is known which pods there are.
      if (!listed.await(LISTING.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("the engine has listed no pods yet; the network is set up without");
      }
      while (true) {
        awaitAsked();
        if (!bringAbout()) {
          Thread.sleep(RETRY);
          ask();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Each part by itself: what one of them lacks is no reason for the others to stand still. In
  /// force are the routes of Services and pods; names and Ingresses follow when they can.
  ///
  /// @return whether all is as it should be
  private boolean bringAbout() {
    RouteTable table;
    List<Runnable> tell;
    synchronized (toTell) {
      table = wanted.get();
      tell = List.copyOf(toTell);
    }
    if (table.version() == 0) {
      return true;
    }
    names.set(table);
    boolean isInForce = attempt("Services", () -> prepare(table.network()), () -> setRules(table));
    boolean isWhole = isInForce;
    isWhole &= attempt("routes to other nodes", () -> setNodeRoutes(table));
    isWhole &= attempt("names", this::openNames);
    isWhole &= attempt("Ingresses", () -> proxy.set(table));
    if (isInForce) {
      var before = inForce.get();
      synchronized (inForce) {
        inForce.set(table);
        inForce.notifyAll();
      }
      forgetConnections(before, table);
      synchronized (toTell) {
        toTell.removeAll(tell);
      }
      tell.forEach(Runnable::run);
    }
    return isWhole;
  }

  private interface Part {
    void bringAbout() throws NetworkException;
  }

  /// What is wrong is said once, until it is another thing.
  private boolean attempt(String what, Part... parts) {
    try {
      for (Part part : parts) {
        part.bringAbout();
      }
      if (troubles.remove(what) != null) {
        LOG.info("{}: all is well again", what);
      }
      return true;
    } catch (NetworkException | RuntimeException e) {
      // What haproxy says has notices before the one line that says why.
      var trouble =
          String.valueOf(e.getMessage())
              .lines()
              .filter(it -> !it.contains("[NOTICE]"))
              .collect(Collectors.joining(" "));
      if (!trouble.equals(troubles.put(what, trouble))) {
        LOG.warn("{}: {}", what, trouble);
      }
      return false;
    }
  }

  private void openNames() throws NetworkException {
    if (!names.isOpen()) {
      Programs.run("", "ip", "addr", "replace", NAME_SERVER + "/32", "dev", "lo", "scope", "host");
      names.open();
    }
  }

  // --- the kernel

  private String table() {
    return tableName(cluster);
  }

  private static String tableName(String cluster) {
    return "reeve-" + cluster.replaceAll("[^a-z0-9-]", "-");
  }

  private void prepare(Network network) throws NetworkException {
    if (!isPrepared) {
      sysctl("net/ipv4/ip_forward", "1");
      letThrough(network);
      isPrepared = true;
    }
  }

  /// An engine's firewall may drop what is not its own, and no table of ours can take that back.
  private void letThrough(Network network) {
    if (!Programs.has("iptables")) {
      return;
    }
    for (String way : List.of("-s", "-d")) {
      var rule =
          List.of(
              way,
              network.pods().toString(),
              "-m",
              "comment",
              "--comment",
              table(),
              "-j",
              "ACCEPT");
      try {
        Programs.run("", iptables("-C", rule));
      } catch (NetworkException absent) {
        try {
          Programs.run("", iptables("-I", rule));
        } catch (NetworkException e) {
          LOG.debug("no rule of iptables for {}: {}", network.pods(), e.getMessage());
        }
      }
    }
  }

  private static String[] iptables(String verb, List<String> rule) {
    var words = new ArrayList<>(List.of("iptables", "-w", "5", verb, "FORWARD"));
    words.addAll(rule);
    return words.toArray(String[]::new);
  }

  /// Asked of the network that this process is in, which need not be the one that /sys shows.
  private static boolean isThere(String device) {
    return Files.exists(Path.of("/proc/sys/net/ipv4/conf", device));
  }

  private static void sysctl(String name, String value) throws NetworkException {
    var file = Path.of("/proc/sys", name);
    try {
      if (!Files.readString(file).strip().equals(value)) {
        Files.writeString(file, value);
      }
    } catch (IOException e) {
      throw new NetworkException(file + " cannot be set to " + value + ": " + e.getMessage(), e);
    }
  }

  private void setRules(RouteTable routes) throws NetworkException {
    var rules = ServiceRules.of(node, routes, pods.values());
    var script =
        ruleset.isEmpty() ? rules.whole(table()) : Ruleset.change(table(), ruleset.get(), rules);
    if (script.isEmpty()) {
      return;
    }
    try {
      Programs.run(script, "nft", "-f", "-");
    } catch (NetworkException e) {
      // Someone else has changed the table.
      LOG.warn("the table of Services is made anew: {}", firstLine(e));
      ruleset = Optional.empty();
      Programs.run(rules.whole(table()), "nft", "-f", "-");
    }
    ruleset = Optional.of(rules);
  }

  private static String firstLine(NetworkException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  /// What is still remembered of an endpoint that is gone would go on being sent there, as long as
  /// the sender does not pause: datagrams have no end of a connection.
  private void forgetConnections(RouteTable before, RouteTable now) {
    if (!Programs.has("conntrack")) {
      return;
    }
    before
        .services()
        .forEach((key, route) -> {
          var next = now.services().get(key);
          if (route.equals(next) || !hasUdp(route)) {
            return;
          }
          var left = new TreeSet<String>();
          route.endpoints().stream().map(Endpoint::ip).forEach(left::add);
          if (next != null) {
            next.endpoints().stream().map(Endpoint::ip).forEach(left::remove);
          }
          for (String ip : left) {
            try {
              Programs.run(
                  "",
                  "conntrack",
                  "-D",
                  "-p",
                  "udp",
                  "--orig-dst",
                  route.service().clusterIp(),
                  "--reply-src",
                  ip);
            } catch (NetworkException e) {
              LOG.debug("nothing remembered of {}: {}", ip, e.getMessage());
            }
          }
        });
  }

  private static boolean hasUdp(ServiceRoute route) {
    return route.service().ports().stream().anyMatch(it -> it.protocol() == Service.Protocol.UDP);
  }

  // --- other nodes

  private void setNodeRoutes(RouteTable routes) throws NetworkException {
    var links = links();
    var now = NodeRoutes.of(node, routes, links);
    if (now.equals(nodeRoutes)) {
      return;
    }
    var batch = new StringBuilder();
    var own = links.stream().filter(it -> it.network().contains(address)).findFirst();
    own.ifPresent(link ->
        batch.append(
            "route replace %s dev %s proto %s src %s\n"
                .formatted(routes.network().services(), link.device(), PROTOCOL, address)));
    now.routes()
        .forEach((pods, way) ->
            batch.append("route replace %s %s proto %s\n".formatted(pods, way, PROTOCOL)));
    if (!now.tunnels().isEmpty()) {
      setTunnels(routes, now.tunnels(), own.map(NodeRoutes.Link::mtu).orElse(USUAL_MTU));
      now.tunnels()
          .forEach((pods, tunnel) ->
              batch.append(
                  "route replace %s via %s dev %s onlink proto %s\n"
                      .formatted(pods, tunnel.gateway(), vxlan(cluster), PROTOCOL)));
    }
    for (String old : routesThere(routes.network())) {
      if (!now.routes().containsKey(old) && !now.tunnels().containsKey(old)) {
        batch.append("route del ").append(old).append(" proto ").append(PROTOCOL).append("\n");
      }
    }
    nodeRoutes = NodeRoutes.NONE;
    Programs.run(batch.toString(), "ip", "-force", "-batch", "-");
    nodeRoutes = now;
  }

  /// Networks of other nodes that there are routes to.
  private static List<String> routesThere(Network network) throws NetworkException {
    var said =
        Programs.run(
            "", "ip", "-4", "route", "show", "proto", PROTOCOL, "root", network.pods().toString());
    return said.lines()
        .map(it -> it.strip().split(" ", 2)[0])
        .filter(it -> it.contains("/"))
        .toList();
  }

  static String vxlan(String cluster) {
    return "rvx-" + Integer.toHexString(vxlanId(cluster));
  }

  private static int vxlanId(String cluster) {
    int hash = 17;
    for (int i = 0; i < cluster.length(); i++) {
      hash = hash * 31 + cluster.charAt(i);
    }
    return (hash & 0xffffff) | 0x1000;
  }

  private void setTunnels(
      RouteTable routes, SortedMap<String, NodeRoutes.Tunnel> tunnels, int linkMtu)
      throws NetworkException {
    var device = vxlan(cluster);
    var own = NodeRoutes.ofNode(node, routes);
    if (own.isEmpty()) {
      return;
    }
    if (!isThere(device)) {
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
  private int podMtu() {
    var own = links().stream().filter(it -> it.network().contains(address)).findFirst();
    int mtu = own.map(NodeRoutes.Link::mtu).orElse(USUAL_MTU);
    boolean hasTunnels = !NodeRoutes.of(node, inForce.get(), links()).tunnels().isEmpty();
    return hasTunnels ? mtu - VXLAN_OVERHEAD : mtu;
  }

  /// Of the node, on some link; loopback's where it has none.
  private static String firstAddress() {
    return links().stream().findFirst().map(NodeRoutes.Link::address).orElse("127.0.0.1");
  }

  private static List<NodeRoutes.Link> links() {
    var links = new ArrayList<NodeRoutes.Link>();
    try {
      for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        if (!each.isUp() || each.isLoopback() || each.getName().startsWith("rvx-")) {
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

  // --- the end

  @Override
  public void close() {
    thread.interrupt();
    names.close();
  }

  /// Removes what this network made on the node; for when no agent runs there any more. Pods' links
  /// go with the pods.
  ///
  /// @param network which addresses the cluster had
  /// @param memory the folder that it was started with
  public static void removeAll(String cluster, Network network, Path memory) {
    new IngressProxy(memory.resolve("ingress")).stop();
    var table = tableName(cluster);
    attempt("nft", "delete", "table", "ip", table);
    attempt("ip", "link", "del", vxlan(cluster));
    attempt("ip", "-4", "route", "flush", "proto", PROTOCOL, "root", network.pods().toString());
    attempt("ip", "-4", "route", "flush", "proto", PROTOCOL, "root", network.services().toString());
    attempt("ip", "addr", "del", NAME_SERVER + "/32", "dev", "lo");
    for (String way : List.of("-s", "-d")) {
      attempt(
          iptables(
              "-D",
              List.of(
                  way,
                  network.pods().toString(),
                  "-m",
                  "comment",
                  "--comment",
                  table,
                  "-j",
                  "ACCEPT")));
    }
  }

  /// What is not there needs no removing.
  private static void attempt(String... words) {
    try {
      if (Programs.has(words[0])) {
        Programs.run("", words);
      }
    } catch (NetworkException e) {
      LOG.debug("{}", e.getMessage());
    }
  }
}
