package dev.reeve.core;

import dev.reeve.core.jobs.JobView;
import dev.reeve.core.jobs.JobView.Exit;
import dev.reeve.core.jobs.JobView.JobPod;
import dev.reeve.core.jobs.JobView.Standing;
import dev.reeve.core.model.JobRules;
import dev.reeve.core.model.PodIdentity;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy.Completing;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.record.JobProgress;
import dev.reeve.core.record.JobProgress.Ending;
import dev.reeve.core.record.Phase;
import dev.reeve.core.state.Pod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;

/// One Job being decided. It runs once for each release of it: what has come to a good end is the
/// stable release, and is not run again.
final class JobDecision {
  private final WorkloadDecision decision;
  private final PodMoves moves;
  private final Completing strategy;
  private final Workload wanted;
  private final Release target;

  JobDecision(
      WorkloadDecision decision,
      PodMoves moves,
      Completing strategy,
      Workload wanted,
      Release target) {
    this.decision = decision;
    this.moves = moves;
    this.strategy = strategy;
    this.wanted = wanted;
    this.target = target;
  }

  private JobRules rules() {
    return strategy.rules();
  }

  void run() {
    boolean hasRun = hasRun();
    var old = stopOthers();
    if (hasRun) {
      boolean isBack = decision.hasFailed(wanted);
      settle(
          isBack ? decision.failure(wanted.release().hash()) : "",
          isBack ? Phase.FAILED : Phase.HEALTHY);
      return;
    }
    var before = decision.next.job.orElse(JobProgress.NONE);
    boolean isWanted = !old && !decision.draft.waiting.containsKey(decision.key);
    var plan = decision.draft.deciders.job().look(rules(), before, view(isWanted), now());
    var after = plan.progress();
    decision.next.job = Optional.of(after);
    plan.wakeAt().ifPresent(decision::wakeBy);
    note(before, after);
    for (long id : plan.stop()) {
      moves.stop(decision.next.pods.get(id).orElseThrow(), stopReason(after));
    }
    moves.startNumbered(plan.starts(), wanted, target, Reason.JOB_STARTED);
    leaveNodes(after);
    if (after.isOver()) {
      expire(after.ending().get());
    }
    assess(after);
  }

  /// It was completed before, and its text has come back.
  private boolean hasRun() {
    boolean isOver = decision.next.job.map(JobProgress::isOver).orElse(false);
    return !isOver
        && decision.before.revisions().stream().anyMatch(it -> it.hash().equals(target.hash()));
  }

  /// A changed Job replaces the old one. Returns whether pods of that are still there.
  private boolean stopOthers() {
    boolean isAny = false;
    for (Pod pod : decision.before.pods().values()) {
      if (!pod.release().hash().equals(target.hash())) {
        isAny = true;
        if (!decision.next.pods.get(pod.id()).map(Pod::isStopping).orElse(true)) {
          moves.stop(pod, Reason.SUPERSEDED);
        }
      }
    }
    return isAny;
  }

  private JobView view(boolean isWanted) {
    var pods = new ArrayList<JobPod>();
    for (Pod pod : decision.next.pods.values()) {
      if (pod.release().hash().equals(target.hash())) {
        pods.add(view(pod));
      }
    }
    return new JobView(pods, isWanted);
  }

  private JobPod view(Pod pod) {
    var phase = pod.phase();
    var standing =
        switch (phase) {
          case SUCCEEDED -> Standing.SUCCEEDED;
          case FAILED -> pod.isStopping() ? Standing.STOPPING : Standing.FAILED;
          case PENDING, RUNNING -> pod.isStopping() ? Standing.STOPPING : Standing.ACTIVE;
        };
    var said = pod.report().filter(it -> phase == PodReport.Phase.FAILED);
    var exits =
        said.stream()
            .flatMap(it -> it.containers().stream())
            .filter(it -> it.state() == ContainerReport.State.TERMINATED)
            .map(it -> new Exit(it.name(), it.exitCode()))
            .toList();
    return new JobPod(
        pod.id(),
        pod.uid(),
        pod.name(),
        PodIdentity.number(decision.key, pod.name()).orElse(JobPod.NO_INDEX),
        standing,
        pod.saysReady(),
        pod.restarts(),
        exits,
        said.map(PodReport::reason).orElse(""));
  }

  private Reason stopReason(JobProgress after) {
    if (!after.isOver()) {
      return rules().suspended() ? Reason.JOB_SUSPENDED : Reason.SCALED_DOWN;
    }
    return after.ending().get().isGood() ? Reason.JOB_COMPLETED : Reason.JOB_FAILED;
  }

  /// What has changed that a person would want to read.
  private void note(JobProgress before, JobProgress after) {
    if (after.isOver() && !before.isOver()) {
      end(after.ending().get(), after);
    } else if (rules().suspended() && (before.startedAt().isPresent() || isNew())) {
      decision.announce(Reason.JOB_SUSPENDED, "suspended, " + counts(after));
    } else if (after.startedAt().isPresent() && before.startedAt().isEmpty()) {
      decision.announce(Reason.JOB_STARTED, "runs");
    } else if (after.succeeded() != before.succeeded() || after.failed() != before.failed()) {
      decision.announce(Reason.JOB_PROGRESSED, counts(after));
    }
  }

  private boolean isNew() {
    return decision.before.job().isEmpty();
  }

  private String counts(JobProgress progress) {
    return progress.succeeded()
        + rules().completions().map(it -> " of " + it).orElse("")
        + " succeeded"
        + (progress.failed() > 0 ? ", " + progress.failed() + " failed" : "");
  }

  private void end(Ending ending, JobProgress after) {
    if (ending.isGood()) {
      decision.next.promote(target);
      decision.announce(Reason.JOB_COMPLETED, "completed, " + counts(after));
    } else if (strategy.owner().isPresent()) {
      decision.announce(Reason.JOB_FAILED, ending.reason() + ": " + ending.message());
    } else {
      decision.fail(target, ending.reason() + ": " + ending.message());
    }
    strategy.owner().ifPresent(decision.draft::markWorkload);
  }

  /// Pods that have to leave their nodes go: those that run as the disruption budgets allow, and
  /// what has ended once it is recorded how.
  private void leaveNodes(JobProgress after) {
    for (Pod pod : decision.next.pods.values()) {
      if (pod.isStopping() || !Leaving.isDrained(decision.draft, pod)) {
        continue;
      }
      boolean isOver = after.counted().contains(pod.uid());
      if (isOver ? isRecorded() : decision.mayBeDrained(pod)) {
        moves.stop(pod, Reason.DRAINED);
      } else if (isOver) {
        decision.wakeBy(now().plusSeconds(1));
      }
    }
  }

  /// Whether Git knows of every pod that was counted before this look.
  private boolean isRecorded() {
    return decision.next.promotion == 0 && decision.draft.records.isIdle();
  }

  /// What has ended stays to be looked at, as long as its text says.
  private void expire(Ending ending) {
    var ttl = rules().ttl();
    if (ttl.isEmpty() || decision.next.pods.isEmpty()) {
      return;
    }
    var at = ending.at().plus(ttl.get());
    if (at.isAfter(now())) {
      decision.wakeBy(at);
    } else if (!isRecorded()) {
      decision.wakeBy(now().plusSeconds(1));
    } else {
      for (Pod pod : decision.next.pods.values()) {
        if (!pod.isStopping()) {
          moves.stop(pod, Reason.EXPIRED);
        }
      }
    }
  }

  private void assess(JobProgress after) {
    var blocker = decision.draft.waiting.get(decision.key);
    if (after.isOver()) {
      settle(
          after.ending().get().isGood() ? "" : decision.failure(target.hash()),
          after.ending().get().isGood() ? Phase.HEALTHY : Phase.FAILED);
    } else if (rules().suspended()) {
      settle("", Phase.PAUSED);
    } else {
      var told =
          blocker
              .map(Ordering::told)
              .or(() ->
                  Optional.of(moves.shortage())
                      .filter(it -> !it.isEmpty())
                      .map(it -> "Unschedulable: " + it))
              .or(() ->
                  Optional.of(Troubles.told(decision.before, target)).filter(it -> !it.isEmpty()))
              .orElse("runs: " + counts(after));
      settle(told, Phase.PROGRESSING);
    }
  }

  private void settle(String message, Phase phase) {
    decision.next.phase = phase;
    decision.next.message = message;
    decision.draft.verdictIsDue |= phase != decision.before.phase();
    boolean isWell = phase == Phase.HEALTHY || phase == Phase.PAUSED;
    if (isWell || strategy.owner().isPresent()) {
      decision.draft.healthy(decision.key);
    } else {
      decision.draft.unhealthy(decision.key, message);
    }
  }

  private Instant now() {
    return decision.draft.now;
  }
}
