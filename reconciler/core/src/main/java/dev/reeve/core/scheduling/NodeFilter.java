package dev.reeve.core.scheduling;

import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.Taint;
import dev.reeve.core.model.Toleration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Which nodes the pods of a description may go to by what the nodes are, whatever runs on them.
/// Worked out once for all workloads that ask alike, and again for a node that changes.
final class NodeFilter {
  /// @param tolerations empty: taints are not looked at
  record Key(
      Optional<String> nodeName,
      List<NodeTerm> nodes,
      Optional<List<Toleration>> tolerations,
      boolean ofCandidates) {
    /// Nodes that a pod may be placed on.
    static Key of(Constraints constraints) {
      return new Key(
          constraints.nodeName(),
          constraints.nodes(),
          Optional.of(constraints.tolerations()),
          true);
    }

    /// Nodes whose domains a spread is measured over.
    static Key of(Constraints constraints, Constraints.Spread spread) {
      return new Key(
          Optional.empty(),
          spread.honorsAffinity() ? constraints.nodes() : List.of(),
          spread.honorsTaints() ? Optional.of(constraints.tolerations()) : Optional.empty(),
          false);
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
    misfits[slot] = misfit(facts);
    eligible.clear();
  }

  Misfit at(int slot) {
    return misfits[slot];
  }

  boolean takes(int slot) {
    return misfits[slot] == Misfit.NONE;
  }

  /// How many nodes of each domain are taken, by domain.
  int[] eligible(Topology topology, int slots) {
    return eligible.getOrMake(topology, () -> count(topology, slots));
  }

  private int[] count(Topology topology, int slots) {
    int[] counts = new int[topology.domains()];
    for (int slot = 0; slot < slots; slot++) {
      int domain = topology.of(slot);
      if (domain != Topology.NONE && takes(slot)) {
        counts[domain]++;
      }
    }
    return counts;
  }

  private Misfit misfit(NodeFacts facts) {
    if (key.ofCandidates) {
      if (facts.isUnschedulable() && !tolerates(key.tolerations.orElseThrow(), Taint.CORDON)) {
        return Misfit.UNSCHEDULABLE;
      }
      if (key.nodeName.isPresent() && !key.nodeName.get().equals(facts.name())) {
        return Misfit.NAME;
      }
      if (!facts.isReady()) {
        return Misfit.TAINT;
      }
    }
    if (key.tolerations.isPresent() && untolerated(facts, key.tolerations.get()).isPresent()) {
      return Misfit.TAINT;
    }
    return matches(facts) ? Misfit.NONE : Misfit.AFFINITY;
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

  private boolean matches(NodeFacts facts) {
    if (key.nodes.isEmpty()) {
      return true;
    }
    for (NodeTerm term : key.nodes) {
      if (matches(term, facts)) {
        return true;
      }
    }
    return false;
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
