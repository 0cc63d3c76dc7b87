package dev.reeve.core.scheduling;

import org.jspecify.annotations.Nullable;

/// Nodes in buckets by how much of something they have left, and within a bucket by name: the order
/// in which a search meets them. It depends on what is placed and on nothing that happened before,
/// so a search gives the same answer in a copy as it does in the original.
final class CandidateOrder {
  /// Sixteen for each doubling, and one for nothing left.
  static final int BUCKETS = 700;

  private final @Nullable RankSet[] buckets = new RankSet[BUCKETS];
  private final int[] bucketOf;

  CandidateOrder(int nodes) {
    bucketOf = new int[nodes];
    java.util.Arrays.fill(bucketOf, -1);
  }

  /// The bucket of an amount; larger amounts are never in a smaller one.
  static int bucket(long amount) {
    if (amount <= 0) {
      return 0;
    }
    int exponent = 63 - Long.numberOfLeadingZeros(amount);
    long fraction = exponent >= 4 ? amount >>> (exponent - 4) : amount << (4 - exponent);
    return Math.min(BUCKETS - 1, 1 + exponent * 16 + (int) (fraction & 15));
  }

  void put(int rank, int bucket) {
    int before = bucketOf[rank];
    if (before == bucket) {
      return;
    }
    RankSet old = before < 0 ? null : buckets[before];
    if (old != null) {
      old.remove(rank);
    }
    RankSet set = buckets[bucket];
    if (set == null) {
      set = new RankSet(bucketOf.length);
      buckets[bucket] = set;
    }
    set.add(rank);
    bucketOf[rank] = bucket;
  }

  /// The first node of a bucket at or after `from`, or -1.
  int next(int bucket, int from) {
    RankSet set = buckets[bucket];
    return set == null || set.size() == 0 ? -1 : set.next(from);
  }
}
