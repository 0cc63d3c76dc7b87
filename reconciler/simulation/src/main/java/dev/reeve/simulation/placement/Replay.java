package dev.reeve.simulation.placement;

import static java.util.Objects.requireNonNull;

import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.Constraints.PodTerm;
import dev.reeve.core.model.Constraints.Spread;
import dev.reeve.core.model.HostPort;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.Selector.Operator;
import dev.reeve.core.model.Toleration;
import dev.reeve.core.scheduling.NodeFacts;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Places pods one after the other where it is told to, and says of each which rules were broken
/// when it came. [PlacementRules] for whole clusters: the same questions, answered from counts.
///
/// Nodes stay as they are. Confined to one thread.
public final class Replay {
  private final Map<String, Integer> indexes = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<Kind, Group> groups = new HashMap<>();
  private final ByLabel<Group> groupsByLabel = new ByLabel<>();
  private final Map<List<PodTerm>, Friends> friends = new HashMap<>();
  private final ByLabel<Friends> friendsByLabel = new ByLabel<>();
  private final ByLabel<Claim> claims = new ByLabel<>();
  private final Map<TallyKey, Tally> tallies = new HashMap<>();
  private final ByLabel<Tally> talliesByLabel = new ByLabel<>();
  private final Map<Scope, BitSet> scopes = new HashMap<>();

  public Replay(Collection<NodeFacts> nodes) {
    for (NodeFacts each : nodes) {
      indexes.put(each.name(), this.nodes.size());
      this.nodes.add(new Node(each));
    }
  }

  /// What spoke against the node, in the order of asking. The pod is there afterwards, whatever
  /// that was.
  public List<Refusal> place(PodFacts pod, String node) {
    int index = index(node);
    var group = group(pod);
    var refusals = refusals(pod, group, index);
    change(pod, group, index, 1);
    return refusals;
  }

  public void remove(PodFacts pod, String node) {
    change(pod, group(pod), index(node), -1);
  }

  private int index(String node) {
    return requireNonNull(indexes.get(node), "no such node");
  }

  private void change(PodFacts pod, Group group, int index, int by) {
    nodes.get(index).change(pod, by);
    group.byNode.merge(index, by, Integer::sum);
    group.byDomain.forEach((key, counts) -> {
      String domain = nodes.get(index).facts.labels().get(key);
      if (domain != null) {
        counts.merge(domain, by, Integer::sum);
      }
    });
    group.countedIn.forEach(tally -> tally.change(index, by));
  }

  // --- asking

  private List<Refusal> refusals(PodFacts pod, Group group, int index) {
    var node = nodes.get(index);
    var refusals = Matching.byNode(node.facts, pod.rules());
    node.room(pod, refusals);
    for (Measure measure : group.measures) {
      measure.judge(index, refusals);
    }
    if (!isNear(group, node)) {
      refusals.add(Refusal.NEAR);
    }
    if (group.apart.stream().anyMatch(it -> it.in(node))) {
      refusals.add(Refusal.APART);
    }
    if (group.keptAwayBy.stream().anyMatch(it -> it.owner.in(it.term.topologyKey(), node) > 0)) {
      refusals.add(Refusal.KEPT_AWAY);
    }
    return refusals;
  }

  private static boolean isNear(Group group, Node node) {
    boolean areThere = true;
    boolean areAnywhere = false;
    for (Neighbours each : group.near) {
      if (!node.facts.labels().containsKey(each.topologyKey)) {
        return false;
      }
      areThere &= each.in(node);
      areAnywhere |= each.friends.areInAnyDomain(each.topologyKey);
    }
    return areThere || !areAnywhere && group.isNearItself;
  }

  // --- nodes

  private static final class Node {
    private final NodeFacts facts;
    private final Map<String, Long> extended = new TreeMap<>();
    private final Map<HostPort, Integer> ports = new TreeMap<>();
    private long cpu;
    private long memory;
    private long storage;
    private int pods;

    Node(NodeFacts facts) {
      this.facts = facts;
    }

    void change(PodFacts pod, int by) {
      var requests = pod.template().requests();
      pods += by;
      cpu += by * requests.cpuMillis();
      memory += by * requests.memoryBytes();
      storage += by * requests.storageBytes();
      requests.extended().forEach((name, amount) -> extended.merge(name, by * amount, Long::sum));
      pod.template().hostPorts().forEach(port -> ports.merge(port, by, Integer::sum));
    }

    void room(PodFacts pod, List<Refusal> refusals) {
      if (pod.template().hostPorts().stream().anyMatch(it -> ports.getOrDefault(it, 0) > 0)) {
        refusals.add(Refusal.PORTS);
      }
      var wanted = pod.template().requests();
      var all = facts.allocatable();
      if (pods + 1 > facts.maxPods()) {
        refusals.add(Refusal.PODS);
      }
      if (PlacementRules.isTooMuch(wanted.cpuMillis(), cpu, all.cpuMillis())) {
        refusals.add(Refusal.CPU);
      }
      if (PlacementRules.isTooMuch(wanted.memoryBytes(), memory, all.memoryBytes())) {
        refusals.add(Refusal.MEMORY);
      }
      if (all.storageBytes() > 0
          && PlacementRules.isTooMuch(wanted.storageBytes(), storage, all.storageBytes())) {
        refusals.add(Refusal.STORAGE);
      }
      for (Map.Entry<String, Long> each : wanted.extended().entrySet()) {
        if (PlacementRules.isTooMuch(
            each.getValue(),
            extended.getOrDefault(each.getKey(), 0L),
            all.extended().getOrDefault(each.getKey(), 0L))) {
          refusals.add(Refusal.EXTENDED);
          return;
        }
      }
    }
  }

  // --- pods

  /// Pods that are alike in what rules look at, other than amounts.
  private record Kind(String namespace, String release, Constraints rules) {}

  /// Where the pods of a kind are, and what their rules lead to.
  private static final class Group {
    private final Kind kind;
    private final Map<Integer, Integer> byNode = new HashMap<>();

    /// By topology key, then by value; for keys that were asked for.
    private final Map<String, Map<String, Integer>> byDomain = new HashMap<>();

    private final List<Tally> countedIn = new ArrayList<>();
    private final List<Claim> keptAwayBy = new ArrayList<>();
    private List<Neighbours> near = List.of();
    private List<Neighbours> apart = List.of();
    private List<Measure> measures = List.of();
    private boolean isNearItself;
    private final List<Node> nodes;

    Group(Kind kind, List<Node> nodes) {
      this.kind = kind;
      this.nodes = nodes;
    }

    boolean isSelectedBy(List<PodTerm> terms) {
      return terms.stream()
          .allMatch(it -> Matching.selects(it, kind.namespace, kind.rules.labels()));
    }

    Map<String, Integer> domains(String key) {
      return byDomain.computeIfAbsent(
          key,
          fresh -> {
            var counts = new HashMap<String, Integer>();
            byNode.forEach((index, count) -> {
              String domain = nodes.get(index).facts.labels().get(key);
              if (domain != null) {
                counts.merge(domain, count, Integer::sum);
              }
            });
            return counts;
          });
    }

    /// How many of them are in the node's domain.
    int in(String key, Node node) {
      String domain = node.facts.labels().get(key);
      return domain == null ? 0 : domains(key).getOrDefault(domain, 0);
    }
  }

  private Group group(PodFacts pod) {
    var kind = new Kind(pod.namespace(), pod.release(), pod.rules());
    var known = groups.get(kind);
    return known != null ? known : introduce(kind);
  }

  private Group introduce(Kind kind) {
    var group = new Group(kind, nodes);
    var labels = kind.rules.labels();
    groups.put(kind, group);
    groupsByLabel.putUnderAll(labels, group);
    friendsByLabel.find(
        labels,
        it -> {
          if (group.isSelectedBy(it.terms)) {
            it.groups.add(group);
          }
        });
    talliesByLabel.find(
        labels,
        it -> {
          if (it.key.counts(group)) {
            group.countedIn.add(it);
          }
        });
    claims.find(
        labels,
        it -> {
          if (group.isSelectedBy(List.of(it.term))) {
            group.keptAwayBy.add(it);
          }
        });
    var rules = kind.rules;
    for (PodTerm term : rules.apart()) {
      var claim = new Claim(group, term);
      claims.put(term.pods(), claim);
      groupsByLabel.findSelected(
          term.pods(),
          it -> {
            if (it.isSelectedBy(List.of(term))) {
              it.keptAwayBy.add(claim);
            }
          });
    }
    group.near =
        rules.near().stream()
            .map(it -> new Neighbours(friends(rules.near()), it.topologyKey()))
            .toList();
    group.isNearItself = group.isSelectedBy(rules.near());
    group.apart =
        rules.apart().stream()
            .map(it -> new Neighbours(friends(List.of(it)), it.topologyKey()))
            .toList();
    group.measures =
        rules.spread().stream().filter(Spread::required).map(it -> measure(kind, it)).toList();
    return group;
  }

  /// The kinds that match all of some terms.
  private static final class Friends {
    private final List<PodTerm> terms;
    private final List<Group> groups = new ArrayList<>();

    Friends(List<PodTerm> terms) {
      this.terms = terms;
    }

    boolean areInAnyDomain(String key) {
      return groups.stream()
          .anyMatch(it -> it.domains(key).values().stream().anyMatch(count -> count > 0));
    }
  }

  private Friends friends(List<PodTerm> terms) {
    var known = friends.get(terms);
    if (known != null) {
      return known;
    }
    var fresh = new Friends(terms);
    friends.put(terms, fresh);
    friendsByLabel.put(terms.getFirst().pods(), fresh);
    groupsByLabel.findSelected(
        terms.getFirst().pods(),
        it -> {
          if (it.isSelectedBy(terms)) {
            fresh.groups.add(it);
          }
        });
    return fresh;
  }

  private record Neighbours(Friends friends, String topologyKey) {
    boolean in(Node node) {
      for (Group each : friends.groups) {
        if (each.in(topologyKey, node) > 0) {
          return true;
        }
      }
      return false;
    }
  }

  /// Where pods of the owner are, pods that match the term may not go.
  private record Claim(Group owner, PodTerm term) {}

  // --- spread

  /// Nodes that take part in a measure.
  private record Scope(
      Optional<List<NodeTerm>> nodes,
      Optional<List<Toleration>> tolerations,
      SortedSet<String> keys) {}

  private record TallyKey(
      String namespace, Selector pods, Optional<String> release, String topologyKey, Scope scope) {
    boolean counts(Group group) {
      return namespace.equals(group.kind.namespace)
          && (release.isEmpty() || release.get().equals(group.kind.release))
          && Matching.selects(pods, group.kind.rules.labels());
    }
  }

  /// Pods by domain, and how many domains have how many.
  private final class Tally {
    private final TallyKey key;
    private final BitSet takesPart;
    private final Map<String, Integer> counts = new HashMap<>();
    private final TreeMap<Integer, Integer> domainsOf = new TreeMap<>();

    Tally(TallyKey key, BitSet takesPart) {
      this.key = key;
      this.takesPart = takesPart;
      takesPart.stream()
          .forEach(index -> {
            if (counts.putIfAbsent(domain(index), 0) == null) {
              domainsOf.merge(0, 1, Integer::sum);
            }
          });
    }

    private String domain(int index) {
      return requireNonNull(nodes.get(index).facts.labels().get(key.topologyKey));
    }

    void change(int index, int by) {
      if (takesPart.get(index)) {
        int count = counts.merge(domain(index), by, Integer::sum);
        domainsOf.merge(count, 1, Integer::sum);
        if (domainsOf.merge(count - by, -1, Integer::sum) == 0) {
          domainsOf.remove(count - by);
        }
      }
    }

    int least(int minDomains) {
      return counts.isEmpty() || counts.size() < minDomains ? 0 : domainsOf.firstKey();
    }
  }

  private record Measure(Spread spread, Tally tally, int self, List<Node> nodes) {
    void judge(int index, List<Refusal> refusals) {
      String domain = nodes.get(index).facts.labels().get(spread.topologyKey());
      if (domain == null) {
        refusals.add(Refusal.NO_DOMAIN);
        return;
      }
      int there = tally.counts.getOrDefault(domain, 0);
      if (there + self - tally.least(spread.minDomains()) > spread.maxSkew()) {
        refusals.add(Refusal.SPREAD);
      }
    }
  }

  private Measure measure(Kind kind, Spread spread) {
    var rules = kind.rules;
    var keys = new TreeSet<String>();
    rules.spread().stream().filter(Spread::required).forEach(it -> keys.add(it.topologyKey()));
    var scope =
        new Scope(
            spread.honorsAffinity() ? Optional.of(rules.nodes()) : Optional.empty(),
            spread.honorsTaints() ? Optional.of(rules.tolerations()) : Optional.empty(),
            keys);
    var takesPart = scopes.computeIfAbsent(scope, fresh -> takingPart(rules, spread));
    var key =
        new TallyKey(
            kind.namespace,
            spread.pods(),
            spread.ofRelease() ? Optional.of(kind.release) : Optional.empty(),
            spread.topologyKey(),
            scope);
    var known = tallies.get(key);
    var tally = known != null ? known : tally(key, takesPart);
    int self = Matching.selects(spread.pods(), rules.labels()) ? 1 : 0;
    return new Measure(spread, tally, self, nodes);
  }

  private BitSet takingPart(Constraints rules, Spread spread) {
    var takingPart = new BitSet();
    for (int index = 0; index < nodes.size(); index++) {
      takingPart.set(index, Matching.isMeasured(nodes.get(index).facts, rules, spread));
    }
    return takingPart;
  }

  private Tally tally(TallyKey key, BitSet takesPart) {
    var tally = new Tally(key, takesPart);
    tallies.put(key, tally);
    talliesByLabel.put(key.pods, tally);
    groupsByLabel.findSelected(
        key.pods,
        it -> {
          if (key.counts(it)) {
            it.countedIn.add(tally);
            it.byNode.forEach(tally::change);
          }
        });
    return tally;
  }

  // --- finding who has to do with whom

  /// Selectors by a label that whatever they match has; or things by all of their labels.
  private static final class ByLabel<T> {
    private final Map<String, List<T>> byLabel = new HashMap<>();
    private final List<T> anywhere = new ArrayList<>();

    void put(Selector selector, T what) {
      var key = labels(selector);
      if (key.isEmpty()) {
        anywhere.add(what);
      } else {
        key.get().forEach(it -> byLabel.computeIfAbsent(it, fresh -> new ArrayList<>()).add(what));
      }
    }

    void putUnderAll(Map<String, String> labels, T what) {
      anywhere.add(what);
      labels.forEach((key, value) ->
          byLabel.computeIfAbsent(key + "=" + value, fresh -> new ArrayList<>()).add(what));
    }

    /// Of the selectors, those that may match.
    void find(Map<String, String> labels, Consumer<T> each) {
      anywhere.forEach(each);
      labels.forEach(
          (key, value) -> byLabel.getOrDefault(key + "=" + value, List.of()).forEach(each));
    }

    /// Of the things, those that may be matched.
    void findSelected(Selector selector, Consumer<T> each) {
      var key = labels(selector);
      if (key.isEmpty()) {
        anywhere.forEach(each);
      } else {
        key.get().forEach(it -> byLabel.getOrDefault(it, List.of()).forEach(each));
      }
    }

    /// Labels of which a match has exactly one.
    private static Optional<SortedSet<String>> labels(Selector selector) {
      for (Selector.Requirement each : selector.requirements()) {
        if (each.operator() == Operator.IN) {
          SortedSet<String> labels = new TreeSet<>();
          each.values().forEach(value -> labels.add(each.key() + "=" + value));
          return Optional.of(labels);
        }
      }
      return Optional.empty();
    }
  }
}
