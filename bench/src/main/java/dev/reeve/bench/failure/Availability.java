package dev.reeve.bench.failure;

import dev.reeve.core.model.ObjectKey;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// How many pods of each workload serve, looked at once a second.
final class Availability {
  private final SortedMap<ObjectKey, Integer> numbers = new TreeMap<>();
  private final int[] wanted;
  private final int[] serving;
  private final int[] secondsBelow;
  private final boolean[] everBelow;
  private final int[] longestBelow;
  private final long all;
  private double lowest = 1;
  private double lowestOfAny = 1;
  private int seconds;
  private int lastNotWhole;

  Availability(SortedMap<ObjectKey, Integer> replicas) {
    replicas.keySet().forEach(key -> numbers.put(key, numbers.size()));
    wanted = replicas.values().stream().mapToInt(Integer::intValue).toArray();
    serving = new int[wanted.length];
    secondsBelow = new int[wanted.length];
    longestBelow = new int[wanted.length];
    everBelow = new boolean[wanted.length];
    all = Arrays.stream(wanted).sum();
  }

  void won(ObjectKey workload) {
    serving[number(workload)]++;
  }

  void lost(ObjectKey workload) {
    serving[number(workload)]--;
  }

  /// Whether fewer serve than are wanted.
  boolean lacks(ObjectKey workload) {
    return serving[number(workload)] < wanted[number(workload)];
  }

  private int number(ObjectKey workload) {
    return Optional.ofNullable(numbers.get(workload)).orElseThrow();
  }

  boolean isWhole() {
    for (int i = 0; i < wanted.length; i++) {
      if (serving[i] < wanted[i]) {
        return false;
      }
    }
    return true;
  }

  void sample() {
    seconds++;
    long there = 0;
    for (int i = 0; i < wanted.length; i++) {
      int of = Math.min(serving[i], wanted[i]);
      there += of;
      lowestOfAny = Math.min(lowestOfAny, of / (double) wanted[i]);
      // A budget lets one be missing.
      boolean isBelow = of < wanted[i] - 1;
      secondsBelow[i] = isBelow ? secondsBelow[i] + 1 : 0;
      everBelow[i] |= isBelow;
      longestBelow[i] = Math.max(longestBelow[i], secondsBelow[i]);
    }
    lowest = Math.min(lowest, there / (double) all);
    if (there < all) {
      lastNotWhole = seconds;
    }
  }

  void forget() {
    lowest = 1;
    lowestOfAny = 1;
    seconds = 0;
    lastNotWhole = 0;
    Arrays.fill(secondsBelow, 0);
    Arrays.fill(longestBelow, 0);
    Arrays.fill(everBelow, false);
  }

  /// The lowest share of all pods, in percent.
  double lowestPercent() {
    return lowest * 100;
  }

  /// The lowest share of the pods of any workload, in percent.
  double lowestPercentOfAny() {
    return lowestOfAny * 100;
  }

  /// Workloads of which more were missing at some moment than their budget lets be missing.
  int below() {
    int count = 0;
    for (boolean was : everBelow) {
      count += was ? 1 : 0;
    }
    return count;
  }

  /// For how many seconds the one that was so for longest.
  int longestBelow() {
    return Arrays.stream(longestBelow).max().orElse(0);
  }

  /// Seconds until all pods served and went on to.
  int wholeAfter() {
    return lastNotWhole;
  }

  /// Pods that are missing now.
  long missing() {
    long missing = 0;
    for (int i = 0; i < wanted.length; i++) {
      missing += Math.max(0, wanted[i] - serving[i]);
    }
    return missing;
  }
}
