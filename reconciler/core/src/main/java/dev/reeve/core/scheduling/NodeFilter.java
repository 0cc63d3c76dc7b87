package dev.reeve.core.scheduling;

import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.Constraints.Spread;
import dev.reeve.core.model.Taint;
import dev.reeve.core.model.Toleration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Which nodes the pods of a description may go to by what the nodes are, whatever runs on them.
/// Worked out once for all workloads that ask alike, and again for a node that changes.
final class NodeFilter {
  /// @param tolerations empty: taints, a cordon and silence are not looked at
  /// @param labels that a node must have, whatever their values
  record Key(
      Optional<String> nodeName,
      List<NodeTerm> nodes,
      Optional<List<Toleration>> tolerations,
      List<String> labels) {
    /// Nodes that a pod may be placed on.
    static Key of(Constraints constraints) {
      return new Key(
          constraints.nodeName(),
          constraints.nodes(),
          Optional.of(constraints.tolerations()),
          List.of());
    }

    /// Nodes whose domains and pods a spread is measured over: they have the labels of all
    /// constraints that are measured with it.
    static Key of(Constraints constraints, Spread spread) {
      return new Key(
          Optional.empty(),
          spread.honorsAffinity() ? constraints.nodes() : List.of(),
          spread.honorsTaints() ? Optional.of(constraints.tolerations()) : Optional.empty(),
          constraints.spread().stream()
              .filter(it -> it.required() == spread.required())
              .map(Spread::topologyKey)
              .filter(it -> !it.equals(spread.topologyKey()))
              .distinct()
              .sorted()
              .toList());
    }

    /// Every node matches, and always will.
    boolean isOfAll() {
      return nodeName.isEmpty() && nodes.isEmpty() && tolerations.isEmpty() && labels.isEmpty();
    }

    Misfit at(NodeFacts facts) {
      if (tolerations.isPresent()
          && facts.isUnschedulable()
          && !tolerates(tolerations.get(), Taint.CORDON)) {
        return Misfit.UNSCHEDULABLE;
      }
      if (nodeName.isPresent() && !nodeName.get().equals(facts.name())) {
        return Misfit.NAME;
      }
      if (tolerations.isPresent()
          && (!facts.isReady() || untolerated(facts, tolerations.get()).isPresent())) {
        return Misfit.TAINT;
      }
      if (!matches(facts)) {
        return Misfit.AFFINITY;
      }
      return facts.labels().keySet().containsAll(labels) ? Misfit.NONE : Misfit.SPREAD_LABEL;
    }

    private boolean matches(NodeFacts facts) {
      if (nodes.isEmpty()) {
        return true;
      }
      for (NodeTerm term : nodes) {
        if (NodeFilter.matches(term, facts)) {
          return true;
        }
      }
      return false;
    }
  }

  private final Key key;
  private Misfit[] misfits = new Misfit[0];
  private final Lookup<Topology, int[]> eligible = new Lookup<>();

  NodeFilter(Key key) {
    this.key = key;
  }

  void put(int slot, NodeFacts facts) {
    if (slot >= misfits.length) {
      misfits = Arrays.copyOf(misfits, Math.max(slot + 1, misfits.length * 2));
    }
    misfits[slot] = key.at(facts);
    eligible.clear();
  }

  Misfit at(int slot) {
    return misfits[slot];
  }

  boolean takes(int slot) {
    return misfits[slot] == Misfit.NONE;
  }

  /// How many nodes of each domain are taken, by domain; the last are those that are in none.
  int[] eligible(Topology topology, int slots) {
    return eligible.getOrMake(topology, () -> count(topology, slots));
  }

  private int[] count(Topology topology, int slots) {
    int none = topology.domains();
    int[] counts = new int[none + 1];
    for (int slot = 0; slot < slots; slot++) {
      int domain = topology.of(slot);
      if (takes(slot)) {
        counts[domain == Topology.NONE ? none : domain]++;
      }
    }
    return counts;
  }

  /// The taint that keeps pods with these tolerations off the node.
  static Optional<Taint> untolerated(NodeFacts facts, List<Toleration> tolerations) {
    for (Taint taint : facts.taints()) {
      boolean keepsOff = taint.effect() != Taint.Effect.PREFER_NO_SCHEDULE;
      if (keepsOff && !tolerates(tolerations, taint)) {
        return Optional.of(taint);
      }
    }
    return Optional.empty();
  }

  private static boolean tolerates(List<Toleration> tolerations, Taint taint) {
    return tolerations.stream().anyMatch(it -> it.tolerates(taint));
  }

  static boolean matches(NodeTerm term, NodeFacts facts) {
    if (!term.labels().matches(facts.labels())) {
      return false;
    }
    if (term.names().requirements().isEmpty()) {
      return true;
    }
    var name = new TreeMap<String, String>();
    name.put("metadata.name", facts.name());
    return term.names().matches(name);
  }
}
