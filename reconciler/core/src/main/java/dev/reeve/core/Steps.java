package dev.reeve.core;

import static dev.reeve.core.rollouts.RolloutView.active;
import static dev.reeve.core.rollouts.RolloutView.count;

import dev.reeve.core.model.Analysis;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Step;
import dev.reeve.core.model.Workload.Strategy.Stepwise;
import dev.reeve.core.record.AnalysisRun;
import dev.reeve.core.record.Measurement.Outcome;
import dev.reeve.core.record.MetricRun;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.StepProgress;
import dev.reeve.core.rollouts.Analyses;
import dev.reeve.core.rollouts.RolloutView;
import dev.reeve.core.rollouts.RolloutView.Standing;
import dev.reeve.core.rollouts.Scales;
import dev.reeve.core.rollouts.Split;
import dev.reeve.core.state.Stepping;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Takes one Rollout along its steps. A step is decided, recorded, and only then acted on: until
/// its decision is in Git, pods and traffic stay as the step before left them.
final class Steps {
  /// Pods that stay until something takes their place.
  private static final Instant FOR_GOOD = Instant.parse("9999-12-31T23:59:59Z");

  /// A decision whose number is given when all of this look are recorded.
  static final long UNNUMBERED = Long.MAX_VALUE;

  private final WorkloadDecision decision;
  private final Stepwise strategy;
  private final Release target;

  Steps(WorkloadDecision decision, Stepwise strategy, Release target) {
    this.decision = decision;
    this.strategy = strategy;
    this.target = target;
  }

  // --- a release begins

  /// From the first step; or past all, where there is nothing to be careful for: no stable release,
  /// or one that was stable not long ago.
  void begin() {
    int end = strategy.steps().size();
    boolean isFirst = decision.before.stable().isEmpty();
    boolean isBack = decision.isStable(target);
    decision.next.left = isBack ? decision.before.current() : Optional.empty();
    var blank = blank(isBack ? decision.next.stepping : Optional.empty());
    var progress = isFirst || isBack || wasStableLately() ? at(blank, end) : enter(blank, 0);
    decision.next.stepping =
        Optional.of(
            isFirst || isBack
                ? Stepping.recorded(progress)
                : new Stepping(progress, UNNUMBERED, Stepping.AS_IT_STANDS, 0, new TreeMap<>()));
  }

  /// What was measured of a release that has failed stays to be read.
  private StepProgress blank(Optional<Stepping> before) {
    boolean hasFailed = decision.before.current().map(decision::hasFailed).orElse(false);
    var runs =
        before
            .filter(it -> hasFailed)
            .map(it -> it.progress().runs().stream().map(Analyses::ended).toList())
            .orElseGet(List::of);
    boolean leavesPods = before.isPresent() && !before.get().progress().isAtEnd();
    return new StepProgress(
        Scales.plan(strategy),
        0,
        strategy.steps().size(),
        now(),
        Optional.empty(),
        0,
        leavesPods ? keepUntil(strategy.abortScaleDownDelay()) : Optional.empty(),
        runs);
  }

  private Optional<Instant> keepUntil(Optional<Duration> delay) {
    if (delay.isEmpty()) {
      return Optional.of(FOR_GOOD);
    }
    return delay.get().isZero() ? Optional.empty() : delay.map(now()::plus);
  }

  private boolean wasStableLately() {
    return decision.before.revisions().stream()
        // The first is the stable one itself.
        .skip(1)
        .limit(strategy.rollbackWindow())
        .anyMatch(it -> it.hash().equals(target.hash()));
  }

  /// Other steps under the same release: from the first of them, with the pods as they are. Also
  /// where a record does not say how far it was.
  void beginAnewIfChanged() {
    var stepping = decision.next.stepping;
    if (stepping.isEmpty()) {
      begin();
      decision.announce(Reason.ROLLOUT_STEPPED, "how far it was is not known: from the first step");
    } else if (!stepping.get().progress().isAtEnd()
        && !stepping.get().progress().plan().equals(Scales.plan(strategy))) {
      decision.next.stepping =
          Optional.of(
              new Stepping(
                  enter(blank(Optional.empty()), 0),
                  UNNUMBERED,
                  Stepping.AS_IT_STANDS,
                  stepping.get().weight(),
                  new TreeMap<>()));
      decision.announce(Reason.ROLLOUT_STEPPED, "the steps have changed: from the first");
    }
  }

  // --- how many pods

  /// Whether a stable release is still there to be kept.
  boolean isUnderWay() {
    return decision.before.stable().isPresent() && !decision.isStable(target);
  }

  /// Whether pods of the release that is left behind stay for now.
  boolean keepsPods(int replicas) {
    if (replicas == 0) {
      return false;
    }
    boolean isPromotedInGit = decision.next.promotion == 0;
    if (!isPromotedInGit && strategy.style().keepsStable() && !isUnderWay()) {
      return true;
    }
    var until = stepping().progress().keepUntil();
    if (until.isEmpty() || !until.get().isAfter(now())) {
      return false;
    }
    decision.wakeBy(until.get());
    return true;
  }

  Split split(int replicas, int targetActive) {
    if (!isUnderWay()) {
      return new Split(replicas, 0);
    }
    var stepping = stepping();
    if (stepping.inForce() == Stepping.AS_IT_STANDS) {
      int present = Math.min(targetActive, replicas);
      return new Split(present, strategy.style().keepsStable() ? replicas : replicas - present);
    }
    return decision.draft.deciders.scale().at(strategy, replicas, stepping.inForce());
  }

  // --- one step on

  /// Whether the pods are as the step in force wants them.
  boolean isReached(RolloutView view) {
    int wanted = view.split().target();
    int enough = Scales.enough(strategy, stepping().inForce(), wanted);
    return active(view.target()) == wanted
        && count(view.target(), Standing.AVAILABLE) >= enough
        // The last stable pod stays until the promotion is in Git.
        && active(view.stable()) <= Math.max(1, view.split().stable())
        && active(view.old()) == 0;
  }

  /// Whether all steps are behind it, and acted on.
  boolean isAtEnd() {
    return !isUnderWay() || stepping().isInForce() && stepping().progress().isAtEnd();
  }

  /// Whether it waits for Git to take what was decided.
  boolean isInForce() {
    return stepping().isInForce();
  }

  /// Looks at what was measured, and goes on where the step is done.
  void advance(RolloutView view) {
    boolean isAsleep = decision.before.desired().map(it -> it.replicas() == 0).orElse(true);
    if (!isUnderWay() || !stepping().isInForce() || decision.hasFailed(target) || isAsleep) {
      return;
    }
    var current = progress();
    for (AnalysisRun run : current.runs()) {
      if (matters(run, current) && isBad(run.outcome())) {
        decision.fail(target, "analysis " + run.name() + ": " + told(run));
        return;
      }
    }
    measure();
    if (current.isAtEnd() || decision.isHeldBack()) {
      return;
    }
    var undecided =
        current.runs().stream()
            .filter(it -> matters(it, current) && it.outcome() == Outcome.INCONCLUSIVE)
            .findFirst();
    if (undecided.isPresent()) {
      pause("analysis " + undecided.get().name() + " is inconclusive: " + told(undecided.get()));
    } else if (isDone(current, view)) {
      go(current.index() + 1, Optional.empty());
    } else if (isPause(current.index()) && decision.next.phase != Phase.PAUSED) {
      // It had no pods meanwhile, and was healthy with none.
      decision.next.phase = Phase.PAUSED;
      decision.announce(Reason.ROLLOUT_PAUSED, subject(current, current));
    }
  }

  private static boolean matters(AnalysisRun run, StepProgress current) {
    return run.name().equals(AnalysisRun.BACKGROUND)
        || run.name().equals(AnalysisRun.ofStep(current.index()));
  }

  private static boolean isBad(Outcome outcome) {
    return outcome == Outcome.FAILED || outcome == Outcome.ERROR;
  }

  private boolean isDone(StepProgress current, RolloutView view) {
    return switch (strategy.steps().get(current.index())) {
      case Step.SetWeight _, Step.SetCanaryScale _ -> isReached(view);
      case Step.SetRoute _, Step.SetProgressThreshold _ -> true;
      case Step.Analyse _ ->
          current
              .run(AnalysisRun.ofStep(current.index()))
              .map(it -> it.outcome() == Outcome.SUCCESSFUL)
              .orElse(true);
      case Step.Pause _ -> {
        current.pauseUntil().filter(it -> it.isAfter(now())).ifPresent(decision::wakeBy);
        yield current.pauseUntil().map(it -> !it.isAfter(now())).orElse(false);
      }
    };
  }

  /// Until somebody promotes, also where a timed pause would have ended by itself.
  private void pause(String why) {
    var current = progress();
    if (decision.next.phase == Phase.PAUSED && current.pauseUntil().isEmpty()) {
      return;
    }
    decision.next.phase = Phase.PAUSED;
    decision.announce(Reason.ROLLOUT_PAUSED, why);
    decision.next.stepping =
        decision.next.stepping.map(it -> it.with(unlimited(current)).awaiting(UNNUMBERED));
  }

  private static StepProgress unlimited(StepProgress progress) {
    return new StepProgress(
        progress.plan(),
        progress.index(),
        progress.count(),
        progress.startedAt(),
        Optional.empty(),
        progress.weight(),
        progress.keepUntil(),
        progress.runs());
  }

  /// Whether its steps are those that the text has now.
  boolean isPlanned() {
    return progress().plan().equals(Scales.plan(strategy));
  }

  /// Somebody promotes: what the rollout waits at is passed over.
  void promote(int index, String by) {
    go(index, Optional.of(by));
  }

  private void go(int index, Optional<String> promotedBy) {
    var from = progress();
    var entered = enter(from, index);
    boolean isCutShort = promotedBy.isPresent() && entered.isAtEnd();
    var progress =
        isCutShort ? with(entered, entered.runs().stream().map(Analyses::ended).toList()) : entered;
    var stepping = stepping();
    decision.next.stepping =
        Optional.of(
            new Stepping(
                progress,
                UNNUMBERED,
                stepping.inForce(),
                stepping.weight(),
                stillAsked(stepping, progress)));
    boolean pauses = isPause(index);
    decision.next.phase = pauses ? Phase.PAUSED : Phase.PROGRESSING;
    decision.next.progress = 0;
    decision.next.progressAt = now();
    decision.announce(
        promotedBy.isPresent()
            ? Reason.PROMOTED
            : pauses ? Reason.ROLLOUT_PAUSED : Reason.ROLLOUT_STEPPED,
        subject(from, progress) + promotedBy.map(by -> ", promoted by " + by).orElse(""));
  }

  /// What the background has been asked goes on over the steps.
  private static SortedMap<Long, Stepping.Asked> stillAsked(Stepping before, StepProgress after) {
    var still = new TreeMap<>(before.asked());
    still
        .values()
        .removeIf(
            it -> after.run(it.run()).map(run -> run.outcome() != Outcome.RUNNING).orElse(true));
    return still;
  }

  private StepProgress enter(StepProgress from, int index) {
    var runs = new ArrayList<AnalysisRun>();
    for (AnalysisRun run : from.runs()) {
      boolean goesOn = run.name().equals(AnalysisRun.BACKGROUND);
      if (!run.name().equals(AnalysisRun.ofStep(index))) {
        runs.add(goesOn && run.outcome() != Outcome.INCONCLUSIVE ? run : Analyses.ended(run));
      }
    }
    if (index < from.count() && strategy.steps().get(index) instanceof Step.Analyse(var what)) {
      runs.add(Analyses.start(AnalysisRun.ofStep(index), what, now()));
    }
    boolean isMeasured = runs.stream().anyMatch(it -> it.name().equals(AnalysisRun.BACKGROUND));
    boolean mayBegin =
        index >= strategy.backgroundFrom() && (index < from.count() || from.count() == 0);
    if (strategy.background().isPresent() && !isMeasured && mayBegin) {
      runs.add(Analyses.start(AnalysisRun.BACKGROUND, strategy.background().get(), now()));
    }
    return with(at(from, index), runs);
  }

  private StepProgress at(StepProgress from, int index) {
    Optional<Instant> pauseUntil =
        index < from.count() && strategy.steps().get(index) instanceof Step.Pause(var duration)
            ? duration.map(now()::plus)
            : Optional.empty();
    return new StepProgress(
        from.plan(),
        index,
        from.count(),
        now(),
        pauseUntil,
        Scales.weight(strategy, index),
        from.keepUntil(),
        from.runs());
  }

  private static StepProgress with(StepProgress progress, List<AnalysisRun> runs) {
    return new StepProgress(
        progress.plan(),
        progress.index(),
        progress.count(),
        progress.startedAt(),
        progress.pauseUntil(),
        progress.weight(),
        progress.keepUntil(),
        runs);
  }

  private boolean isPause(int index) {
    return index < strategy.steps().size() && strategy.steps().get(index) instanceof Step.Pause;
  }

  /// The new release is the stable one: what is left of the old stays as long as it may.
  void completed(boolean leavesPods) {
    var progress = progress();
    var runs = progress.runs().stream().map(Analyses::ended).toList();
    var done =
        new StepProgress(
            progress.plan(),
            progress.count(),
            progress.count(),
            progress.startedAt(),
            Optional.empty(),
            Scales.weight(strategy, progress.count()),
            leavesPods ? keepUntil(Optional.of(strategy.scaleDownDelay())) : Optional.empty(),
            runs);
    decision.next.left = decision.before.stable();
    // What was asked in this very look is not what the look before it waited for.
    stepping().asked().keySet().forEach(decision.draft.measuring::remove);
    decision.next.stepping = Optional.of(Stepping.recorded(done));
  }

  // --- measuring

  private void measure() {
    for (AnalysisRun run : progress().runs()) {
      var analysis = analysis(strategy, run.name());
      if (run.outcome() != Outcome.RUNNING || analysis.isEmpty()) {
        continue;
      }
      for (MetricRun metric : run.metrics()) {
        var next = metric.nextAt();
        var asked = asked(run, metric);
        if (asked.isPresent()) {
          decision.wakeBy(asked.get().until());
        } else if (next.isPresent() && next.get().isAfter(now())) {
          decision.wakeBy(next.get());
        } else if (next.isPresent()) {
          Analyses.definition(analysis.get(), metric.name())
              .ifPresent(it -> decision.wakeBy(Measuring.ask(decision, target, run.name(), it)));
        }
      }
    }
  }

  private Optional<Stepping.Asked> asked(AnalysisRun run, MetricRun metric) {
    return stepping().asked().values().stream()
        .filter(it -> it.run().equals(run.name()) && it.metric().equals(metric.name()))
        .findFirst();
  }

  /// What a run of this name measures.
  static Optional<Analysis> analysis(Stepwise strategy, String run) {
    if (run.equals(AnalysisRun.BACKGROUND)) {
      return strategy.background();
    }
    for (int i = 0; i < strategy.steps().size(); i++) {
      if (run.equals(AnalysisRun.ofStep(i))
          && strategy.steps().get(i) instanceof Step.Analyse(var analysis)) {
        return Optional.of(analysis);
      }
    }
    return Optional.empty();
  }

  // --- what is said

  private String subject(StepProgress from, StepProgress to) {
    var weights =
        from.weight() == to.weight()
            ? "canary at " + to.weight() + "%"
            : "canary " + from.weight() + "% -> " + to.weight() + "%";
    if (to.isAtEnd()) {
      return weights + measured(from);
    }
    return switch (strategy.steps().get(to.index())) {
      case Step.SetWeight _ -> weights + measured(from);
      case Step.Pause _ -> "canary paused at " + to.weight() + "% " + until(to);
      case Step.SetCanaryScale(var scale) -> weights + ", " + scaled(scale);
      case Step.Analyse(var analysis) ->
          weights
              + ", analysis of "
              + analysis.metrics().stream()
                  .map(Analysis.Metric::name)
                  .collect(Collectors.joining(", "))
              + " begins";
      case Step.SetRoute route -> weights + ", route " + route.name();
      case Step.SetProgressThreshold _ -> weights + ", threshold set";
    };
  }

  private static String scaled(Step.Scale scale) {
    return switch (scale) {
      case Step.Scale.Replicas(var count) -> count + " pods";
      case Step.Scale.Weight(var percent) -> "pods for " + percent + "%";
      case Step.Scale.MatchTrafficWeight _ -> "pods as the weight";
    };
  }

  /// What the step that ends has shown, in brackets.
  private static String measured(StepProgress from) {
    var values =
        from.runs().stream()
            .filter(it -> matters(it, from))
            .flatMap(it -> it.metrics().stream())
            .filter(it -> !it.measurements().isEmpty())
            .map(it -> it.name() + " " + it.measurements().getLast().value())
            .collect(Collectors.joining(", "));
    return values.isEmpty() ? "" : " (" + values + ")";
  }

  /// Why an analysis ended as it did: its worst metric.
  private static String told(AnalysisRun run) {
    return run.metrics().stream()
        .filter(it -> it.outcome() == run.outcome() && !it.dryRun())
        .findFirst()
        .map(it -> it.name() + " " + told(it))
        .orElse(run.outcome().word());
  }

  private static String told(MetricRun metric) {
    var last = metric.measurements().stream().filter(it -> it.outcome() == metric.outcome());
    var newest = last.reduce((a, b) -> b);
    return metric.outcome().word().toLowerCase(java.util.Locale.ROOT)
        + newest.map(it -> it.value().isEmpty() ? "" : " at " + it.value()).orElse("")
        + newest.map(it -> it.message().isEmpty() ? "" : " (" + it.message() + ")").orElse("")
        + switch (metric.outcome()) {
          case FAILED -> ", " + metric.failed() + " of " + metric.count() + " measurements failed";
          case ERROR -> ", " + metric.consecutiveErrors() + " errors in a row";
          case INCONCLUSIVE -> ", " + metric.inconclusive() + " of " + metric.count();
          case RUNNING, SUCCESSFUL -> "";
        };
  }

  private static String until(StepProgress progress) {
    return progress
        .pauseUntil()
        .map(it -> "until " + it.truncatedTo(ChronoUnit.SECONDS))
        .orElse("until it is promoted");
  }

  /// Where it stands and what it waits for.
  String message() {
    var progress = progress();
    int step = Math.min(progress.index() + 1, progress.count());
    var where = "step " + step + " of " + progress.count();
    if (!stepping().isInForce()) {
      return where + " waits to be recorded";
    }
    if (progress.isAtEnd()) {
      return "all steps done, the last pods are coming";
    }
    if (decision.next.phase == Phase.PAUSED && isPause(progress.index())) {
      return where + ": paused at " + progress.weight() + "% " + until(progress);
    }
    return where
        + (decision.next.phase == Phase.PAUSED ? ": paused at " : ": canary at ")
        + progress.weight()
        + "%";
  }

  private Stepping stepping() {
    return decision.next.stepping.orElseThrow();
  }

  private StepProgress progress() {
    return stepping().progress();
  }

  private Instant now() {
    return decision.draft.now;
  }
}
