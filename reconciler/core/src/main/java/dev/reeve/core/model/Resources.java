package dev.reeve.core.model;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongBinaryOperator;

/// An amount of a node: CPU in thousandths of a core, memory and ephemeral storage in bytes, and
/// extended resources (`nvidia.com/gpu`, `hugepages-2Mi`) in their own units.
public record Resources(
    long cpuMillis, long memoryBytes, long storageBytes, SortedMap<String, Long> extended) {
  private static final SortedMap<String, Long> NO_EXTENDED =
      Collections.unmodifiableSortedMap(new TreeMap<>());
  public static final Resources NONE = new Resources(0, 0);

  public Resources {
    extended =
        extended.isEmpty()
            ? NO_EXTENDED
            : Collections.unmodifiableSortedMap(new TreeMap<>(extended));
  }

  public Resources(long cpuMillis, long memoryBytes) {
    this(cpuMillis, memoryBytes, 0, NO_EXTENDED);
  }

  public Resources plus(Resources other) {
    return new Resources(
        cpuMillis + other.cpuMillis,
        memoryBytes + other.memoryBytes,
        storageBytes + other.storageBytes,
        combined(other, Long::sum));
  }

  public Resources minus(Resources other) {
    return new Resources(
        cpuMillis - other.cpuMillis,
        memoryBytes - other.memoryBytes,
        storageBytes - other.storageBytes,
        combined(other, (mine, theirs) -> mine - theirs));
  }

  /// For each amount the larger of the two: what init containers and app containers need together.
  public Resources max(Resources other) {
    return new Resources(
        Math.max(cpuMillis, other.cpuMillis),
        Math.max(memoryBytes, other.memoryBytes),
        Math.max(storageBytes, other.storageBytes),
        combined(other, Math::max));
  }

  /// Whether a node that has so much left can take it. What is not asked for always fits, even
  /// where more is promised than there is; storage that a node does not tell of (`limitsStorage`
  /// false) is not limited.
  public boolean fitsIn(Resources left, boolean limitsStorage) {
    return fits(cpuMillis, left.cpuMillis)
        && fits(memoryBytes, left.memoryBytes)
        && (!limitsStorage || fits(storageBytes, left.storageBytes))
        && extended.entrySet().stream()
            .allMatch(it -> fits(it.getValue(), left.extended.getOrDefault(it.getKey(), 0L)));
  }

  private static boolean fits(long wanted, long left) {
    return wanted <= 0 || wanted <= left;
  }

  private SortedMap<String, Long> combined(Resources other, LongBinaryOperator operator) {
    if (other.extended.isEmpty()) {
      return extended;
    }
    var all = new TreeMap<>(extended);
    other.extended.forEach((name, amount) ->
        all.put(name, operator.applyAsLong(extended.getOrDefault(name, 0L), amount)));
    return all;
  }
}
