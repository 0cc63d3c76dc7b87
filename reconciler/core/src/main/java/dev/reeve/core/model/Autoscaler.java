package dev.reeve.core.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A HorizontalPodAutoscaler: how many pods a workload has, by what is measured of them.
///
/// Amounts are whole numbers: CPU in thousandths of a core, memory in bytes, what a query gives in
/// thousandths.
///
/// @param target the workload whose number of pods it decides
/// @param min of pods, at least one
/// @param max of pods
/// @param up how fast it may become more
/// @param down how fast it may become fewer
public record Autoscaler(
    ObjectKey key, ObjectKey target, int min, int max, List<Metric> metrics, Rules up, Rules down) {
  public Autoscaler {
    metrics = List.copyOf(metrics);
  }

  /// How far back a policy of either direction looks.
  public Duration longestPeriod() {
    var longest = Duration.ZERO;
    for (Rules rules : List.of(up, down)) {
      for (Policy policy : rules.policies()) {
        longest = policy.period().compareTo(longest) > 0 ? policy.period() : longest;
      }
    }
    return longest;
  }

  /// How far back recommendations matter.
  public Duration longestWindow() {
    return up.window().compareTo(down.window()) > 0 ? up.window() : down.window();
  }

  /// Something that is measured, and what it should come to.
  public record Metric(Source source, Goal goal) {}

  /// Where the numbers come from.
  public sealed interface Source {
    /// As people call it: `cpu`, `memory of app`, `requests_per_second`.
    String name();

    /// What nodes measure of each pod.
    ///
    /// @param container the only one that counts; empty: all of the pod
    /// @param request what a pod, or that container, asks for; zero where one asks for nothing
    record Resource(Kind kind, Optional<String> container, long request) implements Source {
      @Override
      public String name() {
        return kind.word() + container.map(it -> " of " + it).orElse("");
      }
    }

    /// What a provider answers.
    ///
    /// @param scope of each pod, or of all together
    /// @param query provider and question, as JSON that the core does not open
    record Query(String name, Scope scope, Bytes query) implements Source {}
  }

  public enum Kind {
    CPU("cpu"),
    MEMORY("memory");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }

    /// How much of it that is.
    public long of(Resources amount) {
      return this == CPU ? amount.cpuMillis() : amount.memoryBytes();
    }
  }

  public enum Scope {
    /// A sample for each pod.
    PODS,
    /// Something outside, shared by all pods.
    EXTERNAL
  }

  /// What a metric should come to.
  public sealed interface Goal {
    /// A share of what the pods ask for.
    record Utilization(int percent) implements Goal {}

    /// The mean over the pods.
    record AverageValue(long amount) implements Goal {}

    /// The value itself.
    record Value(long amount) implements Goal {}
  }

  /// How one direction behaves.
  ///
  /// @param window of past recommendations, the most cautious of which holds
  /// @param tolerance what is off by no more is left alone, in millionths of the goal
  public record Rules(Duration window, Select select, List<Policy> policies, long tolerance) {
    public Rules {
      policies = List.copyOf(policies);
    }
  }

  /// Which of several policies holds.
  public enum Select {
    MAX,
    MIN,
    DISABLED
  }

  /// How much may change within a time.
  ///
  /// @param percent of the pods there were when that time began; false: pods
  public record Policy(boolean percent, int value, Duration period) {}
}
