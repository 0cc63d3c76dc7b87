package dev.reeve.simulation.placement;

import static dev.reeve.simulation.placement.TestPod.pod;
import static dev.reeve.simulation.placement.TestPod.podsWith;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Resources;
import dev.reeve.core.scheduling.NodeFacts;
import dev.reeve.simulation.placement.PlacementRules.Broken;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A whole placement, looked at afterwards.
class PlacementRulesTest {
  private static final String HOST = "kubernetes.io/hostname";

  private final List<NodeFacts> nodes = new ArrayList<>();
  private final List<Placed> placed = new ArrayList<>();

  private void node(String name, int maxPods) {
    nodes.add(
        new NodeFacts(
            name,
            new Resources(1_000, 1L << 30),
            maxPods,
            TestPod.labels(HOST + "=" + name),
            List.of(),
            true,
            false));
  }

  private void running(TestPod pod, String node) {
    placed.add(new Placed(pod.facts(), node));
  }

  private List<Broken> violations() {
    return new PlacementRules(nodes, placed).violations();
  }

  @Test
  void nothingIsWrongWithWhatFits() {
    node("n1", 2);
    running(pod("a", "").requests(new Resources(500, 1 << 29)), "n1");
    running(pod("a", "").requests(new Resources(500, 1 << 29)), "n1");

    assertThat(violations()).isEmpty();
  }

  @Test
  void namesEachAmountThatIsGivenTwice() {
    node("n1", 1);
    running(pod("a", "").requests(new Resources(600, 1 << 29)), "n1");
    running(pod("a", "").requests(new Resources(600, 1 << 29)), "n1");

    assertThat(violations())
        .containsExactly(
            new Broken(Refusal.PODS, "n1", "has given 2 of 1"),
            new Broken(Refusal.CPU, "n1", "has given 1200 of 1000"));
  }

  @Test
  void namesPodsThatTheirNodeIsRefusedTo() {
    node("n1", 1);
    running(pod("a", "").nodeSelector("disk=ssd"), "n1");

    assertThat(violations())
        .containsExactly(
            new Broken(Refusal.NODE_AFFINITY, "n1", "is refused to Deployment/default/a"));
  }

  @Test
  void namesPodsThatMustBeApart() {
    node("n1", 9);
    node("n2", 9);
    var alone = pod("alone", "app=alone").apart(podsWith("app=noisy", HOST));
    running(alone, "n1");
    running(pod("noisy", "app=noisy"), "n2");

    assertThat(violations()).isEmpty();

    running(pod("noisy", "app=noisy"), "n1");
    assertThat(violations())
        .containsExactly(
            new Broken(Refusal.APART, HOST + "=n1", "has pods {app=noisy} beside {app=alone}"));
  }

  @Test
  void aPodIsApartFromItself() {
    node("n1", 9);
    var single = pod("single", "app=single").apart(podsWith("app=single", HOST));
    running(single, "n1");

    assertThat(violations()).isEmpty();

    running(single, "n1");
    assertThat(violations()).hasSize(1);
  }

  @Test
  void aNodeThatIsNotThereIsWrong() {
    running(pod("a", ""), "n9");

    assertThat(violations()).containsExactly(new Broken(Refusal.OTHER_NODE, "n9", "is no node"));
  }
}
