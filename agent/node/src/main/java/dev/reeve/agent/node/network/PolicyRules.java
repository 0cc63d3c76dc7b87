package dev.reeve.agent.node.network;

import dev.reeve.core.model.NetworkPolicy.Peer.Block;
import dev.reeve.core.model.NetworkPolicy.Ports;
import dev.reeve.core.model.Service;
import dev.reeve.core.protocol.Routing.PolicyRoute;
import dev.reeve.core.protocol.Routing.RuleRoute;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What nftables is to have for NetworkPolicies, of the pods of this node: a pod that some policy
/// is about has a chain of its own for each direction, which asks each of these policies and drops
/// what none of them lets through. What goes out is asked for first, and then whether it may come
/// in, where that is on the same node. Answers to what was let through are let through.
final class PolicyRules {
  private final SortedMap<String, List<String>> chains;
  private final SortedMap<String, SortedMap<String, String>> elements;

  private PolicyRules(
      SortedMap<String, List<String>> chains,
      SortedMap<String, SortedMap<String, String>> elements) {
    this.chains = chains;
    this.elements = elements;
  }

  /// @param local addresses of this node's pods
  static void add(
      Collection<PolicyRoute> policies,
      SortedSet<String> local,
      SortedMap<String, List<String>> chains,
      SortedMap<String, SortedMap<String, String>> elements) {
    new PolicyRules(chains, elements).add(policies, local);
  }

  private void add(Collection<PolicyRoute> policies, SortedSet<String> local) {
    SortedMap<String, List<String>> in = new TreeMap<>();
    SortedMap<String, List<String>> out = new TreeMap<>();
    for (PolicyRoute policy : policies) {
      var pods = new TreeSet<>(policy.pods());
      pods.retainAll(local);
      if (pods.isEmpty()) {
        continue;
      }
      var name = policy.key().namespace() + "/" + policy.key().name();
      if (policy.ingress()) {
        chains.put("in-" + name, rules(policy.in(), "saddr", "accept"));
        pods.forEach(it -> in.computeIfAbsent(it, ip -> new ArrayList<>()).add("jump in-" + name));
      }
      if (policy.egress()) {
        chains.put("go-" + name, rules(policy.out(), "daddr", "goto let-out"));
        pods.forEach(it -> out.computeIfAbsent(it, ip -> new ArrayList<>()).add("jump go-" + name));
      }
    }
    isolate("isolated-in", "to-", in);
    isolate("isolated-out", "from-", out);
  }

  private void isolate(String set, String prefix, SortedMap<String, List<String>> byPod) {
    var isolated = elements.computeIfAbsent(set, name -> new TreeMap<>());
    byPod.forEach((ip, rules) -> {
      rules.add("drop");
      chains.put(prefix + ip, List.copyOf(rules));
      isolated.put(ip, "goto " + prefix + ip);
    });
  }

  private static List<String> rules(List<RuleRoute> rules, String side, String verdict) {
    var lines = new ArrayList<String>();
    for (RuleRoute rule : rules) {
      for (String peer : peers(rule, side)) {
        for (String ports : ports(rule.ports())) {
          lines.add(peer + ports + verdict);
        }
      }
    }
    return List.copyOf(lines);
  }

  private static List<String> peers(RuleRoute rule, String side) {
    if (rule.anybody()) {
      return List.of("");
    }
    var peers = new ArrayList<String>();
    if (!rule.addresses().isEmpty()) {
      peers.add("ip " + side + " { " + String.join(", ", rule.addresses()) + " } ");
    }
    for (Block block : rule.blocks()) {
      var except =
          block.except().isEmpty()
              ? ""
              : "ip "
                  + side
                  + " != { "
                  + block.except().stream()
                      .map(it -> it.toString())
                      .collect(Collectors.joining(", "))
                  + " } ";
      peers.add("ip " + side + " " + block.network() + " " + except);
    }
    return peers;
  }

  private static List<String> ports(List<Ports> all) {
    if (all.isEmpty()) {
      return List.of("");
    }
    var lines = new ArrayList<String>();
    for (Service.Protocol protocol : Service.Protocol.values()) {
      var own = all.stream().filter(it -> it.protocol() == protocol).toList();
      var word = protocol.name().toLowerCase(Locale.ROOT);
      if (own.stream().anyMatch(it -> it.first() == 0)) {
        lines.add("meta l4proto " + word + " ");
      } else if (!own.isEmpty()) {
        var ranges =
            own.stream()
                .map(it -> it.first() == it.last() ? "" + it.first() : it.first() + "-" + it.last())
                .distinct()
                .collect(Collectors.joining(", "));
        lines.add(word + " dport { " + ranges + " } ");
      }
    }
    return lines;
  }
}
