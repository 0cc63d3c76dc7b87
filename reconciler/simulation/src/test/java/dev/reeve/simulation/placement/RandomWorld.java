package dev.reeve.simulation.placement;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.Constraints.PodTerm;
import dev.reeve.core.model.Constraints.Spread;
import dev.reeve.core.model.Constraints.Weighted;
import dev.reeve.core.model.HostPort;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.Selector.Operator;
import dev.reeve.core.model.Selector.Requirement;
import dev.reeve.core.model.Taint;
import dev.reeve.core.model.Toleration;
import dev.reeve.core.scheduling.NodeFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/// A few nodes and a few kinds of pods, in which some rules matter and the others never do.
final class RandomWorld {
  static final String HOST = "kubernetes.io/hostname";
  static final String ZONE = "topology.kubernetes.io/zone";

  /// What a world is about.
  enum Rule {
    RESOURCES,
    EXTENDED,
    PLACES,
    PORTS,
    NODE_NAME,
    CORDON,
    SILENCE,
    TAINTS,
    NODE_SELECTOR,
    NODE_AFFINITY,
    NEAR,
    APART,
    KEPT_AWAY,
    SPREAD,
    NAMESPACES
  }

  private final SplittableRandom random;
  private final Set<Rule> rules;
  private final List<NodeFacts> nodes = new ArrayList<>();
  private final List<PodFacts> kinds = new ArrayList<>();

  /// Whether nodes may lack a label that makes domains.
  private final boolean isRagged;

  RandomWorld(SplittableRandom random, Set<Rule> rules) {
    this.random = random;
    this.rules = rules;
    isRagged = chance(3);
    // How domains compare shows only where there are some.
    int least = isAbout(Rule.NEAR, Rule.APART, Rule.KEPT_AWAY, Rule.SPREAD) ? 3 : 1;
    int nodeCount = least + random.nextInt(6 - least);
    for (int i = 0; i < nodeCount; i++) {
      nodes.add(node("n" + i));
    }
    int kindCount = 1 + random.nextInt(3);
    for (int i = 0; i < kindCount; i++) {
      kinds.add(i > 0 && chance(3) ? nextRelease(kinds.getFirst(), i) : kind(i));
    }
  }

  List<NodeFacts> nodes() {
    return nodes;
  }

  /// A pod of one of the few kinds.
  PodFacts pod() {
    return pick(kinds);
  }

  NodeFacts someNode() {
    return pick(nodes);
  }

  /// The same node after something happened to it.
  NodeFacts changed(NodeFacts node) {
    var fresh = node(node.name());
    return switch (random.nextInt(4)) {
      case 0 -> with(node, node.labels(), node.taints(), fresh.isReady(), node.isUnschedulable());
      case 1 -> with(node, node.labels(), node.taints(), node.isReady(), fresh.isUnschedulable());
      case 2 -> with(node, node.labels(), fresh.taints(), node.isReady(), node.isUnschedulable());
      default -> fresh;
    };
  }

  private static NodeFacts with(
      NodeFacts node,
      SortedMap<String, String> labels,
      List<Taint> taints,
      boolean isReady,
      boolean isUnschedulable) {
    return new NodeFacts(
        node.name(), node.allocatable(), node.maxPods(), labels, taints, isReady, isUnschedulable);
  }

  // --- chance

  private boolean isAbout(Rule... any) {
    for (Rule rule : any) {
      if (rules.contains(rule)) {
        return true;
      }
    }
    return false;
  }

  boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  @SafeVarargs
  private <T> T any(T... values) {
    return values[random.nextInt(values.length)];
  }

  private <T> T pick(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private <T> List<T> some(int least, int most, Supplier<T> each) {
    var list = new ArrayList<T>();
    int count = least + random.nextInt(most - least + 1);
    for (int i = 0; i < count; i++) {
      list.add(each.get());
    }
    return list;
  }

  // --- nodes

  private NodeFacts node(String name) {
    var extended = new TreeMap<String, Long>();
    if (isAbout(Rule.EXTENDED)) {
      put(extended, "nvidia.com/gpu", any(0L, 0L, 1L, 2L));
      put(extended, "example.com/fpga", any(0L, 1L));
    }
    boolean isScarce = isAbout(Rule.RESOURCES);
    long cpu = isScarce ? any(0L, 1000L, 2000L, 3000L) : 100_000;
    long memory = isScarce ? any(1L, 2L, 3L) << 30 : 1L << 40;
    long storage = isScarce ? any(0L, 10L, 20L) << 30 : 0;
    return new NodeFacts(
        name,
        new Resources(cpu, memory, storage, extended),
        isAbout(Rule.PLACES) ? random.nextInt(4) : 110,
        nodeLabels(name),
        isAbout(Rule.TAINTS) ? some(0, 2, this::taint) : List.of(),
        !isAbout(Rule.SILENCE) || !chance(3),
        isAbout(Rule.CORDON) && chance(2));
  }

  private static void put(SortedMap<String, Long> amounts, String name, long amount) {
    if (amount > 0) {
      amounts.put(name, amount);
    }
  }

  private SortedMap<String, String> nodeLabels(String name) {
    var labels = new TreeMap<String, String>();
    if (!isRagged || !chance(6)) {
      // Two nodes of one host name are one domain.
      labels.put(HOST, chance(20) ? "n0" : name);
    }
    if (!isRagged || !chance(3)) {
      labels.put(ZONE, any("a", "a", "b", "c"));
    }
    if (chance(2)) {
      labels.put("disk", any("ssd", "hdd"));
    }
    if (chance(2)) {
      labels.put("generation", any("3", "5", "007", "x5", "9223372036854775807"));
    }
    return labels;
  }

  private Taint taint() {
    return new Taint(any("k1", "k2"), any("", "v1", "v2"), any(Taint.Effect.values()));
  }

  // --- pods

  private PodFacts kind(int number) {
    var namespace = isAbout(Rule.NAMESPACES) ? any("shop", "bank") : "shop";
    // Several releases of one workload, or several workloads.
    var workload = new ObjectKey("Deployment", namespace, any("web", "db"));
    var release = "r" + (chance(3) ? 0 : number);
    var template =
        new PodTemplate(
            "hash" + number,
            requests(),
            constraints(namespace),
            isAbout(Rule.PORTS) ? List.copyOf(new TreeSet<>(some(0, 2, this::port))) : List.of(),
            Optional.empty(),
            true,
            List.of("app"),
            Bytes.utf8("{}"));
    return new PodFacts(workload, release, template);
  }

  /// Of an image of its own, and of nothing else.
  private static PodFacts nextRelease(PodFacts pod, int number) {
    return new PodFacts(pod.workload(), "r" + number, pod.template());
  }

  private HostPort port() {
    return new HostPort(any("TCP", "UDP"), any(80, 443));
  }

  private Resources requests() {
    var extended = new TreeMap<String, Long>();
    if (isAbout(Rule.EXTENDED)) {
      put(extended, "nvidia.com/gpu", any(0L, 1L, 1L, 2L));
      put(extended, "example.com/fpga", any(0L, 0L, 1L));
      if (chance(8)) {
        extended.put("example.com/none", any(0L, 1L));
      }
    }
    if (!isAbout(Rule.RESOURCES)) {
      return new Resources(any(0L, 100L), any(0L, 1L << 20), 0, extended);
    }
    return new Resources(
        any(0L, 400L, 1000L, 1500L),
        any(0L, 1L << 29, 1L << 30, 3L << 29),
        any(0L, 0L, 4L << 30, 11L << 30),
        extended);
  }

  private Constraints constraints(String namespace) {
    var labels = new TreeMap<String, String>();
    labels.put("app", any("x", "x", "y"));
    if (chance(2)) {
      labels.put("tier", any("p", "q"));
    }
    boolean isChoosy = chance(4);
    return new Constraints(
        labels,
        isAbout(Rule.NODE_NAME) && chance(2)
            ? Optional.of("n" + random.nextInt(6))
            : Optional.empty(),
        nodeTerms(),
        isChoosy ? some(0, 2, () -> weighted(nodeTerm(true))) : List.of(),
        isAbout(Rule.NEAR, Rule.NAMESPACES) ? podTerms(namespace) : List.of(),
        isChoosy ? some(0, 1, () -> weighted(podTerm(namespace))) : List.of(),
        isAbout(Rule.APART, Rule.KEPT_AWAY, Rule.NAMESPACES) ? podTerms(namespace) : List.of(),
        isChoosy ? some(0, 1, () -> weighted(podTerm(namespace))) : List.of(),
        isAbout(Rule.TAINTS, Rule.CORDON) ? some(0, 2, this::toleration) : List.of(),
        isAbout(Rule.SPREAD) ? some(1, 2, this::spread) : List.of(),
        0,
        true);
  }

  private <T> Weighted<T> weighted(T term) {
    return new Weighted<>(1 + random.nextInt(100), term);
  }

  private Toleration toleration() {
    var key = any("", "k1", "k1", "k2", "node.kubernetes.io/unschedulable");
    // A toleration of every key has no value to compare.
    boolean isEqual = !key.isEmpty() && chance(2);
    var effect =
        chance(2) ? Optional.<Taint.Effect>empty() : Optional.of(any(Taint.Effect.values()));
    return new Toleration(
        key, isEqual, isEqual ? any("", "v1", "v2") : "", effect, Optional.empty());
  }

  // --- node terms

  private List<NodeTerm> nodeTerms() {
    if (isAbout(Rule.NODE_AFFINITY)) {
      return some(0, 2, () -> nodeTerm(true));
    }
    return isAbout(Rule.NODE_SELECTOR) ? some(0, 1, () -> nodeTerm(false)) : List.of();
  }

  private NodeTerm nodeTerm(boolean hasExpressions) {
    if (!hasExpressions) {
      var labels = new TreeMap<String, String>();
      labels.put("disk", any("ssd", "hdd"));
      if (chance(3)) {
        labels.put(ZONE, any("a", "b"));
      }
      return new NodeTerm(Selector.ofLabels(labels), Selector.EVERYTHING);
    }
    var names =
        chance(5)
            ? new Selector(
                List.of(
                    new Requirement(
                        "metadata.name",
                        any(Operator.IN, Operator.NOT_IN),
                        List.of("n" + random.nextInt(5)))))
            : Selector.EVERYTHING;
    return new NodeTerm(new Selector(some(0, 2, this::nodeRequirement)), names);
  }

  private Requirement nodeRequirement() {
    var operator = any(Operator.values());
    return switch (operator) {
      case IN, NOT_IN ->
          new Requirement(any("disk", ZONE), operator, among("ssd", "hdd", "a", "b"));
      case EXISTS, DOES_NOT_EXIST ->
          new Requirement(any("disk", "generation", ZONE), operator, List.of());
      case GREATER_THAN, LESS_THAN ->
          new Requirement("generation", operator, List.of(any("4", "5", "6")));
    };
  }

  private List<String> among(String... values) {
    return some(1, 3, () -> any(values));
  }

  // --- pod terms

  private List<PodTerm> podTerms(String namespace) {
    return some(0, 2, () -> podTerm(namespace));
  }

  private PodTerm podTerm(String namespace) {
    var namespaces = new TreeSet<String>();
    boolean isEverywhere = false;
    if (isAbout(Rule.NAMESPACES)) {
      isEverywhere = chance(4);
      if (!isEverywhere) {
        namespaces.addAll(some(1, 2, () -> any("shop", "bank")));
      }
    } else {
      namespaces.add(namespace);
    }
    return new PodTerm(podSelector(), namespaces, isEverywhere, any(HOST, ZONE));
  }

  private Selector podSelector() {
    return switch (random.nextInt(8)) {
      case 0 -> chance(2) ? Selector.EVERYTHING : Selector.NOTHING;
      case 1, 2 -> new Selector(some(1, 2, this::podRequirement));
      default -> {
        var labels = new TreeMap<String, String>();
        labels.put("app", any("x", "x", "y"));
        yield Selector.ofLabels(labels);
      }
    };
  }

  private Requirement podRequirement() {
    var operator = any(Operator.IN, Operator.NOT_IN, Operator.EXISTS, Operator.DOES_NOT_EXIST);
    return switch (operator) {
      case IN, NOT_IN -> new Requirement(any("app", "tier"), operator, among("x", "y", "p"));
      default -> new Requirement(any("app", "tier"), operator, List.of());
    };
  }

  private Spread spread() {
    return new Spread(
        1 + random.nextInt(2),
        1 + random.nextInt(4),
        !chance(6),
        podSelector(),
        any(HOST, ZONE),
        !chance(4),
        chance(3),
        chance(3));
  }
}
