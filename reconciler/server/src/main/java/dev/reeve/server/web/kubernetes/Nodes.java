package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.NodeSettings;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Taint;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.state.NodeState;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Nodes, as they last described themselves.
final class Nodes implements Resource {
  private static final ResourceType TYPE =
      ResourceType.clusterScoped("v1", "Node", "nodes", "no").selectableBy("spec.unschedulable");

  @Override
  public ResourceType type() {
    return TYPE;
  }

  @Override
  public List<Column> columns() {
    return Columns.NODE;
  }

  @Override
  public void each(Snapshot snapshot, String namespace, String after, Visitor visitor) {
    String from = after.isEmpty() ? "" : after + "\0";
    for (NodeState node : snapshot.root().nodes().valuesFrom(from)) {
      if (!visitor.visit(node.name(), json(snapshot, node))) {
        return;
      }
    }
  }

  @Override
  public Optional<ObjectNode> get(Snapshot snapshot, String namespace, String name) {
    return snapshot.root().nodes().get(name).map(node -> json(snapshot, node));
  }

  @Override
  public void changes(Snapshot before, Snapshot after, Changed changed, ChangeVisitor visitor) {
    for (String name : changed.nodes()) {
      visitor.visit(get(before, "", name), get(after, "", name));
    }
  }

  private static ObjectNode json(Snapshot snapshot, NodeState node) {
    var key = new ObjectKey("Node", "", node.name());
    ObjectNode json = Metadata.start(snapshot, TYPE, key, snapshot.root().startedAt());
    ObjectNode labels = Trees.child(Trees.child(json, "metadata"), "labels");
    node.info().map(NodeInfo::labels).ifPresent(all -> all.forEach(labels::put));
    var settings =
        snapshot
            .root()
            .accepted()
            .flatMap(it -> it.nodes().get(node.name()))
            .orElse(NodeSettings.NONE);
    settings.labels().forEach(labels::put);
    spec(json.putObject("spec"), node, settings);
    ObjectNode status = json.putObject("status");
    node.info().ifPresent(info -> describe(node, info, status));
    status.set("conditions", conditions(node));
    return json;
  }

  private static void spec(ObjectNode spec, NodeState node, NodeSettings settings) {
    if (!node.podNetwork().isEmpty()) {
      spec.put("podCIDR", node.podNetwork());
      spec.putArray("podCIDRs").add(node.podNetwork());
    }
    if (settings.unschedulable()) {
      spec.put("unschedulable", true);
    }
    var taints = new ArrayList<>(settings.taints());
    if (settings.unschedulable()) {
      taints.add(Taint.CORDON);
    }
    if (node.notReadySince().isPresent()) {
      taints.add(new Taint(Taint.UNREACHABLE, "", Taint.Effect.NO_EXECUTE));
    }
    if (!taints.isEmpty()) {
      ArrayNode array = spec.putArray("taints");
      taints.forEach(taint -> array.add(json(taint)));
    }
  }

  private static ObjectNode json(Taint taint) {
    ObjectNode json = Trees.object().put("key", taint.key());
    if (!taint.value().isEmpty()) {
      json.put("value", taint.value());
    }
    return json.put(
        "effect",
        switch (taint.effect()) {
          case NO_SCHEDULE -> "NoSchedule";
          case PREFER_NO_SCHEDULE -> "PreferNoSchedule";
          case NO_EXECUTE -> "NoExecute";
        });
  }

  private static void describe(NodeState node, NodeInfo info, ObjectNode status) {
    for (String field : List.of("capacity", "allocatable")) {
      amounts(status.putObject(field), info.allocatable())
          .put("pods", Integer.toString(info.maxPods()));
    }
    ArrayNode addresses = status.putArray("addresses");
    if (!info.address().isEmpty()) {
      addresses.addObject().put("type", "InternalIP").put("address", info.address());
    }
    addresses.addObject().put("type", "Hostname").put("address", node.name());
    ArrayNode images = status.putArray("images");
    info.images()
        .forEach((name, bytes) -> {
          ObjectNode image = images.addObject();
          image.putArray("names").add(name);
          image.put("sizeBytes", bytes);
        });
    ObjectNode described = status.putObject("nodeInfo");
    for (String field :
        List.of(
            "machineID",
            "systemUUID",
            "bootID",
            "kernelVersion",
            "osImage",
            "containerRuntimeVersion",
            "architecture")) {
      described.put(field, info.details().getOrDefault(field, ""));
    }
    String agent = info.details().getOrDefault("agentVersion", "");
    described.put("kubeletVersion", agent).put("kubeProxyVersion", agent);
    described.put("operatingSystem", "linux");
  }

  static ObjectNode amounts(ObjectNode into, Resources resources) {
    long cpu = resources.cpuMillis();
    into.put("cpu", cpu % 1000 == 0 ? Long.toString(cpu / 1000) : cpu + "m");
    into.put("memory", bytes(resources.memoryBytes()));
    if (resources.storageBytes() > 0) {
      into.put("ephemeral-storage", bytes(resources.storageBytes()));
    }
    resources.extended().forEach((name, amount) -> into.put(name, Long.toString(amount)));
    return into;
  }

  private static String bytes(long bytes) {
    return bytes % 1024 == 0 ? bytes / 1024 + "Ki" : Long.toString(bytes);
  }

  private static ArrayNode conditions(NodeState node) {
    ArrayNode conditions = Trees.array();
    boolean isReady = node.isReady();
    boolean isLost = node.notReadySince().isPresent();
    // Whole minutes: a watch need not tell of every heartbeat.
    Instant heard = node.lastHeard().truncatedTo(ChronoUnit.MINUTES);
    conditions
        .addObject()
        .put("type", "Ready")
        .put("status", isReady ? "True" : isLost ? "Unknown" : "False")
        .put("lastHeartbeatTime", Trees.time(heard))
        .put("lastTransitionTime", Trees.time(node.notReadySince().orElse(heard)))
        .put("reason", isReady ? "AgentReady" : isLost ? "NodeStatusUnknown" : "NotReported")
        .put(
            "message",
            isReady
                ? "the agent reports"
                : isLost ? "the agent stopped reporting" : "the agent has not reported yet");
    return conditions;
  }
}
