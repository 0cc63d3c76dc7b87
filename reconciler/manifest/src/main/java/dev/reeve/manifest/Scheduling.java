package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Budget;
import dev.reeve.core.model.NodeSettings;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.manifest.schema.SchedulingSchema;
import dev.reeve.manifest.schema.Selectors;
import dev.reeve.manifest.schema.Taints;
import java.util.ArrayList;
import java.util.List;

/// What a commit says of nodes, and of pods that are moved from them.
final class Scheduling {
  private Scheduling() {}

  /// All objects of a kind that stands in no namespace.
  static List<Catalog.Entry> clusterScoped(
      String kind, PagedMap<ObjectKey, Catalog.Entry> entries) {
    var found = new ArrayList<Catalog.Entry>();
    // The order of keys is by namespace, kind and name.
    for (Catalog.Entry entry : entries.valuesFrom(new ObjectKey(kind, "", ""))) {
      ObjectKey key = entry.object().key();
      if (!key.isClusterScoped() || !key.kind().equals(kind)) {
        break;
      }
      found.add(entry);
    }
    return found;
  }

  static PagedMap<String, NodeSettings> nodes(PagedMap<ObjectKey, Catalog.Entry> entries) {
    var nodes = PagedMap.<String, NodeSettings>empty().edit();
    clusterScoped("Node", entries)
        .forEach(it -> nodes.put(it.object().key().name(), node(it.object().json())));
    return nodes.publish();
  }

  private static NodeSettings node(JsonNode json) {
    JsonNode metadata = json.path("metadata");
    JsonNode spec = json.path("spec");
    boolean isDraining =
        metadata.path("annotations").path(SchedulingSchema.DRAIN).asText().equals("true");
    return new NodeSettings(
        Selectors.labels(metadata.path("labels")),
        Taints.of(spec.path("taints")),
        isDraining || spec.path("unschedulable").asBoolean(),
        isDraining);
  }

  static List<Budget> budgets(PagedMap<ObjectKey, Catalog.Entry> entries) {
    return entries.stream()
        .map(Catalog.Entry::object)
        .filter(it -> it.key().kind().equals("PodDisruptionBudget"))
        .map(it -> budget(it.key(), it.json().path("spec")))
        .toList();
  }

  /// Without a bound no pod may be moved, as Kubernetes has it.
  private static Budget budget(ObjectKey key, JsonNode spec) {
    boolean isMinimum = spec.has("minAvailable");
    JsonNode bound = spec.path(isMinimum ? "minAvailable" : "maxUnavailable");
    return new Budget(
        key,
        Selectors.of(spec.path("selector")),
        isMinimum ? Budget.Kind.MIN_AVAILABLE : Budget.Kind.MAX_UNAVAILABLE,
        bound.isMissingNode() ? Bound.pods(0) : WorkloadDraft.bound(bound));
  }
}
