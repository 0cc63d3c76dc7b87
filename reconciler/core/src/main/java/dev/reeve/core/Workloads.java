package dev.reeve.core;

import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.rollouts.RolloutPlan;
import dev.reeve.core.rollouts.RolloutView;
import dev.reeve.core.rollouts.RolloutView.PodView;
import dev.reeve.core.rollouts.RolloutView.Standing;
import dev.reeve.core.scheduling.Placement.Choice;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.PodIds;
import dev.reeve.core.state.Timer;
import dev.reeve.core.state.WorkloadState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Decides one workload after another: which release, how many pods, where.
final class Workloads {
  /// A release has failed when a container of each of its pods was restarted so often and no pod
  /// was ever ready.
  private static final int CRASHES = 3;

  private static final int MESSAGE_LENGTH = 400;

  private Workloads() {}

  /// Decides everything that is marked, in key order, until the work allowed for one step is done.
  /// Returns what is left of that.
  static int drain(Draft draft, int work) {
    if (!draft.mayOrder()) {
      return work;
    }
    int left = work;
    while (true) {
      var dirty = draft.takeDirtyWorkloads();
      if (dirty.isEmpty()) {
        return left;
      }
      for (ObjectKey key : dirty.keys()) {
        if (left <= 0) {
          draft.leaveRest();
          return 0;
        }
        draft.settledWorkload(key);
        var workload = draft.workloads.get(key);
        if (workload.isPresent()) {
          draft.startDeciding(key);
          left -= 1 + workload.get().pods().size();
          new Workloads.Deciding(draft, workload.get()).run();
          draft.endDeciding();
        }
      }
    }
  }

  private record Announcement(Reason reason, String subject) {}

  /// One workload being decided.
  private static final class Deciding {
    private final Draft draft;
    private final ObjectKey key;
    private final WorkloadState before;
    private final WorkloadState.Edit next;
    private final List<String> lines = new ArrayList<>();
    private final List<Announcement> announcements = new ArrayList<>();
    private Optional<Instant> wakeAt = Optional.empty();
    private String shortage = "";
    private long failedAt;

    Deciding(Draft draft, WorkloadState before) {
      this.draft = draft;
      this.before = before;
      key = before.key();
      next = before.edit();
    }

    void run() {
      if (before.desired().isEmpty()) {
        goAway();
        return;
      }
      var wanted = before.desired().get();
      var target = target(wanted);
      boolean held = isHeld(wanted, target);
      beginIfNew(wanted, target);
      noteScale(wanted);
      var view = view(wanted, target, held);
      var plan = draft.deciders.rollout().plan(wanted.strategy(), view);
      stop(plan, target);
      start(plan, wanted, target);
      assess(wanted, target, view);
      finish();
    }

    // --- an object without text

    private void goAway() {
      for (Pod pod : before.pods().values()) {
        if (!pod.isStopping()) {
          stop(pod, Reason.PRUNED);
        }
      }
      boolean isNews = next.current.isPresent() || !lines.isEmpty();
      next.current = Optional.empty();
      next.stable = Optional.empty();
      if (isNews) {
        draft.decide(
            Reason.PRUNED,
            Optional.of(key),
            title() + ": pruned",
            commit(),
            lines,
            key.recordPath(),
            Optional.empty());
      }
      draft.unplaced.remove(key);
      draft.restores = draft.restores.without(key);
      setWakeAt();
      if (next.pods.isEmpty()) {
        draft.workloads.remove(key);
        draft.healthy(key);
      } else {
        draft.workloads.put(key, next.build());
        draft.unhealthy(key, "");
      }
    }

    // --- which release

    private boolean hasFailed(Workload wanted) {
      return before.failed().contains(wanted.release().hash());
    }

    private Release target(Workload wanted) {
      if (hasFailed(wanted) && before.stable().isPresent() && mayGoBack(wanted)) {
        return before.stable().get();
      }
      if (wanted.paused() && before.current().isPresent()) {
        return before.current().get();
      }
      return wanted.release();
    }

    /// Not where the failed release came with another Secret: going back would bring the old one
    /// back.
    private boolean mayGoBack(Workload wanted) {
      return wanted.onFailure() == Workload.OnFailure.ROLLBACK
          && before.stable().map(it -> secrets(it).equals(secrets(wanted.release()))).orElse(false);
    }

    private static List<ConfigUse> secrets(Release release) {
      return release.config().stream().filter(it -> it.key().kind().equals("Secret")).toList();
    }

    /// No pods of a failed release are started, nor of one whose rollout is paused midway.
    private boolean isHeld(Workload wanted, Release target) {
      boolean isStable = isStable(target);
      return !isStable && (wanted.paused() && before.current().isPresent() || hasFailed(wanted));
    }

    private boolean isStable(Release release) {
      return before.stable().map(it -> it.hash().equals(release.hash())).orElse(false);
    }

    private void beginIfNew(Workload wanted, Release target) {
      if (next.current.map(it -> it.hash().equals(target.hash())).orElse(false)) {
        return;
      }
      boolean isReturn = hasFailed(wanted);
      var from = next.current.map(it -> it.hash() + " -> ").orElse("");
      next.current = Optional.of(target);
      next.startedAt = draft.now;
      next.progressAt = draft.now;
      next.progress = 0;
      next.everReady = false;
      next.promotion = 0;
      if (!isReturn) {
        next.rollback = Optional.empty();
      }
      next.phase = isReturn ? Phase.ROLLING_BACK : Phase.PROGRESSING;
      announce(
          isReturn ? Reason.ROLLED_BACK : Reason.ROLLOUT_STARTED,
          "release " + from + target.hash());
    }

    private void noteScale(Workload wanted) {
      int from = next.recordedReplicas;
      if (wanted.replicas() != from) {
        next.recordedReplicas = wanted.replicas();
        announce(
            wanted.replicas() > from ? Reason.SCALED_UP : Reason.SCALED_DOWN,
            "scaled " + from + " -> " + wanted.replicas());
      }
    }

    // --- how many pods

    private RolloutView view(Workload wanted, Release target, boolean held) {
      var ofTarget = new ArrayList<PodView>();
      var old = new ArrayList<PodView>();
      for (Pod pod : before.pods().values()) {
        var list = pod.release().hash().equals(target.hash()) ? ofTarget : old;
        list.add(new PodView(pod.id(), standing(pod, wanted)));
      }
      // Nothing is lost with old pods when none are wanted.
      boolean promoted = isStable(target) && next.promotion == 0 || wanted.replicas() == 0;
      return new RolloutView(wanted.replicas(), promoted, held, ofTarget, old);
    }

    private Standing standing(Pod pod, Workload wanted) {
      if (pod.isStopping()) {
        return Standing.STOPPING;
      }
      if (pod.report().map(it -> it.phase() == PodReport.Phase.SUCCEEDED).orElse(false)) {
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

    private void stop(RolloutPlan plan, Release target) {
      for (long id : plan.stop()) {
        var pod = next.pods.get(id).orElseThrow();
        boolean isOld = !pod.release().hash().equals(target.hash());
        stop(pod, isOld ? Reason.SUPERSEDED : Reason.SCALED_DOWN);
      }
    }

    private void stop(Pod pod, Reason reason) {
      next.pods = next.pods.with(pod.id(), pod.withRemoval(new Pod.Removal(reason, 0)));
      Nodes.stop(draft, pod);
      lines.add("- " + pod.name() + " on " + pod.node());
    }

    private void start(RolloutPlan plan, Workload wanted, Release target) {
      if (plan.start() == 0) {
        draft.unplaced.remove(key);
        return;
      }
      var siblings = new TreeMap<String, Integer>();
      for (Pod pod : next.pods.values()) {
        siblings.merge(pod.node(), 1, Integer::sum);
      }
      for (int i = 0; i < plan.start(); i++) {
        switch (Nodes.choose(draft, target.template(), siblings)) {
          case Choice.Node(var node) -> {
            startOn(node, wanted, target);
            siblings.merge(node, 1, Integer::sum);
          }
          case Choice.Nowhere(var why) -> {
            shortage = why;
            draft.unplaced.put(key, why);
            return;
          }
        }
      }
      draft.unplaced.remove(key);
    }

    private void startOn(String node, Workload wanted, Release target) {
      long id = PodIds.id(draft.epoch, draft.mintPod());
      var cluster = draft.settings.name();
      var name =
          wanted.strategy() instanceof Workload.Strategy.Single
              ? key.name()
              : key.name() + "-" + target.hash() + "-" + PodIds.suffix(cluster, id);
      var pod =
          new Pod(
              id,
              PodIds.uid(cluster, id),
              name,
              key,
              target,
              node,
              draft.now,
              startReason(target),
              Optional.empty(),
              Optional.empty(),
              Optional.empty());
      next.pods = next.pods.with(id, pod);
      Nodes.start(draft, pod);
      if (!target.template().hostPorts().isEmpty()) {
        // The next placement must see the ports that this one took.
        draft.workloads.put(key, next.build());
      }
      if (next.phase == Phase.HEALTHY) {
        // It is healthy again when this pod is ready; until then the record says what is missing.
        next.phase = Phase.PROGRESSING;
        next.progressAt = draft.now;
        next.progress = 0;
      }
      lines.add("+ " + name + " on " + node);
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

    private void assess(Workload wanted, Release target, RolloutView view) {
      int available = count(view.target(), Standing.AVAILABLE);
      int active = view.target().size() - count(view.target(), Standing.STOPPING);
      next.everReady |= everReady(target);
      long progress = active + available + 1_000_000L - view.old().size();
      if (progress > next.progress) {
        next.progress = progress;
        next.progressAt = draft.now;
      }
      boolean isThere = available >= wanted.replicas() && active == wanted.replicas();
      if (isThere) {
        complete(wanted, target, view.old().isEmpty());
      } else if (isStable(target)) {
        degradeIfStuck(wanted);
      } else if (!hasFailed(wanted) && !wanted.paused()) {
        failIfHopeless(wanted, target);
      }
      next.message = message(wanted, target, isThere);
      boolean isSettled = isThere && next.pods.size() == wanted.replicas() && !hasFailed(wanted);
      if (isSettled) {
        draft.healthy(key);
      } else {
        draft.unhealthy(key, next.message);
      }
      draft.verdictIsDue |= next.phase != before.phase();
    }

    private void complete(Workload wanted, Release target, boolean oldAreGone) {
      // A release of no pods proves nothing: it is as wanted, but not what one would go back to.
      if (!isStable(target) && !hasFailed(wanted) && wanted.replicas() > 0) {
        next.stable = Optional.of(target);
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
        if (next.phase != Phase.FAILED && oldAreGone) {
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
        announce(
            Reason.DEGRADED, "no progress for " + wanted.progressDeadline().toSeconds() + " s");
      }
    }

    private void failIfHopeless(Workload wanted, Release target) {
      var deadline = next.progressAt.plus(wanted.progressDeadline());
      if (!draft.now.isBefore(deadline)) {
        fail(target, "no progress for " + wanted.progressDeadline().toSeconds() + " s");
      } else if (!next.everReady && allCrashed(target)) {
        fail(target, "its containers do not stay up");
      } else if (finishedBadly(target)) {
        fail(target, "its pod failed");
      } else {
        wakeBy(deadline);
      }
    }

    private void fail(Release target, String why) {
      var trouble = trouble(target);
      var message =
          "release "
              + target.hash()
              + " failed: "
              + why
              + (trouble.isEmpty() ? "" : "; " + trouble);
      next.fail(target.ref(), message);
      next.phase = Phase.FAILED;
      announce(Reason.ROLLOUT_FAILED, message);
      // What follows from the failure is decided in the same step, with the failure known.
      draft.markWorkload(key);
    }

    private String failure(String hash) {
      var failure = next.failure.filter(it -> it.release().hash().equals(hash));
      var rolledBack =
          next.rollback.filter(
              it -> failure.map(f -> f.release().commit().equals(it.of())).orElse(false));
      return failure.map(RecordFile.Failure::message).orElse("release " + hash + " failed")
          + rolledBack.map(Rollbacks::told).orElse("");
    }

    private boolean everReady(Release target) {
      for (Pod pod : before.pods().values()) {
        if (pod.release().hash().equals(target.hash()) && pod.saysReady()) {
          return true;
        }
      }
      return false;
    }

    private boolean allCrashed(Release target) {
      int pods = 0;
      for (Pod pod : before.pods().values()) {
        if (pod.isStopping() || !pod.release().hash().equals(target.hash())) {
          continue;
        }
        pods++;
        boolean crashed =
            pod.report()
                .map(it -> it.containers().stream().anyMatch(c -> c.restarts() >= CRASHES))
                .orElse(false);
        if (!crashed) {
          return false;
        }
      }
      return pods > 0;
    }

    private boolean finishedBadly(Release target) {
      for (Pod pod : before.pods().values()) {
        if (pod.release().hash().equals(target.hash())
            && pod.report().map(it -> it.phase() == PodReport.Phase.FAILED).orElse(false)) {
          return true;
        }
      }
      return false;
    }

    // --- what is said

    private String message(Workload wanted, Release target, boolean isThere) {
      if (next.failed.contains(wanted.release().hash())) {
        // Said once, when it failed; what its pods say while they are stopped adds nothing.
        return failure(wanted.release().hash());
      }
      if (isThere) {
        return "";
      }
      return shortage.isEmpty() ? trouble(target) : "Unschedulable: " + shortage;
    }

    /// What the first pod in trouble says.
    private String trouble(Release target) {
      for (Pod pod : before.pods().values()) {
        if (pod.isStopping() || !pod.release().hash().equals(target.hash()) || pod.saysReady()) {
          continue;
        }
        var said = pod.report().map(Deciding::trouble).orElse("");
        if (!said.isEmpty()) {
          return clip(pod.name() + " on " + pod.node() + ": " + said);
        }
      }
      return "";
    }

    private static String trouble(PodReport report) {
      for (ContainerReport container : report.containers()) {
        if (!container.reason().isEmpty() && !isOrdinary(container.reason())) {
          return join(container.reason(), container.message());
        }
      }
      return report.reason().isEmpty() || isOrdinary(report.reason())
          ? ""
          : join(report.reason(), report.message());
    }

    private static boolean isOrdinary(String reason) {
      return switch (reason) {
        case "ContainerCreating", "PodInitializing", "Pulling", "Completed", "ContainersNotReady" ->
            true;
        default -> false;
      };
    }

    private static String join(String reason, String message) {
      return message.isEmpty() ? reason : reason + ": " + message.replace('\n', ' ');
    }

    private static String clip(String text) {
      return text.length() <= MESSAGE_LENGTH ? text : text.substring(0, MESSAGE_LENGTH) + "…";
    }

    private void announce(Reason reason, String what) {
      announcements.add(new Announcement(reason, what));
    }

    private void finish() {
      setWakeAt();
      var built = next.build();
      if (announcements.isEmpty() && !lines.isEmpty()) {
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
                isLast ? lines : List.of(),
                key.recordPath(),
                file);
        if (announcement.reason() == Reason.ROLLOUT_FAILED) {
          failedAt = sequence;
        }
        if (announcement.reason() == Reason.ROLLOUT_COMPLETED
            && !before.stable().equals(next.stable)) {
          var waiting = built.edit();
          waiting.promotion = sequence;
          built = waiting.build();
        }
      }
      draft.workloads.put(key, built);
      restoreText();
    }

    private void restoreText() {
      var wanted = before.desired().orElseThrow();
      if (mayGoBack(wanted) && Rollbacks.isWanted(draft, wanted, next)) {
        draft.restores = draft.restores.with(key, failedAt, draft.now);
      } else {
        draft.restores = draft.restores.without(key);
      }
    }

    private boolean startsOnly() {
      return lines.stream().allMatch(line -> line.startsWith("+"));
    }

    private String title() {
      return key.namespace() + "/" + key.name();
    }

    private String commit() {
      return draft.accepted.map(it -> it.commit()).orElse("");
    }

    private void wakeBy(Instant at) {
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

  private static int count(List<PodView> pods, Standing standing) {
    int count = 0;
    for (PodView pod : pods) {
      if (pod.standing() == standing) {
        count++;
      }
    }
    return count;
  }

  /// What a pod asks for where its template is not known: nothing.
  static PodTemplate unknownTemplate(String hash) {
    return new PodTemplate(
        hash,
        dev.reeve.core.model.Resources.NONE,
        new TreeMap<>(),
        List.of(),
        Optional.empty(),
        true,
        List.of(),
        dev.reeve.core.model.Bytes.utf8(""));
  }
}
