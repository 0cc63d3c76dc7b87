package dev.reeve.core.scheduling;

import dev.reeve.core.model.Constraints.PodTerm;
import java.util.List;

/// How many pods of a description each domain of a topology has. Kept while a rule of some kind of
/// pods needs it.
final class PodCounter {
  /// What is counted.
  ///
  /// @param terms pods that match each of them; their topology keys do not matter here
  /// @param release only pods of this release; empty for all
  /// @param owners rather than the pods that match, those that have this term among the ones that
  ///   keep pods apart
  record Key(List<PodTerm> terms, String topologyKey, String release, boolean owners) {}

  private final Key key;
  private final Topology topology;
  final IntCounts byDomain = new IntCounts();
  private long total;
  private int users;

  PodCounter(Key key, Topology topology) {
    this.key = key;
    this.topology = topology;
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
    if (domain != Topology.NONE) {
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
