package dev.reeve.core.scheduling;

import java.util.Arrays;

/// The domains that nodes fall into by one of their labels.
final class Topology {
  static final int NONE = -1;

  private final String key;
  private final Lookup<String, Integer> ids = new Lookup<>();
  private int[] domainOf = new int[0];

  Topology(String key) {
    this.key = key;
  }

  String key() {
    return key;
  }

  /// How many domains there ever were; ids are below that.
  int domains() {
    return ids.size();
  }

  /// The domain of a node; [#NONE] where it lacks the label.
  int of(int slot) {
    return domainOf[slot];
  }

  void put(int slot, NodeFacts facts) {
    if (slot >= domainOf.length) {
      int length = domainOf.length;
      domainOf = Arrays.copyOf(domainOf, Math.max(slot + 1, length * 2));
      Arrays.fill(domainOf, length, domainOf.length, NONE);
    }
    String value = facts.labels().get(key);
    domainOf[slot] = value == null ? NONE : id(value);
  }

  private int id(String value) {
    return ids.getOrMake(value, ids::size);
  }
}
