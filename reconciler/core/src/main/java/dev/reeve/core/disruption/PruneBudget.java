package dev.reeve.core.disruption;

import dev.reeve.core.model.ObjectKey;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Whether a commit may remove what it would remove. A share of the objects may go; five may always
/// go, but never by that allowance the last object of a namespace, nor an object whose loss loses
/// more than itself.
public final class PruneBudget {
  private static final int ALWAYS = 5;
  private static final List<String> PRECIOUS =
      List.of("Namespace", "PersistentVolume", "PersistentVolumeClaim", "StatefulSet", "Node");

  private PruneBudget() {}

  /// @param present keys of the last accepted state
  /// @param deletions those that the new state lacks and nobody approved
  /// @param percent of `present` that may go
  public static boolean allows(
      SortedSet<ObjectKey> present, SortedSet<ObjectKey> deletions, int percent) {
    if (deletions.isEmpty() || deletions.size() <= (long) present.size() * percent / 100) {
      return true;
    }
    return deletions.size() <= ALWAYS
        && deletions.stream().noneMatch(key -> PRECIOUS.contains(key.kind()))
        && !emptiesANamespace(present, deletions);
  }

  private static boolean emptiesANamespace(
      SortedSet<ObjectKey> present, SortedSet<ObjectKey> deletions) {
    var left = new TreeMap<String, Integer>();
    for (ObjectKey key : present) {
      if (!key.isClusterScoped()) {
        left.merge(key.namespace(), deletions.contains(key) ? 0 : 1, Integer::sum);
      }
    }
    var touched = new TreeSet<String>();
    deletions.forEach(key -> touched.add(key.namespace()));
    return touched.stream().anyMatch(namespace -> left.getOrDefault(namespace, 1) == 0);
  }
}
