package dev.reeve.simulation.obliging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bound;
import dev.reeve.core.model.ImagePin;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.record.RecordFile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// A tag may be given to another image at any time: what a release has is what it had first.
class PinnedImagesTest {
  private static final ObjectKey WEB = new ObjectKey("Deployment", "default", "web");
  private static final String FIRST = "registry/web@sha256:1111";
  private static final String SECOND = "registry/web@sha256:2222";
  private static final Duration A_WHILE = Duration.ofSeconds(20);

  private final Sketch cluster = new Sketch().node("a", 4_000).node("b", 4_000).node("c", 4_000);

  private void tagIs(String id) {
    cluster.world.serves("registry/web:1", _ -> id);
  }

  private void push(String version, int replicas) {
    cluster
        .workload(
            WEB,
            replicas,
            new Strategy.RollingUpdate(Bound.percent(25), Bound.percent(25)),
            version)
        .push()
        .pass(A_WHILE);
  }

  /// Ids of what runs, each once.
  private List<String> running() {
    var ids = new TreeSet<String>();
    for (String node : List.of("a", "b", "c")) {
      cluster.world.podsOn(node).stream()
          .flatMap(it -> it.containers().stream())
          .map(ContainerReport::imageId)
          .forEach(ids::add);
    }
    return List.copyOf(ids);
  }

  private SortedMap<String, List<ImagePin>> recorded() {
    return cluster.world.record().reversed().stream()
        .map(it -> it.files().getOrDefault(WEB.recordPath(), Optional.empty()))
        .flatMap(Optional::stream)
        .map(it -> ((RecordFile.WorkloadFile) it).images())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void podsThatComeLaterHaveTheImageOfTheFirst() {
    tagIs(FIRST);
    push("v1", 2);

    tagIs(SECOND);
    push("v1", 6);

    assertThat(cluster.pods(WEB)).hasSize(6);
    assertThat(running()).containsExactly(FIRST);
    assertThat(recorded()).containsEntry("v1", List.of(new ImagePin("registry/web:1", FIRST, "")));
  }

  @Test
  void ofPodsThatStartTogetherThoseGiveWayThatFoundAnother() {
    cluster.world.serves("registry/web:1", node -> node.equals("a") ? FIRST : SECOND);

    push("v1", 6);

    assertThat(cluster.pods(WEB)).hasSize(6);
    assertThat(running()).containsExactly(recorded().values().iterator().next().getFirst().id());
    assertThat(cluster.recorded()).anyMatch(it -> it.startsWith("- web-v1-"));
  }

  @Test
  void anotherReleaseFindsItsOwn() {
    tagIs(FIRST);
    push("v1", 3);

    tagIs(SECOND);
    push("v2", 3);

    assertThat(running()).containsExactly(SECOND);
  }

  @Test
  void whatComesBackHasWhatItHad() {
    tagIs(FIRST);
    push("v1", 3);
    tagIs(SECOND);
    push("v2", 3);

    tagIs("registry/web@sha256:3333");
    push("v1", 3);

    assertThat(running()).containsExactly(FIRST);
  }

  @Test
  void whatReplacesALostPodHasWhatThatHad() {
    tagIs(FIRST);
    push("v1", 3);

    tagIs(SECOND);
    cluster.world.silence("b");
    cluster.pass(Duration.ofMinutes(1));

    assertThat(cluster.world.podsOn("a").size() + cluster.world.podsOn("c").size()).isEqualTo(3);
    assertThat(running()).containsExactly(FIRST);
  }

  @Test
  void aControlPlaneThatStartsAnewKnowsItFromTheRecord() {
    tagIs(FIRST);
    push("v1", 3);
    push("v2", 0);

    tagIs(SECOND);
    cluster.restart().pass(Duration.ofSeconds(30));
    push("v1", 3);

    assertThat(running()).containsExactly(FIRST);
  }

  @Test
  void whatWasResolvedOnlyAfterItWasWellIsRecordedToo() {
    push("v1", 3);
    assertThat(recorded()).isEmpty();

    tagIs(FIRST);
    push("v1", 4);

    assertThat(recorded()).containsKey("v1");
    long commits = cluster.world.record().size();
    cluster.pass(Duration.ofMinutes(5));
    assertThat(cluster.world.record()).hasSize((int) commits);
  }

  @Test
  void ofAnImageOfNoRegistryTheNodeIsNamedThatHadItFirst() {
    tagIs("sha256:aaaa");

    push("v1", 1);

    var node = cluster.nodesOf("web").getFirst();
    assertThat(recorded())
        .containsEntry("v1", List.of(new ImagePin("registry/web:1", "sha256:aaaa", node)));
  }

  @Test
  void whatTheTextNamesByItsDigestIsLeftAsItIs() {
    cluster.world.serves(FIRST, _ -> FIRST);

    push("v1", 2);

    assertThat(recorded()).isEmpty();
  }

  @Test
  void releasesThatNothingComesBackToAreForgotten() {
    for (int i = 0; i < 20; i++) {
      tagIs("registry/web@sha256:" + i);
      push("v" + i, 1);
    }

    assertThat(recorded()).containsKey("v19").doesNotContainKey("v1");
    assertThat(recorded().size()).isLessThan(15);
  }

  @Test
  void theNextPodGoesWhereThatIsAlready() {
    tagIs(FIRST);
    push("v1", 1);
    cluster
        .node("d", 4_000)
        .node("e", 4_000, new TreeMap<>(Map.of(FIRST, 500_000_000L)))
        .pass(A_WHILE);

    tagIs(SECOND);
    push("v1", 2);

    assertThat(cluster.world.podsOn("e")).hasSize(1);
  }
}
