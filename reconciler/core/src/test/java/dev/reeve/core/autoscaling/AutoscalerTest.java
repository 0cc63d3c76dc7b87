package dev.reeve.core.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.autoscaling.Outcome.Condition;
import dev.reeve.core.autoscaling.Reading.Sample;
import dev.reeve.core.autoscaling.ScalingView.PodView;
import dev.reeve.core.autoscaling.ScalingView.Recommendation;
import dev.reeve.core.autoscaling.ScalingView.State;
import dev.reeve.core.model.Autoscaler;
import dev.reeve.core.model.Autoscaler.Goal;
import dev.reeve.core.model.Autoscaler.Kind;
import dev.reeve.core.model.Autoscaler.Metric;
import dev.reeve.core.model.Autoscaler.Policy;
import dev.reeve.core.model.Autoscaler.Rules;
import dev.reeve.core.model.Autoscaler.Scope;
import dev.reeve.core.model.Autoscaler.Select;
import dev.reeve.core.model.Autoscaler.Source;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.NodeUsage.ContainerUsage;
import dev.reeve.core.record.Scaling;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What Kubernetes documents of its HorizontalPodAutoscaler: "Algorithm details", "Support for
/// multiple metrics", "Configurable scaling behavior".
class AutoscalerTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant LONG_AGO = NOW.minus(Duration.ofHours(1));
  private static final Duration WINDOW = Duration.ofSeconds(15);
  private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);
  private static final long TENTH = 100_000;
  private static final Policy DOUBLE = new Policy(true, 100, WINDOW);
  private static final Rules UP =
      new Rules(Duration.ZERO, Select.MAX, List.of(new Policy(false, 4, WINDOW), DOUBLE), TENTH);
  private static final Rules DOWN = new Rules(FIVE_MINUTES, Select.MAX, List.of(DOUBLE), TENTH);
  private static final Rules DOWN_AT_ONCE =
      new Rules(Duration.ZERO, Select.MAX, List.of(DOUBLE), TENTH);

  private static final Metric CPU_60 =
      new Metric(new Source.Resource(Kind.CPU, Optional.empty(), 100), new Goal.Utilization(60));
  private static final Metric CPU_100M =
      new Metric(new Source.Resource(Kind.CPU, Optional.empty(), 0), new Goal.AverageValue(100));

  private final List<PodView> pods = new ArrayList<>();
  private final SortedMap<String, Reading> readings = new TreeMap<>();
  private List<Recommendation> recommendations =
      List.of(new Recommendation(NOW.minus(FIVE_MINUTES), 1));
  private List<Scaling> scalings = List.of();
  private int min = 1;
  private int max = 100;
  private Rules up = UP;
  private Rules down = DOWN_AT_ONCE;

  private Outcome look(int current, Metric... metrics) {
    var key = new ObjectKey("HorizontalPodAutoscaler", "default", "web");
    var target = new ObjectKey("Deployment", "default", "web");
    return Autoscaling.look(
        new ScalingView(
            new Autoscaler(key, target, min, max, List.of(metrics), up, down),
            NOW,
            current,
            pods,
            readings,
            recommendations,
            scalings));
  }

  private AutoscalerTest pods(int count, long cpu) {
    IntStream.range(0, count).forEach(_ -> ready(cpu));
    return this;
  }

  private void ready(long cpu) {
    pod(State.RUNNING, LONG_AGO, Optional.of(LONG_AGO), Optional.of(measured(cpu, true)));
  }

  private void missing() {
    pod(State.RUNNING, LONG_AGO, Optional.of(LONG_AGO), Optional.empty());
  }

  private void pod(
      State state, Instant startedAt, Optional<Instant> readySince, Optional<Measured> measured) {
    var name = "web-" + pods.size();
    pods.add(new PodView(name, state, startedAt, readySince, Optional.empty(), measured));
  }

  private static Measured measured(long cpu, boolean wasReady) {
    return new Measured(
        NOW.minusSeconds(5), WINDOW, List.of(new ContainerUsage("app", cpu, 64 << 20)), wasReady);
  }

  private static Condition condition(Outcome outcome, String type) {
    return outcome.conditions().stream()
        .filter(it -> it.type().equals(type))
        .findFirst()
        .orElseThrow();
  }

  private static Metric external(String name, Goal goal) {
    return new Metric(new Source.Query(name, Scope.EXTERNAL, Bytes.utf8("{}")), goal);
  }

  private static Metric ofPods(String name, long average) {
    return new Metric(
        new Source.Query(name, Scope.PODS, Bytes.utf8("{}")), new Goal.AverageValue(average));
  }

  private void reads(String name, Sample... samples) {
    readings.put(name, new Reading.Samples(List.of(samples)));
  }

  @Nested
  class TheAlgorithm {
    @Test
    void aMetricOf200mWhereWantedIs100mDoublesTheNumberOfReplicas() {
      assertThat(pods(1, 200).look(1, CPU_100M).desired()).isEqualTo(2);
    }

    @Test
    void aMetricOf50mWhereWantedIs100mHalvesIt() {
      assertThat(pods(4, 50).look(4, CPU_100M).desired()).isEqualTo(2);
    }

    @Test
    void theResultIsRoundedUp() {
      // 3 pods at 90% of 60%: 4.5.
      var outcome = pods(3, 90).look(3, CPU_60);

      assertThat(outcome.desired()).isEqualTo(5);
      assertThat(outcome.why()).isEqualTo("cpu 90% of 60%");
    }

    @Test
    void whatRoundsToNothingMoreIsNoMore() {
      // Exactly 11, where a float would make 12 of 11.000000000000002.
      assertThat(pods(10, 110).look(10, metricOf(100, 90_000)).desired()).isEqualTo(11);
    }

    private Metric metricOf(long average, long tolerance) {
      up = new Rules(Duration.ZERO, Select.MAX, List.of(DOUBLE), tolerance);
      return new Metric(
          new Source.Resource(Kind.CPU, Optional.empty(), 0), new Goal.AverageValue(average));
    }

    @Test
    void withinTheToleranceOfATenthNothingIsDone() {
      assertThat(pods(10, 66).look(10, CPU_60).desired()).isEqualTo(10);
      pods.clear();
      assertThat(pods(10, 54).look(10, CPU_60).desired()).isEqualTo(10);
      pods.clear();
      assertThat(pods(10, 67).look(10, CPU_60).desired()).isEqualTo(12);
      pods.clear();
      assertThat(pods(10, 53).look(10, CPU_60).desired()).isEqualTo(9);
    }

    @Test
    void theToleranceOfEachDirectionIsItsOwn() {
      up = new Rules(Duration.ZERO, Select.MAX, List.of(DOUBLE), 0);
      down = new Rules(Duration.ZERO, Select.MAX, List.of(DOUBLE), 500_000);

      assertThat(pods(10, 61).look(10, CPU_60).desired()).isEqualTo(11);
      pods.clear();
      assertThat(pods(10, 31).look(10, CPU_60).desired()).isEqualTo(10);
      pods.clear();
      assertThat(pods(10, 29).look(10, CPU_60).desired()).isEqualTo(5);
    }

    @Test
    void podsThatGoAndThatHaveFailedAreDiscarded() {
      pods(2, 60);
      pod(State.LEAVING, LONG_AGO, Optional.empty(), Optional.of(measured(1000, true)));

      assertThat(look(2, CPU_60).desired()).isEqualTo(2);
    }

    @Test
    void memoryIsMeasuredInBytes() {
      var memory =
          new Metric(
              new Source.Resource(Kind.MEMORY, Optional.empty(), 0),
              new Goal.AverageValue(32 << 20));

      var outcome = pods(2, 0).look(2, memory);

      assertThat(outcome.desired()).isEqualTo(4);
      assertThat(outcome.why()).isEqualTo("memory 64Mi of 32Mi");
    }

    @Test
    void ofOneContainerOnlyThatCounts() {
      var both =
          new Measured(
              NOW,
              WINDOW,
              List.of(new ContainerUsage("app", 120, 0), new ContainerUsage("proxy", 900, 0)),
              true);
      pod(State.RUNNING, LONG_AGO, Optional.of(LONG_AGO), Optional.of(both));
      var app =
          new Metric(
              new Source.Resource(Kind.CPU, Optional.of("app"), 100), new Goal.Utilization(60));

      var outcome = look(1, app);

      assertThat(outcome.desired()).isEqualTo(2);
      assertThat(outcome.why()).isEqualTo("cpu of app 120% of 60%");
    }

    @Test
    void aContainerWithoutARequestHasNoUtilization() {
      var metric =
          new Metric(new Source.Resource(Kind.CPU, Optional.empty(), 0), new Goal.Utilization(60));

      var outcome = pods(2, 500).look(2, metric);

      assertThat(outcome.desired()).isEqualTo(2);
      assertThat(condition(outcome, "ScalingActive"))
          .isEqualTo(
              new Condition(
                  "ScalingActive",
                  false,
                  "FailedGetResourceMetric",
                  "cpu: a container has no request of it"));
    }
  }

  @Nested
  class PodsWithoutMetrics {
    @Test
    void onTheWayDownTheyAreTakenToUseAllThatTheyAskFor() {
      // 3 at 10% and one unknown at 100%: (30 + 100) / 4 = 32% of 60%, times 4: 3, not 1.
      pods(3, 10);
      missing();

      assertThat(look(4, CPU_60).desired()).isEqualTo(3);
    }

    @Test
    void onTheWayDownOfAnAverageValueTheyAreTakenToUseJustThat() {
      pods(3, 10);
      missing();

      // (30 + 100) / 4 = 32 of 100, times 4.
      assertThat(look(4, CPU_100M).desired()).isEqualTo(2);
    }

    @Test
    void onTheWayUpTheyAreTakenToUseNothing() {
      // 2 at 120% and two unknown at 0%: 60% of 60%.
      pods(2, 120);
      missing();
      missing();

      assertThat(look(4, CPU_60).desired()).isEqualTo(4);
    }

    @Test
    void theyDampenAndDoNotTurn() {
      // 90% of 60% is up; with two at nothing it is 45% of 60%, which would be down.
      pods(2, 90);
      missing();
      missing();

      assertThat(look(4, CPU_60).desired()).isEqualTo(4);
    }

    @Test
    void aRatioOfTheCautiousKindStillScalesUp() {
      pods(3, 200);
      missing();

      // 600 / 4 = 150% of 60%, times 4.
      up = new Rules(Duration.ZERO, Select.MAX, List.of(new Policy(false, 50, WINDOW)), TENTH);
      assertThat(look(4, CPU_60).desired()).isEqualTo(10);
    }

    @Test
    void whereNothingIsMeasuredItIsHeld() {
      missing();
      missing();

      var outcome = look(2, CPU_60);

      assertThat(outcome.desired()).isEqualTo(2);
      assertThat(condition(outcome, "ScalingActive").reason()).isEqualTo("FailedGetResourceMetric");
    }
  }

  @Nested
  class PodsThatAreNotReady {
    private final Instant lately = NOW.minusSeconds(60);

    @Test
    void onTheWayUpTheyCountAsUsingNothing() {
      pods(2, 120);
      pod(State.PENDING, lately, Optional.empty(), Optional.empty());
      pod(State.PENDING, lately, Optional.empty(), Optional.empty());

      assertThat(look(4, CPU_60).desired()).isEqualTo(4);
    }

    @Test
    void onTheWayDownTheyCountForNothing() {
      pods(4, 15);
      pod(State.PENDING, lately, Optional.empty(), Optional.empty());

      // 4 * 15 / 60.
      assertThat(look(5, CPU_60).desired()).isEqualTo(1);
    }

    @Test
    void theCpuOfAPodThatIsStartingIsNotHeldAgainstIt() {
      pods(2, 60);
      pod(State.RUNNING, lately, Optional.empty(), Optional.of(measured(1000, false)));

      assertThat(look(3, CPU_60).desired()).isEqualTo(3);
    }

    @Test
    void norIsWhatWasMeasuredInPartBeforeItWasReady() {
      pods(2, 60);
      var readySince = Optional.of(NOW.minusSeconds(10));
      pod(State.RUNNING, lately, readySince, Optional.of(measured(1000, true)));

      assertThat(look(3, CPU_60).desired()).isEqualTo(3);
    }

    @Test
    void onceAWindowWasMeasuredSinceItWasReadyItCounts() {
      pods(2, 60);
      var readySince = Optional.of(NOW.minusSeconds(20));
      pod(State.RUNNING, lately, readySince, Optional.of(measured(240, true)));

      assertThat(look(3, CPU_60).desired()).isEqualTo(6);
    }

    @Test
    void afterFiveMinutesOneThatWasNeverReadyStillDoesNotCount() {
      pods(2, 60);
      pod(State.RUNNING, LONG_AGO, Optional.empty(), Optional.of(measured(1000, false)));

      assertThat(look(3, CPU_60).desired()).isEqualTo(3);
    }

    @Test
    void afterFiveMinutesOneThatWasReadyOnceCountsWhateverItIsNow() {
      pods(2, 60);
      pod(State.RUNNING, LONG_AGO, Optional.empty(), Optional.of(measured(240, true)));

      assertThat(look(3, CPU_60).desired()).isEqualTo(6);
    }

    @Test
    void ofOtherMetricsThanCpuItDoesNotMatter() {
      pod(State.RUNNING, lately, Optional.empty(), Optional.of(measured(0, false)));
      var memory =
          new Metric(
              new Source.Resource(Kind.MEMORY, Optional.empty(), 0),
              new Goal.AverageValue(32 << 20));

      assertThat(look(1, memory).desired()).isEqualTo(2);
    }
  }

  @Nested
  class SeveralMetrics {
    @Test
    void theLargestCounts() {
      reads("queue", new Sample("", 90_000));

      var outcome = pods(3, 60).look(3, CPU_60, external("queue", new Goal.AverageValue(10_000)));

      assertThat(outcome.desired()).isEqualTo(7);
      assertThat(outcome.why()).isEqualTo("queue 30 of 10");
    }

    @Test
    void oneThatCannotBeReadKeepsTheOthersFromScalingDown() {
      readings.put("queue", new Reading.Unreadable("connection refused"));

      var outcome = pods(4, 15).look(4, CPU_60, external("queue", new Goal.AverageValue(10_000)));

      assertThat(outcome.desired()).isEqualTo(4);
      assertThat(condition(outcome, "ScalingActive"))
          .isEqualTo(
              new Condition(
                  "ScalingActive", false, "FailedGetExternalMetric", "queue: connection refused"));
    }

    @Test
    void butNotFromScalingUp() {
      readings.put("queue", new Reading.Unreadable("connection refused"));

      var outcome = pods(4, 120).look(4, CPU_60, external("queue", new Goal.AverageValue(10_000)));

      assertThat(outcome.desired()).isEqualTo(8);
      assertThat(condition(outcome, "ScalingActive").is()).isTrue();
    }

    @Test
    void whereNoneCanBeReadItIsHeld() {
      var outcome = look(4, CPU_60, external("queue", new Goal.AverageValue(10_000)));

      assertThat(outcome.desired()).isEqualTo(4);
      assertThat(outcome.why()).isEmpty();
    }

    @Test
    void goingDownTellsOfAll() {
      reads("queue", new Sample("", 10_000));

      var outcome = pods(4, 15).look(4, CPU_60, external("queue", new Goal.AverageValue(10_000)));

      assertThat(outcome.desired()).isEqualTo(1);
      assertThat(outcome.why()).isEqualTo("cpu 15% of 60%, queue 2.5 of 10");
    }
  }

  @Nested
  class Queries {
    @Test
    void anExternalValueIsWeighedByThePodsThatAreReady() {
      pods(3, 0);
      pod(State.RUNNING, LONG_AGO, Optional.empty(), Optional.empty());
      reads("queue", new Sample("", 150_000), new Sample("", 50_000));

      // 200 of 100, times 3.
      assertThat(look(4, external("queue", new Goal.Value(100_000))).desired()).isEqualTo(6);
    }

    @Test
    void anAverageValueSaysHowManyPodsThereAreToBe() {
      pods(2, 0);
      reads("queue", new Sample("", 41_000));

      assertThat(look(2, external("queue", new Goal.AverageValue(10_000))).desired()).isEqualTo(5);
    }

    @Test
    void aMetricOfPodsHasASampleForEach() {
      pods(2, 0);
      reads("requests", new Sample("web-0", 30_000), new Sample("web-1", 10_000));

      assertThat(look(2, ofPods("requests", 10_000)).desired()).isEqualTo(4);
    }

    @Test
    void aPodWithoutASampleIsMissing() {
      pods(2, 0);
      reads("requests", new Sample("web-0", 2_000));

      // (2 + 10) / 2 of 10, times 2.
      assertThat(look(2, ofPods("requests", 10_000)).desired()).isEqualTo(2);
    }

    @Test
    void aSampleMustSayWhosePodItIs() {
      pods(2, 0);
      reads("requests", new Sample("", 30_000));

      var outcome = look(2, ofPods("requests", 10_000));

      assertThat(condition(outcome, "ScalingActive").message())
          .isEqualTo("requests: each sample of the query must have the label pod");
    }

    @Test
    void aQueryThatGivesNothingCannotBeRead() {
      pods(2, 0);
      reads("queue");

      var outcome = look(2, external("queue", new Goal.Value(100_000)));

      assertThat(outcome.desired()).isEqualTo(2);
      assertThat(condition(outcome, "ScalingActive").is()).isFalse();
    }
  }

  @Nested
  class Bounds {
    @Test
    void moreThanMaxReplicasIsSetToThatWithoutAskingMetrics() {
      max = 5;

      var outcome = look(9, CPU_60);

      assertThat(outcome.desired()).isEqualTo(5);
      assertThat(outcome.why()).isEqualTo("more than maxReplicas");
    }

    @Test
    void fewerThanMinReplicasIsSetToThat() {
      min = 4;

      assertThat(look(1, CPU_60).desired()).isEqualTo(4);
    }

    @Test
    void whatMetricsAskForIsBetweenThem() {
      max = 5;
      min = 3;

      assertThat(pods(4, 600).look(4, CPU_60).desired()).isEqualTo(5);
      assertThat(condition(look(4, CPU_60), "ScalingLimited").reason())
          .isEqualTo("TooManyReplicas");
      pods.clear();
      assertThat(pods(4, 1).look(4, CPU_60).desired()).isEqualTo(3);
      assertThat(condition(look(4, CPU_60), "ScalingLimited").reason()).isEqualTo("TooFewReplicas");
    }
  }

  @Nested
  class StabilizationWindows {
    @Test
    void downTheHighestOfTheLastFiveMinutesHolds() {
      down = DOWN;
      recommendations =
          List.of(
              new Recommendation(NOW.minusSeconds(301), 10),
              new Recommendation(NOW.minusSeconds(200), 6),
              new Recommendation(NOW.minusSeconds(100), 3));

      var outcome = pods(8, 15).look(8, CPU_60);

      assertThat(outcome.desired()).isEqualTo(6);
      assertThat(condition(outcome, "AbleToScale").reason()).isEqualTo("ScaleDownStabilized");
    }

    @Test
    void upTheLowestHoldsWhereAWindowIsSet() {
      up = new Rules(Duration.ofMinutes(1), Select.MAX, List.of(DOUBLE), TENTH);
      recommendations =
          List.of(
              new Recommendation(NOW.minusSeconds(61), 2),
              new Recommendation(NOW.minusSeconds(30), 5));

      var outcome = pods(4, 120).look(4, CPU_60);

      assertThat(outcome.desired()).isEqualTo(5);
      assertThat(condition(outcome, "AbleToScale").reason()).isEqualTo("ScaleUpStabilized");
    }

    @Test
    void whoeverBeginsToLookTakesWhatIsThereForWhatWasAskedFor() {
      down = DOWN;
      recommendations = List.of();

      var outcome = pods(4, 15).look(4, CPU_60);

      assertThat(outcome.desired()).isEqualTo(4);
      assertThat(outcome.recommendations())
          .containsExactly(new Recommendation(NOW, 4), new Recommendation(NOW, 1));
    }

    @Test
    void whatNoWindowReachesIsForgotten() {
      down = DOWN;
      recommendations =
          List.of(
              new Recommendation(NOW.minusSeconds(300), 9),
              new Recommendation(NOW.minusSeconds(299), 2));

      assertThat(pods(2, 60).look(2, CPU_60).recommendations())
          .containsExactly(
              new Recommendation(NOW.minusSeconds(299), 2), new Recommendation(NOW, 2));
    }
  }

  @Nested
  class Policies {
    private static Rules with(Select select, Policy... policies) {
      return new Rules(Duration.ZERO, select, List.of(policies), TENTH);
    }

    @Test
    void byDefaultFourPodsOrAllOfThemMayComeEvery15Seconds() {
      assertThat(pods(1, 6000).look(1, CPU_60).desired()).isEqualTo(5);
      pods.clear();
      assertThat(pods(10, 6000).look(10, CPU_60).desired()).isEqualTo(20);
      assertThat(condition(look(10, CPU_60), "ScalingLimited").reason()).isEqualTo("ScaleUpLimit");
    }

    @Test
    void theExampleOfFourPodsOrTenPercentAMinute() {
      down =
          with(
              Select.MAX,
              new Policy(false, 4, Duration.ofMinutes(1)),
              new Policy(true, 10, Duration.ofMinutes(1)));

      // 80 pods: 10% are 8; 72: 7.2, which is 8 again; at 40 and below it is 4.
      assertThat(pods(80, 1).look(80, CPU_60).desired()).isEqualTo(72);
      pods.clear();
      assertThat(pods(72, 1).look(72, CPU_60).desired()).isEqualTo(64);
      pods.clear();
      assertThat(pods(30, 1).look(30, CPU_60).desired()).isEqualTo(26);
    }

    @Test
    void minTakesTheSlowestOfThem() {
      down =
          with(
              Select.MIN,
              new Policy(false, 5, Duration.ofMinutes(1)),
              new Policy(true, 10, Duration.ofMinutes(1)));

      assertThat(pods(80, 1).look(80, CPU_60).desired()).isEqualTo(75);
      pods.clear();
      assertThat(pods(20, 1).look(20, CPU_60).desired()).isEqualTo(18);
    }

    @Test
    void disabledTurnsADirectionOff() {
      down = with(Select.DISABLED, DOUBLE);

      assertThat(pods(8, 1).look(8, CPU_60).desired()).isEqualTo(8);
      pods.clear();
      assertThat(pods(8, 120).look(8, CPU_60).desired()).isEqualTo(16);
    }

    @Test
    void whatCameWithinThePeriodCounts() {
      up = with(Select.MAX, new Policy(false, 5, Duration.ofMinutes(1)));
      scalings =
          List.of(new Scaling(NOW.minusSeconds(90), 2), new Scaling(NOW.minusSeconds(30), 4));

      assertThat(pods(10, 600).look(10, CPU_60).desired()).isEqualTo(11);
    }

    @Test
    void whatWentWithinThePeriodMayComeBack() {
      up = with(Select.MAX, new Policy(false, 1, Duration.ofMinutes(1)));
      scalings = List.of(new Scaling(NOW.minusSeconds(30), -3));

      assertThat(pods(10, 600).look(10, CPU_60).desired()).isEqualTo(14);
    }

    @Test
    void onceAllOfThePeriodIsUsedUpItWaits() {
      down = with(Select.MAX, new Policy(false, 2, Duration.ofMinutes(10)));
      scalings = List.of(new Scaling(NOW.minusSeconds(300), -2));

      assertThat(pods(8, 1).look(8, CPU_60).desired()).isEqualTo(8);
    }

    @Test
    void aShareOfFewPodsIsRoundedSoThatSomethingMoves() {
      up = with(Select.MAX, new Policy(true, 10, Duration.ofMinutes(1)));
      down = with(Select.MAX, new Policy(true, 10, Duration.ofMinutes(1)));

      assertThat(pods(2, 600).look(2, CPU_60).desired()).isEqualTo(3);
      pods.clear();
      assertThat(pods(2, 1).look(2, CPU_60).desired()).isEqualTo(1);
    }
  }

  @Test
  void numbersTooLargeForALongDoNotOverflow() {
    var memory =
        new Metric(
            new Source.Resource(Kind.MEMORY, Optional.empty(), 0), new Goal.AverageValue(1L << 44));
    var huge = new Measured(NOW, WINDOW, List.of(new ContainerUsage("app", 0, 3L << 44)), true);
    max = 1_000_000;
    up = new Rules(Duration.ZERO, Select.MAX, List.of(new Policy(true, 1000, WINDOW)), TENTH);
    IntStream.range(0, 10_000)
        .forEach(_ -> pod(State.RUNNING, LONG_AGO, Optional.of(LONG_AGO), Optional.of(huge)));

    assertThat(look(10_000, memory).desired()).isEqualTo(30_000);
    reads("queue", new Sample("", Long.MAX_VALUE), new Sample("", Long.MAX_VALUE));
    assertThat(look(10_000, external("queue", new Goal.Value(1))).desired()).isEqualTo(110_000);
  }
}
