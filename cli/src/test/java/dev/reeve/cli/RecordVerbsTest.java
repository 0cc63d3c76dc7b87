package dev.reeve.cli;

import static dev.reeve.cli.Repositories.WEB;
import static dev.reeve.cli.Repositories.cluster;
import static dev.reeve.cli.Repositories.file;
import static dev.reeve.cli.Repositories.git;
import static dev.reeve.cli.Repositories.release;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Reason;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordFile.Rollback.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is read from the record alone: no control plane is there.
class RecordVerbsTest {
  @TempDir Path temp;

  private Repositories repositories;
  private String first = "";
  private String second = "";
  private String third = "";
  private String back = "";

  /// Three releases: one is stable, one is overtaken by the next, and that one fails.
  @BeforeEach
  void prepare() throws IOException {
    repositories = new Repositories(temp);
    first = repositories.push("Three copies");
    second = repositories.push("Version 2");
    third = repositories.push("Version 3");
    back = repositories.push("Roll back default/web");
    var aaa = release("aaa", first);
    var bbb = release("bbb", second);
    var ccc = release("ccc", third);
    record(
        Reason.ROLLOUT_STARTED,
        "release aaa",
        List.of("+ web-aaa-x1 on n1"),
        first,
        file(WEB, Phase.PROGRESSING, aaa));
    record(
        Reason.ROLLOUT_COMPLETED,
        "release aaa",
        List.of(),
        first,
        file(WEB, Phase.HEALTHY, aaa, aaa));
    record(
        Reason.ROLLOUT_STARTED,
        "release aaa -> bbb",
        List.of("+ web-bbb-x2 on n2"),
        second,
        file(WEB, Phase.PROGRESSING, bbb, aaa));
    record(
        Reason.ROLLOUT_STARTED,
        "release bbb -> ccc",
        List.of("- web-bbb-x2 on n2", "+ web-ccc-x3 on n2"),
        third,
        file(WEB, Phase.PROGRESSING, ccc, aaa));
    var failure = Optional.of(new RecordFile.Failure(ccc, "it crashes"));
    record(
        Reason.ROLLOUT_FAILED,
        "release ccc failed: it crashes",
        List.of("- web-ccc-x3 on n2"),
        third,
        file(WEB, Phase.HEALTHY, aaa, failure, Optional.empty(), aaa));
    record(
        Reason.ROLLBACK_COMMITTED,
        "text rolled back",
        List.of(),
        third,
        file(
            WEB,
            Phase.HEALTHY,
            aaa,
            failure,
            Optional.of(new RecordFile.Rollback(third, Outcome.COMMITTED, back)),
            aaa));
  }

  private void record(
      Reason reason, String what, List<String> lines, String config, RecordFile.WorkloadFile file)
      throws IOException {
    repositories.record(reason, "default/web: " + what, lines, config, cluster(config), file);
  }

  private static String shortened(String sha) {
    return RecordLog.shortened(sha);
  }

  private String behind(String sha, String subject) {
    return "commit " + shortened(sha) + " \"" + subject + "\" by Ada <ada@example.org>";
  }

  private static void says(Said said, String... lines) {
    assertThat(said).isEqualTo(new Said(0, String.join("\n", lines) + "\n", ""));
  }

  @Test
  void historyTellsWhatBecameOfEachRelease() {
    says(
        repositories.reeve("history", "web"),
        "WHEN                  RELEASE  COMMIT   AUTHOR  OUTCOME",
        "2026-11-26T12:00:03Z  ccc      "
            + shortened(third)
            + "  Ada     failed: it crashes; rolled back by "
            + shortened(back),
        "2026-11-26T12:00:02Z  bbb      " + shortened(second) + "  Ada     superseded by ccc",
        "2026-11-26T12:00:00Z  aaa      " + shortened(first) + "  Ada     stable");
    assertThat(repositories.reeve("history", "default/web", "-o", "yaml").out())
        .startsWith(
            "- resource: Deployment/default/web\n  at: 2026-11-26T12:00:03Z\n  release: ccc\n");
    assertThat(repositories.reeve("history", "web", "-o", "wide").out())
        .contains(third + "  Ada <ada@example.org>  Version 3     failed");
    assertThat(repositories.reeve("history", "web", "-o", "xml").code()).isEqualTo(64);
  }

  @Test
  void aRetriedReleaseIsAnotherLine() throws IOException {
    record(
        Reason.RETRIED,
        "release ccc is tried again",
        List.of(),
        back,
        file(WEB, Phase.PROGRESSING, release("ccc", back), release("aaa", first)));

    assertThat(repositories.reeve("history", "web").out())
        .contains("2026-11-26T12:00:06Z  ccc      " + shortened(back) + "  Ada     Progressing\n")
        .contains("2026-11-26T12:00:03Z  ccc      " + shortened(third) + "  Ada     failed");
  }

  @Test
  void aPodIsExplainedByWhatStartedAndStoppedIt() {
    says(
        repositories.reeve("explain", "web-bbb-x2"),
        "pod web-bbb-x2 of Deployment/default/web, release bbb",
        "",
        "2026-11-26T12:00:02Z  started on n2  RolloutStarted: release aaa -> bbb                             "
            + behind(second, "Version 2"),
        "2026-11-26T12:00:03Z  stopped on n2  RolloutStarted: release bbb -> ccc; superseded by release ccc  "
            + behind(third, "Version 3"));
    assertThat(repositories.reeve("explain", "default/web-aaa-x1").out())
        .contains("started on n1  RolloutStarted: release aaa  " + behind(first, "Three copies"))
        .endsWith("Its end is not recorded.\n");
    assertThat(repositories.reeve("explain", "web-zzz-x9"))
        .isEqualTo(
            new Said(
                1,
                "",
                "reeve: there is no workload or pod web-zzz-x9 in the record of cluster prod\n"));
  }

  @Test
  void aWorkloadIsExplainedByItsDecisions() {
    var said = repositories.reeve("explain", "Deployment/default/web");

    assertThat(said.out())
        .startsWith(
            """
            Deployment/default/web: Healthy, 3 of 3 ready
            release  aaa since 2026-11-26T12:00:00Z: %s
            failed   ccc: %s
                     it crashes; rolled back by %s

            2026-11-26T12:00:00Z  RolloutStarted \
            """
                .formatted(
                    behind(first, "Three copies"), behind(third, "Version 3"), shortened(back)))
        .contains(
            "2026-11-26T12:00:04Z  RolloutFailed      release ccc failed: it crashes  commit ");
  }

  @Test
  void blameNamesTheDecisionBehindEachValue() {
    var out = repositories.reeve("blame", "web").out();

    assertThat(out.lines().map(it -> it.replaceAll(" +", " ")))
        .contains(
            "KEY VALUE WHEN RECORD REASON COMMIT AUTHOR",
            "phase Healthy 2026-11-26T12:00:04Z "
                + record(1)
                + " RolloutFailed "
                + shortened(third)
                + " Ada",
            "release.hash aaa 2026-11-26T12:00:04Z "
                + record(1)
                + " RolloutFailed "
                + shortened(third)
                + " Ada",
            "stable.hash aaa 2026-11-26T12:00:01Z "
                + record(4)
                + " RolloutCompleted "
                + shortened(first)
                + " Ada",
            "replicas.desired 3 2026-11-26T12:00:00Z "
                + record(5)
                + " RolloutStarted "
                + shortened(first)
                + " Ada");
    assertThat(repositories.reeve("blame", "web", "-o", "json").out())
        .contains("\"key\" : \"rollback.commit\"", "\"reason\" : \"RollbackCommitted\"");
  }

  private String record(int back) {
    return shortened(git(repositories.remote(), "rev-parse", "reeve/prod~" + back));
  }

  @Test
  void aTemporaryCloneDoesToo() {
    assertThat(repositories.in("file://" + repositories.remote(), "history", "web").out())
        .isEqualTo(repositories.reeve("history", "web").out());
  }

  @Test
  void whatWasFetchedDoesWhereTheRemoteIsAway() throws IOException {
    var before = repositories.reeve("history", "web");
    git(repositories.ada(), "remote", "set-url", "origin", temp.resolve("away").toString());

    var said = repositories.reeve("history", "web");

    assertThat(said.out()).isEqualTo(before.out());
    assertThat(said.err()).startsWith("reeve: origin does not answer, going by what was fetched: ");
  }

  @Test
  void severalClustersMustBeTold() {
    git(repositories.remote(), "branch", "reeve/test", "reeve/prod");

    assertThat(repositories.reeve("history", "web").err())
        .isEqualTo(
            "reeve: several clusters have a record there, --cluster says which: prod, test\n");
    assertThat(repositories.reeve("history", "web", "--cluster", "test").code()).isZero();
  }

  @Test
  void whatWasRemovedIsStillTold() throws IOException {
    git(temp.resolve("recorder"), "rm", "-q", WEB.recordPath());
    repositories.record(Reason.PRUNED, "default/web: pruned", List.of(), back);

    assertThat(repositories.reeve("history", "Deployment/default/web").out()).contains("stable");
    assertThat(repositories.reeve("explain", "Deployment/default/web").out())
        .startsWith("Deployment/default/web: not in the repository any more\n");
    assertThat(repositories.reeve("history", "web").err())
        .isEqualTo("reeve: there is no workload web in the record of cluster prod\n");
  }
}
