package dev.reeve.manifest;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// All objects of a commit, where one of them names another; and what is wrong with that. Nothing
/// is said of objects that are there and broken. Confined to one thread, for one commit.
final class Neighbours {
  private final PagedMap<ObjectKey, Catalog.Entry> entries;
  private final Set<ObjectKey> broken = new HashSet<>();
  private final List<Problem> problems;
  private final List<Problem> warnings = new ArrayList<>();
  private final Map<ObjectKey, Set<String>> dataKeys = new HashMap<>();
  private final PriorityClasses priorityClasses;
  private final Namespaces namespaces;
  private final StorageClasses storageClasses;

  Neighbours(
      Iterable<ManifestFile> files,
      PagedMap<ObjectKey, Catalog.Entry> entries,
      List<Problem> problems) {
    this.entries = entries;
    this.problems = problems;
    files.forEach(file -> broken.addAll(file.broken()));
    this.priorityClasses = PriorityClasses.of(entries, problems);
    this.namespaces = new Namespaces(entries);
    this.storageClasses = StorageClasses.of(entries, problems);
  }

  /// Of a commit without priority classes, storage classes or namespaces other than those of one
  /// that was read.
  Neighbours(Ties before, PagedMap<ObjectKey, Catalog.Entry> entries, List<Problem> problems) {
    this.entries = entries;
    this.problems = problems;
    this.priorityClasses = before.priorityClasses();
    this.namespaces = before.namespaces();
    this.storageClasses = before.storageClasses();
  }

  PagedMap<ObjectKey, Catalog.Entry> entries() {
    return entries;
  }

  PriorityClasses priorityClasses() {
    return priorityClasses;
  }

  StorageClasses storageClasses() {
    return storageClasses;
  }

  Namespaces namespaces() {
    return namespaces;
  }

  List<Problem> warnings() {
    return warnings;
  }

  void refuse(Catalog.Entry entry, String pointer, String message) {
    problems.add(Manifests.problem(entry, pointer, message));
  }

  void warn(Catalog.Entry entry, String pointer, String message) {
    warnings.add(Manifests.problem(entry, pointer, message));
  }

  boolean isBroken(ObjectKey key) {
    return broken.contains(key);
  }

  /// The object with a key; its absence is a problem of whoever names it.
  Optional<Catalog.Entry> find(Catalog.Entry from, String pointer, ObjectKey key) {
    Optional<Catalog.Entry> found = entries.get(key);
    if (found.isEmpty() && !isBroken(key)) {
      refuse(from, pointer, key + " does not exist");
    }
    return found;
  }

  /// Demands a ConfigMap or Secret, and where one is named the key within it.
  void requireConfig(Catalog.Entry from, String pointer, ObjectKey key, Optional<String> dataKey) {
    Optional<Catalog.Entry> found = find(from, pointer, key);
    if (found.isPresent()
        && dataKey.isPresent()
        && !dataKeys
            .computeIfAbsent(key, _ -> Catalog.configData(found.get().object()).keySet())
            .contains(dataKey.get())) {
      refuse(from, pointer, "%s has no key \"%s\"".formatted(key, dataKey.get()));
    }
  }
}
