package dev.reeve.core;

import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy.Completing;
import dev.reeve.core.model.Workload.Strategy.EachNode;
import dev.reeve.core.model.Workload.Strategy.Keep;
import dev.reeve.core.model.Workload.Strategy.Scheduled;
import dev.reeve.core.model.Workload.Strategy.Stepwise;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.rollouts.RolloutPlan;
import dev.reeve.core.rollouts.RolloutView;
import dev.reeve.core.rollouts.RolloutView.PodView;
import dev.reeve.core.rollouts.RolloutView.Seat;
import dev.reeve.core.rollouts.RolloutView.Standing;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.Timer;
import dev.reeve.core.state.WorkloadState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// One workload being decided: which release, how many pods of which, where, and how far it is.
final class WorkloadDecision {
  /// When a budget that let no pod go is asked again, at the latest.
  private static final Duration BUDGET_PAUSE = Duration.ofSeconds(1);

  final Draft draft;
  final ObjectKey key;
  final WorkloadState before;
  final WorkloadState.Edit next;
  private final PodMoves moves;
  private final List<Announcement> announcements = new ArrayList<>();
  private Optional<Instant> wakeAt = Optional.empty();
  private long failedAt;
  private int kept;

  private record Announcement(Reason reason, String subject) {}

  WorkloadDecision(Draft draft, WorkloadState before) {
    this.draft = draft;
    this.before = before;
    key = before.key();
    next = before.edit();
    moves = new PodMoves(draft, before, next);
  }

  void run() {
    if (before.desired().isEmpty()) {
      goAway();
      return;
    }
    noteDaemon(before.desired().get());
    var wanted = wanted(before.desired().get());
    if (wanted.strategy() instanceof Scheduled cron) {
      new CronDecision(this, cron.rules(), wanted).run();
      finish();
      return;
    }
    var blocker = Ordering.blocker(draft, before, wanted);
    wait(blocker);
    if (blocker.isPresent() && before.current().isEmpty()) {
      draft.workloads.put(key, next.build());
      return;
    }
    wanted = Autoscalers.look(this, wanted);
    var target = target(wanted, blocker);
    boolean held = isHeld(wanted, target);
    var seats = Seats.of(draft, before, wanted, target, held);
    if (wanted.strategy() instanceof EachNode) {
      wanted = wanted.withReplicas(seats.size());
    }
    beginIfNew(wanted, target);
    evict();
    if (wanted.strategy() instanceof Completing job) {
      new JobDecision(this, moves, job, wanted, target).run();
      finish();
      return;
    }
    noteScale(wanted);
    var steps = steps(wanted, target);
    var view = view(wanted, target, held, steps, seats);
    steps.ifPresent(it -> it.advance(view));
    if (hasFailed(target) && !before.failed().contains(target.hash())) {
      // What follows is decided with the failure known.
      finish();
      return;
    }
    var plan = draft.deciders.rollout().plan(wanted.strategy(), view);
    stop(plan, view, target);
    moves.start(plan, wanted, target, startReason(target));
    assess(wanted, target, view, steps);
    finish();
  }

  /// A workload whose template a Rollout has taken over has no pods once that has come through.
  private Workload wanted(Workload written) {
    boolean yields =
        written
            .yieldsTo()
            .flatMap(draft.workloads::get)
            .map(it -> it.stable().isPresent())
            .orElse(false);
    return yields ? written.withReplicas(0) : written;
  }

  /// What has a pod on each node looks again when nodes change.
  private void noteDaemon(Workload wanted) {
    if (wanted.strategy() instanceof EachNode) {
      draft.daemons.put(key, "");
    } else if (draft.daemons.containsKey(key)) {
      draft.daemons.remove(key);
    }
  }

  Optional<Steps> steps(Workload wanted, Release target) {
    return wanted.strategy() instanceof Stepwise strategy
        ? Optional.of(new Steps(this, strategy, target))
        : Optional.empty();
  }

  // --- what others wait for, and what it waits for

  private void wait(Optional<ObjectKey> blocker) {
    if (blocker.isPresent()) {
      draft.waiting.put(key, blocker.get());
      draft.unhealthy(key, Ordering.told(blocker.get()));
    } else {
      draft.waiting.remove(key);
    }
  }

  // --- an object without text

  private void goAway() {
    CronDecision.unwantJobs(draft, key);
    for (Pod pod : before.pods().values()) {
      if (!pod.isStopping()) {
        moves.stop(pod, Reason.PRUNED);
      }
    }
    // Where there may be one pod of a name only, Git says where they are until they are gone.
    boolean isKept = WorkloadState.holdsIdentities(key) && !next.pods.isEmpty();
    boolean isNews = !isKept && next.current.isPresent() || !moves.lines().isEmpty();
    if (!isKept) {
      next.current = Optional.empty();
      next.stable = Optional.empty();
    }
    if (isNews) {
      draft.decide(
          Reason.PRUNED,
          Optional.of(key),
          title() + ": pruned",
          commit(),
          moves.lines(),
          key.recordPath(),
          next.build().file().map(it -> it));
    }
    draft.unplaced.remove(key);
    draft.restores = draft.restores.without(key);
    setWakeAt();
    draft.waiting.remove(key);
    Ordering.markWaitingFor(draft, key);
    Measuring.forget(draft, before, Optional.empty());
    if (next.pods.isEmpty()) {
      draft.forget(key);
      draft.healthy(key);
    } else {
      draft.workloads.put(key, next.build());
      draft.unhealthy(key, isKept ? "its pods may still run on nodes that are not heard" : "");
    }
  }

  // --- which release

  boolean hasFailed(Workload wanted) {
    return before.failed().contains(wanted.release().hash());
  }

  boolean hasFailed(Release release) {
    return next.failed.contains(release.hash());
  }

  private Release target(Workload wanted, Optional<ObjectKey> blocker) {
    if (hasFailed(wanted) && mayGoBack(wanted, wanted.release())) {
      return before.stable().orElseThrow();
    }
    var current = before.current();
    if (current.isPresent()
        && (wanted.paused() || blocker.isPresent())
        && hasFailed(current.get())
        && mayGoBack(wanted, current.get())) {
      // What comes next has to wait, and what is there has failed.
      return before.stable().orElseThrow();
    }
    if ((wanted.paused() || blocker.isPresent()) && before.current().isPresent()) {
      return before.current().get();
    }
    return wanted.release();
  }

  /// Not where the failed release came with another Secret: going back would bring the old one
  /// back.
  private boolean mayGoBack(Workload wanted, Release failed) {
    return wanted.onFailure() == Workload.OnFailure.ROLLBACK
        && before.stable().map(it -> secrets(it).equals(secrets(failed))).orElse(false);
  }

  private static List<ConfigUse> secrets(Release release) {
    return release.config().stream().filter(it -> it.key().kind().equals("Secret")).toList();
  }

  /// No pods of a failed release are started, nor of one whose rollout is paused midway.
  private boolean isHeld(Workload wanted, Release target) {
    boolean isStable = isStable(target);
    return !isStable && (wanted.paused() && before.current().isPresent() || hasFailed(target));
  }

  boolean isStable(Release release) {
    return before.stable().map(it -> it.hash().equals(release.hash())).orElse(false);
  }

  private void beginIfNew(Workload wanted, Release target) {
    if (next.current.map(it -> it.hash().equals(target.hash())).orElse(false)) {
      steps(wanted, target).ifPresent(Steps::beginAnewIfChanged);
      return;
    }
    boolean isReturn =
        hasFailed(wanted) || isStable(target) && next.current.map(this::hasFailed).orElse(false);
    var from = next.current.map(it -> it.hash() + " -> ").orElse("");
    next.current = Optional.of(target);
    next.startedAt = draft.now;
    next.progressAt = draft.now;
    next.progress = 0;
    next.everReady = false;
    next.rests = false;
    next.promotion = 0;
    next.job = Optional.empty();
    if (!isReturn) {
      next.rollback = Optional.empty();
    }
    next.phase = isReturn ? Phase.ROLLING_BACK : Phase.PROGRESSING;
    steps(wanted, target).ifPresent(Steps::begin);
    announce(
        isReturn ? Reason.ROLLED_BACK : Reason.ROLLOUT_STARTED, "release " + from + target.hash());
  }

  /// Whether it must not go on by itself.
  boolean isHeldBack() {
    return before
        .desired()
        .map(it -> it.paused() || it.replicas() == 0 || hasFailed(it))
        .orElse(true);
  }

  private void noteScale(Workload wanted) {
    int from = next.recordedReplicas;
    if (wanted.strategy() instanceof EachNode) {
      // Nodes come and go without anybody's decision.
      next.recordedReplicas = wanted.replicas();
    } else if (wanted.replicas() != from) {
      next.recordedReplicas = wanted.replicas();
      announce(
          wanted.replicas() > from ? Reason.SCALED_UP : Reason.SCALED_DOWN,
          "scaled " + from + " -> " + wanted.replicas());
    }
  }

  // --- pods that may not stay where they are

  /// What a node's taint no longer tolerates leaves at once, whatever the bounds say.
  private void evict() {
    for (Pod pod : before.pods().values()) {
      var at = pod.isStopping() ? Optional.<Instant>empty() : Leaving.evictedAt(draft, pod);
      if (at.isEmpty()) {
        continue;
      }
      if (at.get().isAfter(draft.now)) {
        wakeBy(at.get());
      } else {
        moves.stop(pod, Reason.TAINTED);
      }
    }
    for (Pod pod : before.pods().values()) {
      // Nothing can come in its place before it has left.
      boolean isTied = isDrained(pod) && Volumes.ties(draft, pod);
      if (isTied && !next.pods.get(pod.id()).map(Pod::isStopping).orElse(true)) {
        if (Leaving.isAllowed(draft, pod, next.build())) {
          moves.stop(pod, Reason.DRAINED);
        } else {
          wakeBy(draft.now.plus(BUDGET_PAUSE));
        }
      }
    }
  }

  /// Whether a pod that would be wanted is to make way for one on another node.
  private boolean isDrained(Pod pod) {
    return !pod.isStopping() && Leaving.isDrained(draft, pod);
  }

  /// A pod on a drained node goes only where something came or comes in its place, and as the
  /// disruption budgets allow.
  boolean mayBeDrained(Pod pod) {
    if (!draft.unplaced.containsKey(key) && Leaving.isAllowed(draft, pod, next.build())) {
      return true;
    }
    wakeBy(draft.now.plus(BUDGET_PAUSE));
    return false;
  }

  // --- how many pods

  private RolloutView view(
      Workload wanted, Release target, boolean held, Optional<Steps> steps, List<Seat> seats) {
    var ofTarget = new ArrayList<PodView>();
    var stable = new ArrayList<PodView>();
    var leavingTarget = new ArrayList<PodView>();
    var leavingStable = new ArrayList<PodView>();
    var leavingOld = new ArrayList<PodView>();
    var old = new ArrayList<PodView>();
    boolean keepsStable =
        steps.map(Steps::isUnderWay).orElse(false) || seats.stream().anyMatch(Seat::ofStable);
    var named = new TreeSet<String>();
    seats.forEach(it -> named.add(it.name()));
    boolean keepsAll = steps.map(it -> it.keepsPods(wanted.replicas())).orElse(false);
    for (Pod pod : before.pods().values()) {
      boolean isOfTarget =
          pod.release().hash().equals(target.hash()) || wanted.strategy() instanceof Keep;
      var seat = Seats.of(wanted.strategy(), pod);
      var view = new PodView(pod.id(), standing(pod, wanted), seat);
      if (wanted.strategy() instanceof EachNode && !Nodes.isReady(draft, pod.node())) {
        // It belongs to its node, and is looked at when that is heard again.
        kept++;
        continue;
      }
      // Where none are wanted, all go as the surplus that they are.
      boolean isDrained =
          wanted.replicas() > 0 && (seat.isEmpty() || named.contains(seat)) && isDrained(pod);
      if (isOfTarget && !isOutdated(pod, wanted)) {
        (isDrained ? leavingTarget : ofTarget).add(view);
      } else if (keepsAll && !isOfTarget) {
        kept++;
      } else if (keepsStable && isStable(pod.release())) {
        (isDrained ? leavingStable : stable).add(view);
      } else {
        (isDrained && !seat.isEmpty() ? leavingOld : old).add(view);
      }
    }
    var split =
        steps
            .map(it -> it.split(wanted.replicas(), RolloutView.active(ofTarget)))
            .orElseGet(() -> Seats.split(wanted.replicas(), seats));
    // Nothing is lost with old pods when none are wanted.
    boolean promoted = isStable(target) && next.promotion == 0 || wanted.replicas() == 0;
    return new RolloutView(
        wanted.replicas(),
        split,
        promoted,
        held,
        ofTarget,
        stable,
        old,
        new RolloutView.Leaving(leavingTarget, leavingStable, leavingOld),
        seats);
  }

  /// Started before a restart that was asked for, or before it was known which image its release
  /// has.
  private boolean isOutdated(Pod pod, Workload wanted) {
    if (pod.differsFrom(before.images())) {
      return true;
    }
    if (wanted.restartAt().isEmpty()) {
      return false;
    }
    var at = wanted.restartAt().get();
    if (at.isAfter(draft.now)) {
      wakeBy(at);
      return false;
    }
    return pod.orderedAt().isBefore(at);
  }

  private Standing standing(Pod pod, Workload wanted) {
    if (next.pods.get(pod.id()).map(Pod::isStopping).orElse(true)) {
      return Standing.STOPPING;
    }
    if (pod.phase() == PodReport.Phase.SUCCEEDED) {
      return Standing.AVAILABLE;
    }
    if (!Nodes.isReady(draft, pod.node())) {
      return Standing.UNREACHABLE;
    }
    if (!pod.saysReady()) {
      return Standing.UNAVAILABLE;
    }
    var since = pod.readySince().orElse(draft.now).plus(wanted.minReady());
    if (since.isAfter(draft.now)) {
      wakeBy(since);
      return Standing.UNAVAILABLE;
    }
    return Standing.AVAILABLE;
  }

  private void stop(RolloutPlan plan, RolloutView view, Release target) {
    for (long id : plan.stop()) {
      var pod = next.pods.get(id).orElseThrow();
      if (!view.leaving().contains(id)) {
        moves.stop(pod, stopReason(pod, target));
      } else if (mayBeDrained(pod)) {
        moves.stop(pod, Reason.DRAINED);
      }
    }
  }

  private Reason stopReason(Pod pod, Release target) {
    if (!pod.release().hash().equals(target.hash())) {
      return Reason.SUPERSEDED;
    }
    if (pod.differsFrom(before.images())) {
      return Reason.IMAGE_DIFFERS;
    }
    boolean isOutdated = before.desired().map(it -> isOutdated(pod, it)).orElse(false);
    return isOutdated ? Reason.RESTARTED : Reason.SCALED_DOWN;
  }

  private Reason startReason(Release target) {
    if (!announcements.isEmpty()) {
      return announcements.getLast().reason();
    }
    return isStable(target) && before.phase() == Phase.HEALTHY
        ? Reason.REPLACED
        : Reason.ROLLOUT_PROGRESSED;
  }

  // --- how far it is

  private void assess(Workload wanted, Release target, RolloutView view, Optional<Steps> steps) {
    int available = RolloutView.count(view.target(), Standing.AVAILABLE);
    int active = RolloutView.active(view.target());
    next.everReady |= Troubles.everReady(before, target);
    int others = view.old().size() + view.stable().size() + view.leaving().size();
    long progress = active + available + 1_000_000L - others;
    if (progress > next.progress) {
      next.progress = progress;
      next.progressAt = draft.now;
    }
    boolean isAtEnd = wanted.replicas() == 0 || steps.map(Steps::isAtEnd).orElse(true);
    int ofTarget = wanted.replicas() - (isAtEnd ? view.seatsOfStable() : 0);
    boolean isThere =
        isAtEnd
            && available >= ofTarget
            && active == ofTarget
            && RolloutView.count(view.stable(), Standing.AVAILABLE) >= view.seatsOfStable();
    if (isThere) {
      complete(wanted, target, view, steps);
    } else if (isStable(target)) {
      degradeIfStuck(wanted);
    } else if (!hasFailed(wanted) && !next.failed.contains(target.hash()) && !wanted.paused()) {
      // What waits for Git, for a person, or for its measurements has all the time it needs.
      boolean rests =
          steps.map(it -> !it.isInForce() || !isAtEnd && it.isReached(view)).orElse(false);
      if (rests || next.rests) {
        next.progressAt = draft.now;
      }
      next.rests = rests;
      if (rests) {
        failIfCrashed(target);
      } else {
        failIfHopeless(wanted, target);
      }
    }
    next.message = message(wanted, target, isThere, steps);
    boolean isSettled =
        isThere
            && next.pods.size() - kept == wanted.replicas()
            && !hasFailed(wanted)
            && !draft.waiting.containsKey(key);
    if (isSettled) {
      draft.healthy(key);
    } else {
      draft.unhealthy(key, next.message);
    }
    draft.verdictIsDue |= next.phase != before.phase();
  }

  private void complete(Workload wanted, Release target, RolloutView view, Optional<Steps> steps) {
    // A release of no pods proves nothing: it is as wanted, but not what one would go back to. Nor
    // does one that is kept from some of them.
    boolean isWhole = wanted.replicas() > 0 && view.seatsOfStable() == 0;
    if (!isStable(target) && !hasFailed(wanted) && !hasFailed(target) && isWhole) {
      next.promote(target);
      int left = view.stable().size() + view.old().size() + view.leaving().stable().size();
      steps.ifPresent(it -> it.completed(left > 0));
      next.phase = Phase.HEALTHY;
      announce(
          Reason.ROLLOUT_COMPLETED,
          "release "
              + target.hash()
              + " is stable, "
              + wanted.replicas()
              + " of "
              + wanted.replicas()
              + " ready");
    } else if (hasFailed(wanted)) {
      if (next.phase != Phase.FAILED && view.old().isEmpty()) {
        next.phase = Phase.FAILED;
        announce(Reason.ROLLED_BACK, "back on release " + target.hash());
      }
    } else if (next.phase != Phase.HEALTHY) {
      next.phase = Phase.HEALTHY;
      announce(
          Reason.ROLLOUT_COMPLETED,
          wanted.replicas() + " of " + wanted.replicas() + " ready on release " + target.hash());
    }
  }

  /// A stable release is not given up; that its pods do not come is said.
  private void degradeIfStuck(Workload wanted) {
    if (next.phase != Phase.PROGRESSING) {
      return;
    }
    var deadline = next.progressAt.plus(wanted.progressDeadline());
    if (draft.now.isBefore(deadline)) {
      wakeBy(deadline);
    } else {
      next.phase = Phase.DEGRADED;
      announce(Reason.DEGRADED, "no progress for " + wanted.progressDeadline().toSeconds() + " s");
    }
  }

  private void failIfHopeless(Workload wanted, Release target) {
    var deadline = next.progressAt.plus(wanted.progressDeadline());
    if (failIfCrashed(target)) {
      return;
    }
    if (draft.now.isBefore(deadline)) {
      wakeBy(deadline);
    } else if (staysAtDeadline(wanted)) {
      degradeIfStuck(wanted);
    } else {
      fail(target, "no progress for " + wanted.progressDeadline().toSeconds() + " s");
    }
  }

  /// A first release that no node had room for has shown nothing: it begins when there is one.
  private boolean staysAtDeadline(Workload wanted) {
    boolean wasNeverPlaced =
        before.stable().isEmpty() && !next.everReady && before.pods().isEmpty();
    return wasNeverPlaced
        || wanted.strategy() instanceof Stepwise steps && !steps.failsAtDeadline();
  }

  private boolean failIfCrashed(Release target) {
    if (!next.everReady && Troubles.allCrashed(before, target)) {
      fail(target, "its containers do not stay up");
      return true;
    }
    if (Troubles.finishedBadly(before, target)) {
      fail(target, "its pod failed");
      return true;
    }
    return false;
  }

  void fail(Release target, String why) {
    var trouble = Troubles.told(before, target);
    var message =
        "release " + target.hash() + " failed: " + why + (trouble.isEmpty() ? "" : "; " + trouble);
    next.fail(target.ref(), message);
    next.phase = Phase.FAILED;
    announce(Reason.ROLLOUT_FAILED, message);
    // What follows from the failure is decided in the same step, with the failure known.
    draft.markWorkload(key);
  }

  String failure(String hash) {
    var failure = next.failure.filter(it -> it.release().hash().equals(hash));
    var rolledBack =
        next.rollback.filter(
            it -> failure.map(f -> f.release().commit().equals(it.of())).orElse(false));
    return failure.map(RecordFile.Failure::message).orElse("release " + hash + " failed")
        + rolledBack.map(Rollbacks::told).orElse("");
  }

  // --- what is said

  private String message(Workload wanted, Release target, boolean isThere, Optional<Steps> steps) {
    if (next.failed.contains(wanted.release().hash())) {
      // Said once, when it failed; what its pods say while they are stopped adds nothing.
      return failure(wanted.release().hash());
    }
    var blocker = draft.waiting.get(key);
    if (blocker.isPresent()) {
      return Ordering.told(blocker.get());
    }
    if (isThere) {
      return "";
    }
    if (!moves.shortage().isEmpty()) {
      return "Unschedulable: " + moves.shortage();
    }
    var trouble = Troubles.told(before, target);
    return trouble.isEmpty() && !isStable(target)
        ? steps.filter(Steps::isUnderWay).map(Steps::message).orElse("")
        : trouble;
  }

  void announce(Reason reason, String what) {
    announcements.add(new Announcement(reason, what));
  }

  void finish() {
    setWakeAt();
    var built = next.build();
    if (announcements.isEmpty() && !moves.lines().isEmpty()) {
      announce(
          before.phase() == Phase.HEALTHY && startsOnly()
              ? Reason.REPLACED
              : Reason.ROLLOUT_PROGRESSED,
          "release "
              + next.current.map(Release::hash).orElse("")
              + ", "
              + built.readyPods()
              + " of "
              + next.recordedReplicas
              + " ready");
    }
    if (announcements.isEmpty() && !built.images().recorded() && built.phase() == Phase.HEALTHY) {
      announce(
          Reason.IMAGE_RESOLVED,
          "images of release " + next.current.map(Release::hash).orElse("") + " are resolved");
    }
    if (!announcements.isEmpty()) {
      next.images = built.images().retaining(releases()).asRecorded();
      built = next.build();
    }
    Optional<RecordFile> file = built.file().map(it -> it);
    for (int i = 0; i < announcements.size(); i++) {
      var announcement = announcements.get(i);
      boolean isLast = i == announcements.size() - 1;
      long sequence =
          draft.decide(
              announcement.reason(),
              Optional.of(key),
              title() + ": " + announcement.subject(),
              commit(),
              isLast ? moves.lines() : List.of(),
              key.recordPath(),
              file);
      if (announcement.reason() == Reason.ROLLOUT_FAILED) {
        failedAt = sequence;
      }
      if (announcement.reason().isWrittenAhead()) {
        built = awaiting(built, sequence);
      }
      boolean completes =
          announcement.reason() == Reason.ROLLOUT_COMPLETED
              || announcement.reason() == Reason.JOB_COMPLETED;
      if (completes && !before.stable().equals(next.stable)) {
        var waiting = built.edit();
        waiting.promotion = sequence;
        built = waiting.build();
      }
    }
    draft.workloads.put(key, built);
    draft.noteFailures(built);
    Images.decided(draft, key);
    Measuring.forget(draft, before, built.stepping());
    tellWaiting(built);
    restoreText();
  }

  /// Hashes of the releases that it has pods of, or may come back to.
  private Set<String> releases() {
    var hashes = new TreeSet<String>();
    for (Pod pod : next.pods.values()) {
      if (!pod.isStopping()) {
        hashes.add(pod.release().hash());
      }
    }
    before.desired().ifPresent(it -> hashes.add(it.release().hash()));
    next.current.ifPresent(it -> hashes.add(it.hash()));
    next.stable.ifPresent(it -> hashes.add(it.hash()));
    next.left.ifPresent(it -> hashes.add(it.hash()));
    next.failure.ifPresent(it -> hashes.add(it.release().hash()));
    next.revisions.forEach(it -> hashes.add(it.hash()));
    return hashes;
  }

  private static WorkloadState awaiting(WorkloadState built, long sequence) {
    boolean isStep = built.stepping().map(it -> it.decision() == Steps.UNNUMBERED).orElse(false);
    if (!isStep) {
      return built;
    }
    var edit = built.edit();
    edit.stepping = edit.stepping.map(it -> it.awaiting(sequence));
    return edit.build();
  }

  /// Whoever waits for this one looks again when it is healthy, or is not.
  private void tellWaiting(WorkloadState after) {
    if (before.phase() != after.phase()
        || !before.current().map(Release::hash).equals(after.current().map(Release::hash))) {
      Ordering.markWaitingFor(draft, key);
    }
    if (before.stable().isEmpty() && after.stable().isPresent() && after.stepping().isPresent()) {
      Ordering.markYielding(draft, key);
    }
  }

  private void restoreText() {
    var wanted = before.desired().orElseThrow();
    if (mayGoBack(wanted, wanted.release()) && Rollbacks.isWanted(draft, wanted, next)) {
      draft.restores = draft.restores.with(key, failedAt, draft.now);
    } else {
      draft.restores = draft.restores.without(key);
    }
  }

  private boolean startsOnly() {
    return moves.lines().stream().allMatch(line -> line.startsWith("+"));
  }

  private String title() {
    return key.namespace() + "/" + key.name();
  }

  private String commit() {
    return draft.accepted.map(it -> it.commit()).orElse("");
  }

  void wakeBy(Instant at) {
    if (wakeAt.isEmpty() || at.isBefore(wakeAt.get())) {
      wakeAt = Optional.of(at);
    }
  }

  private void setWakeAt() {
    if (next.wakeAt.equals(wakeAt)) {
      return;
    }
    next.wakeAt.ifPresent(at -> draft.clearTimer(timer(at)));
    wakeAt.ifPresent(at -> draft.setTimer(timer(at)));
    next.wakeAt = wakeAt;
  }

  private Timer timer(Instant at) {
    return new Timer(at, Timer.Kind.WORKLOAD, key.toString());
  }
}
