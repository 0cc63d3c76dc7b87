package dev.reeve.core;

import dev.reeve.core.autoscaling.Autoscaling;
import dev.reeve.core.autoscaling.Measured;
import dev.reeve.core.autoscaling.Outcome;
import dev.reeve.core.autoscaling.Reading;
import dev.reeve.core.autoscaling.ScalingView;
import dev.reeve.core.autoscaling.ScalingView.PodView;
import dev.reeve.core.model.Autoscaler;
import dev.reeve.core.model.Autoscaler.Source;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Workload;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.protocol.NodeUsage.PodUsage;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.record.Autoscaled;
import dev.reeve.core.record.Scaling;
import dev.reeve.core.state.AutoscalerState;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.PodIds;
import dev.reeve.core.state.Timer;
import dev.reeve.core.state.WorkloadState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Workloads whose number of pods an autoscaler decides. What Git says of that number is the first
/// value only; from then on it is what was decided last, and that stays whatever text comes or goes
/// back, for as long as the autoscaler is there.
final class Autoscalers {
  /// As often as Kubernetes looks.
  private static final Duration EVERY = Duration.ofSeconds(15);

  /// After this a provider has not answered.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// Nodes measure every 15 s; what is older than three times that says nothing of now.
  private static final Duration FRESH = Duration.ofSeconds(45);

  private Autoscalers() {}

  private static Optional<Autoscaler> rules(Draft draft, ObjectKey target) {
    return draft.accepted.flatMap(it -> it.autoscalers().get(target));
  }

  // --- who owns which

  /// After a commit was taken, or a record taken up: workloads with an autoscaler keep the number
  /// that they have, the others have Git's.
  static void settle(Draft draft, PagedMap<ObjectKey, Autoscaler> before, DesiredState state) {
    PagedMap.difference(
        before,
        state.autoscalers(),
        (target, old, now) -> {
          if (now == null) {
            release(draft, target, state);
          } else if (!now.equals(old)) {
            lookNow(draft, target);
          }
        });
    state.autoscalers().forEach((target, _) -> hold(draft, target, state));
  }

  private static void lookNow(Draft draft, ObjectKey target) {
    put(
        draft,
        target,
        draft
            .autoscalers
            .get(target)
            .map(it -> it.at(draft.now))
            .orElseGet(() -> AutoscalerState.start(draft.now)));
    draft.markWorkload(target);
  }

  private static void put(Draft draft, ObjectKey target, AutoscalerState state) {
    draft.autoscalers.get(target).ifPresent(it -> draft.clearTimer(timer(target, it)));
    draft.autoscalers.put(target, state);
    if (state.dueAt().isAfter(draft.now)) {
      draft.setTimer(timer(target, state));
    }
  }

  private static Timer timer(ObjectKey target, AutoscalerState state) {
    return new Timer(state.dueAt(), Timer.Kind.AUTOSCALER, target.toString());
  }

  /// It is no more, or its workload is not.
  static void forget(Draft draft, ObjectKey target) {
    draft
        .autoscalers
        .get(target)
        .ifPresent(it -> {
          draft.clearTimer(timer(target, it));
          it.asked().keySet().forEach(draft.measuring::remove);
          draft.autoscalers.remove(target);
        });
  }

  private static void hold(Draft draft, ObjectKey target, DesiredState state) {
    int written = written(state, target);
    draft
        .workloads
        .get(target)
        .ifPresent(it -> {
          // Where Git asks for none there are none, and no scaling.
          boolean isKept = written > 0 && it.recordedReplicas() > 0;
          set(draft, it, isKept ? it.recordedReplicas() : written);
        });
  }

  private static void release(Draft draft, ObjectKey target, DesiredState state) {
    forget(draft, target);
    draft
        .workloads
        .get(target)
        .ifPresent(it -> {
          it.pods().keys().forEach(draft.usage::remove);
          var edit = it.edit();
          edit.autoscaled = Optional.empty();
          draft.workloads.put(target, edit.build());
          if (state.objects().containsKey(target)) {
            set(draft, edit.build(), written(state, target));
          }
          draft.markWorkload(target);
        });
  }

  private static int written(DesiredState state, ObjectKey target) {
    return state
        .objects()
        .get(target)
        .flatMap(it -> it.workload())
        .map(Workload::replicas)
        .orElse(0);
  }

  private static void set(Draft draft, WorkloadState workload, int replicas) {
    if (workload.desired().map(it -> it.replicas() != replicas).orElse(false)) {
      var edit = workload.edit();
      edit.desired = workload.desired().map(it -> it.withReplicas(replicas));
      draft.workloads.put(workload.key(), edit.build());
      draft.markWorkload(workload.key());
    }
  }

  // --- what is measured

  /// Keeps what was measured of pods that an autoscaler looks at. Nothing is decided for that.
  static void measured(Draft draft, List<Event.NodeMeasured> nodes) {
    for (Event.NodeMeasured each : nodes) {
      var node = draft.nodes.get(each.node());
      if (node.isEmpty()) {
        continue;
      }
      var window = Duration.ofMillis(each.usage().windowMillis());
      for (PodUsage usage : each.usage().pods()) {
        var id = PodIds.idOf(draft.settings.name(), usage.uid());
        if (id.isPresent()) {
          node.get()
              .pods()
              .get(id.getAsLong())
              .filter(draft.autoscalers::containsKey)
              .flatMap(draft.workloads::get)
              .flatMap(it -> it.pods().get(id.getAsLong()))
              .ifPresent(pod -> measured(draft, pod, window, usage));
        }
      }
    }
  }

  private static void measured(Draft draft, Pod pod, Duration window, PodUsage usage) {
    boolean wasReady =
        pod.saysReady() || draft.usage.get(pod.id()).map(Measured::wasReady).orElse(false);
    draft.usage.put(pod.id(), new Measured(draft.now, window, usage.containers(), wasReady));
  }

  // --- what providers are asked

  private static Optional<ObjectKey> asking(Draft draft, long request) {
    return draft
        .measuring
        .get(request)
        .filter(target ->
            draft.autoscalers.get(target).map(it -> it.asked().containsKey(request)).orElse(false));
  }

  static boolean isAsking(Draft draft, long request) {
    return asking(draft, request).isPresent();
  }

  static void answered(Draft draft, long request, Event.Answer answer) {
    var target = asking(draft, request).orElseThrow();
    Reading reading =
        switch (answer) {
          case Event.Answer.Sampled(var samples) -> new Reading.Samples(samples);
          case Event.Answer.Retry(var cause) -> new Reading.Unreadable(cause);
          case Event.Answer.Refused(var cause) -> new Reading.Unreadable(cause);
          case Event.Answer.Ok _,
              Event.Answer.Measured _,
              Event.Answer.Restored _,
              Event.Answer.Updated _,
              Event.Answer.Proposed _,
              Event.Answer.Lost _ ->
              throw new IllegalStateException("no answer to a query: " + answer);
        };
    draft.measuring.remove(request);
    var state = draft.autoscalers.get(target).orElseThrow().answered(request, reading);
    put(draft, target, state);
    if (state.asked().isEmpty()) {
      draft.markWorkload(target);
    }
  }

  private static AutoscalerState ask(
      Draft draft, ObjectKey target, AutoscalerState state, Autoscaler rules) {
    var asked = new TreeMap<Long, String>();
    var known = new TreeMap<String, Source.Query>();
    for (Autoscaler.Metric metric : rules.metrics()) {
      if (metric.source() instanceof Source.Query query && !known.containsKey(query.name())) {
        known.put(query.name(), query);
        long id = draft.mintRequest();
        asked.put(id, query.name());
        draft.measuring.put(id, target);
        draft.emit(new Effect.Request.Query(id, rules.key(), query.name(), query.query()));
      }
    }
    return asked.isEmpty() ? state : state.asking(asked, draft.now.plus(PATIENCE));
  }

  // --- deciding

  /// The workload in the number that its autoscaler wants, once it is time to look.
  static Workload look(WorkloadDecision decision, Workload wanted) {
    var draft = decision.draft;
    var rules = rules(draft, decision.key);
    if (rules.isEmpty()) {
      return wanted;
    }
    var state =
        draft.autoscalers.get(decision.key).orElseGet(() -> AutoscalerState.start(draft.now));
    if (state.lookAt().isAfter(draft.now)) {
      return wanted;
    }
    if (state.until().isEmpty() && wanted.replicas() > 0) {
      state = ask(draft, decision.key, state, rules.get());
    }
    if (isWaiting(state, draft.now)) {
      put(draft, decision.key, state);
      return wanted;
    }
    state = giveUp(draft, state);
    var view = view(decision, wanted, rules.get(), state);
    var outcome = wanted.replicas() == 0 ? Autoscaling.disabled(view) : Autoscaling.look(view);
    put(draft, decision.key, state.looked(outcome, draft.now.plus(EVERY)));
    return outcome.desired() == wanted.replicas()
        ? wanted
        : scaled(decision, wanted, rules.get(), outcome);
  }

  private static boolean isWaiting(AutoscalerState state, Instant now) {
    return !state.asked().isEmpty() && state.until().map(it -> it.isAfter(now)).orElse(false);
  }

  private static AutoscalerState giveUp(Draft draft, AutoscalerState state) {
    var answered = state;
    for (long request : state.asked().keySet()) {
      draft.measuring.remove(request);
      answered = answered.answered(request, new Reading.Unreadable("no answer in time"));
    }
    return answered;
  }

  private static Workload scaled(
      WorkloadDecision decision, Workload wanted, Autoscaler rules, Outcome outcome) {
    var now = decision.draft.now;
    int desired = outcome.desired();
    var scalings =
        new ArrayList<>(
            decision.before.autoscaled().map(Autoscaled::scalings).orElse(List.of()).stream()
                .filter(it -> it.at().isAfter(now.minus(rules.longestPeriod())))
                .toList());
    scalings.add(new Scaling(now, desired - outcome.current()));
    decision.next.desired = decision.next.desired.map(it -> it.withReplicas(desired));
    decision.next.recordedReplicas = desired;
    decision.next.autoscaled =
        Optional.of(
            new Autoscaled(rules.key(), outcome.current(), desired, now, outcome.why(), scalings));
    decision.announce(
        Reason.AUTOSCALED,
        "scaled " + outcome.current() + " -> " + desired + " (" + outcome.why() + ")");
    return wanted.withReplicas(desired);
  }

  private static ScalingView view(
      WorkloadDecision decision, Workload wanted, Autoscaler rules, AutoscalerState state) {
    var pods = new ArrayList<PodView>();
    for (Pod pod : decision.before.pods().values()) {
      pods.add(view(decision.draft, pod, wanted));
    }
    return new ScalingView(
        rules,
        decision.draft.now,
        wanted.replicas(),
        pods,
        state.readings(),
        state.recommendations(),
        decision.before.autoscaled().map(Autoscaled::scalings).orElse(List.of()));
  }

  private static PodView view(Draft draft, Pod pod, Workload wanted) {
    boolean isGoing = pod.isStopping() || pod.phase() == PodReport.Phase.FAILED;
    boolean isOfText = pod.release().hash().equals(wanted.release().hash());
    return new PodView(
        pod.name(),
        isGoing
            ? ScalingView.State.LEAVING
            : pod.phase() == PodReport.Phase.PENDING
                ? ScalingView.State.PENDING
                : ScalingView.State.RUNNING,
        pod.orderedAt(),
        pod.saysReady() ? pod.readySince() : Optional.empty(),
        isOfText ? Optional.empty() : Optional.of(pod.release().template().requests()),
        draft.usage.get(pod.id()).filter(it -> !it.at().plus(FRESH).isBefore(draft.now)));
  }
}
