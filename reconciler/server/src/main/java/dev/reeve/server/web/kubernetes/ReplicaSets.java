package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Workload;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.manifest.Catalog;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// One ReplicaSet for each release that a Deployment or a Rollout has: Kubernetes' tools follow a
/// pod to its owner through it. And those that have text of their own.
final class ReplicaSets implements Resource {
  private static final ResourceType TYPE =
      ResourceType.namespaced("apps/v1", "ReplicaSet", "replicasets", "rs").inAll();
  private static final List<String> OWNERS = List.of("Deployment", Rollouts.KIND);

  private final Templates templates;
  private final Manifested written = new Manifested(TYPE, Columns.REPLICA_SET, Sets::replicaSet);

  ReplicaSets(Templates templates) {
    this.templates = templates;
  }

  @Override
  public ResourceType type() {
    return TYPE;
  }

  @Override
  public List<Column> columns() {
    return Columns.REPLICA_SET;
  }

  @Override
  public void each(Snapshot snapshot, String namespace, String after, Visitor visitor) {
    var from = WorkloadPosition.parse(after);
    ObjectKey start = from.map(WorkloadPosition::workload).orElse(new ObjectKey("", namespace, ""));
    for (WorkloadState workload : snapshot.root().workloads().valuesFrom(start)) {
      ObjectKey key = workload.key();
      if (!namespace.isEmpty() && !key.namespace().equals(namespace)) {
        return;
      }
      if (key.kind().equals(TYPE.kind())) {
        boolean isShown = from.map(it -> it.workload().equals(key)).orElse(false);
        var own = written.get(snapshot, key.namespace(), key.name());
        if (!isShown
            && own.isPresent()
            && !visitor.visit(new WorkloadPosition(key, "0").toString(), own.get())) {
          return;
        }
      }
      if (!owns(key)) {
        continue;
      }
      SortedMap<String, Releases.Count> releases = Releases.of(workload, snapshot.at());
      String first =
          from.filter(it -> it.workload().equals(key)).map(it -> it.within() + "\0").orElse("");
      for (Map.Entry<String, Releases.Count> release : releases.tailMap(first).entrySet()) {
        String position = new WorkloadPosition(key, release.getKey()).toString();
        if (!visitor.visit(position, json(snapshot, workload, release.getValue()))) {
          return;
        }
      }
    }
  }

  private static boolean owns(ObjectKey workload) {
    return OWNERS.contains(workload.kind());
  }

  @Override
  public Optional<ObjectNode> get(Snapshot snapshot, String namespace, String name) {
    Optional<ObjectNode> own = written.get(snapshot, namespace, name);
    int dash = name.lastIndexOf('-');
    if (own.isPresent() || dash < 1) {
      return own;
    }
    return OWNERS.stream()
        .map(kind -> new ObjectKey(kind, namespace, name.substring(0, dash)))
        .flatMap(key -> snapshot.root().workloads().get(key).stream())
        .flatMap(workload ->
            Optional.ofNullable(Releases.of(workload, snapshot.at()).get(name.substring(dash + 1)))
                .map(count -> json(snapshot, workload, count))
                .stream())
        .findFirst();
  }

  @Override
  public void changes(Snapshot before, Snapshot after, Changed changed, ChangeVisitor visitor) {
    written.changes(before, after, changed, visitor);
    for (ObjectKey key : changed.workloads()) {
      if (!owns(key)) {
        continue;
      }
      Map<String, ObjectNode> olds = all(before, key);
      Map<String, ObjectNode> news = all(after, key);
      var hashes = new TreeSet<>(olds.keySet());
      hashes.addAll(news.keySet());
      for (String hash : hashes) {
        visitor.visit(Optional.ofNullable(olds.get(hash)), Optional.ofNullable(news.get(hash)));
      }
    }
  }

  private SortedMap<String, ObjectNode> all(Snapshot snapshot, ObjectKey key) {
    var all = new TreeMap<String, ObjectNode>();
    snapshot
        .root()
        .workloads()
        .get(key)
        .ifPresent(workload ->
            Releases.of(workload, snapshot.at())
                .forEach((hash, count) -> all.put(hash, json(snapshot, workload, count))));
    return all;
  }

  private ObjectNode json(Snapshot snapshot, WorkloadState workload, Releases.Count count) {
    ObjectKey key = workload.key();
    String hash = count.release().hash();
    ObjectNode json =
        Metadata.start(
            snapshot, TYPE, Releases.replicaSet(key, hash), Metadata.since(snapshot, key));
    ObjectNode metadata = Trees.child(json, "metadata");
    metadata.put("generation", 1);
    boolean isOfRollout = key.kind().equals(Rollouts.KIND);
    Metadata.owner(
        metadata,
        isOfRollout ? Rollouts.API_VERSION : "apps/v1",
        key.kind(),
        key.name(),
        Metadata.uid(snapshot, key));
    boolean isWanted = workload.desired().map(it -> it.release().hash().equals(hash)).orElse(false);
    int desired = workload.desired().map(Workload::replicas).orElse(0);
    metadata
        .putObject("annotations")
        .put(
            isOfRollout
                ? "rollout.argoproj.io/desired-replicas"
                : "deployment.kubernetes.io/desired-replicas",
            Integer.toString(desired))
        .put("dev.reeve/commit", count.release().commit());
    ObjectNode template = templates.tree(count.release().template());
    ObjectNode labels = metadata.putObject("labels");
    if (template.path("metadata").get("labels") instanceof ObjectNode given) {
      labels.setAll(given);
    }
    labels.put(Releases.hashLabel(key), hash);
    ObjectNode spec = json.putObject("spec");
    spec.put("replicas", count.total());
    spec.set("selector", selector(snapshot.catalog(), key, labels, hash));
    spec.set("template", labelled(template, labels));
    ObjectNode status = json.putObject("status");
    status.put("replicas", count.total());
    status.put("fullyLabeledReplicas", count.total());
    status.put("readyReplicas", count.ready());
    status.put("availableReplicas", count.available());
    status.put("observedGeneration", 1);
    if (isWanted) {
      Trees.child(metadata, "annotations").put("dev.reeve/wanted", "true");
    }
    return json;
  }

  private static ObjectNode selector(
      Catalog catalog, ObjectKey owner, ObjectNode labels, String hash) {
    ObjectNode selector =
        catalog
            .json(owner)
            .map(it -> it.path("spec").path("selector"))
            .filter(JsonNode::isObject)
            .map(it -> (ObjectNode) it)
            .orElseGet(() -> Trees.object().set("matchLabels", labels.deepCopy()));
    Trees.child(selector, "matchLabels").put(Releases.hashLabel(owner), hash);
    return selector;
  }

  private static ObjectNode labelled(ObjectNode template, ObjectNode labels) {
    ObjectNode own = Trees.object();
    own.setAll(template);
    ObjectNode metadata = Trees.object();
    if (template.get("metadata") instanceof ObjectNode given) {
      metadata.setAll(given);
    }
    metadata.set("labels", labels);
    own.set("metadata", metadata);
    return own;
  }
}
