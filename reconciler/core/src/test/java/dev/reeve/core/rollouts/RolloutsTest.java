package dev.reeve.core.rollouts;

import static dev.reeve.core.rollouts.RolloutView.Standing.AVAILABLE;
import static dev.reeve.core.rollouts.RolloutView.Standing.STOPPING;
import static dev.reeve.core.rollouts.RolloutView.Standing.UNAVAILABLE;
import static dev.reeve.core.rollouts.RolloutView.Standing.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.rollouts.RolloutView.PodView;
import dev.reeve.core.rollouts.RolloutView.Standing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RolloutsTest {
  private static final Strategy DEFAULT =
      new Strategy.RollingUpdate(Bound.percent(25), Bound.percent(25));

  /// Old pods are numbered from 1, pods of the target from 101.
  private static List<PodView> old(Standing... standings) {
    return pods(1, standings);
  }

  private static List<PodView> target(Standing... standings) {
    return pods(101, standings);
  }

  private static List<PodView> pods(long first, Standing... standings) {
    var pods = new ArrayList<PodView>();
    for (Standing standing : standings) {
      pods.add(new PodView(first + pods.size(), standing));
    }
    return pods;
  }

  /// Where the target takes the place of everything else.
  private static RolloutView replacing(
      int replicas, boolean promoted, boolean held, List<PodView> target, List<PodView> old) {
    return new RolloutView(
        replicas,
        Split.whole(replicas),
        promoted,
        held,
        target,
        List.of(),
        old,
        RolloutView.Leaving.NONE);
  }

  private static RolloutPlan plan(
      Strategy strategy, int replicas, boolean promoted, List<PodView> target, List<PodView> old) {
    return Rollouts.plan(strategy, replacing(replicas, promoted, false, target, old));
  }

  @Nested
  class RollingUpdate {
    @Test
    void startsAllReplicasOfAFirstRelease() {
      assertThat(plan(DEFAULT, 3, false, target(), old()))
          .isEqualTo(new RolloutPlan(3, 0, List.of()));
    }

    @Test
    void startsOneMoreBeforeItStopsAny() {
      var plan = plan(DEFAULT, 3, false, target(), old(AVAILABLE, AVAILABLE, AVAILABLE));

      assertThat(plan).isEqualTo(new RolloutPlan(1, 0, List.of()));
    }

    @Test
    void waitsForTheNewPodToBeAvailable() {
      var plan = plan(DEFAULT, 3, false, target(UNAVAILABLE), old(AVAILABLE, AVAILABLE, AVAILABLE));

      assertThat(plan).isEqualTo(new RolloutPlan(0, 0, List.of()));
    }

    @Test
    void stopsTheNewestOldPodForEachThatIsAvailable() {
      var plan = plan(DEFAULT, 3, false, target(AVAILABLE), old(AVAILABLE, AVAILABLE, AVAILABLE));

      assertThat(plan).isEqualTo(new RolloutPlan(0, 0, List.of(3L)));
    }

    @Test
    void countsAPodUntilItIsGone() {
      var plan = plan(DEFAULT, 3, false, target(AVAILABLE), old(AVAILABLE, AVAILABLE, STOPPING));

      assertThat(plan).isEqualTo(new RolloutPlan(0, 0, List.of()));
    }

    @Test
    void keepsTheLastOldPodUntilThePromotionIsRecorded() {
      var there = target(AVAILABLE, AVAILABLE, AVAILABLE);

      assertThat(plan(DEFAULT, 3, false, there, old(AVAILABLE)).stop()).isEmpty();
      assertThat(plan(DEFAULT, 3, true, there, old(AVAILABLE)).stop()).containsExactly(1L);
    }

    @Test
    void makesRoomFirstWhereThereIsNoSurge() {
      var strategy = new Strategy.RollingUpdate(Bound.pods(0), Bound.pods(1));

      assertThat(plan(strategy, 1, false, target(), old(AVAILABLE)))
          .isEqualTo(new RolloutPlan(0, 0, List.of(1L)));
    }

    @Test
    void stopsOldPodsThatServeNobodyBeforeThoseThatDo() {
      var strategy = new Strategy.RollingUpdate(Bound.pods(1), Bound.pods(1));

      var plan = plan(strategy, 3, false, target(), old(AVAILABLE, UNAVAILABLE, AVAILABLE));

      assertThat(plan).isEqualTo(new RolloutPlan(1, 0, List.of(2L)));
    }

    @Test
    void stopsNothingOnANodeThatIsNotHeard() {
      var strategy = new Strategy.RollingUpdate(Bound.pods(1), Bound.pods(1));

      var plan = plan(strategy, 3, false, target(), old(AVAILABLE, UNREACHABLE, AVAILABLE));

      assertThat(plan).isEqualTo(new RolloutPlan(1, 0, List.of()));
    }

    @Test
    void mayMissOneWhereBothBoundsRoundToNothing() {
      var strategy = new Strategy.RollingUpdate(Bound.percent(0), Bound.percent(10));

      assertThat(plan(strategy, 3, false, target(), old(AVAILABLE, AVAILABLE, AVAILABLE)).stop())
          .containsExactly(3L);
    }

    @Test
    void scalesDownByTheNewestThatServesNobody() {
      var plan =
          plan(DEFAULT, 2, true, target(AVAILABLE, UNAVAILABLE, AVAILABLE, AVAILABLE), old());

      assertThat(plan).isEqualTo(new RolloutPlan(0, 0, List.of(102L, 104L)));
    }

    @Test
    void aPodThatServesNobodyLeavesItsNodeThoughTheOthersServeNobodyEither() {
      var bounds = new Strategy.RollingUpdate(Bound.pods(0), Bound.pods(1));
      var leaving = new RolloutView.Leaving(pods(51, UNAVAILABLE), List.of());

      var plan =
          Rollouts.plan(
              bounds,
              new RolloutView(
                  3,
                  Split.whole(3),
                  false,
                  false,
                  target(UNAVAILABLE, UNAVAILABLE),
                  List.of(),
                  List.of(),
                  leaving));

      assertThat(plan).isEqualTo(new RolloutPlan(0, 0, List.of(51L)));
    }

    @Test
    void startsNothingOfAHeldRelease() {
      var view = replacing(3, false, true, target(), old(AVAILABLE, AVAILABLE, AVAILABLE));

      assertThat(Rollouts.plan(DEFAULT, view)).isEqualTo(new RolloutPlan(0, 0, List.of()));
    }
  }

  @Nested
  class TowardASplit {
    private final Strategy bounds = new Strategy.RollingUpdate(Bound.pods(1), Bound.pods(0));

    private RolloutPlan plan(
        Split split, List<PodView> target, List<PodView> stable, List<PodView> old) {
      return Rollouts.plan(
          bounds,
          new RolloutView(4, split, false, false, target, stable, old, RolloutView.Leaving.NONE));
    }

    @Test
    void startsTheCanaryBesideTheStablePods() {
      var plan =
          plan(
              new Split(1, 3),
              target(),
              old(AVAILABLE, AVAILABLE, AVAILABLE, AVAILABLE),
              List.of());

      assertThat(plan).isEqualTo(new RolloutPlan(1, 0, List.of()));
    }

    @Test
    void stopsNoMoreStablePodsThanTheCanaryReplaces() {
      var plan =
          plan(
              new Split(1, 3),
              target(AVAILABLE),
              old(AVAILABLE, AVAILABLE, AVAILABLE, AVAILABLE),
              List.of());

      assertThat(plan).isEqualTo(new RolloutPlan(0, 0, List.of(4L)));
    }

    @Test
    void replacesALostStablePodBeforeItStartsACanary() {
      var plan = plan(new Split(1, 3), target(), old(AVAILABLE, AVAILABLE), List.of());

      assertThat(plan).isEqualTo(new RolloutPlan(1, 1, List.of()));
    }

    @Test
    void takesWhatIsOfNeitherReleaseFirst() {
      var plan =
          plan(
              new Split(1, 3),
              target(AVAILABLE),
              old(AVAILABLE, AVAILABLE, AVAILABLE),
              pods(51, AVAILABLE));

      assertThat(plan).isEqualTo(new RolloutPlan(0, 0, List.of(51L)));
    }

    @Test
    void aStablePodLeavesItsNodeOnlyWhenAnotherStableOneIsThere() {
      var split = new Split(4, 4);
      var canary = target(AVAILABLE, AVAILABLE, AVAILABLE, AVAILABLE);
      var leaving = new RolloutView.Leaving(List.of(), pods(51, AVAILABLE));

      var before = leaving(split, canary, old(AVAILABLE, AVAILABLE, AVAILABLE), leaving);
      var after = leaving(split, canary, old(AVAILABLE, AVAILABLE, AVAILABLE, AVAILABLE), leaving);

      assertThat(before.stop()).isEmpty();
      assertThat(after).isEqualTo(new RolloutPlan(0, 0, List.of(51L)));
    }

    @Test
    void stablePodsThatLeaveDoNotTakeTheRoomOfTheCanary() {
      var all = pods(51, AVAILABLE, AVAILABLE, AVAILABLE, AVAILABLE);

      var plan = leaving(new Split(4, 4), target(), old(), new RolloutView.Leaving(List.of(), all));

      assertThat(plan).isEqualTo(new RolloutPlan(3, 1, List.of()));
    }

    private RolloutPlan leaving(
        Split split, List<PodView> target, List<PodView> stable, RolloutView.Leaving leaving) {
      return Rollouts.plan(
          bounds, new RolloutView(4, split, false, false, target, stable, List.of(), leaving));
    }

    @Test
    void goesBeyondTheSurgeWhereTheSplitAsksForIt() {
      var plan =
          plan(
              new Split(4, 4),
              target(),
              old(AVAILABLE, AVAILABLE, AVAILABLE, AVAILABLE),
              List.of());

      assertThat(plan).isEqualTo(new RolloutPlan(4, 0, List.of()));
    }
  }

  @Nested
  class Recreate {
    private final Strategy recreate = new Strategy.Recreate();

    @Test
    void stopsAllThatIsOldAndStartsNothingYet() {
      assertThat(plan(recreate, 2, false, target(), old(AVAILABLE, AVAILABLE)))
          .isEqualTo(new RolloutPlan(0, 0, List.of(1L, 2L)));
    }

    @Test
    void startsWhenTheLastOldPodIsGone() {
      assertThat(plan(recreate, 2, false, target(), old(STOPPING)).start()).isZero();
      assertThat(plan(recreate, 2, false, target(), old()).start()).isEqualTo(2);
    }
  }
}
