package dev.reeve.server.web.kubernetes;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.state.VolumeBook;
import dev.reeve.manifest.Catalog;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;

/// Which parts of the state differ between two snapshots. Values are compared by reference: what a
/// step did not touch is the same object.
///
/// @param objects whose text differs, Services that are served by others than before, claims and
///   volumes of which other things are known, and autoscalers that have looked again
record Changed(
    SortedSet<ObjectKey> workloads, SortedSet<String> nodes, SortedSet<ObjectKey> objects) {

  static Changed between(Snapshot before, Snapshot after) {
    return new Changed(
        keys(before.root().workloads(), after.root().workloads()),
        keys(before.root().nodes(), after.root().nodes()),
        union(
            union(
                objects(before.catalog(), after.catalog()),
                keys(before.root().routes().services(), after.root().routes().services())),
            union(
                volumes(before.root().volumes(), after.root().volumes()),
                autoscalers(before, after))));
  }

  /// Those that have looked again, by the names of their own.
  private static SortedSet<ObjectKey> autoscalers(Snapshot before, Snapshot after) {
    var changed = new TreeSet<ObjectKey>();
    for (ObjectKey target : keys(before.root().autoscalers(), after.root().autoscalers())) {
      after
          .root()
          .accepted()
          .flatMap(it -> it.autoscalers().get(target))
          .ifPresent(it -> changed.add(it.key()));
    }
    return changed;
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

  private static SortedSet<ObjectKey> volumes(VolumeBook before, VolumeBook after) {
    var changed = new TreeSet<ObjectKey>();
    PagedMap.difference(
        before.volumes(),
        after.volumes(),
        (name, old, now) -> {
          changed.add(new ObjectKey("PersistentVolume", "", name));
          changed.add((now == null ? Objects.requireNonNull(old) : now).file().claim());
        });
    return changed;
  }

  /// Keys of values that only one of two maps has.
  static <K extends Comparable<K>, V> SortedSet<K> keys(
      PagedMap<K, V> before, PagedMap<K, V> after) {
    var changed = new TreeSet<K>();
    PagedMap.difference(before, after, (key, old, now) -> changed.add(key));
    return changed;
  }

  /// An object that was not written anew is the same, though its file may have another name.
  @SuppressWarnings("ReferenceEquality")
  private static SortedSet<ObjectKey> objects(Catalog before, Catalog after) {
    var changed = new TreeSet<ObjectKey>();
    PagedMap.difference(
        before.entries(),
        after.entries(),
        (key, old, now) -> {
          if (old == null || now == null || old.object() != now.object()) {
            changed.add(key);
          }
        });
    return changed;
  }
}
