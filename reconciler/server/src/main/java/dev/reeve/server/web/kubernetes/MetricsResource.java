package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.NodeUsage.ContainerUsage;
import dev.reeve.core.protocol.NodeUsage.PodUsage;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.PodIds;
import dev.reeve.server.web.view.UsedNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/// What nodes have last measured, of themselves or of their pods, as `kubectl top` reads it. Nobody
/// is told when it changes: it always does.
final class MetricsResource implements Resource {
  private static final String API_VERSION = "metrics.k8s.io/v1beta1";

  private final ResourceType type;
  private final Supplier<SortedMap<String, UsedNode>> usage;
  private final Kind kind;

  private enum Kind {
    NODES,
    PODS
  }

  private MetricsResource(
      ResourceType type, Kind kind, Supplier<SortedMap<String, UsedNode>> usage) {
    this.type = type;
    this.kind = kind;
    this.usage = usage;
  }

  static MetricsResource ofNodes(Supplier<SortedMap<String, UsedNode>> usage) {
    return new MetricsResource(
        ResourceType.clusterScoped(API_VERSION, "NodeMetrics", "nodes"), Kind.NODES, usage);
  }

  static MetricsResource ofPods(Supplier<SortedMap<String, UsedNode>> usage) {
    return new MetricsResource(
        ResourceType.namespaced(API_VERSION, "PodMetrics", "pods"), Kind.PODS, usage);
  }

  @Override
  public ResourceType type() {
    return type;
  }

  @Override
  public List<Column> columns() {
    return Columns.PLAIN;
  }

  @Override
  public void each(Snapshot snapshot, String namespace, String after, Visitor visitor) {
    for (var each : all(snapshot, namespace).tailMap(after + "\0").entrySet()) {
      if (!visitor.visit(each.getKey(), each.getValue())) {
        return;
      }
    }
  }

  @Override
  public Optional<ObjectNode> get(Snapshot snapshot, String namespace, String name) {
    return Optional.ofNullable(all(snapshot, namespace).get(namespace + "|" + name));
  }

  @Override
  public void changes(Snapshot before, Snapshot after, Changed changed, ChangeVisitor visitor) {}

  private SortedMap<String, ObjectNode> all(Snapshot snapshot, String namespace) {
    var all = new TreeMap<String, ObjectNode>();
    usage
        .get()
        .forEach((name, used) ->
            snapshot
                .root()
                .nodes()
                .get(name)
                .ifPresent(node -> {
                  switch (kind) {
                    case NODES -> all.put("|" + name, node(snapshot, node, used));
                    case PODS -> pods(snapshot, node, used, namespace, all);
                  }
                }));
    return all;
  }

  private ObjectNode node(Snapshot snapshot, NodeState node, UsedNode used) {
    ObjectNode json = start(snapshot, new ObjectKey("Node", "", node.name()), used);
    node.info()
        .ifPresent(info -> {
          ObjectNode labels = Trees.child(Trees.child(json, "metadata"), "labels");
          info.labels().forEach(labels::put);
        });
    json.putObject("usage")
        .put("cpu", Autoscalers.millis(used.usage().cpuMillis()))
        .put("memory", kibibytes(used.usage().memoryBytes()));
    return json;
  }

  private void pods(
      Snapshot snapshot,
      NodeState node,
      UsedNode used,
      String namespace,
      SortedMap<String, ObjectNode> into) {
    for (PodUsage each : used.usage().pods()) {
      var id = PodIds.idOf(snapshot.cluster(), each.uid());
      if (id.isEmpty()) {
        continue;
      }
      node.pods()
          .get(id.getAsLong())
          .filter(workload -> namespace.isEmpty() || workload.namespace().equals(namespace))
          .flatMap(workload -> snapshot.root().workloads().get(workload))
          .flatMap(workload -> workload.pods().get(id.getAsLong()))
          .ifPresent(pod ->
              into.put(
                  pod.workload().namespace() + "|" + pod.name(), pod(snapshot, pod, each, used)));
    }
  }

  private ObjectNode pod(Snapshot snapshot, Pod pod, PodUsage usage, UsedNode used) {
    ObjectNode json =
        start(snapshot, new ObjectKey("Pod", pod.workload().namespace(), pod.name()), used);
    ObjectNode labels = Trees.child(Trees.child(json, "metadata"), "labels");
    pod.labels().forEach(labels::put);
    var containers = json.putArray("containers");
    for (ContainerUsage each : usage.containers()) {
      containers
          .addObject()
          .put("name", each.name())
          .putObject("usage")
          .put("cpu", Autoscalers.millis(each.cpuMillis()))
          .put("memory", kibibytes(each.memoryBytes()));
    }
    return json;
  }

  private ObjectNode start(Snapshot snapshot, ObjectKey key, UsedNode used) {
    ObjectNode json = Metadata.start(snapshot, type, key, used.at());
    Trees.child(json, "metadata").remove("uid");
    json.put("timestamp", Trees.time(used.at()));
    json.put("window", Duration.ofMillis(used.usage().windowMillis()).toSeconds() + "s");
    return json;
  }

  private static String kibibytes(long bytes) {
    return Math.ceilDiv(bytes, 1024L) + "Ki";
  }
}
