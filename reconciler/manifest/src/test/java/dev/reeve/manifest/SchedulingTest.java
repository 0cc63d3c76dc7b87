package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Budget;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.NodeSettings;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.Taint;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What a commit says of nodes and of pods that are moved from them.
class SchedulingTest {
  @Nested
  class OfANode {
    private static final String NODE =
        """
        apiVersion: v1
        kind: Node
        metadata:
          name: node7
          labels: {disk: ssd}
        spec:
          taints:
            - {key: dedicated, value: db, effect: NoSchedule}
            - {key: dedicated, effect: NoExecute}
        """;

    private static NodeSettings node(String text) {
      var nodes = Repository.with("node.yaml", text).state().nodes();
      assertThat(nodes.keys()).containsExactly("node7");
      return nodes.get("node7").orElseThrow();
    }

    @Test
    void isReadWithItsLabelsAndTaints() {
      assertThat(node(NODE))
          .isEqualTo(
              new NodeSettings(
                  new TreeMap<>(Map.of("disk", "ssd")),
                  List.of(
                      new Taint("dedicated", "db", Taint.Effect.NO_SCHEDULE),
                      new Taint("dedicated", "", Taint.Effect.NO_EXECUTE)),
                  false,
                  false));
    }

    @Test
    void mayTakeNoMorePods() {
      var cordoned = node(NODE + "  unschedulable: true\n");

      assertThat(cordoned.unschedulable()).isTrue();
      assertThat(cordoned.draining()).isFalse();
    }

    @Test
    void takesNoMorePodsWhileItIsDrained() {
      var drained =
          node(NODE.replace("labels:", "annotations: {reeve.dev/drain: \"true\"}\n  labels:"));
      var kept =
          node(NODE.replace("labels:", "annotations: {reeve.dev/drain: \"false\"}\n  labels:"));

      assertThat(drained.draining()).isTrue();
      assertThat(drained.unschedulable()).isTrue();
      assertThat(kept.draining()).isFalse();
      assertThat(kept.unschedulable()).isFalse();
    }

    @Test
    void needsNoSpec() {
      assertThat(node("apiVersion: v1\nkind: Node\nmetadata: {name: node7}\n"))
          .isEqualTo(NodeSettings.NONE);
    }

    @Test
    void isTakenAsAServerShowsIt() {
      var shown =
          NODE
              + """
                  - {key: late, effect: NoSchedule, timeAdded: "2026-01-31T12:00:00Z"}
                podCIDR: 10.244.1.0/24
                podCIDRs: [10.244.1.0/24]
                providerID: kind://docker/kind/node7
              status: {capacity: {cpu: "8"}}
              """;

      var state = Repository.with("node.yaml", shown).state();

      assertThat(state.nodes().keys()).containsExactly("node7");
      assertThat(state.warnings())
          .containsExactly(
              "node.yaml:10:39: spec.taints[].timeAdded is not acted on",
              "node.yaml:11:3: spec.podCIDR is not acted on",
              "node.yaml:12:3: spec.podCIDRs is not acted on",
              "node.yaml:13:3: spec.providerID is not acted on",
              "node.yaml:14:1: status is not acted on: it is the server's to write");
    }

    @Test
    void isRefusedWithMistakes() {
      assertThat(
              Repository.with(
                      "node.yaml",
                      NODE.replace("dedicated, effect: NoExecute", "dedicated, effect: NoSchedule"))
                  .problems())
          .containsExactly(
              "node.yaml:9:7: spec.taints[1] repeats the key and effect of an earlier one");
      assertThat(Repository.with("node.yaml", NODE.replace(", effect: NoExecute", "")).problems())
          .containsExactly("node.yaml:9:7: spec.taints[1].effect is required");
      assertThat(
              Repository.with(
                      "node.yaml",
                      NODE.replace("labels:", "annotations: {reeve.dev/drain: yes}\n  labels:"))
                  .problems())
          .containsExactly(
              "node.yaml:5:34: metadata.annotations[reeve.dev/drain] must be a string, but is a"
                  + " boolean yes");
    }

    @Test
    void isWhatIsDrained() {
      var deployment =
          MistakesTest.DEPLOYMENT.replace(
              "  name: web\nspec", "  name: web\n  annotations: {reeve.dev/drain: \"true\"}\nspec");

      assertThat(Repository.with("web.yaml", deployment).problems())
          .containsExactly(
              "web.yaml:5:34: metadata.annotations[reeve.dev/drain] belongs on a Node");
    }
  }

  @Nested
  class OfABudget {
    private static Budget budget(String spec) {
      return Repository.with("pdb.yaml", text(spec)).state().budgets().getFirst();
    }

    private static String text(String spec) {
      return """
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: web, namespace: shop}
      spec: {%s}
      """
          .formatted(spec);
    }

    @Test
    void isHowManyStay() {
      assertThat(budget("minAvailable: 2, selector: {matchLabels: {app: web}}"))
          .isEqualTo(
              new Budget(
                  ObjectKey.parse("PodDisruptionBudget/shop/web"),
                  Selector.ofLabels(Map.of("app", "web")),
                  Budget.Kind.MIN_AVAILABLE,
                  Bound.pods(2)));
    }

    @Test
    void isHowManyMayBeMissing() {
      var budget = budget("maxUnavailable: 30%, selector: {matchLabels: {app: web}}");

      assertThat(budget.kind()).isEqualTo(Budget.Kind.MAX_UNAVAILABLE);
      assertThat(budget.bound()).isEqualTo(Bound.percent(30));
    }

    @Test
    void isOfNoPodsWithoutASelectorAndOfAllWithAnEmptyOne() {
      assertThat(budget("minAvailable: 1").pods()).isEqualTo(Selector.NOTHING);
      assertThat(budget("minAvailable: 1, selector: null").pods()).isEqualTo(Selector.NOTHING);
      assertThat(budget("minAvailable: 1, selector: {}").pods()).isEqualTo(Selector.EVERYTHING);
    }

    @Test
    void letsNoPodGoWithoutABound() {
      var state = Repository.with("pdb.yaml", text("selector: {}")).state();

      assertThat(state.budgets().getFirst().healthyOf(5)).isEqualTo(5);
      assertThat(state.warnings())
          .containsExactly(
              "pdb.yaml:4:7: spec has neither minAvailable nor maxUnavailable: no pod may be moved");
    }

    @Test
    void isWarnedOfWhatIsNotActedOn() {
      assertThat(
              Repository.with(
                      "pdb.yaml", text("minAvailable: 1, unhealthyPodEvictionPolicy: AlwaysAllow"))
                  .state()
                  .warnings())
          .containsExactly("pdb.yaml:4:25: spec.unhealthyPodEvictionPolicy is not acted on");
    }

    @Test
    void isRefusedWithMistakes() {
      assertThat(Repository.with("pdb.yaml", text("minAvailable: 1, maxUnavailable: 1")).problems())
          .containsExactly("pdb.yaml:4:41: spec.maxUnavailable may not stand beside minAvailable");
      assertThat(Repository.with("pdb.yaml", text("maxUnavailable: 101%")).problems())
          .containsExactly("pdb.yaml:4:24: spec.maxUnavailable must not be more than 100%");
      assertThat(Repository.with("pdb.yaml", text("minAvailable: most")).problems())
          .containsExactly(
              "pdb.yaml:4:22: spec.minAvailable \"most\" must be a number of pods or a percentage such"
                  + " as 25%");
    }
  }

  @Nested
  class OfTheCluster {
    private static final String CLUSTER =
        """
        apiVersion: reeve.dev/v1
        kind: Cluster
        metadata: {name: prod}
        spec: {scheduling: {strategy: Pack}}
        """;

    @Test
    void isWhatAPlacementMakesTheBestOf() {
      assertThat(Repository.with("cluster.yaml", CLUSTER).state().settings().scheduling())
          .isEqualTo(ClusterSettings.Scheduling.PACK);
      assertThat(
              Repository.with("cluster.yaml", CLUSTER.replace("scheduling: {strategy: Pack}", ""))
                  .state()
                  .settings()
                  .scheduling())
          .isEqualTo(ClusterSettings.Scheduling.SPREAD);
      assertThat(Repository.with("cluster.yaml", CLUSTER.replace("Pack", "Stack")).problems())
          .containsExactly(
              "cluster.yaml:4:31: spec.scheduling.strategy \"Stack\" must be Pack or Spread");
    }
  }
}
