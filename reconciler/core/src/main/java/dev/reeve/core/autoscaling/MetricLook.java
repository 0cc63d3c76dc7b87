package dev.reeve.core.autoscaling;

import dev.reeve.core.autoscaling.Proposal.Level;
import dev.reeve.core.autoscaling.Reading.Sample;
import dev.reeve.core.autoscaling.ScalingView.PodView;
import dev.reeve.core.autoscaling.ScalingView.State;
import dev.reeve.core.model.Autoscaler.Goal;
import dev.reeve.core.model.Autoscaler.Kind;
import dev.reeve.core.model.Autoscaler.Metric;
import dev.reeve.core.model.Autoscaler.Scope;
import dev.reeve.core.model.Autoscaler.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/// How many pods one metric asks for.
final class MetricLook {
  /// So long a pod may still be starting, and use CPU for that alone.
  private static final Duration STARTING = Duration.ofMinutes(5);

  private final ScalingView view;
  private final Metric metric;

  MetricLook(ScalingView view, Metric metric) {
    this.view = view;
    this.metric = metric;
  }

  Proposal proposal() {
    return switch (metric.source()) {
      case Source.Resource it -> ofResource(it);
      case Source.Query it -> ofQuery(it);
    };
  }

  private Proposal unreadable(String reason, String message) {
    return new Proposal.Unreadable(metric, reason, metric.source().name() + ": " + message);
  }

  // --- what nodes measure

  private Proposal ofResource(Source.Resource source) {
    if (metric.goal() instanceof Goal.Utilization && source.request() == 0) {
      return unreadable(
          "FailedGetResourceMetric",
          source
              .container()
              .map(it -> "container " + it + " has no request of it")
              .orElse("a container has no request of it"));
    }
    var values = new TreeMap<String, Long>();
    for (PodView pod : view.pods()) {
      pod.measured()
          .flatMap(it -> it.of(source.kind(), source.container()))
          .ifPresent(it -> values.put(pod.name(), it));
    }
    return ofPods(values, source.kind() == Kind.CPU, "FailedGetResourceMetric");
  }

  private long request(PodView pod) {
    return switch (metric.source()) {
      case Source.Resource it when it.container().isEmpty() ->
          pod.requests().map(it.kind()::of).filter(amount -> amount > 0).orElse(it.request());
      case Source.Resource it -> it.request();
      case Source.Query _ -> 0;
    };
  }

  // --- what providers answer

  private Proposal ofQuery(Source.Query source) {
    var failure = source.scope() == Scope.PODS ? "FailedGetPodsMetric" : "FailedGetExternalMetric";
    var reading =
        Optional.ofNullable(view.readings().get(source.name()))
            .orElseGet(() -> new Reading.Unreadable("it was not asked for yet"));
    return switch (reading) {
      case Reading.Unreadable(var why) -> unreadable(failure, why);
      case Reading.Samples(var samples) when samples.isEmpty() ->
          unreadable(failure, "the query gives nothing");
      case Reading.Samples(var samples) when source.scope() == Scope.PODS ->
          ofPods(samples, failure);
      case Reading.Samples(var samples) -> external(samples);
    };
  }

  private Proposal ofPods(List<Sample> samples, String failure) {
    var values = new TreeMap<String, Long>();
    for (Sample sample : samples) {
      if (sample.pod().isEmpty()) {
        return unreadable(failure, "each sample of the query must have the label pod");
      }
      values.merge(sample.pod(), sample.value(), Sums::plus);
    }
    return ofPods(values, false, failure);
  }

  /// A value of its own is weighed by the pods that are ready; one for each pod says how many.
  private Proposal external(List<Sample> samples) {
    long sum = 0;
    for (Sample sample : samples) {
      sum = Sums.plus(sum, sample.value());
    }
    int current = view.current();
    if (metric.goal() instanceof Goal.AverageValue(var amount)) {
      boolean isClose = isWithin(Ratio.of(sum, Sums.times(amount, current)));
      return new Proposal.Replicas(
          metric,
          isClose ? current : Ratio.of(sum, amount).times(1),
          new Level(OptionalInt.empty(), Math.ceilDiv(sum, (long) current)));
    }
    var ratio = Ratio.of(sum, metric.goal() instanceof Goal.Value(var amount) ? amount : 1);
    int ready = 0;
    for (PodView pod : view.pods()) {
      ready += pod.state() == State.RUNNING && pod.readySince().isPresent() ? 1 : 0;
    }
    return new Proposal.Replicas(
        metric,
        isWithin(ratio) ? current : ratio.times(ready),
        new Level(OptionalInt.empty(), sum));
  }

  // --- values of pods

  /// Pods by what their value is worth.
  private record Groups(
      SortedMap<String, PodView> counted, List<PodView> unready, List<PodView> missing) {}

  /// Pods that go count for nothing; of those that are starting the CPU they need for that is not
  /// held against anyone.
  private Groups groups(SortedMap<String, Long> values, boolean isCpu) {
    var groups = new Groups(new TreeMap<>(), new ArrayList<>(), new ArrayList<>());
    for (PodView pod : view.pods()) {
      switch (pod.state()) {
        case LEAVING -> {}
        case PENDING -> groups.unready().add(pod);
        case RUNNING -> {
          if (!values.containsKey(pod.name())) {
            groups.missing().add(pod);
          } else if (isCpu && isStarting(pod)) {
            groups.unready().add(pod);
          } else {
            groups.counted().put(pod.name(), pod);
          }
        }
      }
    }
    return groups;
  }

  /// Within its first minutes: not ready, or not ready for as long as was measured. Later: never
  /// ready yet.
  private boolean isStarting(PodView pod) {
    if (pod.startedAt().plus(STARTING).isAfter(view.now())) {
      var measured = pod.measured().orElseThrow();
      return pod.readySince()
          .map(it -> measured.at().isBefore(it.plus(measured.window())))
          .orElse(true);
    }
    return pod.readySince().isEmpty() && !pod.measured().map(Measured::wasReady).orElse(false);
  }

  private Proposal ofPods(SortedMap<String, Long> all, boolean isCpu, String failure) {
    if (view.pods().isEmpty()) {
      return unreadable(failure, "there are no pods");
    }
    var groups = groups(all, isCpu);
    var pods = new TreeMap<>(groups.counted());
    var values = new TreeMap<String, Long>();
    pods.keySet().forEach(name -> values.put(name, all.getOrDefault(name, 0L)));
    if (values.isEmpty()) {
      return unreadable(failure, "nothing is measured of its pods yet");
    }
    var level = level(values, pods);
    var ratio = ratio(level);
    boolean countsUnready = !groups.unready().isEmpty() && ratio.isAboveOne();
    int current = view.current();
    if (!countsUnready && groups.missing().isEmpty()) {
      return new Proposal.Replicas(
          metric, isWithin(ratio) ? current : ratio.times(values.size()), level);
    }
    for (PodView pod : groups.missing()) {
      // The cautious guess in either direction.
      if (ratio.isBelowOne()) {
        assume(pod, atGoal(pod), values, pods);
      } else if (ratio.isAboveOne()) {
        assume(pod, 0, values, pods);
      }
    }
    if (countsUnready) {
      groups.unready().forEach(pod -> assume(pod, 0, values, pods));
    }
    var cautious = ratio(level(values, pods));
    boolean turns =
        ratio.isBelowOne() && cautious.isAboveOne() || ratio.isAboveOne() && cautious.isBelowOne();
    if (isWithin(cautious) || turns) {
      return new Proposal.Replicas(metric, current, level);
    }
    int replicas = cautious.times(values.size());
    boolean isBackwards =
        cautious.isBelowOne() && replicas > current || cautious.isAboveOne() && replicas < current;
    return new Proposal.Replicas(metric, isBackwards ? current : replicas, level);
  }

  private static void assume(
      PodView pod, long value, Map<String, Long> values, Map<String, PodView> pods) {
    values.put(pod.name(), value);
    pods.put(pod.name(), pod);
  }

  /// As if it did just what it should; where a share is the goal, all that it asked for.
  private long atGoal(PodView pod) {
    return switch (metric.goal()) {
      case Goal.Utilization(var percent) -> Sums.times(request(pod), Math.max(100, percent)) / 100;
      case Goal.AverageValue(var amount) -> amount;
      case Goal.Value(var amount) -> amount;
    };
  }

  private Level level(SortedMap<String, Long> values, SortedMap<String, PodView> pods) {
    long sum = 0;
    for (long value : values.values()) {
      sum = Sums.plus(sum, value);
    }
    long mean = sum / values.size();
    if (!(metric.goal() instanceof Goal.Utilization)) {
      return new Level(OptionalInt.empty(), mean);
    }
    long requests = 0;
    for (PodView pod : pods.values()) {
      requests = Sums.plus(requests, request(pod));
    }
    long percent = Sums.times(Math.max(0, sum), 100) / Math.max(1, requests);
    return new Level(OptionalInt.of((int) Math.min(Integer.MAX_VALUE, percent)), mean);
  }

  private Ratio ratio(Level level) {
    return switch (metric.goal()) {
      case Goal.Utilization(var percent) -> Ratio.of(level.percent().orElseThrow(), percent);
      case Goal.AverageValue(var amount) -> Ratio.of(level.amount(), amount);
      case Goal.Value(var amount) -> Ratio.of(level.amount(), amount);
    };
  }

  private boolean isWithin(Ratio ratio) {
    return ratio.isWithin(view.rules().up().tolerance(), view.rules().down().tolerance());
  }
}
