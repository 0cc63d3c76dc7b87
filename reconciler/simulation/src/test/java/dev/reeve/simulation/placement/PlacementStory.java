package dev.reeve.simulation.placement;

import dev.reeve.core.model.ClusterSettings.Scheduling;
import dev.reeve.core.model.Taint;
import dev.reeve.core.scheduling.Ledger;
import dev.reeve.core.scheduling.Ledger.Choice;
import dev.reeve.core.scheduling.NodeFacts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What happens in one small world, with the scheduler and the rules side by side.
final class PlacementStory {
  private static final int PODS = 6;
  private static final int MOVES = 7;
  private static final int REPLICAS = 3;

  private final String name;
  private final RandomWorld world;
  private final Scheduling scheduling;
  private final PlacementTally tally;
  private final SortedMap<String, NodeFacts> nodes = new TreeMap<>();
  private final List<Placed> placed = new ArrayList<>();
  private final List<String> events = new ArrayList<>();
  private final List<NodeFacts> yetToJoin = new ArrayList<>();
  private Ledger ledger;

  PlacementStory(String name, RandomWorld world, Scheduling scheduling, PlacementTally tally) {
    this.name = name;
    this.world = world;
    this.scheduling = scheduling;
    this.tally = tally;
    for (NodeFacts node : world.nodes()) {
      if (nodes.isEmpty() || !world.chance(8)) {
        nodes.put(node.name(), node);
      } else {
        yetToJoin.add(node);
      }
    }
    ledger = anew(nodes.values());
  }

  void tell() {
    if (world.chance(2)) {
      // What is there already need not be as the rules would have it.
      int there = world.below(PODS - 1);
      for (int i = 0; i < there; i++) {
        add(new Placed(world.pod(), someNode().name()));
      }
    }
    if (nodes.size() <= 3 && world.chance(10)) {
      tryAllAssignments();
    }
    for (int i = 0; i < MOVES; i++) {
      switch (world.below(5)) {
        case 0 -> removeOne();
        case 1 -> changeOne();
        default -> placeSome();
      }
    }
  }

  // --- what happens

  private void placeSome() {
    var pod = world.pod();
    var search = ledger.search(pod.workload(), pod.release(), pod.template(), REPLICAS);
    int count = 1 + world.below(2);
    for (int i = 0; i < count && placed.size() < PODS; i++) {
      var refusals = new PlacementRules(nodes.values(), placed).refusals(pod);
      tally.decision(refusals.values());
      var choice = search.next();
      switch (choice) {
        case Choice.Node(var node) -> {
          if (!refusals.getOrDefault(node, List.of(Refusal.OTHER_NODE)).isEmpty()) {
            throw failure(pod, choice, refusals);
          }
        }
        case Choice.Nowhere(var why) -> {
          if (!counts(why).equals(expectedCounts(pod, refusals))) {
            throw failure(pod, choice, refusals);
          }
        }
      }
      if (i == 0) {
        // A ledger is what was placed, however it came about.
        var same =
            anew(List.copyOf(nodes.values()).reversed())
                .search(pod.workload(), pod.release(), pod.template(), REPLICAS)
                .next();
        if (!same.equals(choice)) {
          events.add("anew: " + same);
          throw failure(pod, choice, refusals);
        }
      }
      if (!(choice instanceof Choice.Node(var node))) {
        return;
      }
      add(new Placed(pod, node));
    }
  }

  private void add(Placed pod) {
    events.add("add " + pod);
    placed.add(pod);
    ledger.add(pod.node(), pod.pod().workload(), pod.pod().release(), pod.pod().template());
  }

  private void removeOne() {
    if (!placed.isEmpty()) {
      remove(placed.remove(world.below(placed.size())));
    }
  }

  private void remove(Placed pod) {
    events.add("remove " + pod);
    ledger.remove(pod.node(), pod.pod().workload(), pod.pod().release(), pod.pod().template());
  }

  private void changeOne() {
    var node = yetToJoin.isEmpty() ? world.changed(someNode()) : yetToJoin.removeLast();
    events.add("change to " + node);
    nodes.put(node.name(), node);
    ledger.put(node);
    if (ledger.isStale()) {
      ledger = anew(nodes.values());
    }
  }

  private NodeFacts someNode() {
    return List.copyOf(nodes.values()).get(world.below(nodes.size()));
  }

  private Ledger anew(Collection<NodeFacts> inOrder) {
    var fresh = new Ledger(scheduling);
    inOrder.forEach(fresh::put);
    for (Placed each : placed.reversed()) {
      var pod = each.pod();
      fresh.add(each.node(), pod.workload(), pod.release(), pod.template());
    }
    return fresh;
  }

  // --- why nowhere

  /// `0/5 nodes are available: 2 Insufficient cpu, …`, taken apart.
  private SortedMap<String, Integer> counts(String why) {
    var counts = new TreeMap<String, Integer>();
    var head = "0/" + nodes.size() + " nodes are available: ";
    if (why.startsWith(head)) {
      for (String each : why.substring(head.length()).split(", ")) {
        int space = each.indexOf(' ');
        counts.put(each.substring(space + 1), Integer.parseInt(each.substring(0, space)));
      }
    }
    return counts;
  }

  /// Each node's first refusal, in Kubernetes' words; together they are as many as the nodes.
  private SortedMap<String, Integer> expectedCounts(
      PodFacts pod, SortedMap<String, List<Refusal>> refusals) {
    var counts = new TreeMap<String, Integer>();
    nodes.forEach((name, node) -> {
      var all = refusals.getOrDefault(name, List.of());
      var words = all.isEmpty() ? "nothing" : words(node, pod, all.getFirst());
      counts.merge(words, 1, Integer::sum);
    });
    return counts;
  }

  private String words(NodeFacts node, PodFacts pod, Refusal refusal) {
    return switch (refusal) {
      case UNSCHEDULABLE -> "node(s) were unschedulable";
      case OTHER_NODE -> "node(s) didn't match the requested node name";
      case SILENT, TAINT -> "node(s) had untolerated taint " + taint(node, pod);
      case NODE_AFFINITY -> "node(s) didn't match Pod's node affinity/selector";
      case PORTS -> "node(s) didn't have free ports for the requested pod ports";
      case PODS -> "Too many pods";
      case CPU -> "Insufficient cpu";
      case MEMORY -> "Insufficient memory";
      case STORAGE -> "Insufficient ephemeral-storage";
      case EXTENDED -> "Insufficient " + lacking(node, pod);
      case NO_DOMAIN ->
          "node(s) didn't match pod topology spread constraints (missing required label)";
      case SPREAD -> "node(s) didn't match pod topology spread constraints";
      case NEAR -> "node(s) didn't match pod affinity rules";
      case APART -> "node(s) didn't match pod anti-affinity rules";
      case KEPT_AWAY -> "node(s) didn't satisfy existing pods anti-affinity rules";
    };
  }

  private static String taint(NodeFacts node, PodFacts pod) {
    for (Taint taint : Matching.untolerated(node, pod.rules().tolerations())) {
      return "{" + taint.key() + ": " + taint.value() + "}";
    }
    return "{node.kubernetes.io/unreachable: }";
  }

  private String lacking(NodeFacts node, PodFacts pod) {
    for (Map.Entry<String, Long> each : pod.template().requests().extended().entrySet()) {
      long taken = 0;
      for (Placed other : placed) {
        taken +=
            other.node().equals(node.name())
                ? other.pod().template().requests().extended().getOrDefault(each.getKey(), 0L)
                : 0;
      }
      long all = node.allocatable().extended().getOrDefault(each.getKey(), 0L);
      if (each.getValue() > 0 && taken + each.getValue() > all) {
        return each.getKey();
      }
    }
    return "";
  }

  // --- every way there is

  /// A few pods one after the other, and beside it all ways to place them: the scheduler's is one
  /// of those, or ends where no way goes on.
  private void tryAllAssignments() {
    var pods = List.of(world.pod(), world.pod(), world.pod());
    var replay = new Replay(nodes.values());
    placed.forEach(it -> replay.place(it.pod(), it.node()));
    long fitting = fitting(replay, pods, 0);
    int before = placed.size();

    int next = 0;
    boolean isComplete = true;
    while (isComplete && next < pods.size()) {
      var pod = pods.get(next);
      var choice = ledger.search(pod.workload(), pod.release(), pod.template(), REPLICAS).next();
      if (choice instanceof Choice.Node(var node)) {
        if (!replay.place(pod, node).isEmpty()) {
          throw failure(pod, choice, new TreeMap<>());
        }
        add(new Placed(pod, node));
        next++;
      } else {
        isComplete = false;
      }
    }
    if (!isComplete && fitting(replay, pods.subList(next, next + 1), 0) > 0) {
      throw failure(pods.get(next), new Choice.Nowhere("all ways tried"), new TreeMap<>());
    }
    if (isComplete && fitting == 0) {
      throw failure(pods.getLast(), new Choice.Nowhere("no way"), new TreeMap<>());
    }
    tally.tree(fitting, isComplete);
    while (placed.size() > before) {
      remove(placed.removeLast());
    }
  }

  private long fitting(Replay replay, List<PodFacts> pods, int next) {
    if (next == pods.size()) {
      return 1;
    }
    long fitting = 0;
    for (String node : nodes.keySet()) {
      if (replay.place(pods.get(next), node).isEmpty()) {
        fitting += fitting(replay, pods, next + 1);
      }
      replay.remove(pods.get(next), node);
    }
    return fitting;
  }

  private AssertionError failure(
      PodFacts pod, Choice choice, SortedMap<String, List<Refusal>> refusals) {
    return new AssertionError(
        "%s, %s%nnodes:%n%s%nevents:%n%s%npod: %s%nchosen: %s%nrules: %s"
            .formatted(
                name, scheduling, lines(nodes.values()), lines(events), pod, choice, refusals));
  }

  private static String lines(Collection<?> all) {
    return all.stream().map(it -> "  " + it).collect(Collectors.joining("\n"));
  }
}
