package dev.reeve.manifest;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// How the objects of a commit hang together: what stays true of the next one, as long as only
/// objects are edited that no other looks at. See [Edits].
///
/// @param shared objects that hold pods of another
/// @param readsConfig whether anything but workloads looks into ConfigMaps and Secrets
/// @param certificates Secrets that Ingresses name
/// @param remarked paths of files of which something was said that only shows among neighbours
record Ties(
    Workloads workloads,
    PriorityClasses priorityClasses,
    Namespaces namespaces,
    StorageClasses storageClasses,
    Set<ObjectKey> shared,
    boolean readsConfig,
    Set<ObjectKey> certificates,
    Set<String> remarked) {
  static final Ties NONE =
      new Ties(
          Workloads.NONE,
          PriorityClasses.of(PagedMap.empty(), new ArrayList<>()),
          new Namespaces(PagedMap.empty()),
          StorageClasses.of(PagedMap.empty(), new ArrayList<>()),
          Set.of(),
          false,
          Set.of(),
          Set.of());

  static Ties of(Neighbours neighbours, Workloads workloads) {
    var shared = new HashSet<ObjectKey>();
    workloads.drafts().values().forEach(it -> it.pods().owner().ifPresent(shared::add));
    return new Ties(
        workloads,
        neighbours.priorityClasses(),
        neighbours.namespaces(),
        neighbours.storageClasses(),
        shared,
        neighbours.entries().stream().anyMatch(it -> Analyses.isTemplate(it.object().key())),
        certificates(neighbours),
        neighbours.warnings().stream().map(Problem::path).collect(Collectors.toSet()));
  }

  private static Set<ObjectKey> certificates(Neighbours neighbours) {
    return neighbours.entries().stream()
        .filter(it -> it.object().key().kind().equals("Ingress"))
        .flatMap(it -> IngressReader.secrets(it.object()).stream())
        .map(ConfigReference::key)
        .collect(Collectors.toSet());
  }

  Ties with(Workloads edited) {
    return new Ties(
        edited,
        priorityClasses,
        namespaces,
        storageClasses,
        shared,
        readsConfig,
        certificates,
        remarked);
  }

  /// Workloads whose pods use one of these ConfigMaps or Secrets.
  List<ObjectKey> usersOf(Set<ObjectKey> config) {
    if (config.isEmpty()) {
      return List.of();
    }
    var users = new ArrayList<ObjectKey>();
    workloads
        .drafts()
        .forEach((key, draft) -> {
          if (draft.pods().references().stream().anyMatch(it -> config.contains(it.key()))) {
            users.add(key);
          }
        });
    return users;
  }
}
