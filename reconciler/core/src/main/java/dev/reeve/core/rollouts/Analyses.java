package dev.reeve.core.rollouts;

import dev.reeve.core.model.Analysis;
import dev.reeve.core.model.Analysis.Metric;
import dev.reeve.core.record.AnalysisRun;
import dev.reeve.core.record.Measurement;
import dev.reeve.core.record.Measurement.Outcome;
import dev.reeve.core.record.MetricRun;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What measurements come to. The rules are those of Argo Rollouts' AnalysisRun.
public final class Analyses {
  /// Measurements kept in the record, of each metric; all are in the record's history.
  private static final int KEPT = 10;

  /// How soon after an error a metric without an interval is measured again.
  private static final Duration AFTER_ERROR = Duration.ofSeconds(10);

  private Analyses() {}

  public static AnalysisRun start(String name, Analysis analysis, Instant now) {
    var metrics =
        analysis.metrics().stream()
            .map(it -> MetricRun.start(it.name(), it.dryRun(), now.plus(it.initialDelay())))
            .toList();
    return new AnalysisRun(
        name, metrics.isEmpty() ? Outcome.SUCCESSFUL : Outcome.RUNNING, now, metrics);
  }

  /// The run with one measurement more.
  public static AnalysisRun with(
      AnalysisRun run, Analysis analysis, String metric, Measurement measurement) {
    var metrics = new ArrayList<MetricRun>();
    for (MetricRun each : run.metrics()) {
      var definition = definition(analysis, each.name());
      metrics.add(
          each.name().equals(metric) && definition.isPresent() && each.nextAt().isPresent()
              ? with(each, definition.get(), measurement)
              : each);
    }
    return judged(run, metrics);
  }

  /// The run as it stands when nobody waits for it any more: what has not failed is successful.
  public static AnalysisRun ended(AnalysisRun run) {
    var metrics = run.metrics().stream().map(Analyses::ended).toList();
    return new AnalysisRun(
        run.name(),
        switch (run.outcome()) {
          case RUNNING, INCONCLUSIVE -> Outcome.SUCCESSFUL;
          case SUCCESSFUL, FAILED, ERROR -> run.outcome();
        },
        run.startedAt(),
        metrics);
  }

  private static MetricRun ended(MetricRun metric) {
    return as(metric, metric.outcome() == Outcome.RUNNING ? Outcome.SUCCESSFUL : metric.outcome());
  }

  public static Optional<Metric> definition(Analysis analysis, String name) {
    return analysis.metrics().stream().filter(it -> it.name().equals(name)).findFirst();
  }

  private static MetricRun with(MetricRun before, Metric metric, Measurement measurement) {
    var kept = new ArrayList<>(before.measurements());
    kept.add(measurement);
    var newest = List.copyOf(kept.subList(Math.max(0, kept.size() - KEPT), kept.size()));
    boolean isError = measurement.outcome() == Outcome.ERROR;
    boolean isSuccess = measurement.outcome() == Outcome.SUCCESSFUL;
    var wait = metric.interval().orElse(isError ? AFTER_ERROR : Duration.ZERO);
    var counted =
        new MetricRun(
            before.name(),
            Outcome.RUNNING,
            before.count() + (isError ? 0 : 1),
            before.successful() + (isSuccess ? 1 : 0),
            before.failed() + (measurement.outcome() == Outcome.FAILED ? 1 : 0),
            before.inconclusive() + (measurement.outcome() == Outcome.INCONCLUSIVE ? 1 : 0),
            before.errors() + (isError ? 1 : 0),
            isError ? before.consecutiveErrors() + 1 : 0,
            isSuccess ? before.consecutiveSuccesses() + 1 : 0,
            before.dryRun(),
            Optional.of(measurement.finishedAt().plus(wait)),
            newest);
    return as(counted, outcome(counted, metric));
  }

  private static MetricRun as(MetricRun metric, Outcome outcome) {
    return new MetricRun(
        metric.name(),
        outcome,
        metric.count(),
        metric.successful(),
        metric.failed(),
        metric.inconclusive(),
        metric.errors(),
        metric.consecutiveErrors(),
        metric.consecutiveSuccesses(),
        metric.dryRun(),
        outcome == Outcome.RUNNING ? metric.nextAt() : Optional.empty(),
        metric.measurements());
  }

  private static Outcome outcome(MetricRun run, Metric metric) {
    if (metric.failureLimit() >= 0 && run.failed() > metric.failureLimit()) {
      return Outcome.FAILED;
    }
    if (metric.inconclusiveLimit() >= 0 && run.inconclusive() > metric.inconclusiveLimit()) {
      return Outcome.INCONCLUSIVE;
    }
    if (metric.consecutiveErrorLimit() >= 0
        && run.consecutiveErrors() > metric.consecutiveErrorLimit()) {
      return Outcome.ERROR;
    }
    boolean hasShown =
        metric.consecutiveSuccessLimit() > 0
            && run.consecutiveSuccesses() >= metric.consecutiveSuccessLimit();
    boolean isDone = metric.count() > 0 && run.count() >= metric.count();
    return hasShown || isDone ? Outcome.SUCCESSFUL : Outcome.RUNNING;
  }

  /// One metric that goes wrong ends the run; a dry run decides nothing.
  private static AnalysisRun judged(AnalysisRun run, List<MetricRun> metrics) {
    var deciding = metrics.stream().filter(it -> !it.dryRun()).map(MetricRun::outcome).toList();
    Outcome outcome = Outcome.RUNNING;
    for (Outcome bad : List.of(Outcome.INCONCLUSIVE, Outcome.ERROR, Outcome.FAILED)) {
      if (deciding.contains(bad)) {
        outcome = bad;
      }
    }
    boolean isOver = metrics.stream().noneMatch(it -> it.outcome() == Outcome.RUNNING);
    if (outcome == Outcome.RUNNING && isOver) {
      outcome = Outcome.SUCCESSFUL;
    }
    var settled =
        outcome == Outcome.RUNNING ? metrics : metrics.stream().map(Analyses::ended).toList();
    return new AnalysisRun(run.name(), outcome, run.startedAt(), settled);
  }
}
