package dev.reeve.core;

import dev.reeve.core.Effect.Notice.Severity;
import dev.reeve.core.model.CronRules;
import dev.reeve.core.model.CronRules.Concurrency;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy.Completing;
import dev.reeve.core.model.Workload.Strategy.Scheduled;
import dev.reeve.core.record.CronProgress;
import dev.reeve.core.record.JobProgress;
import dev.reeve.core.record.Phase;
import dev.reeve.core.state.WorkloadState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// One CronJob being decided: whether a Job is due, and which of those that have ended stay.
///
/// The rules are those of Kubernetes' controller: of several starts that were missed only the
/// newest is made up for, and none that is later than its deadline.
final class CronDecision {
  /// So many starts are looked for before the rest is taken to be missed, too.
  private static final int MANY = 100;

  private final WorkloadDecision decision;
  private final CronRules rules;
  private final Workload wanted;

  CronDecision(WorkloadDecision decision, CronRules rules, Workload wanted) {
    this.decision = decision;
    this.rules = rules;
    this.wanted = wanted;
  }

  /// The Job that a CronJob starts under a name.
  static Workload job(Workload cron, ObjectKey key) {
    return new Workload(
        key,
        1,
        new Completing(((Scheduled) cron.strategy()).rules().job(), Optional.of(cron.key())),
        Duration.ZERO,
        cron.progressDeadline(),
        false,
        Workload.OnFailure.PAUSE,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        cron.release());
  }

  void run() {
    boolean isNewRelease =
        !decision.next.current.map(Release::hash).equals(Optional.of(wanted.release().hash()));
    decision.next.current = Optional.of(wanted.release());
    decision.next.phase = Phase.HEALTHY;
    decision.next.message = "";
    decision.draft.healthy(decision.key);
    var progress =
        decision.next.cron.orElseGet(
            () -> new CronProgress(now(), Optional.empty(), Optional.empty()));
    if (decision.next.cron.isEmpty() || isNewRelease) {
      decision.next.promote(wanted.release());
      decision.announce(
          Reason.ROLLOUT_COMPLETED,
          "release "
              + wanted.release().hash()
              + (rules.suspended()
                  ? ", suspended"
                  : next(now()).map(it -> ", next start " + it).orElse(", never starts")));
    }
    var jobs = jobs(decision.draft, decision.key);
    progress = noteSuccess(progress, jobs);
    decision.next.cron = Optional.of(progress);
    if (!rules.suspended()) {
      startWhatIsDue(progress, jobs);
      next(now()).ifPresent(decision::wakeBy);
    }
    forgetOld(jobs, true, rules.keptGood());
    forgetOld(jobs, false, rules.keptBad());
  }

  // --- its Jobs

  /// They go with it.
  static void unwantJobs(Draft draft, ObjectKey cron) {
    if (cron.kind().equals("CronJob")) {
      jobs(draft, cron).forEach(it -> unwant(draft, it.key()));
    }
  }

  /// The Jobs that it has started and that are still there, oldest first.
  private static List<WorkloadState> jobs(Draft draft, ObjectKey key) {
    var first = new ObjectKey("Job", key.namespace(), key.name() + "-");
    var jobs = new ArrayList<WorkloadState>();
    for (WorkloadState job : draft.workloads.publish().valuesFrom(first)) {
      boolean isNear =
          job.key().kind().equals("Job")
              && job.key().namespace().equals(key.namespace())
              && job.key().name().startsWith(first.name());
      if (!isNear) {
        break;
      }
      if (isOf(job, key)) {
        jobs.add(job);
      }
    }
    jobs.sort(Comparator.comparingLong((WorkloadState it) -> minute(key, it.key())));
    return jobs;
  }

  private static boolean isOf(WorkloadState job, ObjectKey cron) {
    return job.desired()
        .map(Workload::strategy)
        .filter(it ->
            it instanceof Completing completing && completing.owner().equals(Optional.of(cron)))
        .isPresent();
  }

  private static long minute(ObjectKey cron, ObjectKey job) {
    var minute = job.name().substring(cron.name().length() + 1);
    return minute.matches("[0-9]{1,18}") ? Long.parseLong(minute) : 0;
  }

  private static boolean isOver(WorkloadState job) {
    return job.job().map(JobProgress::isOver).orElse(false);
  }

  private static boolean hasEnded(WorkloadState job, boolean isGood) {
    return job.job().flatMap(JobProgress::ending).map(it -> it.isGood() == isGood).orElse(false);
  }

  private static CronProgress noteSuccess(CronProgress progress, List<WorkloadState> jobs) {
    var newest = progress.lastSuccess();
    for (WorkloadState job : jobs) {
      if (hasEnded(job, true)) {
        var at = job.job().orElseThrow().ending().orElseThrow().at();
        newest = newest.filter(it -> it.isAfter(at)).or(() -> Optional.of(at));
      }
    }
    return new CronProgress(progress.since(), progress.lastStart(), newest);
  }

  private void forgetOld(List<WorkloadState> jobs, boolean isGood, int kept) {
    var ended = jobs.stream().filter(it -> hasEnded(it, isGood)).toList();
    ended.stream()
        .limit(Math.max(0, ended.size() - kept))
        .forEach(it -> unwant(decision.draft, it.key()));
  }

  private static void unwant(Draft draft, ObjectKey job) {
    draft
        .workloads
        .get(job)
        .ifPresent(it -> {
          var edit = it.edit();
          edit.desired = Optional.empty();
          draft.workloads.put(job, edit.build());
          draft.markWorkload(job);
        });
  }

  // --- starts

  private Optional<Instant> next(Instant after) {
    return rules.schedule().next(after, rules.zone());
  }

  private void startWhatIsDue(CronProgress progress, List<WorkloadState> jobs) {
    var from = progress.lastStart().orElse(progress.since());
    var due = rules.schedule().every().isPresent() ? newest(from) : newest(notTooOld(from));
    if (due.isEmpty()) {
      return;
    }
    var at = due.get();
    boolean isLate = rules.startingDeadline().map(it -> at.plus(it).isBefore(now())).orElse(false);
    if (isLate) {
      decision.draft.notice(
          Severity.WARNING,
          Optional.of(decision.key),
          Reason.START_MISSED,
          decision.key + ": the start of " + at + " is missed, it is too late for it");
      return;
    }
    var active = jobs.stream().filter(it -> !isOver(it)).toList();
    if (!active.isEmpty() && rules.concurrency() == Concurrency.FORBID) {
      // Made up for when that one is over, if it is not too late then.
      return;
    }
    if (rules.concurrency() == Concurrency.REPLACE) {
      active.forEach(it -> unwant(decision.draft, it.key()));
    }
    start(at, progress);
  }

  private Instant notTooOld(Instant from) {
    return rules
        .startingDeadline()
        .map(it -> now().minus(it))
        .filter(it -> it.isAfter(from))
        .orElse(from);
  }

  /// The newest time of the schedule that has come.
  private Optional<Instant> newest(Instant from) {
    Optional<Instant> newest = Optional.empty();
    var next = next(from);
    int seen = 0;
    while (next.isPresent() && !next.get().isAfter(now())) {
      newest = next;
      seen++;
      if (seen == MANY) {
        // So much was missed that the distance between starts is good enough to go by.
        var step = Duration.between(from, next.get()).dividedBy(MANY);
        var skip = now().minus(step.multipliedBy(2));
        next = next(skip.isAfter(next.get()) ? skip : next.get());
      } else {
        next = next(next.get());
      }
    }
    return newest;
  }

  private void start(Instant at, CronProgress progress) {
    var key =
        new ObjectKey(
            "Job", decision.key.namespace(), decision.key.name() + "-" + at.getEpochSecond() / 60);
    decision.next.cron =
        Optional.of(new CronProgress(progress.since(), Optional.of(at), progress.lastSuccess()));
    if (decision.draft.workloads.containsKey(key)) {
      return;
    }
    decision.draft.workloads.put(key, WorkloadState.of(job(wanted, key), now()));
    decision.draft.markWorkload(key);
    decision.announce(Reason.JOB_SCHEDULED, "job " + key.name() + " for " + at);
  }

  private Instant now() {
    return decision.draft.now;
  }
}
