package dev.reeve.core;

import dev.reeve.core.model.Analysis;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy.RunOnce;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.record.Measurement.Outcome;
import dev.reeve.core.scheduling.Ledger.Choice;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.PodIds;
import dev.reeve.core.state.WorkloadState;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Pods that measure: each runs once for one measurement, and how it ends is the answer. They are
/// workloads that no commit names and no record keeps: one that a fresh control plane finds is an
/// orphan, and its measurement is taken again.
final class MeasuringPods {
  private static final int NAME_LENGTH = 50;

  private MeasuringPods() {}

  /// A pod is to measure.
  static void want(Draft draft, ObjectKey rollout, Analysis.Metric metric, long request) {
    var template = metric.job().orElseThrow();
    var key = key(draft, rollout, metric.name(), request);
    var commit = draft.accepted.map(it -> it.commit()).orElse("");
    var wanted =
        new Workload(
            key,
            1,
            new RunOnce(rollout, request),
            Duration.ZERO,
            Duration.ZERO,
            false,
            Workload.OnFailure.PAUSE,
            List.of(),
            Optional.empty(),
            Optional.empty(),
            new Release(template.hash(), commit, template, List.of()));
    draft.workloads.put(key, WorkloadState.of(wanted, draft.now));
    draft.markWorkload(key);
  }

  static ObjectKey key(Draft draft, ObjectKey rollout, String metric, long request) {
    var name =
        name(rollout.name() + "-" + metric) + "-" + PodIds.suffix(draft.settings.name(), request);
    return new ObjectKey("Pod", rollout.namespace(), name);
  }

  private static String name(String wish) {
    var plain = wish.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]+", "-");
    return plain.length() <= NAME_LENGTH ? plain : plain.substring(0, NAME_LENGTH);
  }

  /// Returns false for every other workload.
  static boolean decide(Draft draft, WorkloadState state) {
    if (!(state.desired().map(Workload::strategy).orElse(null) instanceof RunOnce once)) {
      return false;
    }
    boolean isWanted =
        draft
            .workloads
            .get(once.rollout())
            .filter(it -> it.desired().isPresent())
            .flatMap(WorkloadState::stepping)
            .map(it -> it.asked().containsKey(once.request()))
            .orElse(false);
    var pod = state.pods().values().iterator();
    if (!pod.hasNext()) {
      if (isWanted) {
        start(draft, state, once);
      } else {
        draft.unplaced.remove(state.key());
        draft.workloads.remove(state.key());
      }
      return true;
    }
    var present = pod.next();
    var phase = present.report().map(PodReport::phase).orElse(PodReport.Phase.PENDING);
    boolean isOver = phase == PodReport.Phase.SUCCEEDED || phase == PodReport.Phase.FAILED;
    if (isWanted && isOver) {
      answer(draft, once, present, phase);
    }
    if ((!isWanted || isOver) && !present.isStopping()) {
      stop(draft, state, once, present);
    }
    return true;
  }

  private static void answer(Draft draft, RunOnce once, Pod pod, PodReport.Phase phase) {
    boolean isGood = phase == PodReport.Phase.SUCCEEDED;
    var why =
        pod.report().stream()
            .flatMap(it -> it.containers().stream())
            .filter(it -> it.exitCode() != 0)
            .findFirst()
            .map(it -> "exit code " + it.exitCode())
            .orElse("");
    Measuring.answered(
        draft,
        once.request(),
        new Event.Answer.Measured(isGood ? Outcome.SUCCESSFUL : Outcome.FAILED, "", why));
  }

  private static void start(Draft draft, WorkloadState state, RunOnce once) {
    var release = state.desired().orElseThrow().release();
    switch (draft.deciders.place().choose(Nodes.search(draft, state.desired().get(), release))) {
      case Choice.Nowhere(var why) -> draft.unplaced.put(state.key(), why);
      case Choice.Node(var node) -> {
        draft.unplaced.remove(state.key());
        long id = PodIds.id(draft.epoch, draft.mintPod());
        var pod =
            new Pod(
                id,
                PodIds.uid(draft.settings.name(), id),
                // The next one of the same measurement has another name.
                state.key().name() + "-" + PodIds.suffix(draft.settings.name(), id),
                state.key(),
                release,
                node,
                draft.now,
                Reason.MEASURED,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        var edit = state.edit();
        edit.pods = edit.pods.with(id, pod);
        draft.workloads.put(state.key(), edit.build());
        Nodes.start(draft, pod);
        say(draft, once, "+ ", pod, "measured by " + pod.name());
      }
    }
  }

  private static void stop(Draft draft, WorkloadState state, RunOnce once, Pod pod) {
    var edit = state.edit();
    edit.pods = edit.pods.with(pod.id(), pod.withRemoval(new Pod.Removal(Reason.MEASURED, 0)));
    draft.workloads.put(state.key(), edit.build());
    Nodes.stop(draft, pod);
    say(draft, once, "- ", pod, pod.name() + " has measured");
  }

  private static void say(Draft draft, RunOnce once, String sign, Pod pod, String what) {
    var rollout = once.rollout();
    draft.decide(
        Reason.MEASURED,
        Optional.of(rollout),
        rollout.namespace() + "/" + rollout.name() + ": " + what,
        draft.accepted.map(it -> it.commit()).orElse(""),
        List.of(sign + pod.name() + " on " + pod.node()),
        rollout.recordPath(),
        draft.workloads.get(rollout).flatMap(WorkloadState::file).map(it -> it));
  }
}
