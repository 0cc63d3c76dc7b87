package dev.reeve.simulation.placement;

import dev.reeve.core.model.Constraints.PodTerm;
import dev.reeve.core.model.Constraints.Spread;
import dev.reeve.core.model.HostPort;
import dev.reeve.core.model.Resources;
import dev.reeve.core.scheduling.NodeFacts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// The required rules of Kubernetes' scheduler, one after the other, for nodes and pods as they
/// stand. It counts anew for every question, so that each rule reads as its documentation does; a
/// [Replay] is for many pods.
public final class PlacementRules {
  private final SortedMap<String, NodeFacts> nodes = new TreeMap<>();
  private final List<Placed> pods;

  public PlacementRules(Collection<NodeFacts> nodes, List<Placed> pods) {
    nodes.forEach(node -> this.nodes.put(node.name(), node));
    this.pods = List.copyOf(pods);
  }

  /// What speaks against each node, in the order of asking; nothing against one that may take the
  /// pod.
  public SortedMap<String, List<Refusal>> refusals(PodFacts pod) {
    var refusals = new TreeMap<String, List<Refusal>>();
    nodes.forEach((name, node) -> refusals.put(name, refusals(node, pod)));
    return refusals;
  }

  private List<Refusal> refusals(NodeFacts node, PodFacts pod) {
    var refusals = Matching.byNode(node, pod.rules());
    ports(node, pod, refusals);
    room(node, pod, refusals);
    spread(node, pod, refusals);
    if (!isNear(node, pod)) {
      refusals.add(Refusal.NEAR);
    }
    if (!isApart(node, pod)) {
      refusals.add(Refusal.APART);
    }
    if (isKeptAway(node, pod)) {
      refusals.add(Refusal.KEPT_AWAY);
    }
    return refusals;
  }

  private List<PodFacts> on(NodeFacts node) {
    return pods.stream().filter(it -> it.node().equals(node.name())).map(Placed::pod).toList();
  }

  // --- what a node has to give

  private void ports(NodeFacts node, PodFacts pod, List<Refusal> refusals) {
    boolean isTaken =
        on(node).stream()
            .anyMatch(other ->
                !Collections.disjoint(other.template().hostPorts(), pod.template().hostPorts()));
    if (isTaken) {
      refusals.add(Refusal.PORTS);
    }
  }

  private void room(NodeFacts node, PodFacts pod, List<Refusal> refusals) {
    var all = node.allocatable();
    var wanted = pod.template().requests();
    var taken = Resources.NONE;
    for (PodFacts other : on(node)) {
      taken = taken.plus(other.template().requests());
    }
    if (on(node).size() + 1 > node.maxPods()) {
      refusals.add(Refusal.PODS);
    }
    if (isTooMuch(wanted.cpuMillis(), taken.cpuMillis(), all.cpuMillis())) {
      refusals.add(Refusal.CPU);
    }
    if (isTooMuch(wanted.memoryBytes(), taken.memoryBytes(), all.memoryBytes())) {
      refusals.add(Refusal.MEMORY);
    }
    if (all.storageBytes() > 0
        && isTooMuch(wanted.storageBytes(), taken.storageBytes(), all.storageBytes())) {
      refusals.add(Refusal.STORAGE);
    }
    for (Map.Entry<String, Long> each : wanted.extended().entrySet()) {
      long takenOfIt = taken.extended().getOrDefault(each.getKey(), 0L);
      long allOfIt = all.extended().getOrDefault(each.getKey(), 0L);
      if (isTooMuch(each.getValue(), takenOfIt, allOfIt)) {
        refusals.add(Refusal.EXTENDED);
        return;
      }
    }
  }

  /// Nothing is never too much, even of what there is already too little of.
  static boolean isTooMuch(long wanted, long taken, long all) {
    return wanted > 0 && taken + wanted > all;
  }

  // --- how evenly

  private void spread(NodeFacts node, PodFacts pod, List<Refusal> refusals) {
    for (Spread each : pod.rules().spread()) {
      if (!each.required()) {
        continue;
      }
      String domain = node.labels().get(each.topologyKey());
      if (domain == null) {
        refusals.add(Refusal.NO_DOMAIN);
        continue;
      }
      var counts = counts(pod, each);
      int least =
          counts.isEmpty() || counts.size() < each.minDomains()
              ? 0
              : Collections.min(counts.values());
      int self = Matching.selects(each.pods(), pod.labels()) ? 1 : 0;
      if (counts.getOrDefault(domain, 0) + self - least > each.maxSkew()) {
        refusals.add(Refusal.SPREAD);
      }
    }
  }

  /// How many pods each domain has that takes part.
  private SortedMap<String, Integer> counts(PodFacts pod, Spread spread) {
    var counts = new TreeMap<String, Integer>();
    for (NodeFacts node : nodes.values()) {
      String domain = node.labels().get(spread.topologyKey());
      if (domain != null && Matching.isMeasured(node, pod.rules(), spread)) {
        for (PodFacts other : on(node)) {
          boolean isCounted =
              other.namespace().equals(pod.namespace())
                  && Matching.selects(spread.pods(), other.labels())
                  && (!spread.ofRelease() || other.release().equals(pod.release()));
          counts.merge(domain, isCounted ? 1 : 0, Integer::sum);
        }
        counts.putIfAbsent(domain, 0);
      }
    }
    return counts;
  }

  // --- with whom

  /// The domain that a placed pod is in; empty where its node lacks the label, or is not known.
  private Optional<String> domain(Placed placed, String topologyKey) {
    return Optional.ofNullable(nodes.get(placed.node()))
        .map(node -> node.labels().get(topologyKey));
  }

  private static boolean isIn(NodeFacts node, String topologyKey, Optional<String> domain) {
    return domain.isPresent() && domain.get().equals(node.labels().get(topologyKey));
  }

  private boolean isNear(NodeFacts node, PodFacts pod) {
    var terms = pod.rules().near();
    if (!terms.stream().allMatch(it -> node.labels().containsKey(it.topologyKey()))) {
      return false;
    }
    // Whoever is looked for matches all of the terms.
    var friends =
        pods.stream()
            .filter(it -> terms.stream().allMatch(term -> Matching.selects(term, it.pod())))
            .toList();
    boolean areInEachDomain =
        terms.stream()
            .allMatch(term ->
                friends.stream()
                    .anyMatch(
                        it -> isIn(node, term.topologyKey(), domain(it, term.topologyKey()))));
    boolean areNowhere =
        terms.stream()
            .allMatch(
                term -> friends.stream().allMatch(it -> domain(it, term.topologyKey()).isEmpty()));
    boolean isOneOfThem = terms.stream().allMatch(term -> Matching.selects(term, pod));
    // The first of pods that want to be together has nobody to go to.
    return areInEachDomain || areNowhere && isOneOfThem;
  }

  private boolean isApart(NodeFacts node, PodFacts pod) {
    return pod.rules().apart().stream()
        .noneMatch(term -> pods.stream().anyMatch(it -> keepsOff(term, it, node, pod)));
  }

  private boolean keepsOff(PodTerm term, Placed other, NodeFacts node, PodFacts pod) {
    return Matching.selects(term, other.pod())
        && isIn(node, term.topologyKey(), domain(other, term.topologyKey()));
  }

  private boolean isKeptAway(NodeFacts node, PodFacts pod) {
    for (Placed other : pods) {
      for (PodTerm term : other.pod().rules().apart()) {
        if (Matching.selects(term, pod)
            && isIn(node, term.topologyKey(), domain(other, term.topologyKey()))) {
          return true;
        }
      }
    }
    return false;
  }

  // --- all of it

  /// A rule that does not hold.
  ///
  /// @param what in words, for a person
  public record Broken(Refusal rule, String node, String what) {}

  /// The rules that need not be true of the moment of placing alone: amounts, ports, what nodes are
  /// like, and who must be apart from whom. Spread and affinity look back: pods that went since may
  /// have made them untrue.
  ///
  /// A node is taken as it is now. Where nodes changed after pods were placed, the caller knows
  /// which of the answers to leave out.
  public List<Broken> violations() {
    var broken = new ArrayList<Broken>();
    var byNode = new TreeMap<String, List<PodFacts>>();
    for (Placed each : pods) {
      byNode.computeIfAbsent(each.node(), node -> new ArrayList<>()).add(each.pod());
    }
    byNode.forEach((name, all) -> {
      var node = nodes.get(name);
      if (node == null) {
        broken.add(new Broken(Refusal.OTHER_NODE, name, "is no node"));
      } else {
        amounts(node, all, broken);
        ports(node, all, broken);
        for (PodFacts pod : all) {
          for (Refusal refusal : Matching.byNode(node, pod.rules())) {
            broken.add(new Broken(refusal, name, "is refused to " + pod.workload()));
          }
        }
      }
    });
    pairs(broken);
    return broken;
  }

  private static void amounts(NodeFacts node, List<PodFacts> all, List<Broken> broken) {
    var taken = Resources.NONE;
    for (PodFacts pod : all) {
      taken = taken.plus(pod.template().requests());
    }
    var has = node.allocatable();
    over(Refusal.PODS, node, all.size(), node.maxPods(), broken);
    over(Refusal.CPU, node, taken.cpuMillis(), has.cpuMillis(), broken);
    over(Refusal.MEMORY, node, taken.memoryBytes(), has.memoryBytes(), broken);
    if (has.storageBytes() > 0) {
      over(Refusal.STORAGE, node, taken.storageBytes(), has.storageBytes(), broken);
    }
    taken
        .extended()
        .forEach((name, amount) ->
            over(Refusal.EXTENDED, node, amount, has.extended().getOrDefault(name, 0L), broken));
  }

  private static void over(
      Refusal rule, NodeFacts node, long taken, long all, List<Broken> broken) {
    if (taken > all) {
      broken.add(new Broken(rule, node.name(), "has given " + taken + " of " + all));
    }
  }

  private static void ports(NodeFacts node, List<PodFacts> all, List<Broken> broken) {
    var taken = new TreeSet<HostPort>();
    for (PodFacts pod : all) {
      for (HostPort port : pod.template().hostPorts()) {
        if (!taken.add(port)) {
          broken.add(new Broken(Refusal.PORTS, node.name(), "has given " + port + " twice"));
        }
      }
    }
  }

  /// Pods that are alike in what the others' rules look at.
  private record Kind(String namespace, SortedMap<String, String> labels, List<PodTerm> apart) {
    boolean isSelectedBy(PodTerm term) {
      return Matching.selects(term, namespace, labels);
    }
  }

  /// Each pair of pods in each domain that one of them wants for itself; pods that are alike are
  /// looked at once.
  private void pairs(List<Broken> broken) {
    var keys = new TreeSet<String>();
    pods.forEach(it -> it.pod().rules().apart().forEach(term -> keys.add(term.topologyKey())));
    for (String key : keys) {
      var domains = new TreeMap<String, Map<Kind, Integer>>();
      for (Placed each : pods) {
        var pod = each.pod();
        var kind = new Kind(pod.namespace(), pod.labels(), pod.rules().apart());
        domain(each, key)
            .ifPresent(domain ->
                domains
                    .computeIfAbsent(domain, fresh -> new LinkedHashMap<>())
                    .merge(kind, 1, Integer::sum));
      }
      domains.forEach((domain, kinds) -> pairs(key, domain, kinds, broken));
    }
  }

  private static void pairs(
      String key, String domain, Map<Kind, Integer> kinds, List<Broken> broken) {
    for (Kind kind : kinds.keySet()) {
      for (PodTerm term : kind.apart()) {
        if (term.topologyKey().equals(key)) {
          kinds.forEach((other, count) -> {
            boolean isAlone = other.equals(kind) && count == 1;
            if (other.isSelectedBy(term) && !isAlone) {
              broken.add(
                  new Broken(
                      Refusal.APART,
                      key + "=" + domain,
                      "has pods " + other.labels() + " beside " + kind.labels()));
            }
          });
        }
      }
    }
  }
}
