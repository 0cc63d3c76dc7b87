package dev.reeve.server.web.kubernetes;

import dev.reeve.core.model.Analysis;
import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Step;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy.Stepwise;
import dev.reeve.core.record.AnalysisRun;
import dev.reeve.core.record.Measurement.Outcome;
import dev.reeve.core.record.StepProgress;
import dev.reeve.core.state.Stepping;
import dev.reeve.core.state.WorkloadState;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// A workload's steps and what is measured along them, in words that people and programs read.
public final class RolloutSteps {
  private RolloutSteps() {}

  /// Empty for a workload that has none by its kind.
  public static List<Step> of(WorkloadState state) {
    return strategy(state).map(Stepwise::steps).orElse(List.of());
  }

  static Optional<Stepwise> strategy(WorkloadState state) {
    return state
        .desired()
        .map(Workload::strategy)
        .filter(Stepwise.class::isInstance)
        .map(Stepwise.class::cast);
  }

  /// As it is called in a Rollout.
  public static String kind(Step step) {
    return switch (step) {
      case Step.SetWeight _ -> "setWeight";
      case Step.Pause _ -> "pause";
      case Step.SetCanaryScale _ -> "setCanaryScale";
      case Step.Analyse _ -> "analysis";
      case Step.SetRoute(var _, var route, var _, var _) ->
          route == Step.Route.HEADER ? "setHeaderRoute" : "setMirrorRoute";
      case Step.SetProgressThreshold _ -> "replicaProgressThreshold";
    };
  }

  /// What it does, without its kind.
  public static String detail(Step step) {
    return switch (step) {
      case Step.SetWeight(var percent) -> percent + "%";
      case Step.Pause(var duration) -> duration.map(Ages::brief).orElse("until promoted");
      case Step.SetCanaryScale(var scale) ->
          switch (scale) {
            case Step.Scale.Replicas(var count) -> count + (count == 1 ? " pod" : " pods");
            case Step.Scale.Weight(var percent) -> "pods for " + percent + "%";
            case Step.Scale.MatchTrafficWeight _ -> "pods as the weight";
          };
      case Step.Analyse(var analysis) ->
          analysis.metrics().stream().map(Analysis.Metric::name).collect(Collectors.joining(", "));
      case Step.SetRoute route -> route.name();
      case Step.SetProgressThreshold(var available) ->
          available.value() + (available.unit() == Bound.Unit.PERCENT ? "%" : " pods");
    };
  }

  /// The analyses that are known of, oldest first.
  public static List<AnalysisRun> runs(WorkloadState state) {
    return state.stepping().map(Stepping::progress).map(StepProgress::runs).orElse(List.of());
  }

  /// What a run measures, as the text says now.
  public static Optional<Analysis> analysis(WorkloadState state, AnalysisRun run) {
    var strategy = strategy(state);
    if (run.name().equals(AnalysisRun.BACKGROUND)) {
      return strategy.flatMap(Stepwise::background);
    }
    List<Step> steps = of(state);
    for (int i = 0; i < steps.size(); i++) {
      if (run.name().equals(AnalysisRun.ofStep(i))
          && steps.get(i) instanceof Step.Analyse(var analysis)) {
        return Optional.of(analysis);
      }
    }
    return Optional.empty();
  }

  public static Optional<Analysis.Metric> metric(
      WorkloadState state, AnalysisRun run, String name) {
    return analysis(state, run)
        .flatMap(it -> it.metrics().stream().filter(m -> m.name().equals(name)).findFirst());
  }

  /// Of which release a run is: what was measured of a failed one stays to be read after the
  /// rollout of another has begun.
  public static Release.Ref measured(WorkloadState state, AnalysisRun run) {
    boolean isOlder = run.startedAt().isBefore(state.startedAt());
    return state
        .failure()
        .filter(it -> isOlder)
        .map(it -> it.release())
        .or(() -> state.current().map(Release::ref))
        .orElse(new Release.Ref("", ""));
  }

  static boolean isInconclusive(WorkloadState state) {
    int index = state.stepping().map(it -> it.progress().index()).orElse(0);
    return runs(state).stream()
        .anyMatch(it ->
            it.outcome() == Outcome.INCONCLUSIVE
                && (it.name().equals(AnalysisRun.BACKGROUND)
                    || it.name().equals(AnalysisRun.ofStep(index))));
  }
}
