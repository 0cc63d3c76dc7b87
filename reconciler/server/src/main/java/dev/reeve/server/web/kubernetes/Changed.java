package dev.reeve.server.web.kubernetes;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.state.PagedMap;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.manifest.Catalog;
import java.util.Collections;
import java.util.Iterator;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Which parts of the state differ between two snapshots. Values are compared by reference: what a
/// step did not touch is the same object.
record Changed(
    SortedSet<ObjectKey> workloads, SortedSet<String> nodes, SortedSet<ObjectKey> objects) {

  static Changed between(Snapshot before, Snapshot after) {
    return new Changed(
        keys(before.root().workloads(), after.root().workloads(), WorkloadState::key),
        keys(before.root().nodes(), after.root().nodes(), node -> node.name()),
        objects(before.catalog(), after.catalog()));
  }

  Changed and(Changed next) {
    return new Changed(
        union(workloads, next.workloads), union(nodes, next.nodes), union(objects, next.objects));
  }

  private static <T> SortedSet<T> union(SortedSet<T> a, SortedSet<T> b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() ? b : a;
    }
    var both = new TreeSet<>(a);
    both.addAll(b);
    return both;
  }

  /// Keys of values that only one of two maps has, walked side by side in key order.
  @SuppressWarnings("ReferenceEquality")
  static <K extends Comparable<K>, V> SortedSet<K> keys(
      PagedMap<K, V> before, PagedMap<K, V> after, Function<V, K> key) {
    if (before == after) {
      return Collections.emptySortedSet();
    }
    var changed = new TreeSet<K>();
    Iterator<V> olds = before.values().iterator();
    Iterator<V> news = after.values().iterator();
    V old = next(olds);
    V now = next(news);
    while (old != null || now != null) {
      if (old == now) {
        old = next(olds);
        now = next(news);
        continue;
      }
      int order = old == null ? 1 : now == null ? -1 : key.apply(old).compareTo(key.apply(now));
      if (order <= 0 && old != null) {
        changed.add(key.apply(old));
        old = next(olds);
      }
      if (order >= 0 && now != null) {
        changed.add(key.apply(now));
        now = next(news);
      }
    }
    return changed;
  }

  private static <V> @Nullable V next(Iterator<V> values) {
    return values.hasNext() ? values.next() : null;
  }

  @SuppressWarnings("ReferenceEquality")
  private static SortedSet<ObjectKey> objects(Catalog before, Catalog after) {
    if (before == after) {
      return Collections.emptySortedSet();
    }
    SortedMap<ObjectKey, Catalog.Entry> left = new TreeMap<>(before.entries());
    var changed = new TreeSet<ObjectKey>();
    after
        .entries()
        .forEach((key, entry) -> {
          Catalog.Entry old = left.remove(key);
          if (old == null || old.object() != entry.object()) {
            changed.add(key);
          }
        });
    changed.addAll(left.keySet());
    return changed;
  }
}
