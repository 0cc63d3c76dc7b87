package dev.reeve.simulation.obliging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.AccessMode;
import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Claim;
import dev.reeve.core.model.Claim.Provisioning;
import dev.reeve.core.model.Claim.Reclaim;
import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PersistentVolume;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.VolumeSource;
import dev.reeve.core.model.VolumeSource.Reach;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.record.RecordFile.VolumeFile;
import dev.reeve.core.record.RecordFile.VolumePhase;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.VolumeState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What Kubernetes documents of persistent volumes: "Lifecycle of a volume and claim", "Access
/// Modes", "Reclaiming", "StatefulSets: Stable Storage"; and what Reeve promises of nodes that are
/// not heard.
class VolumesTest {
  private static final ObjectKey WEB = new ObjectKey("Deployment", "default", "web");
  private static final ObjectKey SET = new ObjectKey("StatefulSet", "default", "db");
  private static final ObjectKey DATA = claimKey("data");

  private final Sketch cluster = new Sketch().node("a", 4_000).node("b", 4_000).node("c", 4_000);

  private static ObjectKey claimKey(String name) {
    return new ObjectKey(Claim.KIND, "default", name);
  }

  private static Strategy recreate() {
    return new Strategy.Recreate();
  }

  private static Claim claim(String name, Reach reach, AccessMode mode, Reclaim reclaim) {
    return new Claim(
        claimKey(name),
        List.of(mode),
        1 << 20,
        "class",
        "",
        Selector.EVERYTHING,
        new Provisioning.Made(
            reach == Reach.NODE ? "local" : "plugin",
            new TreeMap<>(Map.of("share", "${pvc.metadata.namespace}-${pvc.metadata.name}")),
            reach,
            reclaim,
            List.of()));
  }

  private static Claim onNode() {
    return claim("data", Reach.NODE, AccessMode.READ_WRITE_ONCE, Reclaim.DELETE);
  }

  private static Claim onNetwork() {
    return claim("data", Reach.CLUSTER, AccessMode.READ_WRITE_ONCE, Reclaim.DELETE);
  }

  private Sketch with(Claim claim) {
    cluster.claims.put(claim.key(), claim);
    return cluster;
  }

  private void running(Claim claim) {
    with(claim).claiming(WEB, 1, recreate(), "v1", "data").push().pass(Duration.ofSeconds(5));
    assertThat(pods(WEB)).hasSize(1);
  }

  private List<Pod> pods(ObjectKey workload) {
    return cluster.world.root().workloads().get(workload).stream()
        .flatMap(it -> it.pods().stream())
        .filter(it -> !it.isStopping())
        .toList();
  }

  private String nodeOf(ObjectKey workload) {
    return pods(workload).getFirst().node();
  }

  private Optional<VolumeFile> volumeOf(ObjectKey claim) {
    var book = cluster.world.root().volumes();
    return book.bound().get(claim).flatMap(book.volumes()::get).map(VolumeState::file);
  }

  private List<VolumeFile> volumes() {
    return cluster.world.root().volumes().volumes().stream().map(VolumeState::file).toList();
  }

  private int runningOn(String node) {
    return cluster.world.podsOn(node).size();
  }

  private String why() {
    return cluster.state(WEB).message();
  }

  @Nested
  class Binding {
    @Test
    void aClaimWaitsForItsFirstConsumer() {
      with(onNode()).push().pass(Duration.ofSeconds(5));
      assertThat(volumes()).isEmpty();

      cluster.claiming(WEB, 1, recreate(), "v1", "data").push().pass(Duration.ofSeconds(5));

      var volume = volumeOf(DATA).orElseThrow();
      assertThat(volume.node()).isEqualTo(nodeOf(WEB));
      assertThat(volume.source().handle()).isEqualTo(volume.name()).startsWith("pvc-");
      assertThat(volume.source().options()).containsEntry("share", "default-data");
    }

    @Test
    void whichVolumeIsInGitBeforeTheNodeIsTold() {
      cluster.push().pass(Duration.ofSeconds(5));
      cluster.world.gitIsAway(true);
      with(onNode()).claiming(WEB, 1, recreate(), "v1", "data").push().pass(Duration.ofSeconds(5));
      assertThat(pods(WEB)).hasSize(1);
      assertThat(runningOn(nodeOf(WEB))).isZero();

      cluster.world.gitIsAway(false);
      cluster.pass(Duration.ofMinutes(2));

      assertThat(runningOn(nodeOf(WEB))).isOne();
      assertThat(cluster.world.record())
          .anySatisfy(it -> assertThat(it.files()).containsKey(volumes().getFirst().path()));
    }

    @Test
    void aPodWhoseClaimIsNotThereIsUnschedulable() {
      cluster.claiming(WEB, 1, recreate(), "v1", "data").push().pass(Duration.ofSeconds(5));

      assertThat(why())
          .isEqualTo(
              "Unschedulable: 0/3 nodes are available: persistentvolumeclaim \"data\" not found");
    }

    @Test
    void theSmallestVolumeThatSuitsIsTaken() {
      volume("large", 1 << 30, List.of());
      volume("small", 1 << 21, List.of());
      volume("tiny", 1 << 10, List.of());
      running(onNode());

      assertThat(volumeOf(DATA).map(VolumeFile::name)).contains("small");
    }

    @Test
    void aPodGoesWhereTheVolumeItFindsCanBe() {
      volume("on-b", 1 << 30, List.of(node("b")));
      running(onNode());

      assertThat(volumeOf(DATA).map(VolumeFile::name)).contains("on-b");
      assertThat(nodeOf(WEB)).isEqualTo("b");
    }

    @Test
    void volumesOnTwoNodesHaveNoNodeInCommon() {
      volume("on-b", 1 << 30, List.of(node("b")));
      running(onNode());
      cluster.volumes.put("on-c", volumeFor("on-c", List.of(node("c")), Optional.of("more")));
      with(claim("more", Reach.NODE, AccessMode.READ_WRITE_ONCE, Reclaim.DELETE))
          .claiming(WEB, 1, recreate(), "v2", "data", "more")
          .push()
          .pass(Duration.ofSeconds(5));

      assertThat(why())
          .isEqualTo(
              "Unschedulable: 0/3 nodes are available: "
                  + "3 node(s) had volume node affinity conflict");
    }
  }

  @Nested
  class OnOneNode {
    @Test
    void aPodGoesWhereItsVolumeIs() {
      running(onNode());
      var node = nodeOf(WEB);

      cluster.claiming(WEB, 1, recreate(), "v2", "data").push().pass(Duration.ofSeconds(5));
      assertThat(cluster.pods(WEB)).singleElement().asString().endsWith("@v2");
      assertThat(nodeOf(WEB)).isEqualTo(node);

      cluster.restart().pass(Duration.ofSeconds(30));
      cluster.claiming(WEB, 1, recreate(), "v3", "data").push().pass(Duration.ofSeconds(5));
      assertThat(nodeOf(WEB)).isEqualTo(node);
      assertThat(volumes()).hasSize(1);
    }

    @Test
    void allPodsThatShareItAreOnItsNode() {
      with(onNode())
          .claiming(WEB, 3, new Strategy.RollingUpdate(Bound.pods(1), Bound.pods(0)), "v1", "data")
          .push()
          .pass(Duration.ofSeconds(10));

      assertThat(pods(WEB)).hasSize(3).allMatch(it -> it.node().equals(nodeOf(WEB)));
    }

    @Test
    void whatIsDrainedStopsAndComesBackToItsVolume() {
      running(onNode());
      var node = nodeOf(WEB);

      cluster.drained(node).push().pass(Duration.ofSeconds(10));
      assertThat(runningOn(node)).isZero();
      assertThat(why()).contains("2 node(s) had volume node affinity conflict");

      cluster.open(node).push().pass(Duration.ofSeconds(10));
      assertThat(runningOn(node)).isOne();
    }

    @Test
    void aNodeThatIsSilentKeepsItsPodsHoweverLong() {
      running(onNode());
      var node = nodeOf(WEB);

      cluster.world.silence(node);
      cluster.pass(Duration.ofMinutes(10));

      assertThat(nodeOf(WEB)).isEqualTo(node);
      cluster.world.hear(node);
      cluster.pass(Duration.ofSeconds(10));
      assertThat(runningOn(node)).isOne();
    }
  }

  @Nested
  class OnTheNetwork {
    @Test
    void whatIsDrainedLeavesItsNodeBeforeItStartsOnAnother() {
      running(onNetwork());
      var node = nodeOf(WEB);

      cluster.drained(node).push().pass(Duration.ofSeconds(10));

      assertThat(runningOn(node)).isZero();
      assertThat(nodeOf(WEB)).isNotEqualTo(node);
      assertThat(volumeOf(DATA).map(VolumeFile::node)).contains(nodeOf(WEB));
    }

    @Test
    void aSilentNodeMayStillUseItAndAFencedOneDoesNot() {
      running(onNetwork());
      var node = nodeOf(WEB);

      cluster.world.silence(node);
      cluster.pass(Duration.ofMinutes(10));
      assertThat(nodeOf(WEB)).isEqualTo(node);

      cluster.fence(node).pass(Duration.ofSeconds(10));
      assertThat(nodeOf(WEB)).isNotEqualTo(node);
      assertThat(runningOn(nodeOf(WEB))).isOne();
    }

    @Test
    void aControlPlaneThatStartsAnewKnowsWhereItMayBeUsed() {
      running(onNetwork());
      var node = nodeOf(WEB);
      cluster.world.silence(node);

      cluster.restart().pass(Duration.ofMinutes(10));

      assertThat(pods(WEB)).noneMatch(it -> !it.node().equals(node));
      cluster.fence(node).pass(Duration.ofSeconds(10));
      assertThat(nodeOf(WEB)).isNotEqualTo(node);
    }

    @Test
    void whatManyMayUseIsUsedOnManyNodes() {
      with(claim("data", Reach.CLUSTER, AccessMode.READ_WRITE_MANY, Reclaim.DELETE))
          .claiming(WEB, 3, recreate(), "v1", "data")
          .push()
          .pass(Duration.ofSeconds(10));

      assertThat(pods(WEB).stream().map(Pod::node).distinct()).hasSize(3);
    }

    @Test
    void onePodOfReadWriteOncePod() {
      with(claim("data", Reach.CLUSTER, AccessMode.READ_WRITE_ONCE_POD, Reclaim.DELETE))
          .claiming(WEB, 2, recreate(), "v1", "data")
          .push()
          .pass(Duration.ofSeconds(10));

      assertThat(pods(WEB)).hasSize(1);
      assertThat(why()).contains("ReadWriteOncePod");
    }
  }

  @Nested
  class Reclaiming {
    @Test
    void aClaimThatIsGoneGivesItsVolumeUpOnceNoPodUsesIt() {
      running(onNode());
      var volume = volumeOf(DATA).orElseThrow();

      cluster.without(DATA).push().pass(Duration.ofSeconds(10));
      assertThat(cluster.world.deletedVolumes()).isEmpty();
      assertThat(pods(WEB)).hasSize(1);

      cluster.without(WEB).push().pass(Duration.ofSeconds(10));
      assertThat(cluster.world.deletedVolumes()).containsExactly(volume.source().handle());
      assertThat(volumes()).isEmpty();
    }

    @Test
    void aVolumeWithRetainIsNeverDeletedAndWhoIsNamedGetsIt() {
      running(claim("data", Reach.NODE, AccessMode.READ_WRITE_ONCE, Reclaim.RETAIN));
      var volume = volumeOf(DATA).orElseThrow();

      cluster.without(WEB).without(DATA).push().pass(Duration.ofSeconds(10));
      assertThat(volumes())
          .singleElement()
          .satisfies(it -> assertThat(it.phase()).isEqualTo(VolumePhase.RELEASED));

      // A claim of the same name gets another one: what is in the old one is not its.
      with(onNode()).claiming(WEB, 1, recreate(), "v1", "data").push().pass(Duration.ofSeconds(5));
      assertThat(volumeOf(DATA).map(VolumeFile::name)).isPresent().isNotEqualTo(volume.name());
      cluster.without(WEB).without(DATA).push().pass(Duration.ofSeconds(10));

      cluster.volumes.put(
          volume.name(), volumeFor(volume.name(), List.of(), Optional.of("restored")));
      with(claim("restored", Reach.NODE, AccessMode.READ_WRITE_ONCE, Reclaim.RETAIN))
          .claiming(WEB, 1, recreate(), "v2", "restored")
          .push()
          .pass(Duration.ofSeconds(5));
      assertThat(volumeOf(claimKey("restored")))
          .hasValueSatisfying(it -> {
            assertThat(it.name()).isEqualTo(volume.name());
            assertThat(it.source()).isEqualTo(volume.source());
          });
      assertThat(nodeOf(WEB)).isEqualTo(volume.node());
      assertThat(cluster.world.deletedVolumes()).doesNotContain(volume.source().handle());
    }

    @Test
    void aClaimThatIsNotToBePrunedLeavesItsVolumeAsItIs() {
      cluster.unpruned.add(DATA);
      running(onNode());

      cluster.without(WEB).without(DATA).push().pass(Duration.ofSeconds(10));

      assertThat(cluster.world.deletedVolumes()).isEmpty();
      assertThat(volumes())
          .singleElement()
          .satisfies(it -> assertThat(it.phase()).isEqualTo(VolumePhase.RELEASED));
    }

    @Test
    void whatADeletedClaimHadIsDeletedThoughTheControlPlaneIsLostMeanwhile() {
      running(onNode());
      var node = nodeOf(WEB);
      cluster.world.silence(node);
      cluster.without(WEB).without(DATA).push().pass(Duration.ofSeconds(30));
      assertThat(cluster.world.deletedVolumes()).isEmpty();

      cluster.restart().pass(Duration.ofSeconds(30));
      cluster.world.hear(node);
      cluster.pass(Duration.ofSeconds(30));

      assertThat(cluster.world.deletedVolumes()).hasSize(1);
      assertThat(volumes()).isEmpty();
    }
  }

  @Nested
  class OfStatefulSets {
    private Strategy ordered(boolean whenDeleted, boolean whenScaled) {
      return new Strategy.Ordered(
          0,
          false,
          0,
          Bound.pods(1),
          false,
          List.of(claim("data", Reach.NODE, AccessMode.READ_WRITE_ONCE, Reclaim.DELETE)),
          whenDeleted,
          whenScaled);
    }

    private List<String> claims() {
      return cluster.world.root().volumes().bound().keys().stream().map(ObjectKey::name).toList();
    }

    @BeforeEach
    void nothingIsThere() {
      assertThat(claims()).isEmpty();
    }

    @Test
    void eachPodGetsAClaimOfItsOwnNamedAfterIt() {
      cluster.workload(SET, 3, ordered(false, false), "v1").push().pass(Duration.ofSeconds(20));

      assertThat(claims()).containsExactly("data-db-0", "data-db-1", "data-db-2");
      for (Pod pod : pods(SET)) {
        assertThat(volumeOf(claimKey("data-" + pod.name())).map(VolumeFile::node))
            .contains(pod.node());
      }
    }

    @Test
    void aPodThatIsRescheduledComesBackToItsClaim() {
      cluster.workload(SET, 2, ordered(false, false), "v1").push().pass(Duration.ofSeconds(20));
      var before = volumes();

      cluster.workload(SET, 2, ordered(false, false), "v2").push().pass(Duration.ofSeconds(30));

      assertThat(cluster.pods(SET)).containsExactly("db-0@v2", "db-1@v2");
      assertThat(volumes()).isEqualTo(before);
    }

    @Test
    void scalingDownKeepsTheClaimsAndScalingUpFindsThem() {
      cluster.workload(SET, 3, ordered(false, false), "v1").push().pass(Duration.ofSeconds(20));
      var before = volumes();

      cluster.workload(SET, 1, ordered(false, false), "v1").push().pass(Duration.ofSeconds(20));
      assertThat(volumes()).isEqualTo(before);

      cluster.workload(SET, 3, ordered(false, false), "v1").push().pass(Duration.ofSeconds(20));
      assertThat(volumes()).isEqualTo(before);
      assertThat(pods(SET)).hasSize(3);
    }

    @Test
    void withWhenScaledDeleteTheClaimsOfNumbersThatAreGoneGoToo() {
      cluster.workload(SET, 3, ordered(false, true), "v1").push().pass(Duration.ofSeconds(20));

      cluster.workload(SET, 1, ordered(false, true), "v1").push().pass(Duration.ofSeconds(20));

      assertThat(claims()).containsExactly("data-db-0");
      assertThat(cluster.world.deletedVolumes()).hasSize(2);
    }

    @Test
    void deletingTheSetKeepsTheClaimsUnlessWhenDeletedSaysOtherwise() {
      cluster.workload(SET, 2, ordered(false, false), "v1").push().pass(Duration.ofSeconds(20));

      cluster.without(SET).push().pass(Duration.ofSeconds(20));
      assertThat(claims()).containsExactly("data-db-0", "data-db-1");

      cluster.workload(SET, 2, ordered(true, false), "v1").push().pass(Duration.ofSeconds(20));
      cluster.restart().pass(Duration.ofSeconds(20));
      cluster.without(SET).push().pass(Duration.ofSeconds(20));
      assertThat(claims()).isEmpty();
      assertThat(cluster.world.deletedVolumes()).hasSize(2);
    }
  }

  @Test
  void aClaimGrows() {
    running(onNode());

    var more = onNode();
    with(new Claim(
            DATA,
            more.modes(),
            1L << 30,
            more.storageClass(),
            "",
            more.volumes(),
            more.provisioning()))
        .push()
        .pass(Duration.ofSeconds(5));

    assertThat(volumeOf(DATA).map(VolumeFile::bytes)).contains(1L << 30);
  }

  // --- volumes that the repository names

  private void volume(String name, long bytes, List<NodeTerm> nodes) {
    var made = volumeFor(name, nodes, Optional.empty());
    cluster.volumes.put(
        name,
        new PersistentVolume(
            name,
            made.labels(),
            made.storageClass(),
            bytes,
            made.modes(),
            made.reclaim(),
            made.claim(),
            nodes,
            made.source()));
  }

  private static PersistentVolume volumeFor(
      String name, List<NodeTerm> nodes, Optional<String> claim) {
    return new PersistentVolume(
        name,
        new TreeMap<>(),
        "class",
        1L << 30,
        List.of(AccessMode.READ_WRITE_ONCE),
        Reclaim.RETAIN,
        claim.map(VolumesTest::claimKey),
        nodes,
        VolumeSource.folder("/srv/" + name));
  }

  private static NodeTerm node(String name) {
    return new NodeTerm(
        Selector.ofLabels(Map.of("kubernetes.io/hostname", name)), Selector.EVERYTHING);
  }
}
