package dev.reeve.server.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Verdict;
import dev.reeve.core.model.Workload;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.record.Phase;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.server.web.kubernetes.History;
import dev.reeve.server.web.kubernetes.Overview;
import dev.reeve.server.web.kubernetes.Snapshot;
import dev.reeve.server.web.kubernetes.Trees;
import dev.reeve.server.web.view.ClusterInfo;
import dev.reeve.server.web.view.ClusterView;
import dev.reeve.server.web.view.CommitLine;
import dev.reeve.server.web.view.HappenedEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What the dashboard shows, bounded whatever the size of the cluster: what is not well comes
/// first, and what is left out is counted.
final class DashboardJson {
  private static final int WORKLOADS = 200;
  private static final int PODS = 300;
  private static final int NODES = 200;
  private static final int COMMITS = 15;
  private static final int EVENTS = 40;

  private final ClusterView view;
  private final History history;
  private final Overview overview;
  private long madeOf = -1;
  private byte[] made = new byte[0];

  DashboardJson(ClusterView view, History history, Overview overview) {
    this.view = view;
    this.history = history;
    this.overview = overview;
  }

  /// Made once for each publication, however many pages look. What changes without one, such as how
  /// long ago Git was looked at, waits for the next.
  synchronized byte[] newest() {
    Snapshot snapshot = history.newest();
    if (snapshot.version() != madeOf) {
      made = Trees.bytes(make(snapshot));
      madeOf = snapshot.version();
    }
    return made;
  }

  private ObjectNode make(Snapshot snapshot) {
    ObjectNode page = Trees.object();
    Root root = snapshot.root();
    page.put("at", snapshot.at().toString());
    page.set("cluster", cluster(root));
    commits(page.putArray("commits"));
    workloads(page, root);
    pods(page, snapshot);
    ServicesJson.put(page, root);
    nodes(page, root);
    events(page.putArray("events"), snapshot.events());
    return page;
  }

  private ObjectNode cluster(Root root) {
    ClusterInfo info = view.info();
    return Trees.object()
        .put("name", info.cluster())
        .put("repository", info.repository())
        .put("branch", info.branch())
        .put("path", info.path())
        .put("recordBranch", info.recordBranch())
        .put("version", info.version())
        .put("startedAt", info.startedAt().toString())
        .put("git", info.gitStatus())
        .put("epoch", root.epoch())
        .put("lead", lead(root));
  }

  private static String lead(Root root) {
    return switch (root.lead()) {
      case WAITING -> "waiting: the record is not read yet";
      case OBSERVING -> "observing: the epoch is not claimed yet";
      case LEADING -> root.open() ? "leading" : "leading, waiting for nodes";
      case UNRECORDED -> "leading, but the record was changed by someone else";
      case STEPPED_DOWN -> "stepped down: another control plane leads";
    };
  }

  private void commits(ArrayNode commits) {
    for (CommitLine commit : view.commits().stream().limit(COMMITS).toList()) {
      ObjectNode line =
          commits
              .addObject()
              .put("sha", commit.sha())
              .put("subject", commit.subject())
              .put("author", commit.author())
              .put("at", commit.at().toString())
              .put("accepted", commit.isAccepted())
              .put("tip", commit.isTip())
              .put("verdict", commit.verdict().map(it -> it.outcome().word()).orElse(""));
      ArrayNode lines = line.putArray("lines");
      commit.verdict().map(Verdict::lines).orElse(List.of()).forEach(lines::add);
    }
  }

  private static void workloads(ObjectNode page, Root root) {
    var shown = new ArrayList<WorkloadState>();
    int hidden = 0;
    // Two passes instead of one sort: what is not well, then the rest, while there is room.
    for (boolean well : new boolean[] {false, true}) {
      for (WorkloadState workload : root.workloads().values()) {
        if ((workload.phase() == Phase.HEALTHY) != well) {
          continue;
        }
        if (shown.size() < WORKLOADS) {
          shown.add(workload);
        } else {
          hidden++;
        }
      }
    }
    ArrayNode rows = page.putArray("workloads");
    page.put("moreWorkloads", hidden);
    for (WorkloadState workload : shown) {
      ObjectNode row =
          rows.addObject()
              .put("kind", workload.key().kind())
              .put("namespace", workload.key().namespace())
              .put("name", workload.key().name())
              .put("phase", workload.phase().word())
              .put("ready", workload.readyPods())
              .put("desired", workload.desired().map(Workload::replicas).orElse(0))
              .put("release", workload.current().map(Release::hash).orElse(""))
              .put("commit", workload.current().map(Release::commit).orElse(""))
              .put("stable", workload.stable().map(Release::hash).orElse(""))
              .put("startedAt", workload.startedAt().toString())
              .put("message", workload.message());
      workload.failed().forEach(row.putArray("failed")::add);
      RolloutJson.current(row, workload);
      if (workload.stepping().isPresent()) {
        RolloutJson.briefAnalyses(row.putArray("analyses"), workload);
      }
    }
  }

  private void pods(ObjectNode page, Snapshot snapshot) {
    var shown = new ArrayList<Pod>();
    int hidden = 0;
    for (boolean well : new boolean[] {false, true}) {
      for (WorkloadState workload : snapshot.root().workloads().values()) {
        for (Pod pod : workload.pods().values()) {
          if ((pod.saysReady() && !pod.isStopping()) != well) {
            continue;
          }
          if (shown.size() < PODS) {
            shown.add(pod);
          } else {
            hidden++;
          }
        }
      }
    }
    ArrayNode rows = page.putArray("pods");
    page.put("morePods", hidden);
    for (Pod pod : shown) {
      rows.addObject()
          .put("namespace", pod.workload().namespace())
          .put("name", pod.name())
          .put("status", overview.podStatus(snapshot, pod))
          .put("ready", pod.saysReady() && !pod.isStopping())
          .put("node", pod.node())
          .put("ip", pod.report().map(PodReport::ip).orElse(""))
          .put("restarts", pod.report().map(PodReport::restarts).orElse(0))
          .put("release", pod.release().hash())
          .put("since", pod.orderedAt().toString());
    }
  }

  private static void nodes(ObjectNode page, Root root) {
    ArrayNode rows = page.putArray("nodes");
    for (NodeState node : root.nodes().values()) {
      if (rows.size() == NODES) {
        break;
      }
      Optional<NodeInfo> info = node.info();
      Resources room = info.map(NodeInfo::allocatable).orElse(Resources.NONE);
      rows.addObject()
          .put("name", node.name())
          .put("ready", node.isReady())
          .put("zone", node.zone())
          .put("address", info.map(NodeInfo::address).orElse(""))
          .put("pods", node.pods().size())
          .put("maxPods", info.map(NodeInfo::maxPods).orElse(0))
          .put("cpuMillis", room.cpuMillis())
          .put("cpuMillisAsked", node.requested().cpuMillis())
          .put("memoryBytes", room.memoryBytes())
          .put("memoryBytesAsked", node.requested().memoryBytes())
          .put("lostSince", node.notReadySince().map(Instant::toString).orElse(""));
    }
    page.put("moreNodes", Math.max(0, root.nodes().size() - NODES));
  }

  private static void events(ArrayNode rows, List<HappenedEvent> events) {
    events.stream()
        .sorted(
            Comparator.comparing(HappenedEvent::at).thenComparingLong(HappenedEvent::id).reversed())
        .limit(EVENTS)
        .forEach(event ->
            rows.addObject()
                .put("at", event.at().toString())
                .put("warning", event.severity() == HappenedEvent.Severity.WARNING)
                .put("reason", event.reason())
                .put("about", event.about().map(Object::toString).orElse(""))
                .put("message", event.message())
                .put("count", event.count()));
  }
}
