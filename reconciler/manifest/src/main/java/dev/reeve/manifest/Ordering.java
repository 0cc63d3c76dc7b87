package dev.reeve.manifest;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.schema.OrderSchema;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which workloads a workload waits for: those that it names (`depends-on`), and all of the next
/// lower wave of its namespace (`sync-wave`).
final class Ordering {
  private static final String DEPENDS_ON =
      "/metadata/annotations/" + OrderSchema.DEPENDS_ON.replace("/", "~1");

  private final Neighbours neighbours;
  private final SortedMap<ObjectKey, List<ObjectKey>> after = new TreeMap<>();

  private Ordering(Neighbours neighbours) {
    this.neighbours = neighbours;
  }

  /// For every object that has pods, sorted and distinct. What cannot be is a problem.
  static SortedMap<ObjectKey, List<ObjectKey>> of(Neighbours neighbours) {
    var ordering = new Ordering(neighbours);
    ordering.addWaves();
    ordering.addDependencies();
    ordering.refuseCycle();
    return ordering.after;
  }

  /// All of one wave share one list: a wave of a thousand behind another makes no million keys.
  private void addWaves() {
    var namespaces = new TreeMap<String, TreeMap<Integer, List<ObjectKey>>>();
    neighbours
        .entries()
        .forEach((key, entry) -> {
          if (entry.object().hasPods()) {
            namespaces
                .computeIfAbsent(key.namespace(), _ -> new TreeMap<>())
                .computeIfAbsent(entry.object().waits().wave(), _ -> new ArrayList<>())
                .add(key);
          }
        });
    for (TreeMap<Integer, List<ObjectKey>> waves : namespaces.values()) {
      List<ObjectKey> lower = List.of();
      for (List<ObjectKey> wave : waves.values()) {
        for (ObjectKey key : wave) {
          after.put(key, lower);
        }
        lower = List.copyOf(wave);
      }
    }
  }

  private void addDependencies() {
    for (Map.Entry<ObjectKey, List<ObjectKey>> waiting : after.entrySet()) {
      Catalog.Entry entry = entry(waiting.getKey());
      List<ObjectKey> named = entry.object().waits().dependsOn();
      if (named.isEmpty()) {
        continue;
      }
      SortedSet<ObjectKey> all = new TreeSet<>(waiting.getValue());
      for (ObjectKey key : named) {
        if (isFit(entry, key)) {
          all.add(key);
        }
      }
      waiting.setValue(List.copyOf(all));
    }
  }

  private boolean isFit(Catalog.Entry entry, ObjectKey key) {
    if (key.equals(entry.object().key())) {
      neighbours.refuse(entry, DEPENDS_ON, key + " waits for itself");
      return false;
    }
    Optional<Catalog.Entry> found = neighbours.find(entry, DEPENDS_ON, key);
    if (found.isPresent() && !found.get().object().hasPods()) {
      neighbours.refuse(entry, DEPENDS_ON, key + " has no pods to wait for");
    }
    return found.filter(it -> it.object().hasPods()).isPresent();
  }

  private Catalog.Entry entry(ObjectKey key) {
    return neighbours
        .entries()
        .get(key)
        .orElseThrow(() -> new IllegalStateException(key + " is not there"));
  }

  /// Waves alone have none, so that some member of a cycle names another.
  private void refuseCycle() {
    boolean isNamed =
        after.keySet().stream().anyMatch(key -> !entry(key).object().waits().dependsOn().isEmpty());
    List<ObjectKey> cycle = isNamed ? cycle() : List.of();
    if (cycle.isEmpty()) {
      return;
    }
    ObjectKey first =
        cycle.stream()
            .filter(key -> !entry(key).object().waits().dependsOn().isEmpty())
            .min(ObjectKey::compareTo)
            .orElse(cycle.getFirst());
    int start = cycle.indexOf(first);
    var round = new ArrayList<String>();
    for (int i = 0; i <= cycle.size(); i++) {
      round.add(cycle.get((start + i) % cycle.size()).toString());
    }
    neighbours.refuse(entry(first), DEPENDS_ON, "waits for itself: " + String.join(" -> ", round));
  }

  /// The first one that a walk in depth comes upon; empty where there is none.
  private List<ObjectKey> cycle() {
    Set<ObjectKey> done = new HashSet<>();
    for (ObjectKey start : after.keySet()) {
      SequencedMap<ObjectKey, Iterator<ObjectKey>> path = new LinkedHashMap<>();
      Deque<ObjectKey> next = new ArrayDeque<>(List.of(start));
      while (!next.isEmpty() || !path.isEmpty()) {
        if (!next.isEmpty()) {
          ObjectKey key = next.pop();
          if (path.containsKey(key)) {
            var keys = List.copyOf(path.keySet());
            return keys.subList(keys.indexOf(key), keys.size());
          }
          if (!done.contains(key)) {
            path.put(key, after.getOrDefault(key, List.of()).iterator());
          }
        }
        Map.Entry<ObjectKey, Iterator<ObjectKey>> last = path.lastEntry();
        if (last == null) {
          continue;
        }
        if (last.getValue().hasNext()) {
          next.push(last.getValue().next());
        } else {
          done.add(last.getKey());
          path.pollLastEntry();
        }
      }
    }
    return List.of();
  }
}
