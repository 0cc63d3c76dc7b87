package dev.reeve.simulation.obliging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bound;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.record.Phase;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// Live config: what a commit says of it reaches the pods that run, and replaces none of them.
class LiveConfigTest {
  private static final ObjectKey SET = new ObjectKey("StatefulSet", "default", "db");
  private static final ObjectKey FLAGS = new ObjectKey("ConfigMap", "default", "flags");
  private static final ObjectKey SETTINGS = new ObjectKey("ConfigMap", "default", "settings");
  private static final List<String> NODES = List.of("a", "b", "c");
  private static final Duration MOMENT = Duration.ofSeconds(2);

  private final Sketch cluster = new Sketch().node("a", 150).node("b", 150).node("c", 150);

  /// Three pods, one a node.
  @BeforeEach
  void running() {
    cluster.liveUses.put(SET, List.of(FLAGS));
    cluster.configs.put(FLAGS, "red");
    cluster.workload(SET, 3, set(0), "v1").push().pass(Duration.ofSeconds(10));
    assertThat(seen("v1")).containsExactly("red", "red", "red");
  }

  private static Strategy set(int partition) {
    return new Strategy.Ordered(0, true, partition, Bound.pods(1), false);
  }

  private Sketch flags(String content) {
    cluster.configs.put(FLAGS, content);
    return cluster;
  }

  private List<String> uids() {
    return NODES.stream()
        .flatMap(it -> cluster.world.podsOn(it).stream())
        .map(PodReport::uid)
        .toList();
  }

  private Stream<String> seenOn(String node, String release, ObjectKey config) {
    return cluster.world.configOn(node, release).stream()
        .filter(it -> it.key().equals(config))
        .map(ConfigUse::hash);
  }

  /// The flags that pods of a release see, on each node that has any.
  private List<String> seen(String release) {
    return NODES.stream()
        .filter(
            it -> cluster.world.podsOn(it).stream().anyMatch(pod -> pod.release().equals(release)))
        .flatMap(it -> seenOn(it, release, FLAGS))
        .toList();
  }

  private List<Long> generations() {
    return cluster.world.root().nodes().stream().map(NodeState::generation).toList();
  }

  private String nodeOf(String pod) {
    return cluster.state(SET).pods().stream()
        .filter(it -> it.name().equals(pod))
        .map(Pod::node)
        .findFirst()
        .orElseThrow();
  }

  @Nested
  class AChange {
    @Test
    void reachesAllNodesAndMakesNoRollout() {
      var before = uids();

      flags("blue").push().pass(MOMENT);

      assertThat(seen("v1")).containsExactly("blue", "blue", "blue");
      assertThat(uids()).isEqualTo(before);
      assertThat(cluster.state(SET).phase()).isEqualTo(Phase.HEALTHY);
      assertThat(cluster.state(SET).current().orElseThrow().commit()).isEqualTo("c1");
    }

    @Test
    void isToldOnce() {
      var before = generations();

      flags("blue").push().pass(Duration.ofSeconds(30));

      assertThat(generations()).isEqualTo(before.stream().map(it -> it + 1).toList());
    }

    @Test
    void isNamedByTheRecordOfItsCommit() {
      flags("blue").push().pass(MOMENT);

      assertThat(cluster.recorded()).contains("live: " + FLAGS);
    }

    @Test
    void ofWhatNobodyReadsIsNoOrder() {
      var before = generations();

      cluster.configs.put(SETTINGS, "other");
      cluster.push().pass(Duration.ofSeconds(30));

      assertThat(generations()).isEqualTo(before);
    }

    @Test
    void reachesThePodsOfEveryRelease() {
      cluster.workload(SET, 3, set(2), "v2").push().pass(Duration.ofSeconds(10));
      assertThat(cluster.pods(SET)).containsExactly("db-0@v1", "db-1@v1", "db-2@v2");

      flags("blue").push().pass(MOMENT);

      assertThat(seen("v1")).containsExactly("blue", "blue");
      assertThat(seen("v2")).containsExactly("blue");
    }

    @Test
    void comesWithAPodThatStartsLater() {
      flags("blue").push().pass(MOMENT);
      cluster.node("d", 150).workload(SET, 4, set(0), "v1").push().pass(Duration.ofSeconds(10));

      assertThat(seenOn(nodeOf("db-3"), "v1", FLAGS)).containsExactly("blue");
    }

    @Test
    void ofAWorkloadThatStaysWithoutItsTextReachesItsPodsToo() {
      cluster.unpruned.add(SET);
      cluster.workload(SET, 3, set(0), "v2").push().pass(Duration.ofSeconds(10));
      cluster.without(SET).push().pass(MOMENT);

      flags("blue").push().pass(MOMENT);
      assertThat(seen("v2")).containsExactly("blue", "blue", "blue");

      cluster.restart().pass(Duration.ofSeconds(20));
      flags("green").push().pass(MOMENT);
      assertThat(seen("v2")).containsExactly("green", "green", "green");
    }
  }

  @Nested
  class BesideConfigOfTheRelease {
    @BeforeEach
    void mixed() {
      cluster.uses.put(SET, List.of(SETTINGS));
      cluster.configs.put(SETTINGS, "one");
      cluster.workload(SET, 3, set(0), "v2").push().pass(Duration.ofSeconds(10));
    }

    @Test
    void onlyTheLiveOneChanges() {
      var before = uids();

      flags("blue").push().pass(MOMENT);

      assertThat(uids()).isEqualTo(before);
      assertThat(NODES)
          .allSatisfy(it -> {
            assertThat(seenOn(it, "v2", FLAGS)).containsExactly("blue");
            assertThat(seenOn(it, "v2", SETTINGS)).containsExactly("one");
          });
    }

    @Test
    void bothChangeInOneCommit() {
      cluster.configs.put(SETTINGS, "two");
      flags("blue").workload(SET, 3, set(2), "v3").push().pass(Duration.ofSeconds(10));

      assertThat(seen("v2")).containsExactly("blue", "blue");
      assertThat(seen("v3")).containsExactly("blue");
      assertThat(seenOn(nodeOf("db-0"), "v2", SETTINGS)).containsExactly("one");
      assertThat(seenOn(nodeOf("db-2"), "v3", SETTINGS)).containsExactly("two");
    }
  }

  @Nested
  class WhatIsGone {
    @Test
    void isSeenByPodsThatAreLeftAsTheirCommitHadIt() {
      flags("blue").push().pass(MOMENT);
      cluster.liveUses.remove(SET);
      cluster.configs.remove(FLAGS);
      cluster.workload(SET, 3, set(2), "v2").push().pass(Duration.ofSeconds(10));

      cluster.restart().pass(Duration.ofSeconds(20));

      assertThat(seen("v1")).containsExactly("red", "red");
      assertThat(seen("v2")).isEmpty();
    }

    @Test
    void isGoneForPodsThatMayDoWithoutIt() {
      cluster.configs.remove(FLAGS);
      cluster.push().pass(MOMENT);

      assertThat(seen("v1")).isEmpty();
      assertThat(uids()).hasSize(3);
    }

    @Test
    void mayComeBack() {
      cluster.configs.remove(FLAGS);
      cluster.push().pass(MOMENT);

      flags("blue").push().pass(MOMENT);

      assertThat(seen("v1")).containsExactly("blue", "blue", "blue");
    }
  }

  @Nested
  class Survives {
    @Test
    void theLossOfTheOrder() {
      cluster.world.loses("b", true);
      flags("blue").push().pass(MOMENT);
      assertThat(seenOn("b", "v1", FLAGS)).containsExactly("red");

      cluster.world.loses("b", false);
      cluster.pass(Duration.ofSeconds(10));

      assertThat(seen("v1")).containsExactly("blue", "blue", "blue");
    }

    @Test
    void twoChangesOfWhichNoneArrived() {
      cluster.world.loses("b", true);
      flags("blue").push().pass(MOMENT);
      flags("green").push().pass(MOMENT);
      cluster.world.loses("b", false);
      cluster.pass(Duration.ofSeconds(10));

      assertThat(seen("v1")).containsExactly("green", "green", "green");
    }

    @Test
    void theLossOfTheControlPlane() {
      NODES.forEach(it -> cluster.world.loses(it, true));
      flags("blue").push().pass(MOMENT);
      NODES.forEach(it -> cluster.world.loses(it, false));
      var before = uids();

      cluster.restart().pass(Duration.ofSeconds(20));

      assertThat(seen("v1")).containsExactly("blue", "blue", "blue");
      assertThat(uids()).isEqualTo(before);
    }

    @Test
    void aControlPlaneThatNeverSawTheEarlierChange() {
      flags("blue").push().pass(MOMENT);
      cluster.restart().pass(Duration.ofSeconds(20));
      assertThat(seen("v1")).containsExactly("blue", "blue", "blue");

      flags("green").push().pass(MOMENT);

      assertThat(seen("v1")).containsExactly("green", "green", "green");
    }

    @Test
    void aRestartOfTheAgentBeforeTheChange() {
      cluster.world.restartAgent("b");
      cluster.pass(MOMENT);

      flags("blue").push().pass(MOMENT);

      assertThat(seen("v1")).containsExactly("blue", "blue", "blue");
    }

    @Test
    void anAgentThatWasAwayMeanwhile() {
      cluster.world.silence("b");
      cluster.pass(Duration.ofSeconds(12));
      flags("blue").push().pass(MOMENT);
      assertThat(seenOn("b", "v1", FLAGS)).containsExactly("red");

      cluster.world.hear("b");
      cluster.pass(Duration.ofSeconds(5));

      assertThat(seen("v1")).containsExactly("blue", "blue", "blue");
    }
  }
}
