package dev.reeve.server.web;

import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.record.AnalysisRun;
import dev.reeve.core.record.Measurement.Outcome;
import dev.reeve.core.record.MetricRun;
import dev.reeve.core.record.Phase;
import dev.reeve.core.rollouts.Traffic;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.server.web.view.ClusterView;
import dev.reeve.server.web.view.CommitLine;
import dev.reeve.server.web.view.Counter;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// `/metrics`: what Prometheus reads. Counted at each scrape from the newest publication, in one
/// pass over its pods.
final class Metrics implements AutoCloseable {
  private final ClusterView view;
  private final LiveStreams streams;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbage = new JvmGcMetrics();
  private final Map<String, MultiGauge> gauges = new TreeMap<>();
  private final ReentrantLock scrape = new ReentrantLock();

  /// With what each is read from, which the registry does not keep.
  private final Map<Meter, Counted> counters = new HashMap<>();

  private record Counted(String name, Tags tags, double value) {}

  Metrics(ClusterView view, LiveStreams streams) {
    this.view = view;
    this.streams = streams;
    garbage.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  void open(RoutesConfig routes) {
    routes.get("/metrics", this::answer);
  }

  private void answer(Context ctx) {
    scrape.lock();
    try {
      count(view.published().root());
      view.gauges().forEach((name, value) -> set(name, "", Map.of("", value)));
      ctx.contentType("text/plain; version=0.0.4; charset=utf-8").result(registry.scrape());
    } finally {
      scrape.unlock();
    }
  }

  private void count(Root root) {
    var pods = new TreeMap<String, Double>();
    for (PodReport.Phase phase : PodReport.Phase.values()) {
      pods.put(word(phase), 0.0);
    }
    var workloads = new TreeMap<String, Double>();
    for (Phase phase : Phase.values()) {
      workloads.put(phase.word(), 0.0);
    }
    double ready = 0;
    double restarts = 0;
    for (WorkloadState workload : root.workloads().values()) {
      workloads.merge(workload.phase().word(), 1.0, Double::sum);
      for (Pod pod : workload.pods().values()) {
        pods.merge(word(pod.phase()), 1.0, Double::sum);
        ready += !pod.isStopping() && pod.saysReady() ? 1 : 0;
        restarts += pod.restarts();
      }
    }
    var counted = rollouts(root);
    for (Counter each : view.counters()) {
      var tags = new ArrayList<Tag>();
      each.labels().forEach((label, value) -> tags.add(Tag.of(label, value)));
      counted.add(new Counted(each.name(), Tags.of(tags), each.value()));
    }
    setCounters(counted);
    set("reeve.pods", "phase", pods);
    set("reeve.workloads", "phase", workloads);
    set("reeve.pods.ready", "", Map.of("", ready));
    set("reeve.containers.restarts", "", Map.of("", restarts));
    nodes(root);
    commits();
    set("reeve.leading", "", Map.of("", root.lead() == Root.Lead.LEADING ? 1.0 : 0.0));
    set("reeve.epoch", "", Map.of("", (double) root.epoch()));
    set("reeve.web.streams", "", Map.of("", (double) streams.count()));
  }

  /// Of those that have steps: where each stands, and what was measured of it.
  ///
  /// @return what was counted of each
  private List<Counted> rollouts(Root root) {
    List<Row<?>> steps = new ArrayList<>();
    List<Row<?>> weights = new ArrayList<>();
    List<Row<?>> phases = new ArrayList<>();
    List<Counted> measurements = new ArrayList<>();
    for (WorkloadState workload : root.workloads().values()) {
      if (workload.stepping().isEmpty() || workload.current().isEmpty()) {
        continue;
      }
      Tags of = Tags.of("namespace", workload.key().namespace(), "name", workload.key().name());
      var progress = workload.stepping().get().progress();
      steps.add(Row.of(of, progress.index()));
      var weight = Traffic.of(workload).get(workload.current().get().hash());
      weights.add(Row.of(of, weight == null ? 0 : weight));
      phases.add(Row.of(of.and("phase", workload.phase().word()), 1));
      measured(progress.runs())
          .forEach((metric, outcomes) ->
              outcomes.forEach((outcome, count) ->
                  measurements.add(
                      new Counted(
                          "reeve.measurements",
                          of.and("metric", metric, "outcome", outcome),
                          count))));
    }
    set("reeve.rollout.step", steps);
    set("reeve.rollout.weight", weights);
    set("reeve.rollout.phase", phases);
    return measurements;
  }

  /// Made anew each time: what is no more is not told of.
  private void setCounters(List<Counted> all) {
    counters.keySet().forEach(registry::remove);
    counters.clear();
    all.forEach(it ->
        counters.put(
            FunctionCounter.builder(it.name(), it, Counted::value)
                .tags(it.tags())
                .register(registry),
            it));
  }

  /// Counts of all runs that measure something of the same name, by its outcome.
  private static Map<String, Map<String, Double>> measured(List<AnalysisRun> runs) {
    var measured = new TreeMap<String, Map<String, Double>>();
    for (AnalysisRun run : runs) {
      for (MetricRun metric : run.metrics()) {
        var counts = measured.computeIfAbsent(metric.name(), _ -> new TreeMap<>());
        counts.merge(Outcome.SUCCESSFUL.word(), (double) metric.successful(), Double::sum);
        counts.merge(Outcome.FAILED.word(), (double) metric.failed(), Double::sum);
        counts.merge(Outcome.INCONCLUSIVE.word(), (double) metric.inconclusive(), Double::sum);
        counts.merge(Outcome.ERROR.word(), (double) metric.errors(), Double::sum);
      }
    }
    return measured;
  }

  private void nodes(Root root) {
    double ready = 0;
    for (NodeState node : root.nodes().values()) {
      ready += node.isReady() ? 1 : 0;
    }
    set(
        "reeve.nodes",
        "ready",
        new TreeMap<>(Map.of("true", ready, "false", root.nodes().size() - ready)));
  }

  private void commits() {
    var verdicts = new TreeMap<String, Double>();
    for (CommitLine commit : view.commits()) {
      verdicts.merge(
          commit.verdict().map(it -> it.outcome().word()).orElse("none"), 1.0, Double::sum);
    }
    set("reeve.commits.recent", "verdict", verdicts);
  }

  private static String word(PodReport.Phase phase) {
    return switch (phase) {
      case PENDING -> "Pending";
      case RUNNING -> "Running";
      case SUCCEEDED -> "Succeeded";
      case FAILED -> "Failed";
    };
  }

  /// @param label empty for a measurement that has none
  private void set(String name, String label, Map<String, Double> values) {
    List<Row<?>> rows = new ArrayList<>();
    values.forEach((of, value) ->
        rows.add(Row.of(label.isEmpty() ? Tags.empty() : Tags.of(label, of), value)));
    set(name, rows);
  }

  private void set(String name, List<Row<?>> rows) {
    gauges
        .computeIfAbsent(name, it -> MultiGauge.builder(it).register(registry))
        .register(rows, true);
  }

  @Override
  public void close() {
    garbage.close();
    registry.close();
  }
}
