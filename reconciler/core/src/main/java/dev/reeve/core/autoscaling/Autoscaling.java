package dev.reeve.core.autoscaling;

import dev.reeve.core.autoscaling.Outcome.Condition;
import dev.reeve.core.autoscaling.Proposal.Level;
import dev.reeve.core.autoscaling.ScalingView.Recommendation;
import dev.reeve.core.model.Autoscaler.Goal;
import dev.reeve.core.model.Autoscaler.Kind;
import dev.reeve.core.model.Autoscaler.Metric;
import dev.reeve.core.model.Autoscaler.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// How many pods a workload should have: the algorithm that Kubernetes documents of its
/// HorizontalPodAutoscaler.
///
/// Each metric asks for `ceil(pods * measured / goal)`. With 3 pods at 90% of a goal of 60% that is
/// `ceil(3 * 90 / 60)` = 5. The largest counts; one that cannot be read keeps the others from
/// taking pods away. What comes of it is held back by the windows and policies of each direction.
public final class Autoscaling {
  private Autoscaling() {}

  public static Outcome look(ScalingView view) {
    var rules = view.rules();
    if (view.current() > rules.max()) {
      return moved(view, rules.max(), "more than maxReplicas", Limits.tooMany(rules.max()));
    }
    if (view.current() < rules.min()) {
      return moved(view, rules.min(), "fewer than minReplicas", Limits.tooFew(rules.min()));
    }
    var proposals =
        rules.metrics().stream().map(it -> new MetricLook(view, it).proposal()).toList();
    var unreadable = firstUnreadable(proposals);
    var largest = largest(proposals);
    boolean isDown = largest.map(it -> it.replicas() < view.current()).orElse(false);
    if (largest.isEmpty() || unreadable.isPresent() && isDown) {
      return held(view, proposals, unreadable.orElseThrow());
    }
    return followed(view, proposals, largest.get());
  }

  /// Nothing is scaled: the text asks for no pods.
  public static Outcome disabled(ScalingView view) {
    return new Outcome(
        view.now(),
        0,
        0,
        "",
        List.of(),
        List.of(
            ableToScale("ReadyForNewScale", "recommended size matches current size"),
            new Condition(
                "ScalingActive",
                false,
                "ScalingDisabled",
                "scaling is disabled since the replica count of the target is zero")),
        List.of());
  }

  private static Optional<Proposal.Unreadable> firstUnreadable(List<Proposal> proposals) {
    for (Proposal each : proposals) {
      if (each instanceof Proposal.Unreadable it) {
        return Optional.of(it);
      }
    }
    return Optional.empty();
  }

  /// The first of those that ask for most.
  private static Optional<Proposal.Replicas> largest(List<Proposal> proposals) {
    Optional<Proposal.Replicas> largest = Optional.empty();
    for (Proposal each : proposals) {
      if (each instanceof Proposal.Replicas it
          && largest.map(most -> it.replicas() > most.replicas()).orElse(true)) {
        largest = Optional.of(it);
      }
    }
    return largest;
  }

  /// The bounds have changed, or the first value was outside of them: no metric is asked.
  private static Outcome moved(ScalingView view, int desired, String why, Limits.Limited limit) {
    return new Outcome(
        view.now(),
        view.current(),
        desired,
        why,
        List.of(),
        List.of(
            ableToScale("SucceededRescale", "the number of pods was set to " + desired),
            new Condition("ScalingLimited", true, limit.reason(), limit.message())),
        past(view));
  }

  private static Outcome held(
      ScalingView view, List<Proposal> proposals, Proposal.Unreadable unreadable) {
    return new Outcome(
        view.now(),
        view.current(),
        view.current(),
        "",
        proposals,
        List.of(
            ableToScale("SucceededGetScale", "the number of pods is known"),
            new Condition("ScalingActive", false, unreadable.reason(), unreadable.message())),
        past(view));
  }

  /// Whoever begins to look knows nothing of what was asked for before: what is there counts as
  /// that.
  private static List<Recommendation> past(ScalingView view) {
    return view.recommendations().isEmpty()
        ? List.of(new Recommendation(view.now(), view.current()))
        : view.recommendations();
  }

  private static Outcome followed(
      ScalingView view, List<Proposal> proposals, Proposal.Replicas largest) {
    int current = view.current();
    var limits = new Limits(view);
    var past = past(view);
    int stabilized = limits.stabilized(largest.replicas(), past);
    var limited = limits.limited(stabilized);
    int desired = limited.replicas();
    var conditions = new ArrayList<Condition>();
    if (stabilized != largest.replicas()) {
      boolean isDown = stabilized > largest.replicas();
      conditions.add(
          ableToScale(
              isDown ? "ScaleDownStabilized" : "ScaleUpStabilized",
              "recent recommendations were %s than current one, applying the %s recent"
                      .formatted(isDown ? "higher" : "lower", isDown ? "highest" : "lowest")
                  + " recommendation"));
    } else {
      conditions.add(
          desired == current
              ? ableToScale("ReadyForNewScale", "recommended size matches current size")
              : ableToScale("SucceededRescale", "the number of pods was set to " + desired));
    }
    conditions.add(
        new Condition(
            "ScalingActive",
            true,
            "ValidMetricFound",
            "the replica count follows from " + largest.metric().source().name()));
    conditions.add(
        limited.reason().isEmpty()
            ? new Condition(
                "ScalingLimited",
                false,
                "DesiredWithinRange",
                "the desired count is within the acceptable range")
            : new Condition("ScalingLimited", true, limited.reason(), limited.message()));
    return new Outcome(
        view.now(),
        current,
        desired,
        desired == current ? "" : told(proposals, desired > current, largest),
        proposals,
        conditions,
        kept(view, past, largest.replicas()));
  }

  private static List<Recommendation> kept(
      ScalingView view, List<Recommendation> past, int replicas) {
    var kept = new ArrayList<Recommendation>();
    for (Recommendation each : past) {
      if (each.at().isAfter(view.now().minus(view.rules().longestWindow()))) {
        kept.add(each);
      }
    }
    kept.add(new Recommendation(view.now(), replicas));
    return kept;
  }

  private static Condition ableToScale(String reason, String message) {
    return new Condition("AbleToScale", true, reason, message);
  }

  // --- what is said

  /// What asked for more; where all ask for fewer, all of them.
  private static String told(List<Proposal> proposals, boolean isUp, Proposal.Replicas largest) {
    return isUp
        ? told(largest.metric(), largest.level())
        : proposals.stream()
            .map(it -> it instanceof Proposal.Replicas one ? told(one.metric(), one.level()) : "")
            .filter(it -> !it.isEmpty())
            .collect(Collectors.joining(", "));
  }

  /// `cpu 164% of 60%`, `memory 180Mi of 120Mi`.
  public static String told(Metric metric, Level level) {
    var source = metric.source();
    return source.name()
        + " "
        + switch (metric.goal()) {
          case Goal.Utilization(var percent) -> level.percent().orElse(0) + "% of " + percent + "%";
          case Goal.AverageValue(var amount) ->
              amount(source, level.amount()) + " of " + amount(source, amount);
          case Goal.Value(var amount) ->
              amount(source, level.amount()) + " of " + amount(source, amount);
        };
  }

  private static String amount(Source source, long amount) {
    return switch (source) {
      case Source.Resource it when it.kind() == Kind.CPU -> amount + "m";
      case Source.Resource _ -> amount >= 1 << 20 ? (amount >> 20) + "Mi" : String.valueOf(amount);
      case Source.Query _ -> thousandths(amount);
    };
  }

  private static String thousandths(long amount) {
    var digits = String.valueOf(1000 + amount % 1000).substring(1).replaceAll("0+$", "");
    return amount / 1000 + (digits.isEmpty() ? "" : "." + digits);
  }
}
