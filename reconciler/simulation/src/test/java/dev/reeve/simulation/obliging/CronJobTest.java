package dev.reeve.simulation.obliging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.CronRules;
import dev.reeve.core.model.CronRules.Concurrency;
import dev.reeve.core.model.CronSchedule;
import dev.reeve.core.model.JobRules;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.PodReport.Phase;
import dev.reeve.core.state.WorkloadState;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What Kubernetes documents of CronJobs. The clock begins at midnight of the first of January.
class CronJobTest {
  private static final ObjectKey CRON = new ObjectKey("CronJob", "default", "backup");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Sketch cluster = new Sketch().node("a", 64_000).node("b", 64_000);

  private static JobRules job() {
    return new JobRules(
        Optional.of(1),
        1,
        false,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        List.of(),
        false,
        List.of());
  }

  private void push(
      String schedule, Concurrency concurrency, Optional<Duration> deadline, boolean isSuspended) {
    var rules =
        new CronRules(
            CronSchedule.parse(schedule),
            ZoneId.of("UTC"),
            deadline,
            concurrency,
            isSuspended,
            3,
            1,
            job());
    cluster.workload(CRON, 1, new Strategy.Scheduled(rules), "v1").push();
    cluster.pass(Duration.ofSeconds(3));
  }

  private void runOn() {
    cluster.world.starts(it -> with(it, Phase.RUNNING));
  }

  private static PodReport with(PodReport pod, Phase phase) {
    return new PodReport(
        pod.uid(),
        pod.name(),
        pod.workload(),
        pod.release(),
        pod.commit(),
        phase,
        phase == Phase.RUNNING,
        false,
        pod.ip(),
        pod.startedAt(),
        pod.containers(),
        "",
        "");
  }

  private void pass(Duration time) {
    cluster.world.pass(time, Duration.ofSeconds(2));
  }

  private List<String> jobs() {
    return cluster.world.root().workloads().keys().stream()
        .filter(it -> it.kind().equals("Job"))
        .map(ObjectKey::name)
        .toList();
  }

  private List<WorkloadState> active() {
    return cluster.world.root().workloads().stream()
        .filter(it -> it.key().kind().equals("Job") && it.desired().isPresent())
        .filter(it -> !it.job().map(job -> job.isOver()).orElse(false))
        .toList();
  }

  private void endAll(Phase phase) {
    active().stream()
        .flatMap(it -> it.pods().stream())
        .map(it -> it.name())
        .toList()
        .forEach(pod -> cluster.world.change(pod, it -> with(it, phase)));
    pass(Duration.ofSeconds(4));
  }

  private static String name(int minutes) {
    long epochMinutes = 29_453_760L + minutes;
    return "backup-" + epochMinutes;
  }

  @Test
  void aJobIsCreatedForEachTimeOfTheScheduleAndNamedAfterIt() {
    push("*/10 * * * *", Concurrency.ALLOW, Optional.empty(), false);
    assertThat(jobs()).isEmpty();

    pass(MINUTE.multipliedBy(21));

    assertThat(jobs()).containsExactly(name(10), name(20));
    assertThat(cluster.recorded())
        .contains("JobScheduled default/backup: job " + name(10) + " for 2026-01-01T00:10:00Z");
  }

  @Test
  void successfulJobsHistoryLimitAndFailedJobsHistoryLimitSayHowManyStay() {
    push("* * * * *", Concurrency.ALLOW, Optional.empty(), false);
    pass(MINUTE.multipliedBy(6));
    assertThat(jobs()).containsExactly(name(4), name(5), name(6));

    cluster.world.starts(it -> with(it, Phase.FAILED));
    pass(MINUTE.multipliedBy(4));

    assertThat(jobs()).containsExactly(name(4), name(5), name(6), name(10));
  }

  @Test
  void allowLetsJobsRunConcurrently() {
    runOn();
    push("* * * * *", Concurrency.ALLOW, Optional.empty(), false);
    pass(MINUTE.multipliedBy(3));
    assertThat(active()).hasSize(3);
  }

  @Test
  void forbidSkipsTheRunWhileThePreviousOneHasNotFinishedAndMakesUpForItAfterwards() {
    runOn();
    push("* * * * *", Concurrency.FORBID, Optional.empty(), false);
    pass(Duration.ofSeconds(210));
    assertThat(jobs()).containsExactly(name(1));

    endAll(Phase.SUCCEEDED);

    assertThat(jobs()).containsExactly(name(1), name(3));
  }

  @Test
  void replaceReplacesTheCurrentlyRunningJobWithANewOne() {
    runOn();
    push("* * * * *", Concurrency.REPLACE, Optional.empty(), false);
    pass(MINUTE.multipliedBy(3).plusSeconds(5));
    assertThat(jobs()).containsExactly(name(3));
  }

  @Test
  void suspendStopsSubsequentStartsAndThoseMissedCountAsMissed() {
    push("*/10 * * * *", Concurrency.ALLOW, Optional.empty(), true);
    pass(MINUTE.multipliedBy(35));
    assertThat(jobs()).isEmpty();

    push("*/10 * * * *", Concurrency.ALLOW, Optional.empty(), false);
    pass(Duration.ofSeconds(5));

    assertThat(jobs()).containsExactly(name(30));
  }

  @Test
  void aStartLaterThanStartingDeadlineSecondsIsSkipped() {
    push("*/10 * * * *", Concurrency.ALLOW, Optional.of(Duration.ofSeconds(100)), true);
    pass(MINUTE.multipliedBy(35));

    push("*/10 * * * *", Concurrency.ALLOW, Optional.of(Duration.ofSeconds(100)), false);
    pass(Duration.ofSeconds(5));
    assertThat(jobs()).isEmpty();

    pass(MINUTE.multipliedBy(6));
    assertThat(jobs()).containsExactly(name(40));
  }

  @Test
  void deletingTheCronJobDeletesItsJobs() {
    runOn();
    push("* * * * *", Concurrency.ALLOW, Optional.empty(), false);
    pass(MINUTE.multipliedBy(2));

    cluster.without(CRON).push();
    pass(Duration.ofSeconds(10));

    assertThat(cluster.world.root().workloads().isEmpty()).isTrue();
  }

  @Test
  void aFailedRunIsNoFailureOfTheCommit() {
    cluster.world.starts(it -> with(it, Phase.FAILED));
    push("* * * * *", Concurrency.ALLOW, Optional.empty(), false);
    pass(MINUTE.multipliedBy(2));

    assertThat(cluster.world.root().unhealthy().isEmpty()).isTrue();
    assertThat(cluster.world.root().failures().isEmpty()).isTrue();
  }

  @Test
  void aControlPlaneThatStartsAnewGoesOnWithTheJobsAndMakesUpForTheNewestMissedStart() {
    runOn();
    push("* * * * *", Concurrency.ALLOW, Optional.empty(), false);
    pass(MINUTE.multipliedBy(2).plusSeconds(5));
    var pods = active().stream().flatMap(it -> it.pods().stream()).map(it -> it.uid()).toList();
    assertThat(pods).hasSize(2);

    cluster.restart();
    pass(Duration.ofSeconds(20));

    assertThat(jobs()).containsExactly(name(1), name(2));
    assertThat(active().stream().flatMap(it -> it.pods().stream()).map(it -> it.uid()).toList())
        .isEqualTo(pods);
  }

  @Test
  void overAYearEachStartIsMadeOnceThoughThreeZonesChangeTheirClocks() {
    var zones = List.of("Europe/Berlin", "America/New_York", "Australia/Sydney");
    for (String zone : zones) {
      var rules =
          new CronRules(
              CronSchedule.parse("30 2 * * *"),
              ZoneId.of(zone),
              Optional.empty(),
              Concurrency.FORBID,
              false,
              1,
              1,
              job());
      cluster.workload(keyOf(zone), 1, new Strategy.Scheduled(rules), "v1");
    }
    var begin = cluster.push().world.now();

    cluster.world.pass(Duration.ofDays(365), Duration.ofMinutes(30));

    for (String zone : zones) {
      var expected = new ArrayList<String>();
      for (var at = begin; !at.isAfter(cluster.world.now()); at = at.plusSeconds(1_800)) {
        // Asked of the clock of that zone, half an hour after half an hour.
        var local = at.atZone(ZoneId.of(zone)).toLocalTime();
        if (at.isAfter(begin) && local.equals(LocalTime.of(2, 30))) {
          expected.add(at.toString());
        }
      }
      var name = keyOf(zone).name();
      var made =
          cluster.recorded().stream()
              .filter(it -> it.startsWith("JobScheduled default/" + name + ": job "))
              .map(it -> it.substring(it.indexOf(" for ") + 5))
              .toList();
      assertThat(made).as(zone).isEqualTo(expected);
    }
    assertThat(cluster.world.root().unhealthy().isEmpty()).isTrue();
  }

  private static ObjectKey keyOf(String zone) {
    return new ObjectKey(
        "CronJob",
        "default",
        zone.substring(zone.indexOf('/') + 1).toLowerCase(Locale.ROOT).replace('_', '-'));
  }
}
