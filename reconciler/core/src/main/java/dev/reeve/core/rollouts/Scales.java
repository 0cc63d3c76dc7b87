package dev.reeve.core.rollouts;

import dev.reeve.core.model.Analysis;
import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Hash;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Step;
import dev.reeve.core.model.Workload.Strategy.Stepwise;
import java.time.Duration;
import java.util.Optional;

/// What the steps of a rollout come to: weights, and numbers of pods. The rules are Argo Rollouts'
/// (its documents "Canary" and "Traffic management"), but for whole numbers in place of floating
/// point.
public final class Scales {
  private static final int WHOLE = 100;

  private Scales() {}

  /// Percent of the traffic that the new release has at a step: that of the last SetWeight up to
  /// it, all of it after the last step, none before the first.
  public static int weight(Stepwise strategy, int index) {
    if (index >= strategy.steps().size()) {
      return WHOLE;
    }
    for (int i = index; i >= 0; i--) {
      if (strategy.steps().get(i) instanceof Step.SetWeight(var percent)) {
        return percent;
      }
    }
    return 0;
  }

  /// How many pods each side has at a step.
  public static Split at(Stepwise strategy, int replicas, int index) {
    if (replicas == 0) {
      return Split.whole(0);
    }
    if (index >= strategy.steps().size()) {
      return strategy.style().keepsStable() ? new Split(replicas, replicas) : Split.whole(replicas);
    }
    int weight = weight(strategy, index);
    return switch (strategy.style()) {
      case RATIO -> ratio(replicas, weight, strategy.maxSurge().roundedUp(replicas) > 0);
      case ROUTED, BLUE_GREEN -> new Split(canary(strategy, replicas, index, weight), replicas);
      case ROUTED_DYNAMIC ->
          new Split(
              canary(strategy, replicas, index, weight),
              atLeast(strategy.minPods(), share(replicas, WHOLE - weight)));
    };
  }

  private static int canary(Stepwise strategy, int replicas, int index, int weight) {
    int pods =
        switch (scale(strategy, index)) {
          case Step.Scale.Replicas(var count) -> count;
          case Step.Scale.Weight(var percent) -> share(replicas, percent);
          case Step.Scale.MatchTrafficWeight _ -> share(replicas, weight);
        };
    return atLeast(strategy.minPods(), pods);
  }

  private static Step.Scale scale(Stepwise strategy, int index) {
    for (int i = index; i >= 0; i--) {
      if (strategy.steps().get(i) instanceof Step.SetCanaryScale(var scale)) {
        return scale;
      }
    }
    return new Step.Scale.MatchTrafficWeight();
  }

  private static int share(int replicas, int percent) {
    return Math.ceilDiv(replicas * percent, WHOLE);
  }

  private static int atLeast(int min, int pods) {
    return pods == 0 ? 0 : Math.max(min, pods);
  }

  /// The numbers whose ratio comes nearest to the weight, in all as many as are wanted, or one more
  /// where pods may surge. Neither side of a weight between 1 and 99 is without a pod, unless there
  /// is only one in all. Of two that are equally near the larger canary is taken.
  ///
  /// Worked: 3 replicas at 50% with a surge: 2 of 3 is off by 17 points, 2 of 4 by none: 2 and 2.
  private static Split ratio(int replicas, int weight, boolean maySurge) {
    int up = Math.ceilDiv(replicas * weight, WHOLE);
    int down = replicas * weight / WHOLE;
    boolean mayBeNone = weight == 0 || weight == WHOLE || replicas == 1 && !maySurge;
    Optional<Split> best = Optional.empty();
    for (int total = replicas; total <= replicas + (maySurge ? 1 : 0); total++) {
      boolean isTied = total * weight % WHOLE * 2 == WHOLE;
      boolean leavesStable = up < replicas || mayBeNone || total > replicas;
      if (leavesStable) {
        best = nearer(best, new Split(up, total - up), weight);
      }
      if ((!isTied || !leavesStable) && (down != 0 || mayBeNone)) {
        best = nearer(best, new Split(down, total - down), weight);
      }
    }
    return best.orElse(new Split(0, replicas));
  }

  /// Whichever is nearer to the weight; the first of two that are equally near.
  private static Optional<Split> nearer(Optional<Split> best, Split other, int weight) {
    if (best.isEmpty()) {
      return Optional.of(other);
    }
    var first = best.get();
    // |c/t - w| compared without fractions: both sides times both totals.
    long one = distance(first, weight) * (other.target() + other.stable());
    long two = distance(other, weight) * (first.target() + first.stable());
    return two < one ? Optional.of(other) : best;
  }

  private static long distance(Split split, int weight) {
    return Math.abs(
        (long) split.target() * WHOLE - (long) weight * (split.target() + split.stable()));
  }

  /// How many of a step's new pods must be available before the next: all, unless the manifest or a
  /// step before says otherwise.
  public static int enough(Stepwise strategy, int index, int wanted) {
    Bound threshold = strategy.threshold();
    for (int i = 0; i <= index && i < strategy.steps().size(); i++) {
      if (strategy.steps().get(i) instanceof Step.SetProgressThreshold(var available)) {
        threshold = available;
      }
    }
    return Math.min(wanted, threshold.roundedUp(wanted));
  }

  /// Names the steps: a rollout whose steps change begins anew.
  public static String plan(Stepwise strategy) {
    var hash = Hash.start().add(strategy.style().name());
    strategy.steps().forEach(step -> addTo(hash, step));
    strategy.background().ifPresent(analysis -> addTo(hash, new Step.Analyse(analysis)));
    return hash.name();
  }

  private static void addTo(Hash hash, Step step) {
    switch (step) {
      case Step.SetWeight(var percent) -> hash.add("weight " + percent);
      case Step.Pause(var duration) ->
          hash.add("pause " + duration.map(Duration::toMillis).orElse(-1L));
      case Step.SetCanaryScale(var scale) -> hash.add("scale " + name(scale));
      case Step.SetRoute route ->
          hash.add("route " + route.route().name() + " " + route.name())
              .add(route.json().toArray());
      case Step.SetProgressThreshold(var available) ->
          hash.add("threshold " + available.value() + " " + available.unit().name());
      case Step.Analyse(var analysis) -> analysis.metrics().forEach(metric -> addTo(hash, metric));
    }
  }

  private static String name(Step.Scale scale) {
    return switch (scale) {
      case Step.Scale.Replicas(var count) -> "replicas " + count;
      case Step.Scale.Weight(var percent) -> "weight " + percent;
      case Step.Scale.MatchTrafficWeight _ -> "traffic";
    };
  }

  private static void addTo(Hash hash, Analysis.Metric metric) {
    hash.add("metric " + metric.name())
        .add(metric.query().toArray())
        .add(metric.job().map(PodTemplate::hash).orElse(""))
        .add(
            metric.interval().map(Duration::toMillis).orElse(-1L)
                + " "
                + metric.initialDelay().toMillis())
        .add(
            metric.count()
                + " "
                + metric.failureLimit()
                + " "
                + metric.inconclusiveLimit()
                + " "
                + metric.consecutiveErrorLimit()
                + " "
                + metric.consecutiveSuccessLimit()
                + " "
                + metric.dryRun());
  }
}
