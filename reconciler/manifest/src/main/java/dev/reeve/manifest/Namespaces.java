package dev.reeve.manifest;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Selector;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.manifest.schema.Selectors;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The namespaces of a commit with their labels: those that have a manifest, and those that objects
/// merely stand in. Confined to one thread.
final class Namespaces {
  private static final String NAME_LABEL = "kubernetes.io/metadata.name";

  private final PagedMap<ObjectKey, Catalog.Entry> entries;

  /// Drawn when somebody asks: few commits select namespaces by label.
  private final SortedMap<String, SortedMap<String, String>> labels = new TreeMap<>();

  Namespaces(PagedMap<ObjectKey, Catalog.Entry> entries) {
    this.entries = entries;
  }

  SortedSet<String> matching(Selector selector) {
    if (labels.isEmpty()) {
      draw();
    }
    var matching = new TreeSet<String>();
    labels.forEach((name, its) -> {
      if (selector.matches(its)) {
        matching.add(name);
      }
    });
    return matching;
  }

  /// As its manifest has them; none where it has no manifest.
  SortedMap<String, String> labels(String name) {
    return entries
        .get(new ObjectKey("Namespace", "", name))
        .map(it -> Selectors.labels(it.object().json().path("metadata").path("labels")))
        .orElseGet(TreeMap::new);
  }

  private void draw() {
    for (ObjectKey key : entries.keys()) {
      if (!key.isClusterScoped()) {
        labels.computeIfAbsent(key.namespace(), Namespaces::implied);
      }
    }
    for (Catalog.Entry entry : Scheduling.clusterScoped("Namespace", entries)) {
      String name = entry.object().key().name();
      var written = Selectors.labels(entry.object().json().path("metadata").path("labels"));
      written.putAll(implied(name));
      labels.put(name, written);
    }
  }

  private static SortedMap<String, String> implied(String name) {
    var labels = new TreeMap<String, String>();
    labels.put(NAME_LABEL, name);
    return labels;
  }
}
