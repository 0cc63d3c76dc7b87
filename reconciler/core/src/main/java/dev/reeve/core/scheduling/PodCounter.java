package dev.reeve.core.scheduling;

import dev.reeve.core.model.Constraints.PodTerm;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/// How many pods of a description each domain of a topology has. Kept while a rule of some kind of
/// pods needs it.
final class PodCounter {
  /// What pods want of others in their domain.
  ///
  /// @param weight how much they like them there, or, below zero, dislike them; zero where they
  ///   keep them away
  record Wish(int weight) {
    static final Wish NONE_THERE = new Wish(0);

    boolean keepsAway() {
      return weight == 0;
    }
  }

  /// What is counted.
  ///
  /// @param terms pods that match each of them; their topology keys do not matter here
  /// @param release only pods of this release; empty for all
  /// @param among only pods on these nodes
  /// @param owners rather than the pods that match, those that have this term: what they want by it
  record Key(
      List<PodTerm> terms,
      String topologyKey,
      String release,
      Optional<NodeFilter.Key> among,
      Optional<Wish> owners) {
    /// Pods that match each of the terms, wherever they are.
    static Key of(List<PodTerm> terms, String topologyKey) {
      return new Key(terms, topologyKey, "", Optional.empty(), Optional.empty());
    }

    /// Pods that want this of those that match the term.
    static Key ofOwners(PodTerm term, Wish wish) {
      return new Key(List.of(term), term.topologyKey(), "", Optional.empty(), Optional.of(wish));
    }

    /// Whether it can change what is counted that a node gets or loses a taint, a cordon or its
    /// voice.
    boolean dependsOnTaints() {
      return among.flatMap(NodeFilter.Key::tolerations).isPresent();
    }
  }

  private final Key key;
  private final Topology topology;

  /// The nodes whose pods are counted, as they are now.
  private final IntPredicate isAmong;

  final IntCounts byDomain = new IntCounts();
  private long total;
  private int users;

  PodCounter(Key key, Topology topology, IntPredicate isAmong) {
    this.key = key;
    this.topology = topology;
    this.isAmong = isAmong;
  }

  Key key() {
    return key;
  }

  Topology topology() {
    return topology;
  }

  /// In all domains.
  long total() {
    return total;
  }

  boolean counts(PodKind kind) {
    if (!key.release.isEmpty() && !key.release.equals(kind.release())) {
      return false;
    }
    for (PodTerm term : key.terms) {
      if (!term.matches(kind.namespace(), kind.template().constraints().labels())) {
        return false;
      }
    }
    return true;
  }

  void count(int slot, int delta) {
    int domain = topology.of(slot);
    if (domain != Topology.NONE && isAmong.test(slot)) {
      byDomain.add(domain, delta);
      total += delta;
    }
  }

  /// Of the node's domain; zero where it is in none.
  int at(int slot) {
    int domain = topology.of(slot);
    return domain == Topology.NONE ? 0 : byDomain.get(domain);
  }

  void use() {
    users++;
  }

  /// Returns whether nobody needs it any more.
  boolean release() {
    users--;
    return users == 0;
  }
}
