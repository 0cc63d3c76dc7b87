package dev.reeve.simulation.obliging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Budget;
import dev.reeve.core.model.Taint;
import dev.reeve.core.model.Toleration;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Pods that leave a node because the repository says so.
class LeavingTest {
  private static final Taint BATCH = new Taint("dedicated", "batch", Taint.Effect.NO_EXECUTE);

  private static Toleration tolerating(Optional<Duration> seconds) {
    return new Toleration(
        "dedicated", true, "batch", Optional.of(Taint.Effect.NO_EXECUTE), seconds);
  }

  @Test
  void aDrainedNodeIsEmptiedWhilePodsServe() {
    var cluster = new Sketch().node("a", 4_000).node("b", 4_000).node("c", 4_000);
    cluster.deployment("web", 3, 500, 0).push().settle();
    assertThat(cluster.nodesOf("web")).containsExactly("a", "b", "c");

    cluster.drained("b").push().settle();

    assertThat(cluster.nodesOf("web")).hasSize(3).doesNotContain("b");
    assertThat(cluster.recorded()).anyMatch(it -> it.matches("- web-.* on b"));
    assertThat(cluster.world.root().unhealthy().isEmpty()).isTrue();
  }

  @Test
  void aDrainWaitsForRoom() {
    var cluster = new Sketch().node("a", 1_000).node("b", 1_000);
    cluster.deployment("web", 2, 800, 0).push().settle();

    cluster.drained("b").push().settle();

    assertThat(cluster.nodesOf("web")).containsExactly("a", "b");
    assertThat(cluster.unplaced())
        .containsExactly(
            "web: 0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable");

    cluster.node("c", 1_000).settle();

    assertThat(cluster.nodesOf("web")).containsExactly("a", "c");
  }

  @Test
  void aDrainKeepsADisruptionBudget() {
    // Two of four may be missing by the strategy, and none by the budget, unless one more is there.
    var cluster = new Sketch().node("a", 4_000).node("b", 4_000);
    cluster.deployment("web", 4, 500, 0).budget("web", Budget.Kind.MIN_AVAILABLE, 4);
    cluster.push().settle();

    cluster.drained("a").push();

    // Nothing is ready yet that could take the place of another.
    assertThat(cluster.nodesOf("web").stream().filter(it -> it.equals("a"))).hasSizeLessThan(3);
    cluster.settle();
    assertThat(cluster.nodesOf("web")).containsOnly("b").hasSize(4);
  }

  @Test
  void aPodThatIsNotHeardIsNoneThatABudgetCountsOn() {
    // A fifth pod comes, and with it four are heard: as many as the budget wants.
    var cluster = new Sketch().node("a", 4_000).node("b", 4_000).node("c", 4_000).node("d", 4_000);
    cluster.deployment("web", 4, 500, 0).budget("web", Budget.Kind.MIN_AVAILABLE, 4);
    cluster.push().settle();
    cluster.world.silence("c");
    cluster.world.pass(Duration.ofSeconds(12), Duration.ofSeconds(1));

    cluster.drained("b").push();

    assertThat(cluster.nodesOf("web")).hasSize(5).contains("b", "c");
  }

  @Test
  void whatIsDrainedStaysEvenOverZones() {
    var cluster = new Sketch();
    cluster.node("a", 4_000, "z0").node("b", 4_000, "z0").node("c", 4_000, "z1");
    cluster.node("d", 4_000, "z1").node("e", 4_000, "z2").node("f", 4_000, "z2");
    cluster.deployment("web", 6, 500, 0).push().settle();

    cluster.drained("f").push().settle();

    assertThat(cluster.nodesOf("web")).containsExactly("a", "b", "c", "d", "e", "e");
  }

  @Test
  void whatIsScaledToNothingGoesFromADrainedNodeToo() {
    var cluster = new Sketch().node("a", 4_000).node("b", 4_000);
    cluster.deployment("web", 2, 500, 0).budget("web", Budget.Kind.MIN_AVAILABLE, 2);
    cluster.push().settle();

    cluster.drained("b").deployment("web", 0, 500, 0).push().settle();

    assertThat(cluster.nodesOf("web")).isEmpty();
  }

  @Test
  void aNodeThatIsNoLongerDrainedTakesPodsAgain() {
    var cluster = new Sketch().node("a", 4_000).node("b", 4_000);
    cluster.drained("a").deployment("web", 2, 500, 0).push().settle();
    assertThat(cluster.nodesOf("web")).containsExactly("b", "b");

    cluster.nodes.clear();
    cluster.deployment("web", 4, 500, 0).push().settle();

    assertThat(cluster.nodesOf("web")).containsExactly("a", "a", "b", "b");
  }

  @Test
  void podsThatDoNotTolerateATaintLeaveAtOnce() {
    var cluster = new Sketch().node("a", 4_000).node("b", 4_000);
    cluster.deployment("web", 2, 500, 0);
    cluster.deployment("batch", 2, 500, 0, tolerating(Optional.empty()));
    cluster.push().settle();

    cluster.tainted("a", BATCH).push().settle();

    assertThat(cluster.nodesOf("web")).containsExactly("b", "b");
    assertThat(cluster.nodesOf("batch")).containsExactly("a", "b");
  }

  @Test
  void podsThatTolerateATaintForAWhileLeaveThen() {
    var cluster = new Sketch().node("a", 4_000).node("b", 4_000);
    cluster.deployment("web", 2, 500, 0, tolerating(Optional.of(Duration.ofSeconds(60))));
    cluster.push().settle();

    cluster.tainted("a", BATCH).push();
    cluster.world.pass(Duration.ofSeconds(55), Duration.ofSeconds(5));
    assertThat(cluster.nodesOf("web")).containsExactly("a", "b");

    cluster.world.pass(Duration.ofSeconds(10), Duration.ofSeconds(5));
    assertThat(cluster.nodesOf("web")).containsExactly("b", "b");
  }
}
