package dev.reeve.manifest;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.manifest.schema.SchedulingSchema;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The priority classes that the pods of a commit can be of: its own, and those that are built in.
final class PriorityClasses {
  private static final String KIND = "PriorityClass";

  private final SortedMap<String, PriorityClass> byName = new TreeMap<>();
  private PriorityClass usual = new PriorityClass(Optional.empty(), 0, true);

  /// @param key empty where there is no class
  /// @param preempts whether pods of a lower priority make way for one of this class
  record PriorityClass(Optional<ObjectKey> key, int value, boolean preempts) {}

  private PriorityClasses() {}

  static PriorityClasses of(PagedMap<ObjectKey, Catalog.Entry> entries, List<Problem> problems) {
    var classes = new PriorityClasses();
    classes.builtin(SchedulingSchema.CLUSTER_CRITICAL, SchedulingSchema.CLUSTER_CRITICAL_VALUE);
    classes.builtin(SchedulingSchema.NODE_CRITICAL, SchedulingSchema.NODE_CRITICAL_VALUE);
    Scheduling.clusterScoped(KIND, entries).forEach(it -> classes.add(it, problems));
    return classes;
  }

  static ObjectKey key(String name) {
    return new ObjectKey(KIND, "", name);
  }

  private void builtin(String name, int value) {
    byName.put(name, new PriorityClass(Optional.of(key(name)), value, true));
  }

  private void add(Catalog.Entry entry, List<Problem> problems) {
    var json = entry.object().json();
    var key = entry.object().key();
    var added =
        new PriorityClass(
            Optional.of(key),
            json.path("value").intValue(),
            json.path("preemptionPolicy").asText().equals("PreemptLowerPriority"));
    byName.put(key.name(), added);
    if (!json.path("globalDefault").asBoolean()) {
      return;
    }
    if (usual.key().isPresent()) {
      problems.add(
          Manifests.problem(
              entry,
              "/globalDefault",
              "%s is the global default already".formatted(usual.key().get())));
    } else {
      usual = added;
    }
  }

  Optional<PriorityClass> named(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /// Of pods that name none.
  PriorityClass usual() {
    return usual;
  }
}
