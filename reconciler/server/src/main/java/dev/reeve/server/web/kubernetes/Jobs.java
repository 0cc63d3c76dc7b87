package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy.Completing;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.record.JobProgress;
import dev.reeve.core.record.JobProgress.Ending;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.manifest.IndexRanges;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Jobs: those that have text of their own, and those that CronJobs have started.
final class Jobs implements Resource {
  private static final ResourceType TYPE =
      ResourceType.namespaced("batch/v1", "Job", "jobs").inAll();
  static final ResourceType CRON_JOB =
      ResourceType.namespaced("batch/v1", "CronJob", "cronjobs", "cj").inAll();

  @Override
  public ResourceType type() {
    return TYPE;
  }

  @Override
  public List<Column> columns() {
    return Columns.JOB;
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
      boolean isShown = from.map(it -> it.workload().equals(key)).orElse(false);
      Optional<ObjectNode> json = isShown ? Optional.empty() : json(snapshot, workload);
      if (json.isPresent()
          && !visitor.visit(new WorkloadPosition(key, "0").toString(), json.get())) {
        return;
      }
    }
  }

  @Override
  public Optional<ObjectNode> get(Snapshot snapshot, String namespace, String name) {
    return get(snapshot, new ObjectKey(TYPE.kind(), namespace, name));
  }

  private static Optional<ObjectNode> get(Snapshot snapshot, ObjectKey key) {
    return snapshot.root().workloads().get(key).flatMap(it -> json(snapshot, it));
  }

  @Override
  public void changes(Snapshot before, Snapshot after, Changed changed, ChangeVisitor visitor) {
    for (ObjectKey key : changed.workloads()) {
      if (key.kind().equals(TYPE.kind())) {
        visitor.visit(get(before, key), get(after, key));
      }
    }
  }

  private static Optional<ObjectNode> json(Snapshot snapshot, WorkloadState state) {
    ObjectKey key = state.key();
    if (!key.kind().equals(TYPE.kind())
        || !(state.desired().map(Workload::strategy).orElse(null) instanceof Completing job)) {
      return Optional.empty();
    }
    ObjectKey text = job.owner().orElse(key);
    Optional<ObjectNode> written = snapshot.catalog().json(text);
    ObjectNode json = Metadata.start(snapshot, TYPE, key, created(snapshot, state));
    ObjectNode metadata = Trees.child(json, "metadata");
    metadata.put("generation", Metadata.generation(snapshot, key));
    ObjectNode source = written.orElseGet(Trees::object);
    if (job.owner().isPresent()) {
      source = Trees.child(Trees.child(source, "spec"), "jobTemplate");
      Metadata.owner(
          metadata,
          CRON_JOB.apiVersion(),
          CRON_JOB.kind(),
          text.name(),
          Metadata.uid(snapshot, text));
    }
    for (String part : List.of("labels", "annotations")) {
      if (source.path("metadata").get(part) instanceof ObjectNode given) {
        metadata.set(part, given);
      }
    }
    Deployments.annotate(state, Trees.child(metadata, "annotations"));
    json.set("spec", Trees.child(source, "spec"));
    status(json.putObject("status"), state);
    return Optional.of(json);
  }

  private static Instant created(Snapshot snapshot, WorkloadState state) {
    return state
        .job()
        .flatMap(JobProgress::startedAt)
        .orElseGet(() -> Metadata.since(snapshot, state.key()));
  }

  private static void status(ObjectNode status, WorkloadState state) {
    JobProgress job = state.job().orElse(JobProgress.NONE);
    int active = 0;
    int ready = 0;
    int terminating = 0;
    for (Pod pod : state.pods().values()) {
      boolean isOver =
          pod.phase() == PodReport.Phase.SUCCEEDED || pod.phase() == PodReport.Phase.FAILED;
      active += !isOver && !pod.isStopping() ? 1 : 0;
      ready += !isOver && !pod.isStopping() && pod.saysReady() ? 1 : 0;
      terminating += !isOver && pod.isStopping() ? 1 : 0;
    }
    status.put("active", active).put("ready", ready).put("terminating", terminating);
    status.put("succeeded", job.succeeded()).put("failed", job.failed());
    job.startedAt().ifPresent(at -> status.put("startTime", Trees.time(at)));
    if (!job.done().isEmpty()) {
      status.put("completedIndexes", IndexRanges.write(job.done()));
    }
    if (!job.lost().isEmpty()) {
      status.put("failedIndexes", IndexRanges.write(job.lost()));
    }
    ArrayNode conditions = status.putArray("conditions");
    job.ending().ifPresent(ending -> ended(status, conditions, ending));
    boolean isSuspended =
        state.desired().map(Workload::strategy).orElse(null) instanceof Completing it
            && it.rules().suspended()
            && !job.isOver();
    if (isSuspended) {
      condition(conditions, "Suspended", "JobSuspended", "Job suspended", state.progressAt());
    }
  }

  private static void ended(ObjectNode status, ArrayNode conditions, Ending ending) {
    if (ending.isGood()) {
      status.put("completionTime", Trees.time(ending.at()));
    }
    condition(
        conditions,
        ending.isGood() ? "Complete" : "Failed",
        ending.reason(),
        "Job " + ending.message(),
        ending.at());
  }

  private static void condition(
      ArrayNode conditions, String type, String reason, String message, Instant since) {
    conditions
        .addObject()
        .put("type", type)
        .put("status", "True")
        .put("lastProbeTime", Trees.time(since))
        .put("lastTransitionTime", Trees.time(since))
        .put("reason", reason)
        .put("message", message);
  }

  /// The status of a CronJob.
  static void cronJob(Snapshot snapshot, ObjectKey key, ObjectNode json) {
    ObjectNode status = json.putObject("status");
    Optional<WorkloadState> state = snapshot.root().workloads().get(key);
    state.ifPresent(
        it -> Deployments.annotate(it, Trees.child(Trees.child(json, "metadata"), "annotations")));
    state
        .flatMap(WorkloadState::cron)
        .ifPresent(cron -> {
          cron.lastStart().ifPresent(at -> status.put("lastScheduleTime", Trees.time(at)));
          cron.lastSuccess().ifPresent(at -> status.put("lastSuccessfulTime", Trees.time(at)));
        });
    ArrayNode active = status.putArray("active");
    var first = new ObjectKey(TYPE.kind(), key.namespace(), key.name() + "-");
    for (WorkloadState job : snapshot.root().workloads().valuesFrom(first)) {
      if (!job.key().kind().equals(TYPE.kind())
          || !job.key().namespace().equals(key.namespace())
          || !job.key().name().startsWith(first.name())) {
        break;
      }
      boolean isOurs =
          job.desired().map(Workload::strategy).orElse(null) instanceof Completing it
              && it.owner().equals(Optional.of(key));
      if (isOurs && !job.job().map(JobProgress::isOver).orElse(false)) {
        active
            .addObject()
            .put("apiVersion", TYPE.apiVersion())
            .put("kind", TYPE.kind())
            .put("namespace", key.namespace())
            .put("name", job.key().name())
            .put("uid", Metadata.uid(snapshot, job.key()));
      }
    }
  }
}
