package dev.reeve.core.autoscaling;

import dev.reeve.core.autoscaling.ScalingView.Recommendation;
import dev.reeve.core.model.Autoscaler.Policy;
import dev.reeve.core.model.Autoscaler.Rules;
import dev.reeve.core.model.Autoscaler.Select;
import dev.reeve.core.record.Scaling;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// How far and how fast the number of pods may follow what the metrics ask for.
final class Limits {
  private final ScalingView view;

  Limits(ScalingView view) {
    this.view = view;
  }

  /// @param replicas how many it may be
  /// @param reason why it is not what was wanted, as Kubernetes has it; empty where it is
  record Limited(int replicas, String reason, String message) {}

  /// Up only as far as the lowest, down only as far as the highest that was recommended within the
  /// window of each direction.
  int stabilized(int desired, List<Recommendation> past) {
    int lowest = desired;
    int highest = desired;
    for (Recommendation each : past) {
      if (isWithin(each.at(), view.rules().up().window())) {
        lowest = Math.min(lowest, each.replicas());
      }
      if (isWithin(each.at(), view.rules().down().window())) {
        highest = Math.max(highest, each.replicas());
      }
    }
    return Math.min(Math.max(view.current(), lowest), highest);
  }

  private boolean isWithin(Instant at, Duration window) {
    return at.isAfter(view.now().minus(window));
  }

  /// Within minReplicas and maxReplicas, and no faster than the policies allow.
  Limited limited(int desired) {
    int current = view.current();
    if (desired > current) {
      int fastest = Math.max(current, mostByPolicies());
      int most = Math.min(view.rules().max(), fastest);
      if (desired > most) {
        return view.rules().max() > fastest
            ? new Limited(
                most,
                "ScaleUpLimit",
                "the desired replica count is increasing faster than the maximum scale rate")
            : tooMany(most);
      }
    } else if (desired < current) {
      int fastest = Math.min(current, leastByPolicies());
      int least = Math.max(view.rules().min(), fastest);
      if (desired < least) {
        return view.rules().min() < fastest
            ? new Limited(
                least,
                "ScaleDownLimit",
                "the desired replica count is decreasing faster than the maximum scale rate")
            : tooFew(least);
      }
    }
    return new Limited(desired, "", "");
  }

  static Limited tooMany(int replicas) {
    return new Limited(
        replicas,
        "TooManyReplicas",
        "the desired replica count is more than the maximum replica count");
  }

  static Limited tooFew(int replicas) {
    return new Limited(
        replicas,
        "TooFewReplicas",
        "the desired replica count is less than the minimum replica count");
  }

  /// A period began with what there is now, less what has come since, and with what has gone since.
  /// With 10 pods, of which 4 came within the last minute, a policy of 5 pods a minute allows 11.
  private int mostByPolicies() {
    Rules rules = view.rules().up();
    if (rules.select() == Select.DISABLED) {
      return view.current();
    }
    long most = rules.select() == Select.MIN ? Integer.MAX_VALUE : Integer.MIN_VALUE;
    for (Policy policy : rules.policies()) {
      long start = atStartOf(policy.period());
      // Rounded up: a share of few pods would never add one.
      long allowed =
          policy.percent()
              ? Math.ceilDiv(start * (100L + policy.value()), 100L)
              : start + policy.value();
      most = rules.select() == Select.MIN ? Math.min(most, allowed) : Math.max(most, allowed);
    }
    return (int) Math.min(Integer.MAX_VALUE, most);
  }

  private int leastByPolicies() {
    Rules rules = view.rules().down();
    if (rules.select() == Select.DISABLED) {
      return view.current();
    }
    long least = rules.select() == Select.MIN ? Integer.MIN_VALUE : Integer.MAX_VALUE;
    for (Policy policy : rules.policies()) {
      long start = atStartOf(policy.period());
      long allowed =
          policy.percent()
              ? Math.max(0, start * (100L - policy.value()) / 100L)
              : start - policy.value();
      least = rules.select() == Select.MIN ? Math.max(least, allowed) : Math.min(least, allowed);
    }
    return (int) Math.max(Integer.MIN_VALUE, least);
  }

  private long atStartOf(Duration period) {
    long start = view.current();
    for (Scaling each : view.scalings()) {
      start -= isWithin(each.at(), period) ? each.change() : 0;
    }
    return start;
  }
}
