package dev.reeve.server.web;

import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.Root;
import dev.reeve.manifest.RecordFiles;
import dev.reeve.server.web.kubernetes.History;
import dev.reeve.wire.ClusterStanding;
import dev.reeve.wire.Wire;
import io.javalin.config.RoutesConfig;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// `/standing.json`: the cluster as it stands, for whoever wants to know what a change would do.
/// What it would do is worked out there and not here.
final class StandingDoor {
  private final History history;

  StandingDoor(History history) {
    this.history = history;
  }

  void open(RoutesConfig routes) {
    routes.get(
        "/standing.json",
        ctx ->
            ctx.header("Cache-Control", "no-store")
                .contentType("application/json")
                .result(Wire.bytes(standing(history.newest().root(), Instant.now()))));
  }

  static ClusterStanding standing(Root root, Instant now) {
    SortedMap<String, String> files = new TreeMap<>();
    root.workloads()
        .forEach((key, workload) -> workload.file().ifPresent(file -> put(file, files)));
    SortedMap<String, ClusterStanding.Node> nodes = new TreeMap<>();
    root.nodes()
        .forEach((name, node) -> {
          put(node.file(), files);
          // One that is not heard is not there to be planned with.
          if (node.isReady()) {
            nodes.put(name, node(root, node));
          }
        });
    root.volumes().volumes().forEach((name, volume) -> put(volume.file(), files));
    put(cluster(root), files);
    SortedMap<String, String> releases = new TreeMap<>();
    for (DesiredObject object :
        root.accepted().map(DesiredState::objects).stream().flatMap(it -> it.stream()).toList()) {
      object.workload().ifPresent(it -> releases.put(object.key().toString(), it.release().hash()));
    }
    return new ClusterStanding(root.settings().name(), now, files, releases, nodes);
  }

  private static RecordFile cluster(Root root) {
    var commit = root.accepted().map(DesiredState::commit).orElse("");
    return new RecordFile.Cluster(
        root.settings().name(),
        root.epoch(),
        commit,
        root.verdict(commit).map(it -> it.outcome().word()).orElse(""),
        root.commands(),
        root.accepted().map(DesiredState::workloads).orElse(0));
  }

  private static void put(RecordFile file, SortedMap<String, String> files) {
    files.put(file.path(), new String(RecordFiles.bytes(file), StandardCharsets.UTF_8));
  }

  private static ClusterStanding.Node node(Root root, NodeState node) {
    List<PodReport> pods = new ArrayList<>();
    node.pods()
        .forEach((id, key) ->
            root.workloads()
                .get(key)
                .flatMap(it -> it.pods().get(id))
                .filter(it -> !it.isStopping())
                .ifPresent(pod -> pods.add(pod.report().orElseGet(() -> ordered(pod)))));
    return new ClusterStanding.Node(node.identity(), node.info().orElseThrow(), pods);
  }

  /// One that was ordered and is not heard of yet.
  private static PodReport ordered(Pod pod) {
    return new PodReport(
        pod.uid(),
        pod.name(),
        pod.workload(),
        pod.release().hash(),
        pod.release().commit(),
        PodReport.Phase.PENDING,
        false,
        false,
        "",
        Optional.empty(),
        List.of(),
        "",
        "");
  }
}
