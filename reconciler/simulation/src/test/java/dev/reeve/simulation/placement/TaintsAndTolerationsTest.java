package dev.reeve.simulation.placement;

import static dev.reeve.core.model.Taint.Effect.NO_EXECUTE;
import static dev.reeve.core.model.Taint.Effect.NO_SCHEDULE;
import static dev.reeve.core.model.Taint.Effect.PREFER_NO_SCHEDULE;
import static dev.reeve.simulation.placement.TestPod.equal;
import static dev.reeve.simulation.placement.TestPod.exists;
import static dev.reeve.simulation.placement.TestPod.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Taint;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What Kubernetes' page "Taints and Tolerations" says, example by example.
class TaintsAndTolerationsTest {
  private static final Taint KEY1 = new Taint("key1", "value1", NO_SCHEDULE);

  private final SmallCluster cluster = new SmallCluster();

  @Test
  void aTaintKeepsPodsOffThatDoNotTolerateIt() {
    cluster.node("node1", "", KEY1);

    assertThat(cluster.nodesFor(pod("nginx", ""))).isEmpty();
    assertThat(cluster.why(pod("nginx", "")))
        .isEqualTo("0/1 nodes are available: 1 node(s) had untolerated taint {key1: value1}");
  }

  @Test
  void aTolerationMatchesByValueOrByKeyAlone() {
    cluster.node("node1", "", KEY1);

    assertThat(cluster.nodesFor(pod("a", "").tolerates(equal("key1", "value1", NO_SCHEDULE))))
        .containsExactly("node1");
    assertThat(cluster.nodesFor(pod("a", "").tolerates(exists("key1", NO_SCHEDULE))))
        .containsExactly("node1");
    assertThat(cluster.nodesFor(pod("a", "").tolerates(equal("key1", "value2", NO_SCHEDULE))))
        .isEmpty();
    assertThat(cluster.nodesFor(pod("a", "").tolerates(exists("key2", NO_SCHEDULE)))).isEmpty();
    assertThat(cluster.nodesFor(pod("a", "").tolerates(exists("key1", NO_EXECUTE)))).isEmpty();
  }

  @Test
  void anEmptyKeyToleratesEverythingAndAnEmptyEffectEachOfAKey() {
    cluster
        .node("node1", "", KEY1, new Taint("key1", "value1", NO_EXECUTE))
        .node("node2", "", new Taint("key2", "", NO_EXECUTE));

    assertThat(cluster.nodesFor(pod("a", "").tolerates(exists(""))))
        .containsExactly("node1", "node2");
    assertThat(cluster.nodesFor(pod("a", "").tolerates(exists("key1")))).containsExactly("node1");
  }

  @Test
  void ofThreeTaintsEachMustBeTolerated() {
    cluster.node(
        "node1",
        "",
        KEY1,
        new Taint("key1", "value1", NO_EXECUTE),
        new Taint("key2", "value2", NO_SCHEDULE));
    var pod =
        pod("a", "")
            .tolerates(equal("key1", "value1", NO_SCHEDULE))
            .tolerates(equal("key1", "value1", NO_EXECUTE));

    assertThat(cluster.nodesFor(pod)).isEmpty();
    assertThat(cluster.why(pod)).endsWith("1 node(s) had untolerated taint {key2: value2}");
    assertThat(cluster.nodesFor(pod.tolerates(exists("key2", NO_SCHEDULE))))
        .containsExactly("node1");
  }

  @Test
  void preferNoScheduleIsAvoidedWhereItCanBe() {
    cluster
        .node("node1", "", new Taint("key1", "value1", PREFER_NO_SCHEDULE))
        .node("node2", "", new Resources(100, 8L << 30));

    assertThat(cluster.nodesFor(pod("a", ""))).containsExactly("node1", "node2");
    assertThat(cluster.place(pod("a", ""))).isEqualTo("node2");
    // The other one is full now.
    assertThat(cluster.place(pod("a", ""))).isEqualTo("node1");
  }

  @Test
  void dedicatedNodesAreUsedAloneWithALabelBeside() {
    cluster
        .node("node1", "dedicated=groupName", new Taint("dedicated", "groupName", NO_SCHEDULE))
        .node("node2", "");
    var theirs = pod("a", "").tolerates(equal("dedicated", "groupName", NO_SCHEDULE));

    assertThat(cluster.nodesFor(pod("other", ""))).containsExactly("node2");
    assertThat(cluster.nodesFor(theirs)).containsExactly("node1", "node2");
    assertThat(cluster.nodesFor(theirs.nodeSelector("dedicated=groupName")))
        .containsExactly("node1");
  }

  @Test
  void nodesWithSpecialHardwareAreKeptForThoseWhoNeedIt() {
    var gpus = new Resources(4_000, 8L << 30, 0, new TreeMap<>(Map.of("nvidia.com/gpu", 1L)));
    cluster.node("node1", "", gpus, new Taint("nvidia.com/gpu", "", NO_SCHEDULE)).node("node2", "");
    var trainer =
        pod("trainer", "")
            .requests(new Resources(100, 1 << 20, 0, new TreeMap<>(Map.of("nvidia.com/gpu", 1L))))
            .tolerates(exists("nvidia.com/gpu", NO_SCHEDULE));

    assertThat(cluster.nodesFor(pod("web", ""))).containsExactly("node2");
    assertThat(cluster.place(trainer)).isEqualTo("node1");
    assertThat(cluster.place(trainer)).isEmpty();
    assertThat(cluster.why(trainer))
        .isEqualTo("0/2 nodes are available: 2 Insufficient nvidia.com/gpu");
  }

  @Test
  void aCordonIsATaintThatDaemonsTolerate() {
    cluster.cordoned("node1", "");

    assertThat(cluster.nodesFor(pod("web", ""))).isEmpty();
    assertThat(cluster.why(pod("web", "")))
        .isEqualTo("0/1 nodes are available: 1 node(s) were unschedulable");
    var daemon =
        pod("daemon", "").tolerates(exists("node.kubernetes.io/unschedulable", NO_SCHEDULE));
    assertThat(cluster.nodesFor(daemon)).containsExactly("node1");
  }
}
