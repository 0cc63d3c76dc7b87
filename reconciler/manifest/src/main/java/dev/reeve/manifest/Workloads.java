package dev.reeve.manifest;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Workload;
import dev.reeve.core.paged.PagedMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// All workloads of a commit, as far as they are known before config is hashed: their drafts, and
/// how they hang together.
record Workloads(
    PagedMap<ObjectKey, WorkloadDraft> drafts,
    PagedMap<ObjectKey, PodTemplate> templates,
    SortedMap<ObjectKey, List<ObjectKey>> after,
    SortedMap<ObjectKey, ObjectKey> yields) {
  static final Workloads NONE =
      new Workloads(PagedMap.empty(), PagedMap.empty(), new TreeMap<>(), new TreeMap<>());

  static Workloads of(Neighbours neighbours) {
    var drafts = PagedMap.<ObjectKey, WorkloadDraft>empty().edit();
    var templates = PagedMap.<ObjectKey, PodTemplate>empty().edit();
    var yields = new TreeMap<ObjectKey, ObjectKey>();
    neighbours
        .entries()
        .forEach((key, entry) -> {
          ManifestObject object = entry.object();
          object.workload().ifPresent(draft -> drafts.put(key, among(draft, entry, neighbours)));
          if (object.isRollout()) {
            RolloutDrafts.of(entry, neighbours).ifPresent(draft -> drafts.put(key, draft));
            RolloutDrafts.takesOver(entry)
                .ifPresent(deployment -> takeOver(entry, deployment, yields, neighbours));
          } else if (Analyses.isTemplate(key)) {
            Analyses.checkTemplate(entry, neighbours);
          }
          drafts
              .get(key)
              .ifPresent(draft -> templates.put(key, template(entry, draft, neighbours)));
        });
    return new Workloads(drafts.publish(), templates.publish(), Ordering.of(neighbours), yields);
  }

  private static WorkloadDraft among(
      WorkloadDraft draft, Catalog.Entry entry, Neighbours neighbours) {
    return NamespaceLimits.filled(entry, draft, neighbours).withStorage(entry, neighbours);
  }

  /// With some of them read anew. No other may have come, and each waits for whom it has waited.
  Workloads with(Set<ObjectKey> edited, Neighbours neighbours) {
    var newDrafts = drafts.edit();
    var newTemplates = templates.edit();
    for (ObjectKey key : edited) {
      Catalog.Entry entry = neighbours.entries().get(key).orElseThrow();
      WorkloadDraft draft =
          entry
              .object()
              .workload()
              .map(it -> among(it, entry, neighbours))
              .or(() -> drafts.get(key))
              .orElseThrow();
      newDrafts.put(key, draft);
      newTemplates.put(key, template(entry, draft, neighbours));
    }
    return new Workloads(newDrafts.publish(), newTemplates.publish(), after, yields);
  }

  private static void takeOver(
      Catalog.Entry rollout,
      ObjectKey deployment,
      Map<ObjectKey, ObjectKey> yields,
      Neighbours neighbours) {
    ObjectKey first = yields.putIfAbsent(deployment, rollout.object().key());
    if (first != null) {
      neighbours.refuse(
          rollout,
          "/spec/workloadRef/scaleDown",
          "%s is scaled down by %s already".formatted(deployment, first));
    }
  }

  /// What pods use must be in the same commit. Of pods that are another's, that one is told.
  private static void requireConfig(
      Catalog.Entry entry, WorkloadDraft draft, Neighbours neighbours) {
    if (draft.pods().owner().isPresent()) {
      return;
    }
    for (ConfigReference reference : draft.pods().references()) {
      if (!reference.optional()) {
        neighbours.requireConfig(entry, reference.pointer(), reference.key(), reference.dataKey());
      }
    }
  }

  private static PodTemplate template(
      Catalog.Entry entry, WorkloadDraft draft, Neighbours neighbours) {
    requireConfig(entry, draft, neighbours);
    PodSecurity.check(entry, draft, neighbours);
    NamespaceLimits.checkPods(entry, draft, neighbours);
    if (draft.pods().owner().isEmpty()) {
      StorageReader.requireClaims(entry, draft, neighbours);
    }
    Optional<Catalog.Entry> owner =
        draft.pods().owner().flatMap(key -> neighbours.entries().get(key));
    return draft.pods().template().in(neighbours, owner.orElse(entry));
  }

  /// @param config what pods see of the ConfigMaps and Secrets that exist
  Optional<Workload> workload(ObjectKey key, String commit, ConfigHashes config) {
    return drafts
        .get(key)
        .map(draft ->
            draft.toWorkload(
                commit,
                templates.get(key).orElseThrow(),
                config,
                after.getOrDefault(key, List.of()),
                Optional.ofNullable(yields.get(key))));
  }
}
