package dev.reeve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.Core;
import dev.reeve.core.Effect.Request;
import dev.reeve.core.Event;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.Event.ImagesFound.Ranking;
import dev.reeve.core.Recovery;
import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ImageChange;
import dev.reeve.core.model.ImagePolicy;
import dev.reeve.core.model.ImagePolicy.Digests;
import dev.reeve.core.model.ImagePolicy.Marked;
import dev.reeve.core.model.ImagePolicy.Part;
import dev.reeve.core.model.ImageTag;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Storage;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.record.RecordCommit;
import dev.reeve.core.record.RecordFile.ImagePolicyFile;
import dev.reeve.core.record.RecordFile.ImagePolicyFile.Rejected;
import dev.reeve.core.record.RecordTree;
import dev.reeve.manifest.RecordFiles;
import dev.reeve.simulation.obliging.ObligingWorld;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the core makes of new images: text in a repository that is only tags, and a registry that
/// is only their order.
class ImagesTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration TICK = Duration.ofMillis(500);
  private static final ObjectKey WEB = ObjectKey.parse("Deployment/default/web");
  private static final ObjectKey API = ObjectKey.parse("Deployment/default/api");

  /// What stands in the text behind each workload's marker, and which workload's policies there
  /// are.
  private final SortedMap<String, String> text = new TreeMap<>();

  private final SortedMap<String, DesiredState> commits = new TreeMap<>();
  private final List<List<ImageChange>> asked = new ArrayList<>();
  private final List<Event> pushed = new ArrayList<>();
  private Digests digests = Digests.NEVER;

  /// Something else that the releases have in them.
  private String flavour = "";

  private final TreeSet<String> unfollowed = new TreeSet<>();
  private boolean isProtected;
  private boolean isAway;
  private String tip = "";
  private ObligingWorld world = new ObligingWorld(new Core("local", START), START);

  @BeforeEach
  void begin() {
    world.repository(this::answer);
    world.step(
        new Event.Started(
            ClusterSettings.defaults("local"),
            RecordTree.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty()));
    var info =
        new NodeInfo(new Resources(64_000, 256L << 30), 250, new TreeMap<>(), "", new TreeMap<>());
    world.join("n0", "id-n0", info, List.of());
    text.put("web", "1.0");
    push();
  }

  // --- a repository

  private Answer answer(Request request) {
    if (isAway) {
      return new Answer.Retry("away");
    }
    return switch (request) {
      case Request.UpdateImages update -> {
        asked.add(update.changes());
        if (isProtected) {
          yield new Answer.Proposed("reeve-images/local", "protected");
        }
        if (!update.tip().equals(tip)) {
          yield new Answer.Retry("the branch has moved");
        }
        update.changes().forEach(it -> text.put(it.policy().name(), it.image().toString()));
        yield new Answer.Updated(commit());
      }
      case Request.Restore restore -> {
        if (!restore.tip().equals(tip)) {
          yield new Answer.Retry("the branch has moved");
        }
        restore
            .restorations()
            .forEach(it -> text.put(it.key().name(), it.stable().hash().split("-")[1]));
        yield new Answer.Restored(commit());
      }
      default -> throw new IllegalStateException("not for the tracked branch: " + request);
    };
  }

  /// A commit with the text as it is; it is seen when time passes.
  private String commit() {
    tip = "c" + (100 + commits.size());
    var state = state();
    commits.put(tip, state);
    pushed.add(new Event.DesiredChanged(state, List.of(), List.of(), List.of()));
    return tip;
  }

  private void push() {
    commit();
    pass(20);
  }

  private void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      var news = List.copyOf(pushed);
      pushed.clear();
      news.forEach(world::step);
      world.pass(Duration.ofSeconds(1), TICK);
    }
  }

  private DesiredState state() {
    var objects = new TreeMap<ObjectKey, DesiredObject>();
    var policies = new TreeMap<ObjectKey, ImagePolicy>();
    text.forEach((name, image) -> {
      var workload =
          workload(new ObjectKey("Deployment", "default", name), name + "-" + image + flavour);
      objects.put(
          workload.key(),
          new DesiredObject(
              workload.key(), image, DesiredObject.Prune.WITH_ITS_TEXT, Optional.of(workload)));
      var policy =
          new ImagePolicy(
              policy(name),
              "registry/" + name,
              "rules",
              digests,
              false,
              new TreeSet<>(List.of(workload.key())),
              new TreeSet<>(List.of(new Marked(Part.IMAGE, "registry/" + name + ":" + image))));
      if (!unfollowed.contains(name)) {
        policies.put(policy.key(), policy);
      }
    });
    return new DesiredState(
        tip,
        "change",
        "A <a@example.com>",
        ClusterSettings.defaults("local"),
        PagedMap.copyOf(objects),
        objects.size(),
        PagedMap.empty(),
        List.of(),
        Storage.NONE,
        policies,
        PagedMap.empty(),
        List.of());
  }

  private Workload workload(ObjectKey key, String release) {
    var template =
        new PodTemplate(
            release,
            new Resources(10, 1 << 20),
            Constraints.NONE,
            List.of(),
            Optional.empty(),
            true,
            List.of("app"),
            Bytes.utf8(release));
    return new Workload(
        key,
        2,
        new Strategy.RollingUpdate(Bound.pods(1), Bound.pods(0)),
        Duration.ZERO,
        Duration.ofSeconds(10),
        false,
        Workload.OnFailure.ROLLBACK,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        new Release(release, tip, template, List.of()));
  }

  private static ObjectKey policy(String name) {
    return new ObjectKey("ImagePolicy.image.toolkit.fluxcd.io", "default", name);
  }

  // --- a registry

  /// @param tags the newest first
  private void registryHas(String name, String... tags) {
    var ranked = new ArrayList<ImageTag>();
    for (String tag : tags) {
      int at = tag.indexOf('@');
      ranked.add(
          at < 0
              ? new ImageTag(tag, "")
              : new ImageTag(tag.substring(0, at), tag.substring(at + 1)));
    }
    world.step(new Event.ImagesFound(List.of(new Ranking(policy(name), "rules", ranked))));
  }

  private ImagePolicyFile recorded(String name) {
    return Optional.ofNullable(record().images().get(policy(name))).orElseThrow();
  }

  /// The record as whoever starts anew reads it: from its text.
  private RecordTree record() {
    var files = new TreeMap<String, byte[]>();
    for (RecordCommit commit : world.record()) {
      commit
          .files()
          .forEach((path, file) -> {
            if (file.isPresent()) {
              files.put(path, RecordFiles.bytes(file.get()));
            } else {
              files.remove(path);
            }
          });
    }
    var read = RecordFiles.read(files);
    assertThat(read.problems()).isEmpty();
    return read.tree();
  }

  private List<String> rejected(String name) {
    return recorded(name).rejected().stream().map(it -> it.image().tag()).toList();
  }

  private void controlPlaneIsLost() {
    var started =
        Recovery.started(
            "local",
            record(),
            commit -> Optional.ofNullable(commits.get(commit)),
            _ -> Optional.empty());
    world.restart(new Core("local", world.now()), started);
    pass(10);
  }

  // --- stories

  @Test
  void aNewerImageComesIntoTheTextAndIsRolledOut() {
    registryHas("web", "1.1", "1.0");
    pass(20);

    assertThat(text).containsEntry("web", "1.1");
    assertThat(asked).hasSize(1);
    assertThat(asked.getFirst().getFirst())
        .isEqualTo(
            new ImageChange(
                policy("web"),
                "registry/web",
                List.of(new ImageTag("1.0", "")),
                new ImageTag("1.1", ""),
                new TreeSet<>(List.of(WEB))));
    assertThat(stable(WEB)).isEqualTo("web-1.1");
    assertThat(recorded("web").latest().orElseThrow().commit()).isEqualTo(tip);
  }

  private String stable(ObjectKey key) {
    return world.root().workloads().get(key).orElseThrow().stable().orElseThrow().hash();
  }

  @Test
  void nothingIsAskedForWhereTheTextHasTheNewest() {
    registryHas("web", "1.0", "0.9");
    pass(30);

    assertThat(asked).isEmpty();
  }

  @Test
  void whatWasFoundByOtherRulesIsNoMatter() {
    world.step(
        new Event.ImagesFound(
            List.of(new Ranking(policy("web"), "others", List.of(new ImageTag("9", ""))))));
    pass(10);

    assertThat(asked).isEmpty();
  }

  @Test
  void imagesThatAreFoundTogetherComeByOneCommit() {
    text.put("api", "5");
    push();

    registryHas("web", "1.1", "1.0");
    registryHas("api", "6", "5");
    pass(20);

    assertThat(asked).hasSize(1);
    assertThat(asked.getFirst())
        .extracting(ImageChange::policy)
        .containsExactly(policy("api"), policy("web"));
    assertThat(text).containsEntry("web", "1.1").containsEntry("api", "6");
  }

  @Test
  void aBadImageIsRolledBackRejectedAndNotChosenAgain() {
    world.unready("web-1.1");
    registryHas("web", "1.1", "1.0");
    pass(60);

    assertThat(text).containsEntry("web", "1.0");
    assertThat(rejected("web")).containsExactly("1.1");
    assertThat(asked).hasSize(1);
    assertThat(stable(WEB)).isEqualTo("web-1.0");
    var rejection = recorded("web").rejected().getFirst();
    assertThat(rejection.workload()).isEqualTo(WEB);
    assertThat(rejection.release()).isEqualTo(new Release.Ref("web-1.1", "c101"));

    registryHas("web", "1.2", "1.1", "1.0");
    pass(30);

    assertThat(text).containsEntry("web", "1.2");
    assertThat(stable(WEB)).isEqualTo("web-1.2");
  }

  @Test
  void theNextBestIsChosenWhereItIsNewerThanWhatRuns() {
    world.unready("web-1.3");
    registryHas("web", "1.3", "1.0");
    pass(60);
    registryHas("web", "1.3", "1.2", "1.0", "0.9");
    pass(30);

    assertThat(text).containsEntry("web", "1.2");
    assertThat(rejected("web")).containsExactly("1.3");
  }

  @Test
  void nothingOlderIsChosenWhereWhatRunsIsGoneFromTheRegistry() {
    world.unready("web-1.3");
    registryHas("web", "1.3", "1.0");
    pass(60);

    registryHas("web", "1.3", "0.9");
    pass(30);

    assertThat(text).containsEntry("web", "1.0");
    assertThat(asked).hasSize(1);
  }

  @Test
  void aRejectionOutlivesTheControlPlaneAndItsDisk() {
    world.unready("web-1.1");
    registryHas("web", "1.1", "1.0");
    pass(60);
    assertThat(rejected("web")).containsExactly("1.1");

    controlPlaneIsLost();
    registryHas("web", "1.1", "1.0");
    pass(40);

    assertThat(asked).hasSize(1);
    assertThat(text).containsEntry("web", "1.0");
    assertThat(rejected("web")).containsExactly("1.1");
  }

  @Test
  void aFailureAfterARestartIsStillToldToItsImage() {
    world.unready("web-1.1");
    registryHas("web", "1.1", "1.0");
    pass(4);
    assertThat(text).containsEntry("web", "1.1");
    assertThat(rejected("web")).isEmpty();

    controlPlaneIsLost();
    pass(60);

    assertThat(text).containsEntry("web", "1.0");
    assertThat(rejected("web")).containsExactly("1.1");
  }

  @Test
  void whileARolloutIsUnderWayTheNextImageWaits() {
    world.unready("web-1.1");
    registryHas("web", "1.1", "1.0");
    pass(5);
    assertThat(text).containsEntry("web", "1.1");

    registryHas("web", "1.2", "1.1", "1.0");
    pass(3);
    assertThat(asked).hasSize(1);
    pass(60);

    // The failure was told to its image, and then the next had its turn.
    assertThat(rejected("web")).containsExactly("1.1");
    assertThat(text).containsEntry("web", "1.2");
    assertThat(asked).hasSize(2);
  }

  @Test
  void whatAPersonBroughtIsRejectedTooWhenItFails() {
    world.unready("web-1.1");
    text.put("web", "1.1");
    push();
    pass(40);
    assertThat(text).containsEntry("web", "1.0");

    registryHas("web", "1.1", "1.0");
    pass(30);

    assertThat(asked).isEmpty();
    assertThat(rejected("web")).containsExactly("1.1");
  }

  @Test
  void aFailureOfSomethingElseRejectsNoImage() {
    registryHas("web", "1.1", "1.0");
    pass(20);
    text.put("api", "5");
    push();
    world.unready("api-6");
    text.put("api", "6");
    push();
    pass(40);

    assertThat(rejected("web")).isEmpty();
    assertThat(rejected("api")).containsExactly("6");
  }

  @Test
  void aBranchThatHasMovedIsLookedAtAgain() {
    registryHas("web", "1.1", "1.0");
    // Pushed before the request comes, and not seen yet.
    text.put("api", "5");
    tip = "unseen";
    pass(3);
    assertThat(asked).isNotEmpty();
    assertThat(text).containsEntry("web", "1.0");

    push();
    pass(40);

    assertThat(text).containsEntry("web", "1.1").containsEntry("api", "5");
  }

  @Test
  void whileGitIsAwayItIsTriedLessAndLessOften() {
    isAway = true;
    registryHas("web", "1.1", "1.0");
    pass(60);
    assertThat(text).containsEntry("web", "1.0");

    isAway = false;
    pass(40);

    assertThat(text).containsEntry("web", "1.1");
    assertThat(asked).hasSize(1);
  }

  @Test
  void whatIsProposedIsNotProposedAgainUntilThereIsSomethingNewer() {
    isProtected = true;
    registryHas("web", "1.1", "1.0");
    pass(20);
    text.put("api", "5");
    push();
    pass(20);
    assertThat(asked).hasSize(1);

    registryHas("web", "1.2", "1.1", "1.0");
    pass(20);

    assertThat(asked).hasSize(2);
  }

  @Test
  void aRejectedImageThatSomeonePutsThereAndThatComesThroughIsRejectedNoMore() {
    world.unready("web-1.1");
    registryHas("web", "1.1", "1.0");
    pass(60);
    assertThat(rejected("web")).containsExactly("1.1");

    // The same image in a release that works.
    flavour = "-fixed";
    text.put("web", "1.1");
    push();
    pass(20);

    assertThat(stable(WEB)).isEqualTo("web-1.1-fixed");
    assertThat(rejected("web")).isEmpty();
  }

  @Test
  void whatIsNoLongerFollowedIsForgotten() {
    registryHas("web", "1.1", "1.0");
    pass(20);
    assertThat(record().images()).containsKey(policy("web"));

    unfollowed.add("web");
    push();

    assertThat(record().images()).isEmpty();
    registryHas("web", "1.2", "1.1");
    pass(20);
    assertThat(asked).hasSize(1);
  }

  @Test
  void aTagThatNamesAnotherDigestIsAnotherImage() {
    digests = Digests.ALWAYS;
    text.put("web", "1.0@sha256:a");
    push();
    world.unready("web-1.1@sha256:b");
    registryHas("web", "1.1@sha256:b", "1.0@sha256:a");
    pass(60);
    assertThat(text).containsEntry("web", "1.0@sha256:a");
    assertThat(recorded("web").rejected())
        .extracting(Rejected::image)
        .containsExactly(new ImageTag("1.1", "sha256:b"));

    registryHas("web", "1.1@sha256:c", "1.0@sha256:a");
    pass(30);

    assertThat(text).containsEntry("web", "1.1@sha256:c");
  }

  @Test
  void aDigestThatIsThereStaysForAsLongAsItsTag() {
    digests = Digests.IF_NOT_PRESENT;
    text.put("web", "1.0@sha256:a");
    push();

    registryHas("web", "1.0@sha256:b");
    pass(20);

    assertThat(asked).isEmpty();
    registryHas("web", "1.1@sha256:c", "1.0");
    pass(20);
    assertThat(text).containsEntry("web", "1.1@sha256:c");
  }

  @Test
  void twoWorkloadsOfOneCommitAreToldApart() {
    text.put("api", "5");
    push();
    world.unready("api-6");
    registryHas("web", "1.1", "1.0");
    registryHas("api", "6", "5");
    pass(60);

    assertThat(text).containsEntry("web", "1.1").containsEntry("api", "5");
    assertThat(rejected("web")).isEmpty();
    assertThat(rejected("api")).containsExactly("6");
    assertThat(stable(API)).isEqualTo("api-5");
  }
}
