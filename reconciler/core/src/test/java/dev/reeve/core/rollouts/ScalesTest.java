package dev.reeve.core.rollouts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Step;
import dev.reeve.core.model.Workload.Strategy.Stepwise;
import dev.reeve.core.model.Workload.Strategy.Stepwise.Style;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScalesTest {
  private static Stepwise rollout(Style style, int surge, Step... steps) {
    return new Stepwise(
        style,
        Bound.pods(surge),
        Bound.pods(1),
        List.of(steps),
        Optional.empty(),
        0,
        Bound.percent(100),
        Duration.ZERO,
        Optional.of(Duration.ZERO),
        1,
        0,
        true);
  }

  /// As Argo Rollouts counts: the nearest ratio, with one pod more in all where it may surge, and
  /// none of both without a pod.
  @ParameterizedTest(name = "{0} pods at {1}% with a surge of {2}: {3} and {4}")
  @CsvSource({
    "10, 10, 0, 1, 9",
    "10, 10, 1, 1, 9",
    "10, 5, 0, 1, 9",
    "10, 5, 1, 1, 10",
    "2, 75, 0, 1, 1",
    "10, 30, 0, 3, 7",
    "10, 99, 0, 9, 1",
    "10, 100, 0, 10, 0",
    "10, 0, 0, 0, 10",
    "3, 50, 0, 2, 1",
    "3, 50, 1, 2, 2",
    "4, 25, 1, 1, 3",
    "1, 5, 1, 1, 1",
    "1, 95, 1, 1, 1",
    "1, 50, 0, 1, 0",
    "5, 20, 0, 1, 4",
    "0, 50, 1, 0, 0"
  })
  void keepsAWeightByTheRatioOfPods(int replicas, int weight, int surge, int canary, int stable) {
    var rollout = rollout(Style.RATIO, surge, new Step.SetWeight(weight));

    assertThat(Scales.at(rollout, replicas, 0)).isEqualTo(new Split(canary, stable));
  }

  @Test
  void everySplitOfPodsIsWithinItsBounds() {
    for (int replicas = 1; replicas <= 40; replicas++) {
      for (int weight = 0; weight <= 100; weight++) {
        for (int surge = 0; surge <= 2; surge++) {
          var split =
              Scales.at(rollout(Style.RATIO, surge, new Step.SetWeight(weight)), replicas, 0);

          int total = split.target() + split.stable();
          assertThat(total).isBetween(replicas, replicas + Math.min(1, surge));
          if (weight > 0 && weight < 100 && total > 1) {
            assertThat(split.target()).as(replicas + " at " + weight).isPositive();
            assertThat(split.stable()).as(replicas + " at " + weight).isPositive();
          }
        }
      }
    }
  }

  @Test
  void aRoutedRolloutLeavesTheStablePodsAlone() {
    var rollout =
        rollout(
            Style.ROUTED,
            0,
            new Step.SetCanaryScale(new Step.Scale.Replicas(2)),
            new Step.SetWeight(30),
            new Step.SetCanaryScale(new Step.Scale.MatchTrafficWeight()),
            new Step.SetWeight(60));

    assertThat(Scales.at(rollout, 5, 0)).isEqualTo(new Split(2, 5));
    assertThat(Scales.at(rollout, 5, 1)).isEqualTo(new Split(2, 5));
    assertThat(Scales.at(rollout, 5, 2)).isEqualTo(new Split(2, 5));
    assertThat(Scales.at(rollout, 5, 3)).isEqualTo(new Split(3, 5));
    assertThat(Scales.at(rollout, 5, 4)).isEqualTo(new Split(5, 5));
  }

  @Test
  void aDynamicOneGivesTheStableReleaseWhatItsWeightNeeds() {
    var rollout = rollout(Style.ROUTED_DYNAMIC, 0, new Step.SetWeight(30));

    assertThat(Scales.at(rollout, 10, 0)).isEqualTo(new Split(3, 7));
    assertThat(Scales.at(rollout, 10, 1)).isEqualTo(new Split(10, 0));
  }

  @Test
  void theWeightIsThatOfTheLastStepThatSetOne() {
    var rollout =
        rollout(
            Style.RATIO,
            0,
            new Step.Pause(Optional.empty()),
            new Step.SetWeight(20),
            new Step.Pause(Optional.empty()),
            new Step.SetWeight(60));

    assertThat(List.of(0, 1, 2, 3, 4))
        .map(it -> Scales.weight(rollout, it))
        .containsExactly(0, 20, 20, 60, 100);
  }

  @Test
  void aThresholdLetsAStepGoOnWithFewerPods() {
    var rollout =
        rollout(
            Style.RATIO,
            0,
            new Step.SetWeight(20),
            new Step.SetProgressThreshold(Bound.percent(50)),
            new Step.SetWeight(60));

    assertThat(Scales.enough(rollout, 0, 4)).isEqualTo(4);
    assertThat(Scales.enough(rollout, 2, 5)).isEqualTo(3);
  }

  @Test
  void otherStepsAreAnotherPlan() {
    var one = rollout(Style.RATIO, 0, new Step.SetWeight(20));
    var other = rollout(Style.RATIO, 0, new Step.SetWeight(30));

    assertThat(Scales.plan(one)).isEqualTo(Scales.plan(one)).isNotEqualTo(Scales.plan(other));
  }
}
