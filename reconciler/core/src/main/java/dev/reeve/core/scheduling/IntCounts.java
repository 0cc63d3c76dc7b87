package dev.reeve.core.scheduling;

import java.util.Arrays;

/// Counts by small whole numbers, most of which are zero. What is not counted takes no room: with a
/// million pods there are as many of these as there are workloads, and most hold a few entries.
final class IntCounts {
  private static final int FREE = -1;

  private int[] keys = new int[4];
  private int[] counts = new int[4];
  private int size;

  IntCounts() {
    Arrays.fill(keys, FREE);
  }

  /// Of how many keys the count is not zero.
  int size() {
    return size;
  }

  int get(int key) {
    int at = find(key);
    return keys[at] == key ? counts[at] : 0;
  }

  void add(int key, int delta) {
    int at = find(key);
    if (keys[at] != key) {
      if ((size + 1) * 4 > keys.length * 3) {
        grow();
        at = find(key);
      }
      keys[at] = key;
      counts[at] = 0;
      size++;
    }
    counts[at] += delta;
    if (counts[at] == 0) {
      removeAt(at);
    }
  }

  /// In no order that means anything: for sums.
  void forEach(Each action) {
    for (int i = 0; i < keys.length; i++) {
      if (keys[i] != FREE) {
        action.accept(keys[i], counts[i]);
      }
    }
  }

  interface Each {
    void accept(int key, int count);
  }

  private int find(int key) {
    int mask = keys.length - 1;
    int at = (key * 0x9E3779B9 >>> 7) & mask;
    while (keys[at] != FREE && keys[at] != key) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void grow() {
    int[] oldKeys = keys;
    int[] oldCounts = counts;
    keys = new int[oldKeys.length * 2];
    counts = new int[keys.length];
    Arrays.fill(keys, FREE);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != FREE) {
        int at = find(oldKeys[i]);
        keys[at] = oldKeys[i];
        counts[at] = oldCounts[i];
      }
    }
  }

  /// What follows without a gap is put in again, so that it is still found.
  private void removeAt(int hole) {
    int mask = keys.length - 1;
    keys[hole] = FREE;
    size--;
    for (int i = (hole + 1) & mask; keys[i] != FREE; i = (i + 1) & mask) {
      int key = keys[i];
      int count = counts[i];
      keys[i] = FREE;
      int at = find(key);
      keys[at] = key;
      counts[at] = count;
    }
  }
}
