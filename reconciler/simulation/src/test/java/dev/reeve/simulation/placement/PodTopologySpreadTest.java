package dev.reeve.simulation.placement;

import static dev.reeve.simulation.placement.TestPod.evenly;
import static dev.reeve.simulation.placement.TestPod.exists;
import static dev.reeve.simulation.placement.TestPod.pod;
import static dev.reeve.simulation.placement.TestPod.requires;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Constraints.Spread;
import dev.reeve.core.model.Selector.Operator;
import dev.reeve.core.model.Taint;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What Kubernetes' page "Pod Topology Spread Constraints" says, example by example.
class PodTopologySpreadTest {
  private static final Taint RESERVED = new Taint("reserved", "", Taint.Effect.NO_SCHEDULE);

  private final SmallCluster cluster = new SmallCluster();

  /// Of the group that is spread, without a wish.
  private static TestPod bar() {
    return pod("mypod", "foo=bar");
  }

  private static Spread byZone(int maxSkew) {
    return evenly(maxSkew, "zone", "foo=bar");
  }

  private static Spread byNode(int maxSkew) {
    return evenly(maxSkew, "node", "foo=bar");
  }

  private static Spread anyway(Spread it) {
    return new Spread(
        it.maxSkew(),
        it.minDomains(),
        false,
        it.pods(),
        it.topologyKey(),
        it.honorsAffinity(),
        it.honorsTaints(),
        it.ofRelease());
  }

  private static Spread atLeast(int domains, Spread it) {
    return new Spread(
        it.maxSkew(),
        domains,
        it.required(),
        it.pods(),
        it.topologyKey(),
        it.honorsAffinity(),
        it.honorsTaints(),
        it.ofRelease());
  }

  private static Spread over(Spread it, boolean honorsAffinity, boolean honorsTaints) {
    return new Spread(
        it.maxSkew(),
        it.minDomains(),
        it.required(),
        it.pods(),
        it.topologyKey(),
        honorsAffinity,
        honorsTaints,
        it.ofRelease());
  }

  private void fourNodes() {
    cluster
        .node("node1", "node=node1,zone=zoneA")
        .node("node2", "node=node2,zone=zoneA")
        .node("node3", "node=node3,zone=zoneB")
        .node("node4", "node=node4,zone=zoneB");
  }

  @Nested
  class OneConstraint {
    private void threePods() {
      fourNodes();
      cluster.running(bar(), "node1", "node2", "node3");
    }

    @Test
    void onlyZoneBKeepsTheSkew() {
      threePods();

      assertThat(cluster.nodesFor(bar().spread(byZone(1)))).containsExactly("node3", "node4");
    }

    @Test
    void aLargerSkewAllowsZoneAToo() {
      threePods();

      assertThat(cluster.nodesFor(bar().spread(byZone(2)))).hasSize(4);
    }

    @Test
    void byNodeOnlyTheEmptyOneIsLeft() {
      threePods();

      assertThat(cluster.nodesFor(bar().spread(byNode(1)))).containsExactly("node4");
    }

    @Test
    void scheduleAnywayPrefersZoneBOnly() {
      threePods();

      assertThat(cluster.nodesFor(bar().spread(anyway(byZone(1))))).hasSize(4);
      assertThat(cluster.place(bar().spread(anyway(byZone(1))))).isIn("node3", "node4");
    }
  }

  @Nested
  class MultipleConstraints {
    private final TestPod pod = bar().spread(byZone(1)).spread(byNode(1));

    @Test
    void allOfThemHoldTogether() {
      fourNodes();
      cluster.running(bar(), "node1", "node2", "node3");

      assertThat(cluster.nodesFor(pod)).containsExactly("node4");
    }

    private void threeNodesInConflict() {
      cluster
          .node("node1", "node=node1,zone=zoneA")
          .node("node2", "node=node2,zone=zoneA")
          .node("node3", "node=node3,zone=zoneB")
          .running(bar(), "node1", "node1", "node2", "node3", "node3");
    }

    @Test
    void whereTheyConflictThePodStaysPending() {
      threeNodesInConflict();

      assertThat(cluster.place(pod)).isEmpty();
      assertThat(cluster.why(pod))
          .isEqualTo(
              "0/3 nodes are available:"
                  + " 3 node(s) didn't match pod topology spread constraints");
    }

    @Test
    void aLargerSkewOrAWeakerConstraintOvercomesIt() {
      threeNodesInConflict();

      assertThat(cluster.nodesFor(bar().spread(byZone(2)).spread(byNode(1))))
          .containsExactly("node2");
      assertThat(cluster.nodesFor(bar().spread(byZone(1)).spread(anyway(byNode(1)))))
          .containsExactly("node3");
    }

    @Test
    void aNodeThatLacksALabelIsBypassedWithItsPods() {
      cluster
          .node("node1", "node=node1")
          .node("node2", "node=node2,zone=zoneA")
          .node("node3", "node=node3,zone=zoneB")
          .running(bar(), "node1", "node1", "node2", "node3", "node3");

      assertThat(cluster.nodesFor(pod)).containsExactly("node2");
    }

    @Test
    void aMistypedLabelIsNone() {
      fourNodes();
      cluster.node("node5", "node=node5,zone-typo=zoneC");

      assertThat(cluster.nodesFor(pod)).containsExactly("node1", "node2", "node3", "node4");
    }
  }

  @Nested
  class WithNodeAffinity {
    private TestPod notInZoneC() {
      return bar().nodeTerm(requires("zone", Operator.NOT_IN, "zoneC"));
    }

    private void fiveNodes() {
      fourNodes();
      cluster.node("node5", "node=node5,zone=zoneC").running(bar(), "node1", "node2", "node3");
    }

    @Test
    void anExcludedZoneIsNotTheEmptiestOne() {
      fiveNodes();

      assertThat(cluster.nodesFor(notInZoneC().spread(byZone(1))))
          .containsExactly("node3", "node4");
    }

    @Test
    void itIsWhereTheAffinityIsIgnored() {
      fiveNodes();

      // Zone C has none, so no other zone may have two; and there the pod may not go.
      assertThat(cluster.nodesFor(notInZoneC().spread(over(byZone(1), false, false)))).isEmpty();
    }

    @Test
    void podsOnExcludedNodesAreNotCounted() {
      fourNodes();
      cluster.running(bar(), "node2", "node2", "node3");
      var pod = bar().nodeTerm(requires("node", Operator.NOT_IN, "node2")).spread(byZone(1));

      // Zone A counts as empty.
      assertThat(cluster.nodesFor(pod)).containsExactly("node1");
    }
  }

  @Nested
  class WithTaints {
    private void zoneCIsTainted() {
      fourNodes();
      cluster.node("node5", "node=node5,zone=zoneC", RESERVED).running(bar(), "node1", "node3");
    }

    @Test
    void taintedNodesCountWhereNothingElseIsSaid() {
      zoneCIsTainted();

      assertThat(cluster.nodesFor(bar().spread(byZone(1)))).isEmpty();
    }

    @Test
    void theyDoNotWhereTaintsAreHonored() {
      zoneCIsTainted();

      assertThat(cluster.nodesFor(bar().spread(over(byZone(1), true, true)))).hasSize(4);
    }

    @Test
    void exceptForThoseWhoTolerateThem() {
      zoneCIsTainted();

      var pod = bar().tolerates(exists("reserved")).spread(over(byZone(1), true, true));

      assertThat(cluster.nodesFor(pod)).containsExactly("node5");
    }
  }

  @Nested
  class MaxSkewAndMinDomains {
    private void threeZones(String... nodesWithPods) {
      cluster
          .node("node1", "zone=zone1")
          .node("node2", "zone=zone2")
          .node("node3", "zone=zone3")
          .running(bar(), nodesWithPods);
    }

    @Test
    void aZoneWithOneLessIsTheOnlyOne() {
      threeZones("node1", "node1", "node2", "node2", "node3");

      assertThat(cluster.nodesFor(bar().spread(byZone(1)))).containsExactly("node3");
      assertThat(cluster.nodesFor(bar().spread(byZone(2)))).hasSize(3);
    }

    @Test
    void withTooFewDomainsTheEmptiestCountsAsEmpty() {
      threeZones("node1", "node1", "node2", "node2", "node3", "node3");

      assertThat(cluster.nodesFor(bar().spread(atLeast(3, byZone(2))))).hasSize(3);
      assertThat(cluster.nodesFor(bar().spread(atLeast(5, byZone(2))))).isEmpty();
    }

    @Test
    void newDomainsGiveRoomAgain() {
      threeZones("node1", "node1", "node2", "node2", "node3", "node3");
      cluster.node("node4", "zone=zone4").node("node5", "zone=zone5");

      assertThat(cluster.nodesFor(bar().spread(atLeast(5, byZone(2)))))
          .containsExactly("node4", "node5");
    }
  }

  @Nested
  class WhoIsCounted {
    @Test
    void podsOfOtherNamespacesAreNot() {
      fourNodes();
      cluster.running(bar().in("other"), "node1", "node2", "node3");

      assertThat(cluster.nodesFor(bar().spread(byZone(1)))).hasSize(4);
    }

    @Test
    void ofMatchLabelKeysOnlyPodsOfTheSameReleaseAre() {
      fourNodes();
      cluster.running(bar().ofRelease("old"), "node1", "node1", "node2", "node3");
      var it = byNode(1);
      var ofRelease =
          new Spread(it.maxSkew(), 1, true, it.pods(), it.topologyKey(), true, false, true);

      assertThat(cluster.place(bar().ofRelease("new").nodeName("node1").spread(ofRelease)))
          .isEqualTo("node1");
      assertThat(cluster.nodesFor(bar().ofRelease("new").spread(ofRelease)))
          .containsExactly("node2", "node3", "node4");
      assertThat(cluster.nodesFor(bar().ofRelease("new").spread(it))).containsExactly("node4");
    }

    @Test
    void aPodThatIsNotItselfSelectedChangesNothing() {
      fourNodes();
      cluster.running(bar(), "node1", "node2", "node3");
      var stranger = pod("stranger", "").spread(byZone(1));

      for (int i = 0; i < 5; i++) {
        assertThat(cluster.nodesFor(stranger)).contains("node3", "node4");
        assertThat(cluster.place(stranger)).isNotEmpty();
      }
      assertThat(cluster.nodesFor(bar().spread(byZone(1)))).containsExactly("node3", "node4");
    }
  }
}
