package dev.reeve.core.state;

import dev.reeve.core.model.NetworkPolicy;
import dev.reeve.core.model.NetworkPolicy.Peer;
import dev.reeve.core.model.NetworkPolicy.Rule;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.protocol.Routing.PolicyRoute;
import dev.reeve.core.protocol.Routing.RuleRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// One NetworkPolicy, and the pods that it speaks of.
///
/// @param parts by workload; one of which it speaks of no pod is not among them
/// @param version of the routing in which this last changed
public record PolicyState(NetworkPolicy policy, PagedMap<ObjectKey, Part> parts, long version) {

  /// Addresses of the pods of one workload.
  ///
  /// @param pods that the policy is about
  /// @param in those that each of its rules for what comes in names
  /// @param out those that each of its rules for what goes out names
  public record Part(List<String> pods, List<List<String>> in, List<List<String>> out) {
    public Part {
      pods = List.copyOf(pods);
      in = List.copyOf(in);
      out = List.copyOf(out);
    }

    public boolean isEmpty() {
      return pods.isEmpty()
          && in.stream().allMatch(List::isEmpty)
          && out.stream().allMatch(List::isEmpty);
    }
  }

  public PolicyRoute route() {
    var pods = new ArrayList<String>();
    parts.values().forEach(it -> pods.addAll(it.pods()));
    return new PolicyRoute(
        policy.key(),
        policy.ingress(),
        policy.egress(),
        pods,
        rules(policy.in(), Part::in),
        rules(policy.out(), Part::out));
  }

  private List<RuleRoute> rules(List<Rule> rules, Function<Part, List<List<String>>> side) {
    var routes = new ArrayList<RuleRoute>();
    for (int i = 0; i < rules.size(); i++) {
      var addresses = new ArrayList<String>();
      for (Part part : parts.values()) {
        addresses.addAll(side.apply(part).get(i));
      }
      var blocks = new ArrayList<Peer.Block>();
      for (Peer peer : rules.get(i).peers()) {
        if (peer instanceof Peer.Block block) {
          blocks.add(block);
        }
      }
      boolean isAnybody = rules.get(i).peers().isEmpty();
      routes.add(new RuleRoute(isAnybody, addresses, blocks, rules.get(i).ports()));
    }
    return routes;
  }
}
