package dev.reeve.manifest;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Workload;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// All workloads of a commit, as far as they are known before config is hashed: their drafts, and
/// how they hang together.
record Workloads(
    SortedMap<ObjectKey, WorkloadDraft> drafts,
    SortedMap<ObjectKey, PodTemplate> templates,
    SortedMap<ObjectKey, List<ObjectKey>> after,
    SortedMap<ObjectKey, ObjectKey> yields) {
  static final Workloads NONE =
      new Workloads(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

  static Workloads of(Neighbours neighbours) {
    var drafts = new TreeMap<ObjectKey, WorkloadDraft>();
    var templates = new TreeMap<ObjectKey, PodTemplate>();
    var yields = new TreeMap<ObjectKey, ObjectKey>();
    neighbours
        .entries()
        .forEach((key, entry) -> {
          ManifestObject object = entry.object();
          object.workload().ifPresent(draft -> drafts.put(key, draft));
          switch (key.kind()) {
            case "Rollout" -> {
              RolloutDrafts.of(entry, neighbours).ifPresent(draft -> drafts.put(key, draft));
              RolloutDrafts.takesOver(entry)
                  .ifPresent(deployment -> takeOver(entry, deployment, yields, neighbours));
            }
            case "AnalysisTemplate", "ClusterAnalysisTemplate" ->
                Analyses.checkTemplate(entry, neighbours);
            default -> {}
          }
          Optional.ofNullable(drafts.get(key))
              .ifPresent(draft -> {
                requireConfig(entry, draft, neighbours);
                templates.put(key, template(entry, draft, neighbours));
              });
        });
    return new Workloads(drafts, templates, Ordering.of(neighbours), yields);
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
    Optional<Catalog.Entry> owner = draft.pods().owner().map(key -> neighbours.entries().get(key));
    return draft.pods().template().in(neighbours, owner.orElse(entry));
  }

  /// @param config hashes of the ConfigMaps and Secrets that exist
  Optional<Workload> workload(ObjectKey key, String commit, Map<ObjectKey, String> config) {
    return Optional.ofNullable(drafts.get(key))
        .map(draft ->
            draft.toWorkload(
                commit,
                Objects.requireNonNull(templates.get(key), () -> key + " has no template"),
                config,
                after.getOrDefault(key, List.of()),
                Optional.ofNullable(yields.get(key))));
  }
}
