package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.manifest.Catalog;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// Namespaces: those that are declared, and those that objects use without.
final class Namespaces implements Resource {
  private static final ResourceType TYPE =
      ResourceType.clusterScoped("v1", "Namespace", "namespaces", "ns")
          .selectableBy("status.phase");

  @Override
  public ResourceType type() {
    return TYPE;
  }

  @Override
  public List<Column> columns() {
    return Columns.NAMESPACE;
  }

  @Override
  public void each(Snapshot snapshot, String namespace, String after, Visitor visitor) {
    for (String name : names(snapshot).tailSet(after.isEmpty() ? "" : after + "\0")) {
      if (!visitor.visit(name, json(snapshot, name))) {
        return;
      }
    }
  }

  /// Leaps from one namespace to the next instead of looking at every object.
  private static SortedSet<String> names(Snapshot snapshot) {
    var names = new TreeSet<String>();
    names.add("default");
    var objects = snapshot.catalog().entries();
    for (Catalog.Entry entry : objects.valuesFrom(key("Namespace", "", ""))) {
      ObjectKey key = entry.object().key();
      if (!key.isClusterScoped() || !key.kind().equals("Namespace")) {
        break;
      }
      names.add(key.name());
    }
    String next = "\0";
    for (var left = objects.valuesFrom(key("", next, "")).iterator();
        left.hasNext();
        left = objects.valuesFrom(key("", next, "")).iterator()) {
      String namespace = left.next().object().key().namespace();
      names.add(namespace);
      next = namespace + "\0";
    }
    next = "";
    while (true) {
      var workloads = snapshot.root().workloads().valuesFrom(key("", next, "")).iterator();
      if (!workloads.hasNext()) {
        return names;
      }
      WorkloadState first = workloads.next();
      names.add(first.key().namespace());
      next = first.key().namespace() + "\0";
    }
  }

  private static ObjectKey key(String kind, String namespace, String name) {
    return new ObjectKey(kind, namespace, name);
  }

  @Override
  public Optional<ObjectNode> get(Snapshot snapshot, String namespace, String name) {
    return names(snapshot).contains(name) ? Optional.of(json(snapshot, name)) : Optional.empty();
  }

  @Override
  public void changes(Snapshot before, Snapshot after, Changed changed, ChangeVisitor visitor) {
    if (changed.objects().isEmpty() && changed.workloads().isEmpty()) {
      return;
    }
    var olds = names(before);
    var news = names(after);
    var all = new TreeSet<>(olds);
    all.addAll(news);
    for (String name : all) {
      visitor.visit(
          olds.contains(name) ? Optional.of(json(before, name)) : Optional.empty(),
          news.contains(name) ? Optional.of(json(after, name)) : Optional.empty());
    }
  }

  private static ObjectNode json(Snapshot snapshot, String name) {
    ObjectKey key = key("Namespace", "", name);
    ObjectNode json = Metadata.start(snapshot, TYPE, key, Metadata.since(snapshot, key));
    ObjectNode metadata = Trees.child(json, "metadata");
    snapshot
        .catalog()
        .json(key)
        .ifPresent(written -> {
          if (written.path("metadata").get("labels") instanceof ObjectNode labels) {
            metadata.set("labels", labels);
          }
          if (written.path("metadata").get("annotations") instanceof ObjectNode annotations) {
            metadata.set("annotations", annotations);
          }
        });
    Trees.child(metadata, "labels").put("kubernetes.io/metadata.name", name);
    json.putObject("spec").putArray("finalizers").add("kubernetes");
    json.putObject("status").put("phase", "Active");
    return json;
  }
}
