package dev.reeve.core.jobs;

import dev.reeve.core.jobs.JobView.Exit;
import dev.reeve.core.jobs.JobView.JobPod;
import dev.reeve.core.jobs.JobView.Standing;
import dev.reeve.core.model.JobRules;
import dev.reeve.core.model.JobRules.FailureRule;
import dev.reeve.core.model.JobRules.FailureRule.Action;
import dev.reeve.core.model.JobRules.SuccessRule;
import dev.reeve.core.record.JobProgress;
import dev.reeve.core.record.JobProgress.Ending;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What becomes of a Job, as Kubernetes documents it ("Jobs"): a function of its rules, of how far
/// it is, and of its pods.
///
/// A pod that was taken away (its node is lost, or drained) has not failed, and is replaced.
public final class Jobs {
  private static final Duration FIRST_DELAY = Duration.ofSeconds(10);
  private static final Duration LONGEST_DELAY = Duration.ofMinutes(6);
  private static final int DOUBLINGS = 6;

  private final JobRules rules;
  private final JobView view;
  private final Instant now;
  private final List<Integer> starts = new ArrayList<>();
  private final List<Long> stops = new ArrayList<>();
  private Optional<Instant> wakeAt = Optional.empty();

  private Optional<Instant> startedAt;
  private int succeeded;
  private int failed;
  private final SortedSet<Integer> done;
  private final SortedSet<Integer> lost;
  private final SortedMap<Integer, Integer> failures;
  private final SortedSet<String> counted;
  private int failedInARow;
  private Optional<Instant> lastFailure;
  private Optional<Ending> ending;

  private Jobs(JobRules rules, JobProgress before, JobView view, Instant now) {
    this.rules = rules;
    this.view = view;
    this.now = now;
    startedAt = before.startedAt();
    succeeded = before.succeeded();
    failed = before.failed();
    done = new TreeSet<>(before.done());
    lost = new TreeSet<>(before.lost());
    failures = new TreeMap<>(before.failures());
    counted = new TreeSet<>(before.counted());
    failedInARow = before.failedInARow();
    lastFailure = before.lastFailure();
    ending = before.ending();
  }

  public static JobPlan look(JobRules rules, JobProgress before, JobView view, Instant now) {
    var jobs = new Jobs(rules, before, view, now);
    jobs.look();
    return new JobPlan(jobs.progress(), jobs.starts, jobs.stops, jobs.wakeAt);
  }

  private JobProgress progress() {
    return new JobProgress(
        startedAt,
        succeeded,
        failed,
        done,
        lost,
        failures,
        counted,
        failedInARow,
        lastFailure,
        ending);
  }

  private void look() {
    count();
    if (ending.isEmpty() && rules.suspended()) {
      startedAt = Optional.empty();
      stopAllActive();
      return;
    }
    if (ending.isEmpty() && startedAt.isEmpty() && view.isWanted()) {
      startedAt = Optional.of(now);
    }
    if (ending.isEmpty()) {
      conclude();
    }
    if (ending.isPresent()) {
      stopAllActive();
    } else if (view.isWanted()) {
      manage();
    }
  }

  // --- what has ended is counted, once

  private void count() {
    var present = new TreeSet<String>();
    for (JobPod pod : view.pods()) {
      present.add(pod.uid());
      boolean isOver = pod.is(Standing.SUCCEEDED) || pod.is(Standing.FAILED);
      if (isOver && ending.isEmpty() && counted.add(pod.uid())) {
        count(pod);
      }
    }
    counted.retainAll(present);
  }

  private void count(JobPod pod) {
    if (pod.is(Standing.SUCCEEDED)) {
      failedInARow = 0;
      if (!rules.indexed()) {
        succeeded++;
      } else if (isIndex(pod.index()) && done.add(pod.index())) {
        lost.remove(pod.index());
        succeeded = done.size();
      }
      return;
    }
    var rule = rules.failureRules().stream().filter(it -> fits(it, pod)).findFirst();
    var action = rule.map(FailureRule::action).orElse(Action.COUNT);
    if (action == Action.IGNORE) {
      return;
    }
    failed++;
    failedInARow++;
    lastFailure = Optional.of(now);
    if (rules.indexed()) {
      failures.merge(pod.index(), 1, Integer::sum);
    }
    switch (action) {
      case FAIL_JOB -> end(false, "PodFailurePolicy", told(pod) + ", which fails the job");
      case FAIL_INDEX -> lost.add(pod.index());
      case IGNORE, COUNT -> {}
    }
  }

  private boolean isIndex(int index) {
    return index >= 0 && index < rules.completions().orElse(Integer.MAX_VALUE);
  }

  private static boolean fits(FailureRule rule, JobPod pod) {
    if (rule.codes().isEmpty()) {
      // What Kubernetes calls DisruptionTarget: such pods are gone here, and not failed.
      return false;
    }
    for (Exit exit : pod.exits()) {
      boolean isMeant = rule.container().map(it -> it.equals(exit.container())).orElse(true);
      if (isMeant && exit.code() != 0 && rule.codes().contains(exit.code()) == rule.isIn()) {
        return true;
      }
    }
    return false;
  }

  private static String told(JobPod pod) {
    return pod.exits().stream()
        .filter(it -> it.code() != 0)
        .findFirst()
        .map(it ->
            "container %s of %s ended with %d".formatted(it.container(), pod.name(), it.code()))
        .orElse(pod.name() + " failed" + (pod.failure().isEmpty() ? "" : ": " + pod.failure()));
  }

  // --- whether it is over

  private void conclude() {
    var deadline = rules.activeDeadline().flatMap(it -> startedAt.map(at -> at.plus(it)));
    if (isSuccess()) {
      end(true, "SuccessPolicy", "matched a rule of its success policy");
    } else if (isComplete()) {
      end(true, "CompletionsReached", "reached the number of completions");
    } else if (deadline.isPresent() && !now.isBefore(deadline.get())) {
      end(false, "DeadlineExceeded", "was active longer than its deadline");
    } else if (failed > rules.backoffLimit() || restartsTooOften()) {
      end(
          false,
          "BackoffLimitExceeded",
          "has reached its backoff limit"
              + view.pods().stream()
                  .filter(it -> it.is(Standing.FAILED))
                  .reduce((first, second) -> second)
                  .map(it -> "; " + told(it))
                  .orElse(""));
    } else {
      concludeIndexes();
    }
    if (ending.isEmpty()) {
      deadline.ifPresent(this::wakeBy);
    }
  }

  /// With restartPolicy OnFailure it is the containers' restarts that count.
  private boolean restartsTooOften() {
    int restarts = 0;
    for (JobPod pod : view.pods()) {
      restarts += pod.is(Standing.ACTIVE) ? pod.restarts() : 0;
    }
    return restarts > 0 && restarts >= rules.backoffLimit();
  }

  private void concludeIndexes() {
    if (rules.backoffLimitPerIndex().isPresent()) {
      int most = rules.backoffLimitPerIndex().get();
      failures.forEach((index, count) -> {
        if (count > most && !done.contains(index)) {
          lost.add(index);
        }
      });
    }
    if (rules.maxFailedIndexes().map(it -> lost.size() > it).orElse(false)) {
      end(false, "MaxFailedIndexesExceeded", "gave up more indexes than it may");
    } else if (!lost.isEmpty()
        && rules.completions().map(it -> done.size() + lost.size() >= it).orElse(false)) {
      end(false, "FailedIndexes", "has failed indexes");
    }
  }

  private boolean isComplete() {
    if (rules.completions().isPresent()) {
      return succeeded >= rules.completions().get();
    }
    return succeeded > 0 && view.count(Standing.ACTIVE) + view.count(Standing.STOPPING) == 0;
  }

  private boolean isSuccess() {
    for (SuccessRule rule : rules.successRules()) {
      var among = new TreeSet<>(done);
      if (!rule.indexes().isEmpty()) {
        among.retainAll(rule.indexes());
      }
      int needed = rule.count().orElse(rule.indexes().size());
      if (needed > 0 && among.size() >= needed) {
        return true;
      }
    }
    return false;
  }

  private void end(boolean isGood, String reason, String message) {
    if (ending.isEmpty()) {
      ending = Optional.of(new Ending(isGood, reason, message, now));
    }
  }

  // --- how many pods

  private void stopAllActive() {
    view.pods().stream().filter(it -> it.is(Standing.ACTIVE)).forEach(it -> stops.add(it.id()));
  }

  private void manage() {
    int active = view.count(Standing.ACTIVE);
    int wanted = wanted(active);
    if (active > wanted) {
      stopSurplus(active - wanted);
      return;
    }
    // Those whose index was given up, or is none any more, go.
    for (JobPod pod : view.pods()) {
      if (rules.indexed()
          && pod.is(Standing.ACTIVE)
          && (lost.contains(pod.index()) || !isIndex(pod.index()))) {
        stops.add(pod.id());
        active--;
      }
    }
    int room = wanted - active - (rules.waitsForFailure() ? view.count(Standing.STOPPING) : 0);
    if (room <= 0) {
      return;
    }
    var mayStart = lastFailure.filter(it -> failedInARow > 0).map(it -> it.plus(delay()));
    if (mayStart.isPresent() && mayStart.get().isAfter(now)) {
      wakeBy(mayStart.get());
      return;
    }
    for (int i = 0; i < room; i++) {
      if (!rules.indexed()) {
        starts.add(JobPod.NO_INDEX);
      }
    }
    if (rules.indexed()) {
      startIndexes(room);
    }
  }

  private int wanted(int active) {
    if (rules.completions().isEmpty()) {
      return succeeded > 0 ? active : rules.parallelism();
    }
    int left = rules.completions().get() - succeeded - lost.size();
    return Math.max(0, Math.min(rules.parallelism(), left));
  }

  private Duration delay() {
    var delay = FIRST_DELAY.multipliedBy(1L << Math.min(DOUBLINGS, failedInARow - 1));
    return delay.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : delay;
  }

  private void startIndexes(int room) {
    var taken = new TreeSet<>(done);
    taken.addAll(lost);
    for (JobPod pod : view.pods()) {
      boolean isStopping = rules.waitsForFailure() && pod.is(Standing.STOPPING);
      if (pod.is(Standing.ACTIVE) || isStopping) {
        taken.add(pod.index());
      }
    }
    int left = room;
    for (int index = 0; left > 0 && index < rules.completions().orElse(0); index++) {
      if (!taken.contains(index)) {
        starts.add(index);
        left--;
      }
    }
  }

  /// Those that are not ready first, then the newest.
  private void stopSurplus(int surplus) {
    int left = surplus;
    for (boolean ready : List.of(false, true)) {
      for (JobPod pod : view.pods().reversed()) {
        if (left > 0 && pod.is(Standing.ACTIVE) && pod.ready() == ready) {
          stops.add(pod.id());
          left--;
        }
      }
    }
  }

  private void wakeBy(Instant at) {
    if (wakeAt.isEmpty() || at.isBefore(wakeAt.get())) {
      wakeAt = Optional.of(at);
    }
  }
}
