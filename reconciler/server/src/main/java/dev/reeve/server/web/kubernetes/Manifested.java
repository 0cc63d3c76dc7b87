package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.manifest.Catalog;
import java.util.List;
import java.util.Optional;

/// Objects that are shown as the accepted commit has them, with what a server would add.
final class Manifested implements Resource {
  private static final String RENDERED_BY = "reeve.dev/rendered-by";
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  private final ResourceType type;
  private final List<Column> columns;
  private final Finish finish;

  /// Adds to an object what its kind needs, or takes away what nobody may see.
  interface Finish {
    void finish(Snapshot snapshot, ObjectKey key, ObjectNode json);
  }

  Manifested(ResourceType type, List<Column> columns, Finish finish) {
    this.type = type;
    this.columns = List.copyOf(columns);
    this.finish = finish;
  }

  @Override
  public ResourceType type() {
    return type;
  }

  @Override
  public List<Column> columns() {
    return columns;
  }

  /// Walks the catalog in key order, from each namespace straight to this kind and on to the next
  /// namespace: what lies between is never looked at.
  @Override
  public void each(Snapshot snapshot, String namespace, String after, Visitor visitor) {
    PagedMap<ObjectKey, Catalog.Entry> entries = snapshot.catalog().entries();
    int bar = after.indexOf('|');
    String at = bar < 0 ? namespace : after.substring(0, bar);
    // The smallest name above the last one shown.
    String name = bar < 0 ? "" : after.substring(bar + 1) + "\0";
    while (true) {
      for (Catalog.Entry entry : entries.valuesFrom(new ObjectKey(type.keyKind(), at, name))) {
        ObjectKey key = entry.object().key();
        if (!key.kind().equals(type.keyKind()) || !key.namespace().equals(at)) {
          break;
        }
        if (!visitor.visit(key.namespace() + "|" + key.name(), json(snapshot, key, entry))) {
          return;
        }
      }
      var beyond = entries.valuesFrom(new ObjectKey("", at + "\0", "")).iterator();
      if (!namespace.isEmpty() || !type.isNamespaced() || !beyond.hasNext()) {
        return;
      }
      at = beyond.next().object().key().namespace();
      name = "";
    }
  }

  @Override
  public Optional<ObjectNode> get(Snapshot snapshot, String namespace, String name) {
    var key = new ObjectKey(type.keyKind(), namespace, name);
    return snapshot.catalog().entry(key).map(entry -> json(snapshot, key, entry));
  }

  @Override
  public void changes(Snapshot before, Snapshot after, Changed changed, ChangeVisitor visitor) {
    for (ObjectKey key : changed.objects()) {
      if (key.kind().equals(type.keyKind())) {
        visitor.visit(
            get(before, key.namespace(), key.name()), get(after, key.namespace(), key.name()));
      }
    }
    // A workload's status changes though its text does not.
    for (ObjectKey key : changed.workloads()) {
      if (key.kind().equals(type.keyKind()) && !changed.objects().contains(key)) {
        visitor.visit(
            get(before, key.namespace(), key.name()), get(after, key.namespace(), key.name()));
      }
    }
  }

  private ObjectNode json(Snapshot snapshot, ObjectKey key, Catalog.Entry entry) {
    ObjectNode json = entry.object().json();
    ObjectNode metadata = Trees.child(json, "metadata");
    metadata.put("uid", Metadata.uid(snapshot, key));
    metadata.put("creationTimestamp", Trees.time(Metadata.since(snapshot, key)));
    metadata.put("generation", Metadata.generation(snapshot, key));
    if (metadata.get("annotations") instanceof ObjectNode written) {
      written.remove(LAST_APPLIED);
    }
    ObjectNode annotations = Trees.child(metadata, "annotations");
    annotations.put("dev.reeve/file", entry.path());
    entry.object().rendered().ifPresent(it -> annotations.put(RENDERED_BY, it.by()));
    Autoscalers.showReplicas(snapshot, key, json);
    finish.finish(snapshot, key, json);
    return json;
  }
}
