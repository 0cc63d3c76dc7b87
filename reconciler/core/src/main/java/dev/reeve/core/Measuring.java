package dev.reeve.core;

import dev.reeve.core.model.Analysis;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload.Strategy.Stepwise;
import dev.reeve.core.record.AnalysisRun;
import dev.reeve.core.record.Measurement;
import dev.reeve.core.record.Measurement.Outcome;
import dev.reeve.core.record.StepProgress;
import dev.reeve.core.rollouts.Analyses;
import dev.reeve.core.state.Stepping;
import dev.reeve.core.state.Stepping.Asked;
import dev.reeve.core.state.WorkloadState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Measurements: asked for one at a time of each metric, and counted once, when the answer comes.
/// What was asked for is not recorded; what was answered is. So a control plane that starts anew
/// asks again for what it does not find.
final class Measuring {
  /// After this a provider has not answered.
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /// After this a pod that measures has not come to an end.
  private static final Duration JOB_DEADLINE = Duration.ofMinutes(10);

  private static final int LENGTH = 200;

  private Measuring() {}

  /// Asks, and says until when to wait for the answer.
  static Instant ask(
      WorkloadDecision decision, Release target, String run, Analysis.Metric metric) {
    var draft = decision.draft;
    long id = draft.mintRequest();
    var until = draft.now.plus(metric.job().isPresent() ? JOB_DEADLINE : DEADLINE);
    decision.next.stepping =
        decision.next.stepping.map(
            it -> it.asking(id, new Asked(run, metric.name(), draft.now, until)));
    draft.measuring.put(id, decision.key);
    if (metric.job().isPresent()) {
      MeasuringPods.want(draft, decision.key, metric, id);
      return until;
    }
    draft.emit(
        new Effect.Request.Measure(
            id,
            decision.key,
            run,
            metric.name(),
            metric.query(),
            target.hash(),
            decision.before.stable().map(Release::hash).orElse("")));
    return until;
  }

  static void answered(Draft draft, long request, Event.Answer answer) {
    draft
        .measuring
        .get(request)
        .flatMap(draft.workloads::get)
        .ifPresent(workload -> count(draft, workload, request, measurement(answer)));
    draft.measuring.remove(request);
  }

  private record Said(Outcome outcome, String value, String message) {}

  private static Said measurement(Event.Answer answer) {
    return switch (answer) {
      case Event.Answer.Measured(var outcome, var value, var message) ->
          new Said(outcome, clip(value), clip(message));
      case Event.Answer.Retry(var cause) -> new Said(Outcome.ERROR, "", clip(cause));
      case Event.Answer.Refused(var cause) -> new Said(Outcome.ERROR, "", clip(cause));
      case Event.Answer.Ok _,
          Event.Answer.Restored _,
          Event.Answer.Updated _,
          Event.Answer.Proposed _,
          Event.Answer.Sampled _,
          Event.Answer.Lost _ ->
          throw new IllegalStateException("no answer to a measurement: " + answer);
    };
  }

  /// What the rollout does not wait for any more has nobody to go to.
  static void forget(Draft draft, WorkloadState before, Optional<Stepping> after) {
    before
        .stepping()
        .ifPresent(stepping ->
            stepping
                .asked()
                .forEach((id, asked) -> {
                  if (!after.map(it -> it.asked().containsKey(id)).orElse(false)) {
                    draft.measuring.remove(id);
                    var pod = MeasuringPods.key(draft, before.key(), asked.metric(), id);
                    if (draft.workloads.containsKey(pod)) {
                      draft.markWorkload(pod);
                    }
                  }
                }));
  }

  /// Counts an error for each that nobody has answered in time.
  static void giveUp(Draft draft, ObjectKey key) {
    var overdue = new ArrayList<Long>();
    draft
        .workloads
        .get(key)
        .flatMap(WorkloadState::stepping)
        .ifPresent(stepping ->
            stepping
                .asked()
                .forEach((id, asked) -> {
                  if (!asked.until().isAfter(draft.now)) {
                    overdue.add(id);
                  }
                }));
    for (long id : overdue) {
      answered(draft, id, new Event.Answer.Retry("no answer in time"));
    }
  }

  private static void count(Draft draft, WorkloadState workload, long request, Said said) {
    var stepping = workload.stepping();
    var asked = stepping.map(it -> it.asked().get(request));
    var run = stepping.flatMap(it -> asked.flatMap(a -> it.progress().run(a.run())));
    if (asked.isEmpty()) {
      return;
    }
    var waiting = workload.edit();
    waiting.stepping = stepping.map(it -> it.answered(request));
    draft.workloads.put(workload.key(), waiting.build());
    draft.markWorkload(workload.key());
    if (run.isEmpty()
        || run.get().outcome() != Outcome.RUNNING
        || !(workload.desired().map(it -> it.strategy()).orElse(null) instanceof Stepwise steps)) {
      return;
    }
    var analysis = Steps.analysis(steps, run.get().name());
    if (analysis.isEmpty()) {
      return;
    }
    var taken =
        new Measurement(said.outcome(), asked.get().at(), draft.now, said.value(), said.message());
    var counted = Analyses.with(run.get(), analysis.get(), asked.get().metric(), taken);
    var edit = workload.edit();
    edit.stepping = Optional.of(with(stepping.get().answered(request), counted));
    var built = edit.build();
    draft.workloads.put(workload.key(), built);
    draft.markWorkload(workload.key());
    draft.decide(
        Reason.MEASURED,
        Optional.of(workload.key()),
        subject(workload.key(), asked.get(), taken),
        draft.accepted.map(it -> it.commit()).orElse(""),
        List.of(),
        workload.key().recordPath(),
        built.file().map(it -> it));
  }

  private static Stepping with(Stepping stepping, AnalysisRun changed) {
    var progress = stepping.progress();
    var runs =
        progress.runs().stream()
            .map(it -> it.name().equals(changed.name()) ? changed : it)
            .toList();
    return stepping.with(
        new StepProgress(
            progress.plan(),
            progress.index(),
            progress.count(),
            progress.startedAt(),
            progress.pauseUntil(),
            progress.weight(),
            progress.keepUntil(),
            runs));
  }

  private static String subject(ObjectKey key, Asked asked, Measurement taken) {
    var value = taken.value().isEmpty() ? "" : " " + taken.value();
    return key.namespace()
        + "/"
        + key.name()
        + ": "
        + asked.metric()
        + value
        + " "
        + taken.outcome().word()
        + " ("
        + asked.run()
        + ")"
        + (taken.message().isEmpty() ? "" : ": " + taken.message());
  }

  private static String clip(String text) {
    var line = text.replaceAll("\\s+", " ").strip();
    return line.length() <= LENGTH ? line : line.substring(0, LENGTH) + "…";
  }
}
