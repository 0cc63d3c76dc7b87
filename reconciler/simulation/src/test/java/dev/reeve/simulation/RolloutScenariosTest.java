package dev.reeve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.Event;
import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.Command;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Step;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.model.Workload.Strategy.Stepwise;
import dev.reeve.core.record.Phase;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.WorkloadState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Situations of a rollout, one after the other, in a world where nothing else goes wrong.
class RolloutScenariosTest {
  private static final ObjectKey WEB = new ObjectKey("Rollout", "default", "web");
  private static final ObjectKey DB = new ObjectKey("Deployment", "default", "db");
  private static final ObjectKey OLD = new ObjectKey("Deployment", "default", "old");
  private static final Step UNTIL_PROMOTED = new Step.Pause(Optional.empty());

  private final ObligingCluster cluster = new ObligingCluster("local");
  private int commits;

  private Stepwise steps(Step... steps) {
    return new Stepwise(
        Stepwise.Style.RATIO,
        Bound.percent(25),
        Bound.pods(0),
        List.of(steps),
        Optional.empty(),
        0,
        Bound.percent(100),
        Duration.ZERO,
        Optional.of(Duration.ZERO),
        1,
        1,
        true);
  }

  private Workload workload(ObjectKey key, String release, Strategy strategy) {
    var template =
        new PodTemplate(
            release,
            new Resources(10, 1 << 20),
            Constraints.NONE,
            List.of(),
            Optional.empty(),
            true,
            List.of("app"),
            Bytes.utf8(release));
    return new Workload(
        key,
        5,
        strategy,
        Duration.ZERO,
        Duration.ofSeconds(60),
        false,
        Workload.OnFailure.ROLLBACK,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        new Release(release, "c" + commits, template, List.of()));
  }

  private Workload after(Workload workload, ObjectKey other) {
    return beside(workload, List.of(other), Optional.empty());
  }

  private Workload yielding(Workload workload, ObjectKey rollout) {
    return beside(workload, List.of(), Optional.of(rollout));
  }

  private static Workload beside(
      Workload workload, List<ObjectKey> after, Optional<ObjectKey> yieldsTo) {
    return new Workload(
        workload.key(),
        workload.replicas(),
        workload.strategy(),
        workload.minReady(),
        workload.progressDeadline(),
        workload.paused(),
        workload.onFailure(),
        after,
        workload.restartAt(),
        yieldsTo,
        workload.release());
  }

  private static Strategy rolling() {
    return new Strategy.RollingUpdate(Bound.pods(1), Bound.pods(0));
  }

  private DesiredState state(Workload... workloads) {
    commits++;
    var objects = new TreeMap<ObjectKey, DesiredObject>();
    for (Workload each : workloads) {
      objects.put(
          each.key(),
          new DesiredObject(
              each.key(),
              "content" + commits,
              DesiredObject.Prune.WITH_ITS_TEXT,
              Optional.of(each)));
    }
    return new DesiredState(
        "c" + commits,
        "change",
        "A <a@example.com>",
        ClusterSettings.defaults("local"),
        objects,
        List.of());
  }

  private void push(Workload... workloads) {
    cluster.push(state(workloads));
    cluster.pass(Duration.ofSeconds(10));
  }

  private WorkloadState at(ObjectKey key) {
    return cluster.root().workloads().get(key).orElseThrow();
  }

  private long pods(ObjectKey key, String release) {
    long count = 0;
    for (Pod pod : at(key).pods().values()) {
      count += pod.release().hash().equals(release) ? 1 : 0;
    }
    return count;
  }

  private Command command(Command.Verb verb, String release) {
    return new Command(
        verb, WEB, release, new Command.Reach.Next(), "c" + commits, "A <a@example.com>");
  }

  @BeforeEach
  void start() {
    cluster.pass(Duration.ofSeconds(5));
  }

  @Test
  void aStepAtAWeightOfAHundredIsReached() {
    push(workload(WEB, "one", steps(new Step.SetWeight(100), UNTIL_PROMOTED)));

    push(workload(WEB, "two", steps(new Step.SetWeight(100), UNTIL_PROMOTED)));

    assertThat(at(WEB).phase()).isEqualTo(Phase.PAUSED);
    assertThat(pods(WEB, "two")).isEqualTo(5);
    assertThat(pods(WEB, "one")).as("stays until the promotion is recorded").isEqualTo(1);
  }

  @Test
  void aPromotionThatComesWithOtherStepsIsIgnoredAndItsCommitTaken() {
    push(workload(WEB, "one", steps()));
    push(workload(WEB, "two", steps(new Step.SetWeight(20), UNTIL_PROMOTED)));

    var shorter = state(workload(WEB, "two", steps(UNTIL_PROMOTED)));
    cluster.step(
        new Event.DesiredChanged(
            shorter, List.of(), List.of(command(Command.Verb.PROMOTE, "two")), List.of()));
    cluster.pass(Duration.ofSeconds(5));

    assertThat(cluster.root().accepted().map(DesiredState::commit)).contains(shorter.commit());
    assertThat(cluster.subjects()).anyMatch(it -> it.contains("its steps have changed"));
    assertThat(at(WEB).stepping().orElseThrow().progress().count()).isEqualTo(1);
  }

  @Test
  void aPauseMayBeLongerThanTheDeadlineForProgress() {
    push(workload(WEB, "one", steps()));
    push(workload(WEB, "two", steps(new Step.SetWeight(20), UNTIL_PROMOTED)));
    cluster.pass(Duration.ofMinutes(20));

    cluster.unready("two");
    cluster.pass(Duration.ofSeconds(30));
    assertThat(at(WEB).failed()).isEmpty();

    cluster.pass(Duration.ofSeconds(60));
    assertThat(at(WEB).failed()).containsExactly("two");
  }

  @Test
  void aDeploymentThatHasYieldedStaysAwayInTheNextCanary() {
    var steps = steps(new Step.SetWeight(20), UNTIL_PROMOTED);
    push(workload(WEB, "one", steps), yielding(workload(OLD, "one", rolling()), WEB));
    assertThat(at(OLD).pods().isEmpty()).isTrue();

    push(workload(WEB, "two", steps), yielding(workload(OLD, "two", rolling()), WEB));

    assertThat(at(WEB).phase()).isEqualTo(Phase.PAUSED);
    assertThat(at(OLD).pods().isEmpty()).isTrue();
  }

  @Test
  void whatHasFailedGoesBackAlsoWhileTheNextReleaseHasToWait() {
    var steps = steps(new Step.SetWeight(20), UNTIL_PROMOTED);
    push(workload(WEB, "one", steps), workload(DB, "db1", rolling()));
    push(workload(WEB, "two", steps), workload(DB, "db1", rolling()));
    cluster.unready("db2");
    push(after(workload(WEB, "three", steps), DB), workload(DB, "db2", rolling()));
    assertThat(at(WEB).current().map(Release::hash)).contains("two");

    cluster.step(new Event.Commanded("c9", List.of(command(Command.Verb.ABORT, "two"))));
    cluster.pass(Duration.ofSeconds(10));

    assertThat(at(WEB).current().map(Release::hash)).contains("one");
    assertThat(pods(WEB, "one")).isEqualTo(5);
    assertThat(pods(WEB, "two")).isZero();
  }

  @Test
  void aReleaseThatWasStableLatelyNeedsNoSteps() {
    var steps = steps(new Step.SetWeight(20), UNTIL_PROMOTED);
    push(workload(WEB, "one", steps));
    push(workload(WEB, "two", steps));
    cluster.step(new Event.Commanded("c9", List.of(command(Command.Verb.PROMOTE, "two"))));
    cluster.pass(Duration.ofSeconds(10));
    assertThat(at(WEB).stable().map(Release::hash)).contains("two");

    push(workload(WEB, "one", steps));

    assertThat(at(WEB).stable().map(Release::hash)).contains("one");
    assertThat(at(WEB).phase()).isEqualTo(Phase.HEALTHY);
  }

  @Test
  void aCommandForAReleaseThatIsNotInFlightIsRecordedAsIgnored() {
    push(workload(WEB, "one", steps()));

    cluster.step(new Event.Commanded("c9", List.of(command(Command.Verb.PROMOTE, "zero"))));
    cluster.pass(Duration.ofSeconds(5));

    assertThat(cluster.subjects())
        .anyMatch(it -> it.contains("ignored: release zero is not in flight"));
    assertThat(cluster.root().commands()).isEqualTo("c9");
  }

  @Test
  void anAbortedReleaseIsTriedAgainWhenSomebodySaysSo() {
    var steps = steps(new Step.SetWeight(20), UNTIL_PROMOTED);
    push(workload(WEB, "one", steps));
    push(workload(WEB, "two", steps));
    cluster.step(new Event.Commanded("c8", List.of(command(Command.Verb.ABORT, "two"))));
    cluster.pass(Duration.ofSeconds(10));
    assertThat(at(WEB).current().map(Release::hash)).contains("one");

    cluster.step(new Event.Commanded("c9", List.of(command(Command.Verb.RETRY, "two"))));
    cluster.pass(Duration.ofSeconds(10));

    assertThat(at(WEB).phase()).isEqualTo(Phase.PAUSED);
    assertThat(pods(WEB, "two")).isEqualTo(1);
  }
}
