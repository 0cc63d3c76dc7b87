package dev.reeve.simulation.placement;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ClusterSettings.Scheduling;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Taint;
import dev.reeve.core.scheduling.Ledger;
import dev.reeve.core.scheduling.Ledger.Choice;
import dev.reeve.core.scheduling.NodeFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A cluster of an example. Whatever is asked of it, the rules and the scheduler must agree.
final class SmallCluster {
  private final SortedMap<String, NodeFacts> nodes = new TreeMap<>();
  private final List<Placed> placed = new ArrayList<>();

  /// @param labels `key=value`, and a comma between two
  SmallCluster node(String name, String labels, Taint... taints) {
    return node(name, labels, new Resources(4_000, 8L << 30), taints);
  }

  SmallCluster node(String name, String labels, Resources allocatable, Taint... taints) {
    nodes.put(
        name,
        new NodeFacts(
            name, allocatable, 110, TestPod.labels(labels), List.of(taints), true, false));
    return this;
  }

  SmallCluster cordoned(String name, String labels) {
    var it = requireNonNull(node(name, labels).nodes.get(name));
    nodes.put(
        name, new NodeFacts(name, it.allocatable(), 110, it.labels(), it.taints(), true, true));
    return this;
  }

  SmallCluster running(TestPod pod, String... onNodes) {
    for (String node : onNodes) {
      placed.add(new Placed(pod.facts(), node));
    }
    return this;
  }

  /// Places the pod and says where; nowhere, and empty, where it stays Pending.
  String place(TestPod pod) {
    var allowed = nodesFor(pod);
    if (choose(pod.facts(), Scheduling.SPREAD) instanceof Choice.Node(var node)) {
      assertThat(allowed).contains(node);
      placed.add(new Placed(pod.facts(), node));
      return node;
    }
    assertThat(allowed).isEmpty();
    return "";
  }

  /// Every node that may take the pod. The scheduler is asked for each by its name.
  List<String> nodesFor(TestPod pod) {
    var byRules = new ArrayList<String>();
    var byScheduler = new ArrayList<String>();
    var refusals = new PlacementRules(nodes.values(), placed).refusals(pod.facts());
    refusals.forEach((node, why) -> {
      if (why.isEmpty()) {
        byRules.add(node);
      }
      boolean isNamed = pod.facts().rules().nodeName().map(node::equals).orElse(true);
      if (isNamed && choose(pod.facts(Optional.of(node)), Scheduling.PACK) instanceof Choice.Node) {
        byScheduler.add(node);
      }
    });
    assertThat(byScheduler).as("the scheduler's view").isEqualTo(byRules);
    return byRules;
  }

  /// What a person is told of a pod that stays Pending.
  String why(TestPod pod) {
    return switch (choose(pod.facts(), Scheduling.PACK)) {
      case Choice.Node(var node) -> node + " takes it";
      case Choice.Nowhere(var why) -> why;
    };
  }

  private Choice choose(PodFacts pod, Scheduling scheduling) {
    var ledger = new Ledger(scheduling);
    nodes.values().forEach(ledger::put);
    for (Placed each : placed) {
      var it = each.pod();
      ledger.add(each.node(), it.workload(), it.release(), it.template());
    }
    return ledger.search(pod.workload(), pod.release(), pod.template(), 3).next();
  }
}
