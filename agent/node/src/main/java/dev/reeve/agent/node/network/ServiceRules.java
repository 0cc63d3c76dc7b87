package dev.reeve.agent.node.network;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.core.model.Network;
import dev.reeve.core.model.Service;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.protocol.Routing.ServiceRoute;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// What nftables is to have for the Services and pods of a node, and for the policies about these.
///
/// A new connection is looked up once by its address, protocol and port in a map that leads to a
/// chain of that port of the Service; there a random number picks an endpoint. A chain is written
/// anew only when its Service changed. Connections that are there go on to the endpoint they have:
/// only a connection's first packet comes here.
final class ServiceRules {
  /// On packets that must come back through this node: the source address is to be the node's.
  private static final String MARK = "0x4000";

  private final String node;
  private final SortedMap<String, String> sets = new TreeMap<>();
  private final SortedMap<String, SortedMap<String, String>> elements = new TreeMap<>();
  private final SortedMap<String, List<String>> chains = new TreeMap<>();

  private ServiceRules(String node) {
    this.node = node;
  }

  /// @param pods that are on this node
  static Ruleset of(String node, RouteTable routes, Collection<AttachedPod> pods) {
    var rules = new ServiceRules(node);
    rules.base(routes.network());
    routes.services().values().forEach(rules::service);
    pods.forEach(rules::pod);
    var local = new TreeSet<String>();
    pods.forEach(it -> local.add(it.ip()));
    PolicyRules.add(routes.policies().values(), local, rules.chains, rules.elements);
    return new Ruleset(rules.sets, rules.elements, rules.chains);
  }

  private void base(Network network) {
    sets.put("services", "type ipv4_addr . inet_proto . inet_service : verdict;");
    sets.put("nodeports", "type inet_proto . inet_service : verdict;");
    sets.put("hostports", "type inet_proto . inet_service : verdict;");
    sets.put("hairpin", "type ipv4_addr . ipv4_addr;");
    sets.put("isolated-in", "type ipv4_addr : verdict;");
    sets.put("isolated-out", "type ipv4_addr : verdict;");
    sets.keySet().forEach(it -> elements.put(it, new TreeMap<>()));
    sets.put(Meters.SET, Meters.SET_TYPE);
    chains.put(
        "guard",
        List.of(
            "type filter hook prerouting priority -300; policy accept;",
            // What listens on the node's loopback is not for pods.
            "iifname \"" + AttachedPod.DEVICE + "*\" ip daddr 127.0.0.0/8 drop"));
    chains.put(
        "prerouting",
        List.of("type nat hook prerouting priority dstnat - 5; policy accept;", "jump find"));
    chains.put(
        "output", List.of("type nat hook output priority -105; policy accept;", "jump find"));
    chains.put(
        "find",
        List.of(
            "ip daddr . meta l4proto . th dport vmap @services",
            "fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @nodeports",
            "fib daddr type local meta l4proto . th dport vmap @hostports"));
    // What is still on its way to a Service's address has nobody who serves it.
    var unserved = "ip daddr " + network.services() + " jump refuse";
    chains.put(
        "forward",
        List.of(
            "type filter hook forward priority -5; policy accept;",
            unserved,
            "ct state established,related accept",
            "ip saddr vmap @isolated-out",
            "ip daddr vmap @isolated-in"));
    chains.put("let-out", List.of("ip daddr vmap @isolated-in", "accept"));
    chains.put("local", List.of("type filter hook output priority -5; policy accept;", unserved));
    chains.put("refuse", List.of("meta l4proto tcp reject with tcp reset", "reject"));
    chains.put(
        "postrouting",
        List.of(
            "type nat hook postrouting priority srcnat - 5; policy accept;",
            Meters.RULE,
            "meta mark & " + MARK + " == " + MARK + " masquerade",
            "ct status dnat ip saddr . ip daddr @hairpin masquerade",
            "ip saddr 127.0.0.0/8 oifname \"" + AttachedPod.DEVICE + "*\" masquerade",
            "ip saddr " + network.pods() + " ip daddr != " + network.pods() + " masquerade"));
  }

  // --- a Service

  private void service(ServiceRoute route) {
    var service = route.service();
    if (!service.hasAddress() || service.clusterIp().isEmpty()) {
      return;
    }
    for (int i = 0; i < service.ports().size(); i++) {
      port(route, service.ports().get(i), targets(route, i));
    }
  }

  /// An endpoint by one of its ports.
  private record Target(Endpoint endpoint, int port) {
    String address() {
      return endpoint.ip() + " . " + port;
    }

    String name() {
      return endpoint.ip() + "/" + port;
    }
  }

  private static List<Target> targets(ServiceRoute route, int port) {
    var targets = new ArrayList<Target>();
    for (Endpoint endpoint : route.serving()) {
      int number = endpoint.ports().get(port);
      if (number > 0) {
        targets.add(new Target(endpoint, number));
      }
    }
    return targets;
  }

  private void port(ServiceRoute route, Service.Port port, List<Target> all) {
    var service = route.service();
    var local = all.stream().filter(it -> it.endpoint().node().equals(node)).toList();
    var protocol = port.protocol().name().toLowerCase(Locale.ROOT);
    var name =
        service.key().namespace() + "/" + service.key().name() + "/" + protocol + "/" + port.port();
    var inside = service.internalLocal() ? local : all;
    if (!inside.isEmpty()) {
      pick("svc-" + name, service, protocol, inside);
      put("services", at(service.clusterIp(), protocol, port.port()), "goto svc-" + name);
    }
    var outside = service.externalLocal() ? local : all;
    if (outside.isEmpty()) {
      return;
    }
    boolean isOpen = port.nodePort() > 0 || !service.externalIps().isEmpty();
    if (isOpen) {
      external(name, service, protocol, outside, outside.equals(inside));
    }
    if (port.nodePort() > 0) {
      put("nodeports", protocol + " . " + port.nodePort(), "goto ext-" + name);
    }
    for (String ip : service.externalIps()) {
      put("services", at(ip, protocol, port.port()), "goto ext-" + name);
    }
  }

  private static String at(String ip, String protocol, int port) {
    return ip + " . " + protocol + " . " + port;
  }

  /// What comes from outside comes back through this node, unless it is served here only.
  private void external(
      String name, Service service, String protocol, List<Target> targets, boolean isAsInside) {
    var rules = new ArrayList<String>();
    if (!service.externalLocal()) {
      rules.add("meta mark set meta mark | " + MARK);
    }
    if (isAsInside) {
      rules.add("goto svc-" + name);
    } else {
      pick("out-" + name, service, protocol, targets);
      rules.add("goto out-" + name);
    }
    chains.put("ext-" + name, rules);
  }

  private void pick(String chain, Service service, String protocol, List<Target> targets) {
    if (service.stickySeconds() > 0) {
      pickSticky(chain, service, protocol, targets);
    } else {
      chains.put(
          chain,
          List.of(
              "meta l4proto "
                  + protocol
                  + " dnat ip to "
                  + choice(targets, targets.stream().map(Target::address).toList())));
    }
  }

  /// `numgen random mod 10 map { 0-8 : A, 9 : B }`.
  private static String choice(List<Target> targets, List<String> results) {
    if (targets.size() == 1) {
      return results.getFirst().replace(" . ", ":");
    }
    var shares = Shares.of(targets.stream().map(it -> it.endpoint().weight()).toList());
    var ranges = new ArrayList<String>();
    int from = 0;
    for (int i = 0; i < targets.size(); i++) {
      int to = from + shares.get(i) - 1;
      ranges.add((from == to ? "" + from : from + "-" + to) + " : " + results.get(i));
      from = to + 1;
    }
    return "numgen random mod " + from + " map { " + String.join(", ", ranges) + " }";
  }

  /// Each endpoint remembers its clients for as long as they are to stay with it.
  private void pickSticky(String chain, Service service, String protocol, List<Target> targets) {
    var rules = new ArrayList<String>();
    var gotos = new ArrayList<String>();
    for (Target target : targets) {
      var own = chain.replaceFirst("^[a-z]+-", "ep-") + "/" + target.name();
      var clients = own.replaceFirst("^ep-", StickyClients.SET);
      sets.put(clients, "type ipv4_addr; flags dynamic,timeout;");
      rules.add("ip saddr @" + clients + " goto " + own);
      gotos.add("goto " + own);
      chains.put(
          own,
          List.of(
              "update @" + clients + " { ip saddr timeout " + service.stickySeconds() + "s }",
              "meta l4proto " + protocol + " dnat ip to " + target.address().replace(" . ", ":")));
    }
    var choice = choice(targets, gotos);
    rules.add(targets.size() == 1 ? choice : choice.replace(" map {", " vmap {"));
    chains.put(chain, rules);
  }

  // --- a pod

  private void pod(AttachedPod pod) {
    put("hairpin", pod.ip() + " . " + pod.ip(), "");
    for (HostPort port : pod.ports()) {
      var protocol = port.protocol().name().toLowerCase(Locale.ROOT);
      var chain = "host-" + protocol + "/" + port.hostPort();
      var only = port.hostIp().isEmpty() ? "" : "ip daddr " + port.hostIp() + " ";
      chains.put(
          chain,
          List.of(
              only
                  + "meta l4proto "
                  + protocol
                  + " dnat ip to "
                  + pod.ip()
                  + ":"
                  + port.podPort()));
      put("hostports", protocol + " . " + port.hostPort(), "goto " + chain);
    }
  }

  private void put(String set, String key, String value) {
    elements.computeIfAbsent(set, name -> new TreeMap<>()).put(key, value);
  }
}
