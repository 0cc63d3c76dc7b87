package dev.reeve.agent.node.network;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.core.model.Cidr;
import dev.reeve.core.model.Network;
import dev.reeve.wire.ConfigContent;
import dev.reeve.wire.FromNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
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

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration LISTING = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration REFRESH = Duration.ofSeconds(15);
  private static final String ADDRESS = "dev.reeve.pod-ip";
  private static final String PORTS = "dev.reeve.host-ports";

  private final String cluster;
  private final String node;
  private final String address;
  private final OtherNodes others;
  private final Firewall firewall;
  private final PodAddresses addresses = new PodAddresses();
  private final SortedMap<String, AttachedPod> pods = new ConcurrentSkipListMap<>();
  private final CountDownLatch listed = new CountDownLatch(1);
  private final AtomicReference<RouteTable> wanted = new AtomicReference<>(RouteTable.NONE);
  private final AtomicReference<RouteTable> inForce = new AtomicReference<>(RouteTable.NONE);
  private final List<Runnable> toTell = new ArrayList<>();
  private final NameServer names;
  private final IngressProxy proxy;
  private final Meters meters = new Meters();
  private final ProxyStatistics statistics;
  private final Thread thread;
  private final Semaphore asked = new Semaphore(0);

  /// The thread's own: what the kernel has.
  private Optional<Ruleset> ruleset = Optional.empty();

  /// What others may undo was looked at lately.
  private boolean isPrepared;

  /// What is wrong with which part.
  private final SortedMap<String, String> troubles = new TreeMap<>();

  private RoutedNetwork(String cluster, String node, String address, Path memory) {
    this.cluster = cluster;
    this.node = node;
    this.address = address.isEmpty() ? OtherNodes.firstAddress() : address;
    others = new OtherNodes(cluster, node, this.address);
    firewall = new Firewall(tableName(cluster));
    names = new NameServer(NAME_SERVER);
    proxy = new IngressProxy(memory.resolve("ingress"));
    statistics = proxy.statistics();
    // A proxy that outlived an agent has told that one what it counted.
    meters.since(RouteTable.NONE, Optional.empty(), statistics.counts());
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
    new PodLink(pod, address).make(process, others.podMtu(inForce.get()));
    ask();
  }

  /// An agent that ended between starting a pod and attaching it leaves it without a network.
  private void attachIfCutOff(AttachedPod pod, int process) {
    if (new PodLink(pod, address).isWhole()) {
      return;
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

  @Override
  public Optional<FromNode.Served> served() {
    return meters.since(inForce.get(), connections(), statistics.counts());
  }

  private Optional<String> connections() {
    try {
      return Optional.of(Programs.run("", "nft", "-n", "list", "set", "ip", table(), Meters.SET));
    } catch (NetworkException e) {
      LOG.debug("connections are not counted: {}", e.getMessage());
      return Optional.empty();
    }
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
    others.lookAgain();
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
    isWhole &= attempt("routes to other nodes", () -> others.set(table));
    isWhole &= attempt("names", this::openNames);
    isWhole &= attempt("Ingresses", () -> proxy.set(table));
    if (isInForce) {
      var before = inForce.get();
      synchronized (inForce) {
        inForce.set(table);
        inForce.notifyAll();
      }
      synchronized (toTell) {
        toTell.removeAll(tell);
      }
      tell.forEach(Runnable::run);
      // Nobody has to wait for this: new connections go the new way already.
      Conntrack.forget(before, table);
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
      Kernel.sysctl("net/ipv4/ip_forward", "1");
      firewall.letThrough(network);
      isPrepared = true;
    }
  }

  private void setRules(RouteTable routes) throws NetworkException {
    var rules = ServiceRules.of(node, routes, pods.values());
    var script = ruleset.isEmpty() ? anew(rules) : Ruleset.change(table(), ruleset.get(), rules);
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

  /// The whole table, whatever there is; what is there of an agent before this one is not
  /// forgotten.
  private String anew(Ruleset rules) {
    var there = "";
    try {
      there = Programs.run("", "nft", "-n", "list", "table", "ip", table());
    } catch (NetworkException absent) {
      LOG.debug("{}", absent.getMessage());
    }
    return rules.whole(table()) + StickyClients.again(StickyClients.read(there), rules, table());
  }

  private static String firstLine(NetworkException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
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
    Kernel.remove("nft", "delete", "table", "ip", table);
    OtherNodes.remove(cluster, network);
    Kernel.remove("ip", "addr", "del", NAME_SERVER + "/32", "dev", "lo");
    new Firewall(table).remove(network);
  }
}
