package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.Analysis;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.record.AnalysisRun;
import dev.reeve.core.record.Measurement;
import dev.reeve.core.record.MetricRun;
import dev.reeve.core.state.WorkloadState;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// The analyses of all Rollouts, as Argo Rollouts shows them. They are no objects of the
/// repository: each is made from what the core knows of it.
final class AnalysisRuns implements Resource {
  private static final ResourceType TYPE =
      ResourceType.namespaced(Rollouts.API_VERSION, "AnalysisRun", "analysisruns", "ar");

  @Override
  public ResourceType type() {
    return TYPE;
  }

  @Override
  public List<Column> columns() {
    return Columns.ANALYSIS_RUN;
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
      String first =
          from.filter(it -> it.workload().equals(key)).map(it -> it.within() + "\0").orElse("");
      for (var run : all(snapshot, workload).tailMap(first).entrySet()) {
        if (!visitor.visit(new WorkloadPosition(key, run.getKey()).toString(), run.getValue())) {
          return;
        }
      }
    }
  }

  /// The name of its Rollout may have dashes too, and so may that of the run.
  @Override
  public Optional<ObjectNode> get(Snapshot snapshot, String namespace, String name) {
    for (int dash = name.indexOf('-'); dash > 0; dash = name.indexOf('-', dash + 1)) {
      var found =
          snapshot
              .root()
              .workloads()
              .get(new ObjectKey(Rollouts.KIND, namespace, name.substring(0, dash)))
              .map(it -> all(snapshot, it).get(name));
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  @Override
  public void changes(Snapshot before, Snapshot after, Changed changed, ChangeVisitor visitor) {
    for (ObjectKey key : changed.workloads()) {
      SortedMap<String, ObjectNode> olds = all(before, key);
      SortedMap<String, ObjectNode> news = all(after, key);
      var names = new TreeSet<>(olds.keySet());
      names.addAll(news.keySet());
      for (String name : names) {
        visitor.visit(Optional.ofNullable(olds.get(name)), Optional.ofNullable(news.get(name)));
      }
    }
  }

  private static SortedMap<String, ObjectNode> all(Snapshot snapshot, ObjectKey key) {
    return snapshot
        .root()
        .workloads()
        .get(key)
        .map(it -> all(snapshot, it))
        .orElseGet(TreeMap::new);
  }

  private static SortedMap<String, ObjectNode> all(Snapshot snapshot, WorkloadState workload) {
    var all = new TreeMap<String, ObjectNode>();
    for (AnalysisRun run : RolloutSteps.runs(workload)) {
      String hash = RolloutSteps.measured(workload, run).hash();
      String name = workload.key().name() + "-" + hash + "-" + run.name();
      all.put(name, json(snapshot, workload, run, hash, name));
    }
    return all;
  }

  private static ObjectNode json(
      Snapshot snapshot, WorkloadState workload, AnalysisRun run, String hash, String name) {
    ObjectKey owner = workload.key();
    ObjectNode json =
        Metadata.start(
            snapshot, TYPE, new ObjectKey(TYPE.kind(), owner.namespace(), name), run.startedAt());
    ObjectNode metadata = Trees.child(json, "metadata");
    metadata.put("generation", 1);
    boolean isBackground = run.name().equals(AnalysisRun.BACKGROUND);
    ObjectNode labels =
        metadata
            .putObject("labels")
            .put(Releases.ROLLOUT_HASH_LABEL, hash)
            .put("rollout-type", isBackground ? "Background" : "Step");
    if (!isBackground) {
      labels.put("step-index", run.name().substring("step-".length()));
    }
    Metadata.owner(
        metadata, Rollouts.API_VERSION, Rollouts.KIND, owner.name(), Metadata.uid(snapshot, owner));
    ArrayNode metrics = json.putObject("spec").putArray("metrics");
    RolloutSteps.analysis(workload, run)
        .map(Analysis::metrics)
        .orElse(List.of())
        .forEach(it -> spec(metrics.addObject(), it));
    status(json.putObject("status"), run);
    return json;
  }

  private static void spec(ObjectNode spec, Analysis.Metric metric) {
    spec.put("name", metric.name());
    metric.interval().ifPresent(it -> spec.put("interval", it.toSeconds() + "s"));
    if (!metric.initialDelay().isZero()) {
      spec.put("initialDelay", metric.initialDelay().toSeconds() + "s");
    }
    spec.put("count", metric.count());
    spec.put("failureLimit", metric.failureLimit());
    spec.put("inconclusiveLimit", metric.inconclusiveLimit());
    spec.put("consecutiveErrorLimit", metric.consecutiveErrorLimit());
    spec.put("consecutiveSuccessLimit", metric.consecutiveSuccessLimit());
    // Arguments that are Secrets are filled in when it is measured: they are not in here.
    JsonNode query = Trees.parse(metric.query().toArray());
    for (String field : List.of("successCondition", "failureCondition", "provider")) {
      if (query.has(field)) {
        spec.set(field, query.path(field));
      }
    }
  }

  private static void status(ObjectNode status, AnalysisRun run) {
    status.put("phase", run.outcome().word());
    status.put("startedAt", Trees.time(run.startedAt()));
    ArrayNode results = status.putArray("metricResults");
    int count = 0;
    int successful = 0;
    int failed = 0;
    int inconclusive = 0;
    int errors = 0;
    for (MetricRun metric : run.metrics()) {
      results.add(result(metric));
      count += metric.count();
      successful += metric.successful();
      failed += metric.failed();
      inconclusive += metric.inconclusive();
      errors += metric.errors();
    }
    status
        .putObject("runSummary")
        .put("count", count)
        .put("successful", successful)
        .put("failed", failed)
        .put("inconclusive", inconclusive)
        .put("error", errors);
  }

  private static ObjectNode result(MetricRun metric) {
    ObjectNode result =
        Trees.object()
            .put("name", metric.name())
            .put("phase", metric.outcome().word())
            .put("count", metric.count())
            .put("successful", metric.successful())
            .put("failed", metric.failed())
            .put("inconclusive", metric.inconclusive())
            .put("error", metric.errors())
            .put("consecutiveError", metric.consecutiveErrors())
            .put("consecutiveSuccess", metric.consecutiveSuccesses())
            .put("dryRun", metric.dryRun());
    ArrayNode measurements = result.putArray("measurements");
    for (Measurement measurement : metric.measurements()) {
      ObjectNode one =
          measurements
              .addObject()
              .put("phase", measurement.outcome().word())
              .put("startedAt", Trees.time(measurement.startedAt()))
              .put("finishedAt", Trees.time(measurement.finishedAt()))
              .put("value", measurement.value());
      Trees.putIfSaid(one, "message", measurement.message());
    }
    return result;
  }
}
