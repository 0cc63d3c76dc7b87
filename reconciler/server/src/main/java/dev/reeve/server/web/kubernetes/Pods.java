package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodIdentity;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.WorkloadState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Pods: the template of their release, and what their node says of them.
final class Pods implements Resource {
  private static final ResourceType TYPE =
      ResourceType.namespaced("v1", "Pod", "pods", "po")
          .inAll()
          .selectableBy(
              "status.phase",
              "spec.nodeName",
              "spec.restartPolicy",
              "spec.serviceAccountName",
              "status.podIP");

  private final Templates templates;

  Pods(Templates templates) {
    this.templates = templates;
  }

  @Override
  public ResourceType type() {
    return TYPE;
  }

  @Override
  public List<Column> columns() {
    return PodColumns.ALL;
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
      long first =
          from.filter(it -> it.workload().equals(key)).map(it -> it.number() + 1).orElse(0L);
      for (Pod pod : workload.pods().valuesFrom(first)) {
        String position = new WorkloadPosition(key, Long.toString(pod.id())).toString();
        if (!visitor.visit(position, json(snapshot, workload, pod))) {
          return;
        }
      }
    }
  }

  @Override
  public Optional<ObjectNode> get(Snapshot snapshot, String namespace, String name) {
    return find(snapshot, namespace, name)
        .flatMap(pod ->
            snapshot
                .root()
                .workloads()
                .get(pod.workload())
                .map(workload -> json(snapshot, workload, pod)));
  }

  /// A pod by name. Its workload stands in its name: `<workload>-<release>-<suffix>`,
  /// `<workload>-<number>`, `<workload>-<number>-<suffix>`, `<workload>-<suffix>`, or the name
  /// alone. Of two that bear one name, as a Pod and its successor do, the later one.
  static Optional<Pod> find(Snapshot snapshot, String namespace, String name) {
    var own = new ObjectKey("Pod", namespace, name);
    PagedMap<ObjectKey, WorkloadState> workloads = snapshot.root().workloads();
    Optional<Pod> found = workloads.get(own).flatMap(it -> named(it, name));
    int last = name.lastIndexOf('-');
    if (found.isPresent() || last < 1) {
      return found;
    }
    int hash = name.lastIndexOf('-', last - 1);
    String longer = name.substring(0, last);
    String workload = hash < 1 ? longer : name.substring(0, hash);
    for (WorkloadState state : workloads.valuesFrom(new ObjectKey("", namespace, ""))) {
      if (!state.key().namespace().equals(namespace)) {
        break;
      }
      if (state.key().name().equals(workload) || state.key().name().equals(longer)) {
        found = named(state, name);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Pod> named(WorkloadState workload, String name) {
    Optional<Pod> found = Optional.empty();
    for (Pod pod : workload.pods().values()) {
      if (pod.name().equals(name)) {
        found = Optional.of(pod);
      }
    }
    return found;
  }

  @Override
  public void changes(Snapshot before, Snapshot after, Changed changed, ChangeVisitor visitor) {
    for (ObjectKey key : changed.workloads()) {
      Optional<WorkloadState> old = before.root().workloads().get(key);
      Optional<WorkloadState> now = after.root().workloads().get(key);
      var oldPods = old.map(WorkloadState::pods).orElse(PagedMap.empty());
      var newPods = now.map(WorkloadState::pods).orElse(PagedMap.empty());
      for (Long id : Changed.keys(oldPods, newPods)) {
        visitor.visit(
            oldPods.get(id).map(pod -> json(before, old.orElseThrow(), pod)),
            newPods.get(id).map(pod -> json(after, now.orElseThrow(), pod)));
      }
    }
  }

  ObjectNode json(Snapshot snapshot, WorkloadState workload, Pod pod) {
    ObjectNode template = templates.tree(pod.release().template());
    ObjectNode json = Trees.object();
    json.put("apiVersion", "v1").put("kind", "Pod");
    json.set("metadata", metadata(snapshot, workload, pod, template.path("metadata")));
    ObjectNode spec = json.putObject("spec");
    if (template.get("spec") instanceof ObjectNode shared) {
      spec.setAll(shared);
    }
    Trees.putIfSaid(spec, "nodeName", pod.node());
    json.set("status", status(snapshot, pod, spec));
    return json;
  }

  private static ObjectNode metadata(
      Snapshot snapshot, WorkloadState workload, Pod pod, JsonNode template) {
    ObjectNode metadata = Trees.object();
    metadata.put("name", pod.name()).put("namespace", pod.workload().namespace());
    metadata.put("uid", pod.uid());
    metadata.put("creationTimestamp", Trees.time(pod.orderedAt()));
    if (pod.isStopping()) {
      metadata.put(
          "deletionTimestamp",
          Trees.time(snapshot.sightings().stoppingSince(pod.uid(), snapshot.at())));
    }
    ObjectNode labels = metadata.putObject("labels");
    if (template.get("labels") instanceof ObjectNode given) {
      labels.setAll(given);
    }
    ObjectNode annotations = metadata.putObject("annotations");
    if (template.get("annotations") instanceof ObjectNode given) {
      annotations.setAll(given);
    }
    Trees.putIfSaid(annotations, "dev.reeve/commit", pod.release().commit());
    annotations.put("dev.reeve/reason", pod.because().word());
    PodIdentity.labels(workload.key(), pod.name()).forEach(labels::put);
    PodIdentity.annotations(workload.key(), pod.name()).forEach(annotations::put);
    String hash = pod.release().hash();
    switch (workload.key().kind()) {
      case "Pod" -> {}
      case "Deployment", Rollouts.KIND -> {
        labels.put(Releases.hashLabel(workload.key()), hash);
        Rollouts.roleMetadata(snapshot, workload, hash)
            .ifPresent(it -> {
              putAll(labels, it.path("labels"));
              putAll(annotations, it.path("annotations"));
            });
        metadata.put("generateName", workload.key().name() + "-" + hash + "-");
        ownedBy(snapshot, metadata, "apps/v1", Releases.replicaSet(workload.key(), hash));
      }
      case "Job" -> {
        String uid = Metadata.uid(snapshot, workload.key());
        labels.put("batch.kubernetes.io/controller-uid", uid);
        metadata.put("generateName", workload.key().name() + "-");
        ownedBy(snapshot, metadata, "batch/v1", workload.key());
      }
      default -> {
        labels.put("controller-revision-hash", workload.key().name() + "-" + hash);
        metadata.put("generateName", workload.key().name() + "-");
        ownedBy(snapshot, metadata, "apps/v1", workload.key());
      }
    }
    return metadata;
  }

  private static void ownedBy(
      Snapshot snapshot, ObjectNode metadata, String apiVersion, ObjectKey owner) {
    Metadata.owner(metadata, apiVersion, owner.kind(), owner.name(), Metadata.uid(snapshot, owner));
  }

  private static void putAll(ObjectNode into, JsonNode given) {
    if (given instanceof ObjectNode values) {
      into.setAll(values);
    }
  }

  private static ObjectNode status(Snapshot snapshot, Pod pod, JsonNode spec) {
    ObjectNode status = Trees.object();
    Optional<PodReport> report = pod.report();
    PodReport.Phase phase = report.map(PodReport::phase).orElse(PodReport.Phase.PENDING);
    status.put("phase", phaseWord(phase));
    report.ifPresent(it -> {
      if (phase == PodReport.Phase.PENDING || phase == PodReport.Phase.FAILED) {
        Trees.putIfSaid(status, "reason", it.reason());
        Trees.putIfSaid(status, "message", it.message());
      }
      if (!it.ip().isEmpty()) {
        status.put("podIP", it.ip());
        status.putArray("podIPs").addObject().put("ip", it.ip());
      }
      it.startedAt().ifPresent(at -> status.put("startTime", Trees.time(at)));
    });
    snapshot
        .root()
        .nodes()
        .get(pod.node())
        .flatMap(NodeState::info)
        .map(NodeInfo::address)
        .filter(address -> !address.isEmpty())
        .ifPresent(address -> {
          status.put("hostIP", address);
          status.putArray("hostIPs").addObject().put("ip", address);
        });
    status.set("conditions", conditions(pod, spec));
    containers(status, "initContainerStatuses", spec.path("initContainers"), true, report);
    containers(status, "containerStatuses", spec.path("containers"), false, report);
    return status.put("qosClass", Quality.of(spec));
  }

  static String phaseWord(PodReport.Phase phase) {
    return switch (phase) {
      case PENDING -> "Pending";
      case RUNNING -> "Running";
      case SUCCEEDED -> "Succeeded";
      case FAILED -> "Failed";
    };
  }

  private static ArrayNode conditions(Pod pod, JsonNode spec) {
    Optional<PodReport> report = pod.report();
    Instant ordered = pod.orderedAt();
    Instant started = report.flatMap(PodReport::startedAt).orElse(ordered);
    boolean initialized =
        spec.path("initContainers").isEmpty()
            || report
                .map(it ->
                    it.phase() != PodReport.Phase.PENDING
                        || it.containers().stream()
                            .anyMatch(c -> !c.init() && c.state() == ContainerReport.State.RUNNING))
                .orElse(false);
    ArrayNode conditions = Trees.array();
    condition(conditions, "PodScheduled", true, ordered);
    condition(conditions, "Initialized", initialized, initialized ? started : ordered);
    for (String type : List.of("ContainersReady", "Ready")) {
      ObjectNode ready =
          condition(conditions, type, pod.saysReady(), pod.readySince().orElse(started));
      if (!pod.saysReady()) {
        boolean isDone = report.map(it -> it.phase() == PodReport.Phase.SUCCEEDED).orElse(false);
        ready.put("reason", isDone ? "PodCompleted" : "ContainersNotReady");
        report.ifPresent(it -> Trees.putIfSaid(ready, "message", it.message()));
      }
    }
    return conditions;
  }

  private static ObjectNode condition(ArrayNode into, String type, boolean is, Instant since) {
    return into.addObject()
        .put("type", type)
        .put("status", is ? "True" : "False")
        .put("lastTransitionTime", Trees.time(since));
  }

  private static void containers(
      ObjectNode status, String field, JsonNode specs, boolean init, Optional<PodReport> report) {
    List<ContainerReport> reported =
        report.map(PodReport::containers).orElse(List.of()).stream()
            .filter(it -> it.init() == init)
            .toList();
    if (specs.isEmpty() && reported.isEmpty()) {
      return;
    }
    ArrayNode statuses = status.putArray(field);
    if (specs.isEmpty()) {
      reported.forEach(it -> statuses.add(container(it)));
      return;
    }
    for (JsonNode spec : specs) {
      String name = spec.path("name").asText();
      statuses.add(
          reported.stream()
              .filter(it -> it.name().equals(name))
              .findFirst()
              .map(Pods::container)
              .orElseGet(() -> unreported(name, spec.path("image").asText())));
    }
  }

  private static ObjectNode unreported(String name, String image) {
    ObjectNode status = Trees.object();
    status.put("name", name).put("image", image).put("imageID", "");
    status.putObject("state").putObject("waiting").put("reason", "ContainerCreating");
    status.putObject("lastState");
    return status.put("ready", false).put("restartCount", 0).put("started", false);
  }

  private static ObjectNode container(ContainerReport report) {
    ObjectNode status = Trees.object();
    status.put("name", report.name());
    status.put("image", report.image());
    status.put("imageID", report.imageId());
    String id = report.id().isEmpty() ? "" : "docker://" + report.id();
    Trees.putIfSaid(status, "containerID", id);
    ObjectNode state = status.putObject("state");
    ObjectNode lastState = status.putObject("lastState");
    switch (report.state()) {
      case WAITING -> {
        ObjectNode waiting = state.putObject("waiting");
        waiting.put("reason", report.reason().isEmpty() ? "ContainerCreating" : report.reason());
        Trees.putIfSaid(waiting, "message", report.message());
        ended(lastState, report, id, "");
      }
      case RUNNING -> {
        ObjectNode running = state.putObject("running");
        report.startedAt().ifPresent(at -> running.put("startedAt", Trees.time(at)));
        ended(lastState, report, id, report.reason());
      }
      case TERMINATED -> {
        terminated(state, report, id, report.reason());
      }
    }
    status.put("ready", report.ready());
    status.put("restartCount", report.restarts());
    return status.put("started", report.state() == ContainerReport.State.RUNNING);
  }

  /// How the container before this one ended, where its node still says so.
  private static void ended(
      ObjectNode lastState, ContainerReport report, String id, String reason) {
    if (report.finishedAt().isPresent()) {
      terminated(lastState, report, id, reason);
    }
  }

  private static void terminated(
      ObjectNode state, ContainerReport report, String id, String reason) {
    ObjectNode terminated = state.putObject("terminated");
    terminated.put("exitCode", report.exitCode());
    terminated.put(
        "reason", reason.isEmpty() ? (report.exitCode() == 0 ? "Completed" : "Error") : reason);
    if (report.state() == ContainerReport.State.TERMINATED) {
      Trees.putIfSaid(terminated, "message", report.message());
    }
    report.startedAt().ifPresent(at -> terminated.put("startedAt", Trees.time(at)));
    report.finishedAt().ifPresent(at -> terminated.put("finishedAt", Trees.time(at)));
    Trees.putIfSaid(terminated, "containerID", id);
  }
}
