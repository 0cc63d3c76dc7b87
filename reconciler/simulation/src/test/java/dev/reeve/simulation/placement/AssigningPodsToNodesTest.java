package dev.reeve.simulation.placement;

import static dev.reeve.simulation.placement.TestPod.pod;
import static dev.reeve.simulation.placement.TestPod.podsWith;
import static dev.reeve.simulation.placement.TestPod.requires;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Selector.Operator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What Kubernetes' page "Assigning Pods to Nodes" says, example by example.
class AssigningPodsToNodesTest {
  private static final String HOST = "kubernetes.io/hostname";
  private static final String ZONE = "topology.kubernetes.io/zone";

  private final SmallCluster cluster = new SmallCluster();

  @Test
  void aNodeSelectorWantsEachOfItsLabels() {
    cluster
        .node("n1", "disktype=ssd,cpu=fast")
        .node("n2", "disktype=ssd")
        .node("n3", "disktype=hdd,cpu=fast");

    assertThat(cluster.nodesFor(pod("nginx", "").nodeSelector("disktype=ssd")))
        .containsExactly("n1", "n2");
    assertThat(cluster.nodesFor(pod("nginx", "").nodeSelector("disktype=ssd,cpu=fast")))
        .containsExactly("n1");
  }

  @Test
  void aNodeNameIsTheOnlyNode() {
    cluster.node("foo-node", "").node("kube-01", "");

    assertThat(cluster.nodesFor(pod("nginx", "").nodeName("kube-01"))).containsExactly("kube-01");
    assertThat(cluster.why(pod("nginx", "").nodeName("kube-02")))
        .isEqualTo("0/2 nodes are available: 2 node(s) didn't match the requested node name");
  }

  @Nested
  class NodeAffinity {
    private static final String OTHER = "another-node-label-key";

    private TestPod withNodeAffinity() {
      return pod("with-node-affinity", "")
          .nodeTerm(requires(ZONE, Operator.IN, "antarctica-east1", "antarctica-west1"))
          .prefersNode(1, requires(OTHER, Operator.IN, "another-node-label-value"));
    }

    @Test
    void requiredTermsChooseAndPreferredOnesFavour() {
      cluster
          .node("n1", ZONE + "=antarctica-east1")
          .node("n2", ZONE + "=antarctica-west1," + OTHER + "=another-node-label-value")
          .node("n3", ZONE + "=antarctica-south1," + OTHER + "=another-node-label-value")
          .node("n4", "");

      assertThat(cluster.nodesFor(withNodeAffinity())).containsExactly("n1", "n2");
      assertThat(cluster.place(withNodeAffinity())).isEqualTo("n2");
    }

    @Test
    void aPodIsPlacedEvenIfNoNodeIsPreferred() {
      cluster.node("n1", ZONE + "=antarctica-east1");

      assertThat(cluster.place(withNodeAffinity())).isEqualTo("n1");
    }

    @Test
    void oneOfTheTermsIsEnough() {
      cluster.node("n1", "a=1").node("n2", "b=2").node("n3", "c=3");

      var pod =
          pod("nginx", "")
              .nodeTerm(requires("a", Operator.EXISTS))
              .nodeTerm(requires("b", Operator.IN, "2"));

      assertThat(cluster.nodesFor(pod)).containsExactly("n1", "n2");
    }

    @Test
    void allExpressionsOfATermAreNeeded() {
      cluster.node("n1", "a=1").node("n2", "a=1,b=2").node("n3", "b=2");

      var pod =
          pod("nginx", "")
              .nodeTerm(requires("a", Operator.EXISTS), requires("b", Operator.IN, "2"));

      assertThat(cluster.nodesFor(pod)).containsExactly("n2");
    }

    @Test
    void notInAndDoesNotExistKeepPodsAwayFromNodes() {
      cluster.node("n1", "disk=hdd").node("n2", "disk=ssd").node("n3", "");

      assertThat(cluster.nodesFor(pod("a", "").nodeTerm(requires("disk", Operator.NOT_IN, "hdd"))))
          .containsExactly("n2", "n3");
      assertThat(cluster.nodesFor(pod("a", "").nodeTerm(requires("disk", Operator.DOES_NOT_EXIST))))
          .containsExactly("n3");
    }

    @Test
    void gtAndLtCompareNumbers() {
      cluster.node("n1", "cores=8").node("n2", "cores=16").node("n3", "cores=many").node("n4", "");

      assertThat(
              cluster.nodesFor(
                  pod("a", "").nodeTerm(requires("cores", Operator.GREATER_THAN, "9"))))
          .containsExactly("n2");
      assertThat(
              cluster.nodesFor(pod("a", "").nodeTerm(requires("cores", Operator.LESS_THAN, "9"))))
          .containsExactly("n1");
    }

    @Test
    void weightsOfWhatIsPreferredAreAddedUp() {
      cluster
          .node("n1", "kubernetes.io/os=linux,label-1=key-1")
          .node("n2", "kubernetes.io/os=linux,label-2=key-2")
          .node("n3", "kubernetes.io/os=linux")
          .node("n4", "label-1=key-1,label-2=key-2");
      var pod =
          pod("with-affinity-preferred-weight", "")
              .nodeTerm(requires("kubernetes.io/os", Operator.IN, "linux"))
              .prefersNode(1, requires("label-1", Operator.IN, "key-1"))
              .prefersNode(50, requires("label-2", Operator.IN, "key-2"));

      assertThat(cluster.nodesFor(pod)).containsExactly("n1", "n2", "n3");
      assertThat(cluster.place(pod)).isEqualTo("n2");

      cluster.node("n5", "kubernetes.io/os=linux,label-1=key-1,label-2=key-2");
      assertThat(cluster.place(pod)).isEqualTo("n5");
    }
  }

  @Nested
  class PodAffinity {
    /// Required near `security=S1`, and had better not be near `security=S2`.
    private TestPod withPodAffinity() {
      return pod("with-pod-affinity", "")
          .near(podsWith("security=S1", ZONE))
          .prefersApart(100, podsWith("security=S2", ZONE));
    }

    @Test
    void isToBeInTheZoneOfAPodThatMatches() {
      cluster
          .node("a1", ZONE + "=a")
          .node("a2", ZONE + "=a")
          .node("b1", ZONE + "=b")
          .node("c1", "")
          .running(pod("guard", "security=S1"), "a1", "c1");

      assertThat(cluster.nodesFor(withPodAffinity())).containsExactly("a1", "a2");
    }

    @Test
    void prefersTheZoneWithoutThePodsToAvoid() {
      cluster
          .node("a1", ZONE + "=a")
          .node("b1", ZONE + "=b")
          .running(pod("guard", "security=S1"), "a1", "b1")
          .running(pod("stranger", "security=S2"), "a1");

      assertThat(cluster.nodesFor(withPodAffinity())).containsExactly("a1", "b1");
      assertThat(cluster.place(withPodAffinity())).isEqualTo("b1");
    }

    /// "Existing pods that have an affinity to the incoming pod" are scored, too.
    @Test
    void isLikedByPodsThatWouldHaveItNear() {
      cluster
          .node("a1", ZONE + "=a")
          .node("b1", ZONE + "=b")
          .running(pod("fan", "").prefersNear(10, podsWith("app=idol", ZONE)), "b1");

      assertThat(cluster.place(pod("idol", "app=idol"))).isEqualTo("b1");
    }

    @Test
    void isDislikedByPodsThatWouldBeApartFromIt() {
      cluster
          .node("a1", ZONE + "=a")
          .node("b1", ZONE + "=b")
          .running(pod("hermit", "").prefersApart(10, podsWith("app=noise", ZONE)), "a1")
          .running(pod("other", ""), "b1", "b1");

      assertThat(cluster.place(pod("noise", "app=noise"))).isEqualTo("b1");
    }

    @Test
    void whatItWouldHaveAndWhatOthersWouldAreAddedUp() {
      cluster
          .node("a1", ZONE + "=a")
          .node("b1", ZONE + "=b")
          .running(pod("hermit", "").prefersApart(60, podsWith("app=noise", ZONE)), "a1")
          .running(pod("quiet", "app=quiet"), "a1");

      var noise = pod("noise", "app=noise").prefersNear(50, podsWith("app=quiet", ZONE));
      assertThat(cluster.place(noise)).isEqualTo("b1");
    }

    @Test
    void staysPendingWhereNoSuchPodIs() {
      cluster.node("a1", ZONE + "=a").running(pod("guard", "security=S1").in("kube-system"), "a1");

      assertThat(cluster.place(withPodAffinity())).isEmpty();
      assertThat(cluster.why(withPodAffinity()))
          .isEqualTo("0/1 nodes are available: 1 node(s) didn't match pod affinity rules");
    }

    @Test
    void looksInTheNamespacesThatAreNamed() {
      cluster
          .node("a1", ZONE + "=a")
          .node("b1", ZONE + "=b")
          .running(pod("guard", "security=S1").in("team-a"), "a1")
          .running(pod("guard", "security=S1"), "b1");

      var pod = pod("client", "").near(podsWith("security=S1", ZONE, "team-a"));

      assertThat(cluster.nodesFor(pod)).containsExactly("a1");
    }

    @Test
    void theFirstOfASeriesMayGoAnywhere() {
      cluster.node("a1", ZONE + "=a").node("b1", ZONE + "=b").node("c1", "");
      var pod = pod("series", "app=series").near(podsWith("app=series", ZONE));

      assertThat(cluster.nodesFor(pod)).containsExactly("a1", "b1");

      cluster.running(pod, "b1");
      assertThat(cluster.nodesFor(pod)).containsExactly("b1");
    }

    @Test
    void antiAffinityHoldsForThoseWhoComeLaterToo() {
      cluster
          .node("n1", HOST + "=n1")
          .node("n2", HOST + "=n2")
          .running(pod("alone", "app=alone").apart(podsWith("app=noisy", HOST)), "n1");

      assertThat(cluster.nodesFor(pod("noisy", "app=noisy"))).containsExactly("n2");
      assertThat(cluster.nodesFor(pod("quiet", "app=quiet"))).containsExactly("n1", "n2");
    }
  }

  @Nested
  class WebServersBesideTheirCaches {
    private final TestPod cache =
        pod("redis-cache", "app=store").apart(podsWith("app=store", HOST));
    private final TestPod web =
        pod("web-server", "app=web-store")
            .apart(podsWith("app=web-store", HOST))
            .near(podsWith("app=store", HOST));

    @Test
    void eachNodeHasOneOfEither() {
      cluster
          .node("node-1", HOST + "=node-1")
          .node("node-2", HOST + "=node-2")
          .node("node-3", HOST + "=node-3");

      assertThat(three(cache)).containsExactlyInAnyOrder("node-1", "node-2", "node-3");
      assertThat(three(web)).containsExactlyInAnyOrder("node-1", "node-2", "node-3");

      // There is no fourth node for another of them.
      assertThat(cluster.place(cache)).isEmpty();
      assertThat(cluster.place(web)).isEmpty();
    }

    @Test
    void webServersWaitForCaches() {
      cluster.node("node-1", HOST + "=node-1").node("node-2", HOST + "=node-2");

      assertThat(cluster.place(web)).isEmpty();

      cluster.running(cache, "node-2");
      assertThat(cluster.place(web)).isEqualTo("node-2");
      assertThat(cluster.place(web)).isEmpty();
    }

    private List<String> three(TestPod pod) {
      var nodes = new ArrayList<String>();
      for (int i = 0; i < 3; i++) {
        nodes.add(cluster.place(pod));
      }
      return nodes;
    }
  }
}
