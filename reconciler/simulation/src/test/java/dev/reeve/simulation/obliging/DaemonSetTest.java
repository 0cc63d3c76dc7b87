package dev.reeve.simulation.obliging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bound;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Taint;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.record.Phase;
import dev.reeve.core.state.Pod;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What Kubernetes documents of DaemonSets, and of updating them.
class DaemonSetTest {
  private static final ObjectKey LOGS = new ObjectKey("DaemonSet", "default", "logs");

  private final Sketch cluster = new Sketch().node("a", 1_000).node("b", 1_000).node("c", 1_000);

  private static Strategy rolling() {
    return new Strategy.EachNode(Bound.pods(0), Bound.pods(1), false);
  }

  private void settled() {
    cluster.workload(LOGS, 0, rolling(), "v1").push().pass(Duration.ofSeconds(5));
    assertThat(nodes("v1")).containsExactly("a", "b", "c");
  }

  private List<String> nodes(String release) {
    return cluster.state(LOGS).pods().stream()
        .filter(it -> !it.isStopping() && it.release().hash().equals(release))
        .map(Pod::node)
        .sorted()
        .toList();
  }

  private void startUnready() {
    cluster.world.starts(pod ->
        new PodReport(
            pod.uid(),
            pod.name(),
            pod.workload(),
            pod.release(),
            pod.commit(),
            pod.phase(),
            false,
            false,
            pod.ip(),
            pod.startedAt(),
            pod.containers(),
            "",
            ""));
  }

  @Test
  void allNodesRunACopyOfAPod() {
    settled();
    assertThat(cluster.state(LOGS).phase()).isEqualTo(Phase.HEALTHY);
    assertThat(cluster.world.root().unhealthy().isEmpty()).isTrue();
  }

  @Test
  void asNodesAreAddedPodsAreAddedToThem() {
    settled();

    cluster.node("d", 1_000).pass(Duration.ofSeconds(5));

    assertThat(nodes("v1")).containsExactly("a", "b", "c", "d");
    assertThat(cluster.state(LOGS).phase()).isEqualTo(Phase.HEALTHY);
  }

  @Test
  void aNodeThatIsSilentKeepsItsPodAndNobodyWaitsForIt() {
    settled();
    cluster.world.silence("b");
    cluster.pass(Duration.ofMinutes(5));

    assertThat(nodes("v1")).containsExactly("a", "b", "c");
    assertThat(cluster.state(LOGS).phase()).isEqualTo(Phase.HEALTHY);

    cluster.workload(LOGS, 0, rolling(), "v2").push().pass(Duration.ofSeconds(20));
    assertThat(nodes("v2")).containsExactly("a", "c");
    assertThat(cluster.state(LOGS).stable().orElseThrow().hash()).isEqualTo("v2");

    cluster.world.hear("b");
    cluster.pass(Duration.ofSeconds(20));
    assertThat(nodes("v2")).containsExactly("a", "b", "c");
  }

  @Test
  void aTaintThatIsNotToleratedKeepsPodsAwayAndTakesThem() {
    settled();

    cluster.tainted("b", new Taint("dedicated", "db", Taint.Effect.NO_EXECUTE)).push();
    cluster.pass(Duration.ofSeconds(5));

    assertThat(nodes("v1")).containsExactly("a", "c");
    assertThat(cluster.world.root().unhealthy().isEmpty()).isTrue();
  }

  @Test
  void cordonAndDrainLeaveItsPodsWhereTheyAre() {
    settled();

    cluster.drained("b").push().pass(Duration.ofSeconds(10));

    assertThat(nodes("v1")).containsExactly("a", "b", "c");
  }

  @Test
  void rollingUpdateReplacesAtMostMaxUnavailablePodsAtATime() {
    settled();
    startUnready();

    cluster.workload(LOGS, 0, rolling(), "v2").push().pass(Duration.ofSeconds(10));

    assertThat(nodes("v2")).hasSize(1);
    assertThat(nodes("v1")).hasSize(2);
  }

  @Test
  void withMaxSurgeTheNewPodIsReadyBeforeTheOldOneGoes() {
    settled();
    startUnready();
    var surging = new Strategy.EachNode(Bound.pods(1), Bound.pods(0), false);

    cluster.workload(LOGS, 0, surging, "v2").push().pass(Duration.ofSeconds(10));
    assertThat(nodes("v1")).containsExactly("a", "b", "c");
    assertThat(nodes("v2")).hasSize(1);

    cluster.world.starts(it -> it);
    cluster.workload(LOGS, 0, surging, "v3").push().pass(Duration.ofSeconds(20));
    assertThat(nodes("v3")).containsExactly("a", "b", "c");
    assertThat(cluster.pods(LOGS)).hasSize(3);
  }

  @Test
  void onDeleteCreatesNewPodsOnlyWhereOldOnesAreGone() {
    settled();
    var onDelete = new Strategy.EachNode(Bound.pods(0), Bound.pods(1), true);

    cluster.workload(LOGS, 0, onDelete, "v2").push().pass(Duration.ofSeconds(10));
    cluster.node("d", 1_000).pass(Duration.ofSeconds(5));

    assertThat(nodes("v1")).containsExactly("a", "b", "c");
    assertThat(nodes("v2")).containsExactly("d");
  }

  @Test
  void aReleaseThatDoesNotComeUpFailsAndTheOthersKeepTheirs() {
    settled();
    startUnready();
    cluster.workload(LOGS, 0, rolling(), "broken").push().pass(Duration.ofMinutes(11));

    assertThat(cluster.state(LOGS).phase()).isEqualTo(Phase.FAILED);
    assertThat(nodes("v1")).hasSize(2);

    cluster.world.starts(it -> it);
    cluster.node("d", 1_000).pass(Duration.ofSeconds(5));
    assertThat(nodes("v1")).hasSize(3).contains("d");
  }

  @Test
  void aNodeWithoutRoomIsSaidAndTheOthersHaveTheirs() {
    cluster.node("small", 50);

    cluster.workload(LOGS, 0, rolling(), "v1").push().pass(Duration.ofSeconds(5));

    assertThat(nodes("v1")).containsExactly("a", "b", "c");
    assertThat(cluster.unplaced())
        .containsExactly("logs: node small is not available: Insufficient cpu");
  }
}
