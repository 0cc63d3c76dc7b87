package dev.reeve.simulation.obliging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bound;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.record.Phase;
import dev.reeve.core.state.Pod;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What Kubernetes documents of StatefulSets: identities, "Deployment and Scaling Guarantees", "Pod
/// Management Policies", "Update strategies"; and what Reeve promises of nodes that fall silent.
class StatefulSetTest {
  private static final ObjectKey DB = new ObjectKey("StatefulSet", "default", "db");

  private final Sketch cluster =
      new Sketch().node("a", 4_000).node("b", 4_000).node("c", 4_000).node("d", 4_000);

  private static Strategy ordered() {
    return new Strategy.Ordered(0, false, 0, Bound.pods(1), false);
  }

  private static Strategy parallel() {
    return new Strategy.Ordered(0, true, 0, Bound.pods(1), false);
  }

  private void settled(int replicas, Strategy strategy) {
    cluster.workload(DB, replicas, strategy, "v1").push().pass(Duration.ofSeconds(20));
    assertThat(cluster.pods(DB)).hasSize(replicas);
  }

  private void startUnready() {
    cluster.world.starts(it -> ready(it, false));
  }

  private static PodReport ready(PodReport pod, boolean isReady) {
    return new PodReport(
        pod.uid(),
        pod.name(),
        pod.workload(),
        pod.release(),
        pod.commit(),
        pod.phase(),
        isReady,
        pod.stopping(),
        pod.ip(),
        pod.startedAt(),
        pod.containers(),
        pod.reason(),
        pod.message());
  }

  private void makeReady(String pod) {
    cluster.world.change(pod, it -> ready(it, true));
    cluster.pass(Duration.ofSeconds(3));
  }

  private void makeUnready(String pod) {
    cluster.world.change(pod, it -> ready(it, false));
  }

  private String nodeOf(String pod) {
    return cluster.state(DB).pods().stream()
        .filter(it -> it.name().equals(pod))
        .map(Pod::node)
        .findFirst()
        .orElseThrow();
  }

  @Nested
  class DeploymentAndScalingGuarantees {
    @Test
    void podsAreCreatedSequentiallyInOrderFromZeroAndEachWaitsForTheOneBeforeItToBeReady() {
      startUnready();
      cluster.workload(DB, 3, ordered(), "v1").push().pass(Duration.ofSeconds(10));
      assertThat(cluster.pods(DB)).containsExactly("db-0@v1");

      makeReady("db-0");
      assertThat(cluster.pods(DB)).containsExactly("db-0@v1", "db-1@v1");

      makeReady("db-1");
      makeReady("db-2");
      assertThat(cluster.pods(DB)).containsExactly("db-0@v1", "db-1@v1", "db-2@v1");
      assertThat(cluster.state(DB).phase()).isEqualTo(Phase.HEALTHY);
    }

    @Test
    void ifAPodFailsLaterTheNextIsNotLaunchedUntilItIsReadyAgain() {
      startUnready();
      cluster.workload(DB, 3, ordered(), "v1").push().pass(Duration.ofSeconds(5));
      makeReady("db-0");
      makeUnready("db-0");
      makeReady("db-1");

      assertThat(cluster.pods(DB)).containsExactly("db-0@v1", "db-1@v1");
      makeReady("db-0");
      assertThat(cluster.pods(DB)).hasSize(3);
    }

    @Test
    void podsAreTerminatedInReverseOrder() {
      settled(4, ordered());

      cluster.workload(DB, 1, ordered(), "v1").push().pass(Duration.ofSeconds(20));

      assertThat(cluster.pods(DB)).containsExactly("db-0@v1");
      assertThat(
              cluster.recorded().stream()
                  .filter(it -> it.startsWith("- "))
                  .map(it -> it.substring(2, 6)))
          .containsExactly("db-3", "db-2", "db-1");
    }

    @Test
    void beforeAPodIsTerminatedAllOfItsPredecessorsMustBeReady() {
      settled(3, ordered());
      makeUnready("db-0");

      cluster.workload(DB, 1, ordered(), "v1").push().pass(Duration.ofSeconds(20));
      assertThat(cluster.pods(DB)).hasSize(3);

      makeReady("db-0");
      cluster.pass(Duration.ofSeconds(10));
      assertThat(cluster.pods(DB)).containsExactly("db-0@v1");
    }

    @Test
    void parallelPodManagementLaunchesAndTerminatesAllAtOnce() {
      startUnready();
      cluster.workload(DB, 3, parallel(), "v1").push().pass(Duration.ofSeconds(5));
      assertThat(cluster.pods(DB)).hasSize(3);

      cluster.workload(DB, 0, parallel(), "v1").push().pass(Duration.ofSeconds(5));
      assertThat(cluster.pods(DB)).isEmpty();
    }

    @Test
    void startOrdinalShiftsAllIdentities() {
      settled(2, new Strategy.Ordered(5, false, 0, Bound.pods(1), false));
      assertThat(cluster.pods(DB)).containsExactly("db-5@v1", "db-6@v1");
    }
  }

  @Nested
  class UpdateStrategies {
    @Test
    void rollingUpdatesGoFromTheLargestOrdinalToTheSmallestOneAtATime() {
      settled(3, ordered());
      startUnready();

      cluster.workload(DB, 3, ordered(), "v2").push().pass(Duration.ofSeconds(10));
      assertThat(cluster.pods(DB)).containsExactly("db-0@v1", "db-1@v1", "db-2@v2");

      makeReady("db-2");
      assertThat(cluster.pods(DB)).containsExactly("db-0@v1", "db-1@v2", "db-2@v2");
      makeReady("db-1");
      makeReady("db-0");
      assertThat(cluster.pods(DB)).containsExactly("db-0@v2", "db-1@v2", "db-2@v2");
      assertThat(cluster.state(DB).stable().orElseThrow().hash()).isEqualTo("v2");
    }

    @Test
    void podsWithAnOrdinalBelowThePartitionAreNotUpdatedAndAreRecreatedAtThePreviousVersion() {
      settled(3, ordered());
      var partitioned = new Strategy.Ordered(0, false, 2, Bound.pods(1), false);

      cluster.workload(DB, 3, partitioned, "v2").push().pass(Duration.ofSeconds(20));
      assertThat(cluster.pods(DB)).containsExactly("db-0@v1", "db-1@v1", "db-2@v2");
      assertThat(cluster.state(DB).phase()).isEqualTo(Phase.HEALTHY);
      assertThat(cluster.state(DB).stable().orElseThrow().hash()).isEqualTo("v1");

      cluster.drained(nodeOf("db-0")).push().pass(Duration.ofSeconds(20));
      assertThat(cluster.pods(DB)).containsExactly("db-0@v1", "db-1@v1", "db-2@v2");
      assertThat(cluster.state(DB).phase()).isEqualTo(Phase.HEALTHY);

      cluster.workload(DB, 3, ordered(), "v2").push().pass(Duration.ofSeconds(30));
      assertThat(cluster.pods(DB)).containsExactly("db-0@v2", "db-1@v2", "db-2@v2");
    }

    @Test
    void maxUnavailableUpdatesSeveralAtATime() {
      settled(4, parallel());
      startUnready();
      var two = new Strategy.Ordered(0, true, 0, Bound.pods(2), false);

      cluster.workload(DB, 4, two, "v2").push().pass(Duration.ofSeconds(10));

      assertThat(cluster.pods(DB)).containsExactly("db-0@v1", "db-1@v1", "db-2@v2", "db-3@v2");
    }

    @Test
    void onDeleteUpdatesPodsOnlyWhenTheyStartAnew() {
      settled(2, ordered());
      var onDelete = new Strategy.Ordered(0, false, 0, Bound.pods(1), true);

      cluster.workload(DB, 2, onDelete, "v2").push().pass(Duration.ofSeconds(20));
      assertThat(cluster.pods(DB)).containsExactly("db-0@v1", "db-1@v1");

      cluster.drained(nodeOf("db-1")).push().pass(Duration.ofSeconds(20));
      assertThat(cluster.pods(DB)).containsExactly("db-0@v1", "db-1@v2");
    }

    @Test
    void aReleaseThatDoesNotComeUpNeverHoldsUpTheOneThatMendsIt() {
      // Kubernetes asks for a hand here ("Forced rollback"); the newest commit wins.
      settled(3, ordered());
      startUnready();
      cluster.workload(DB, 3, ordered(), "broken").push().pass(Duration.ofSeconds(10));
      assertThat(cluster.pods(DB)).contains("db-2@broken");
      cluster.world.starts(it -> it);

      cluster.workload(DB, 3, ordered(), "v3").push().pass(Duration.ofSeconds(20));

      assertThat(cluster.pods(DB)).containsExactly("db-0@v3", "db-1@v3", "db-2@v3");
    }

    @Test
    void aFailedReleaseIsPausedAndWhatWasNotUpdatedKeepsTheStableOne() {
      settled(3, ordered());
      startUnready();
      cluster.workload(DB, 3, ordered(), "broken").push().pass(Duration.ofMinutes(11));
      assertThat(cluster.state(DB).phase()).isEqualTo(Phase.FAILED);
      assertThat(cluster.pods(DB)).containsExactly("db-0@v1", "db-1@v1", "db-2@broken");
      cluster.world.starts(it -> it);

      cluster.drained(nodeOf("db-1")).push().pass(Duration.ofSeconds(20));

      assertThat(cluster.pods(DB)).containsExactly("db-0@v1", "db-1@v1", "db-2@broken");
    }

    @Test
    void aFailedReleaseGoesBackWhereThatIsAskedFor() {
      settled(3, ordered());
      startUnready();
      cluster
          .workload(DB, 3, ordered(), "broken", Workload.OnFailure.ROLLBACK)
          .push()
          .pass(Duration.ofMinutes(9));
      cluster.world.starts(it -> it);

      cluster.pass(Duration.ofMinutes(2));

      assertThat(cluster.pods(DB)).containsExactly("db-0@v1", "db-1@v1", "db-2@v1");
    }
  }

  @Nested
  class AtMostOneOfEachIdentity {
    @Test
    void aPodOfASilentNodeIsNotReplacedHoweverLongItLasts() {
      settled(2, ordered());
      var node = nodeOf("db-1");

      cluster.world.silence(node);
      cluster.pass(Duration.ofHours(1));

      assertThat(nodeOf("db-1")).isEqualTo(node);
      assertThat(cluster.world.podsOn(node)).hasSize(1);
      assertThat(cluster.state(DB).pods().size()).isEqualTo(2);
    }

    @Test
    void itIsTakenUpAsItIsWhenTheNodeIsBack() {
      settled(2, ordered());
      var node = nodeOf("db-1");
      var uid = cluster.world.podsOn(node).getFirst().uid();
      cluster.world.silence(node);
      cluster.pass(Duration.ofMinutes(5));

      cluster.world.hear(node);
      cluster.pass(Duration.ofSeconds(5));

      assertThat(cluster.world.podsOn(node).getFirst().uid()).isEqualTo(uid);
      assertThat(cluster.state(DB).phase()).isEqualTo(Phase.HEALTHY);
    }

    @Test
    void aControlPlaneThatStartsAnewKnowsFromTheRecordWhereItMayRun() {
      settled(2, ordered());
      var node = nodeOf("db-1");
      var uid = cluster.world.podsOn(node).getFirst().uid();
      cluster.world.silence(node);

      cluster.restart().pass(Duration.ofMinutes(30));
      assertThat(nodeOf("db-1")).isEqualTo(node);
      assertThat(cluster.state(DB).pods().size()).isEqualTo(2);

      cluster.world.hear(node);
      cluster.pass(Duration.ofSeconds(10));
      assertThat(cluster.world.podsOn(node).getFirst().uid()).isEqualTo(uid);
      assertThat(cluster.state(DB).phase()).isEqualTo(Phase.HEALTHY);
    }

    @Test
    void prunedAndWrittenAgainWhileItsNodeIsSilentItIsStillNotDoubled() {
      settled(2, ordered());
      var node = nodeOf("db-1");
      cluster.world.silence(node);
      cluster.pass(Duration.ofMinutes(1));

      cluster.without(DB).push().pass(Duration.ofMinutes(1));
      cluster.restart().pass(Duration.ofMinutes(1));
      cluster.workload(DB, 2, ordered(), "v1").push().pass(Duration.ofMinutes(1));

      var running =
          Stream.of("a", "b", "c", "d")
              .flatMap(it -> cluster.world.podsOn(it).stream())
              .map(PodReport::name)
              .toList();
      assertThat(running).doesNotHaveDuplicates().contains("db-0", "db-1");
    }

    @Test
    void aNodeThatAPersonStatesToBeOffGivesItsNumbersUpAndStopsThemShouldItComeBack() {
      settled(2, ordered());
      var node = nodeOf("db-1");
      cluster.fence(node);
      assertThat(cluster.recorded()).anyMatch(it -> it.endsWith("ignored: the node is heard"));
      cluster.world.silence(node);
      cluster.pass(Duration.ofMinutes(1));

      cluster.fence(node).pass(Duration.ofSeconds(10));

      assertThat(nodeOf("db-1")).isNotEqualTo(node);
      assertThat(cluster.world.podsOn(nodeOf("db-1"))).hasSize(1);
      cluster.world.hear(node);
      cluster.pass(Duration.ofSeconds(5));
      assertThat(cluster.world.podsOn(node)).noneMatch(it -> it.name().equals("db-1"));
    }

    @Test
    void whereAPodIsStandsInTheRecordBeforeItsNodeIsTold() {
      cluster.push().pass(Duration.ofSeconds(2)).push();

      cluster.workload(DB, 1, ordered(), "v1").push();

      // The commit before was recorded less than a second ago, and this waits its turn.
      assertThat(cluster.pods(DB)).hasSize(1);
      assertThat(cluster.world.podsOn(nodeOf("db-0"))).isEmpty();

      cluster.pass(Duration.ofSeconds(2));
      assertThat(cluster.world.podsOn(nodeOf("db-0"))).hasSize(1);
    }
  }
}
