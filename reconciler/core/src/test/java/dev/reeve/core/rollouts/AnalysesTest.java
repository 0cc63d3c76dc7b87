package dev.reeve.core.rollouts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Analysis;
import dev.reeve.core.model.Analysis.Metric;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.record.AnalysisRun;
import dev.reeve.core.record.Measurement;
import dev.reeve.core.record.Measurement.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnalysesTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private static Metric metric(String name, int count, int failures, boolean dryRun) {
    return new Metric(
        name,
        Optional.of(Duration.ofSeconds(5)),
        Duration.ofSeconds(1),
        count,
        failures,
        0,
        1,
        0,
        dryRun,
        Bytes.utf8("{}"),
        Optional.empty());
  }

  private static AnalysisRun run(Analysis analysis, String metric, Outcome... outcomes) {
    var run = Analyses.start("step-0", analysis, START);
    var at = START;
    for (Outcome outcome : outcomes) {
      at = at.plusSeconds(5);
      run = Analyses.with(run, analysis, metric, new Measurement(outcome, at, at, "1", ""));
    }
    return run;
  }

  private static Analysis of(Metric... metrics) {
    return new Analysis(List.of(metrics));
  }

  @Test
  void isSuccessfulWhenAllItsMeasurementsAre() {
    var analysis = of(metric("rate", 2, 0, false));

    assertThat(run(analysis, "rate", Outcome.SUCCESSFUL).outcome()).isEqualTo(Outcome.RUNNING);
    assertThat(run(analysis, "rate", Outcome.SUCCESSFUL, Outcome.SUCCESSFUL).outcome())
        .isEqualTo(Outcome.SUCCESSFUL);
  }

  @Test
  void failsAtTheFirstFailureBeyondTheLimit() {
    var analysis = of(metric("rate", 5, 1, false));

    assertThat(run(analysis, "rate", Outcome.FAILED).outcome()).isEqualTo(Outcome.RUNNING);
    assertThat(run(analysis, "rate", Outcome.FAILED, Outcome.FAILED).outcome())
        .isEqualTo(Outcome.FAILED);
  }

  @Test
  void bearsErrorsInARowUpToTheLimitAndDoesNotCountThem() {
    var analysis = of(metric("rate", 1, 0, false));

    assertThat(run(analysis, "rate", Outcome.ERROR).outcome()).isEqualTo(Outcome.RUNNING);
    assertThat(run(analysis, "rate", Outcome.ERROR, Outcome.SUCCESSFUL).outcome())
        .isEqualTo(Outcome.SUCCESSFUL);
    assertThat(run(analysis, "rate", Outcome.ERROR, Outcome.ERROR).outcome())
        .isEqualTo(Outcome.ERROR);
  }

  @Test
  void isInconclusiveWhenNeitherConditionHolds() {
    assertThat(run(of(metric("rate", 3, 0, false)), "rate", Outcome.INCONCLUSIVE).outcome())
        .isEqualTo(Outcome.INCONCLUSIVE);
  }

  @Test
  void aDryRunDecidesNothing() {
    var analysis = of(metric("rate", 1, 0, true), metric("other", 1, 0, false));
    var failed = run(analysis, "rate", Outcome.FAILED);
    var taken = new Measurement(Outcome.SUCCESSFUL, START, START, "1", "");

    assertThat(failed.outcome()).isEqualTo(Outcome.RUNNING);
    assertThat(Analyses.with(failed, analysis, "other", taken).outcome())
        .isEqualTo(Outcome.SUCCESSFUL);
  }

  @Test
  void isMeasuredAnIntervalAfterTheLastMeasurement() {
    var analysis = of(metric("rate", 0, 0, false));

    var begun = Analyses.start("background", analysis, START);
    var once = run(analysis, "rate", Outcome.SUCCESSFUL);

    assertThat(begun.metrics().getFirst().nextAt()).contains(START.plusSeconds(1));
    assertThat(once.metrics().getFirst().nextAt()).contains(START.plusSeconds(10));
  }

  @Test
  void keepsTheNewestMeasurementsAndCountsAll() {
    var analysis = of(metric("rate", 0, 0, false));
    var outcomes = new Outcome[25];
    java.util.Arrays.fill(outcomes, Outcome.SUCCESSFUL);

    var metric = run(analysis, "rate", outcomes).metrics().getFirst();

    assertThat(metric.count()).isEqualTo(25);
    assertThat(metric.measurements()).hasSize(10);
    assertThat(metric.measurements().getLast().finishedAt()).isEqualTo(START.plusSeconds(125));
  }

  @Test
  void whatHasEndedIsNotMeasuredAgain() {
    var analysis = of(metric("rate", 1, 0, false));
    var done = run(analysis, "rate", Outcome.SUCCESSFUL);

    var again =
        Analyses.with(
            done, analysis, "rate", new Measurement(Outcome.FAILED, START, START, "0", ""));

    assertThat(again).isEqualTo(done);
  }
}
