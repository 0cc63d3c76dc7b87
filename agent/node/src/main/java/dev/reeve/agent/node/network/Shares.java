package dev.reeve.agent.node.network;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/// Weights as shares of a number of slots, one of which a random number picks.
final class Shares {
  /// So many slots at most: finer than a hundredth of a percent no share is.
  private static final int MOST = 10_000;

  private Shares() {}

  /// How many slots each weight has, in the order of the weights; each has one at least. Where it
  /// can be, the shares are exact; else the largest remainders get what is left over.
  static List<Integer> of(List<Integer> weights) {
    long divisor = 0;
    long all = 0;
    for (int weight : weights) {
      divisor = gcd(divisor, weight);
      all += weight;
    }
    if (all == 0) {
      return weights.stream().map(it -> 1).toList();
    }
    if (all / divisor <= Math.max(MOST, weights.size())) {
      var exact = new ArrayList<Integer>();
      for (int weight : weights) {
        exact.add((int) (weight / divisor));
      }
      return exact;
    }
    return rounded(weights, all, Math.max(MOST, weights.size()));
  }

  private static List<Integer> rounded(List<Integer> weights, long all, int slots) {
    var shares = new ArrayList<Integer>();
    var order = new ArrayList<Integer>();
    int left = slots;
    for (int i = 0; i < weights.size(); i++) {
      int share = (int) Math.max(1, (long) weights.get(i) * slots / all);
      shares.add(share);
      order.add(i);
      left -= share;
    }
    order.sort(
        Comparator.comparingLong((Integer i) -> (long) weights.get(i) * slots % all).reversed());
    for (int i = 0; left > 0; i = (i + 1) % order.size()) {
      int at = order.get(i);
      shares.set(at, shares.get(at) + 1);
      left--;
    }
    return Collections.unmodifiableList(shares);
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
