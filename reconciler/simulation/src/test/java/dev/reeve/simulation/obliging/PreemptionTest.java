package dev.reeve.simulation.obliging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Budget;
import org.junit.jupiter.api.Test;

/// Pods that make way for more important ones: Kubernetes' page "Pod Priority and Preemption".
class PreemptionTest {
  @Test
  void aPodOfHigherPriorityTakesThePlaceOfALowerOne() {
    var cluster = new Sketch().node("a", 1_000).node("b", 1_000);
    cluster.deployment("low", 2, 800, 0).push().settle();

    cluster.deployment("high", 1, 800, 1_000).push().settle();

    assertThat(cluster.nodesOf("high")).hasSize(1);
    assertThat(cluster.nodesOf("low"))
        .hasSize(1)
        .doesNotContainAnyElementsOf(cluster.nodesOf("high"));
    assertThat(cluster.unplaced())
        .containsExactly("low: 0/2 nodes are available: 2 Insufficient cpu");
    assertThat(cluster.recorded())
        .anyMatch(it ->
            it.equals("Preempted default/low: 1 of its pods make way for Deployment/default/high"));
  }

  @Test
  void podsOfTheSamePriorityDoNotMakeWay() {
    var cluster = new Sketch().node("a", 1_000);
    cluster.deployment("first", 1, 800, 1_000).push().settle();

    cluster.deployment("second", 1, 800, 1_000).push().settle();

    assertThat(cluster.nodesOf("first")).containsExactly("a");
    assertThat(cluster.nodesOf("second")).isEmpty();
  }

  @Test
  void whereTheLeastHarmIsDone() {
    // On either node one pod would have to go.
    var cluster = new Sketch().node("a", 1_000).node("b", 1_000);
    cluster.deployment("middle", 1, 800, 500).push().settle();
    cluster.deployment("low", 1, 800, 100).push().settle();
    var low = cluster.nodesOf("low");

    cluster.deployment("high", 1, 800, 1_000).push().settle();

    assertThat(cluster.nodesOf("high")).isEqualTo(low);
    assertThat(cluster.nodesOf("middle")).hasSize(1);
    assertThat(cluster.nodesOf("low")).isEmpty();
  }

  @Test
  void noMorePodsGoThanHaveTo() {
    var cluster = new Sketch().node("a", 1_000);
    cluster.deployment("low", 4, 200, 0).push().settle();

    cluster.deployment("high", 1, 500, 1_000).push().settle();

    assertThat(cluster.nodesOf("high")).containsExactly("a");
    assertThat(cluster.nodesOf("low")).hasSize(2);
  }

  @Test
  void whatADisruptionBudgetProtectsStays() {
    var cluster = new Sketch().node("a", 1_000);
    cluster.deployment("low", 1, 800, 0).budget("low", Budget.Kind.MIN_AVAILABLE, 1);
    cluster.push().settle();

    cluster.deployment("high", 1, 800, 1_000).push().settle();

    assertThat(cluster.nodesOf("low")).containsExactly("a");
    assertThat(cluster.unplaced())
        .containsExactly("high: 0/1 nodes are available: 1 Insufficient cpu");
  }

  @Test
  void aNodeIsNeverToldOfMoreThanItHasRoomFor() {
    var cluster = new Sketch().node("a", 1_000).node("b", 1_000).node("c", 1_000);
    cluster.deployment("low", 6, 400, 0).push().settle();

    cluster.deployment("high", 3, 700, 1_000).push();
    cluster.settle();

    assertThat(cluster.nodesOf("high")).containsExactly("a", "b", "c");
    cluster
        .world
        .root()
        .nodes()
        .forEach((name, node) -> {
          assertThat(node.requested().cpuMillis()).isLessThanOrEqualTo(1_000);
          assertThat(node.withheld().isEmpty()).isTrue();
        });
  }
}
