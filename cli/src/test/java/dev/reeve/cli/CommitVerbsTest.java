package dev.reeve.cli;

import static dev.reeve.cli.Repositories.WEB;
import static dev.reeve.cli.Repositories.cluster;
import static dev.reeve.cli.Repositories.file;
import static dev.reeve.cli.Repositories.git;
import static dev.reeve.cli.Repositories.release;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordFile.Rollback.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitVerbsTest {
  private static final ObjectKey OTHER = new ObjectKey("Deployment", "shop", "web");
  private static final String MANIFEST =
      """
      # the shop window
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        replicas: 3 # enough
        selector:
          matchLabels: {app: web}
        template:
          metadata:
            labels: {app: web}
          spec:
            containers:
              - name: web
                image: example/web:1
                envFrom:
                  - configMapRef: {name: words}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: words
      data:
        greeting: hello
      """;

  @TempDir Path temp;

  private Repositories repositories;
  private String first = "";

  @BeforeEach
  void prepare() throws IOException {
    repositories = new Repositories(temp);
    repositories.write("web.yaml", MANIFEST);
    first = repositories.push("Three copies");
    repositories.record(
        Reason.ROLLOUT_COMPLETED,
        "default/web: release aaa, 3 ready",
        List.of(),
        first,
        cluster(first),
        file(WEB, Phase.HEALTHY, release("aaa", first), release("aaa", first)));
  }

  /// A second commit, whose release is on its way.
  private String rollOut() throws IOException {
    repositories.write("web.yaml", MANIFEST.replace("web:1", "web:2").replace("hello", "hi"));
    var second = repositories.push("Version 2");
    repositories.record(
        Reason.ROLLOUT_STARTED,
        "default/web: release aaa -> bbb",
        List.of("+ web-bbb-x1 on n1"),
        second,
        file(WEB, Phase.PROGRESSING, release("bbb", second), release("aaa", first)));
    return second;
  }

  private void fails(String line, Said said) {
    assertThat(said).isEqualTo(new Said(1, "", "reeve: " + line + "\n"));
  }

  private void committed(String subject, String branch, Said said) {
    var sha = git(repositories.remote(), "rev-parse", "--short", branch);
    assertThat(said)
        .isEqualTo(
            new Said(
                0,
                sha
                    + " "
                    + subject
                    + "\npushed to "
                    + branch
                    + " of "
                    + repositories.remote()
                    + "\n",
                ""));
  }

  @Nested
  class Edits {
    @Test
    void scaleChangesOneValue() throws IOException {
      committed(
          "Scale Deployment/default/web to 5",
          "main",
          repositories.reeve("scale", "web", "--replicas", "5"));

      assertThat(git(repositories.remote(), "show", "main:web.yaml"))
          .isEqualTo(MANIFEST.replace("replicas: 3 #", "replicas: 5 #").strip());
      assertThat(git(repositories.remote(), "log", "-1", "--format=%an", "main")).isEqualTo("Ada");
      assertThat(git(repositories.remote(), "rev-parse", "main~1")).isEqualTo(first);
      assertThat(repositories.reeve("scale", "web", "--replicas", "5"))
          .isEqualTo(
              new Said(
                  0, "Deployment/default/web has 5 replicas already: nothing to commit\n", ""));
    }

    @Test
    void pauseAndResumeAreCommits() throws IOException {
      committed(
          "Pause Deployment/default/web", "main", repositories.reeve("pause", "deployment/web"));
      assertThat(repositories.read("web.yaml")).contains("spec:\n  paused: true\n  replicas");

      committed(
          "Resume Deployment/default/web", "main", repositories.reeve("resume", "default/web"));
      assertThat(repositories.read("web.yaml")).contains("spec:\n  paused: false\n  replicas");

      fails("Deployment/default/web is not paused", repositories.reeve("resume", "web"));
    }

    @Test
    void restartWritesTheTime() throws IOException {
      committed("Restart Deployment/default/web", "main", repositories.reeve("restart", "web"));

      assertThat(repositories.read("web.yaml"))
          .containsPattern(
              "metadata:\n      annotations:\n        kubectl.kubernetes.io/restartedAt: \"20[0-9T:-]+Z\"\n      labels");
    }

    @Test
    void noneNeedsTheKeysOfWhatOthersHaveEncrypted() throws IOException {
      repositories.write("login.yaml", AgeKeysTest.text("login-a.yaml"));
      repositories.push("A secret");

      committed(
          "Scale Deployment/default/web to 5",
          "main",
          repositories.reeve("scale", "web", "--replicas", "5"));
    }

    @Test
    void aMessageOfOnesOwnTakesThePlaceOfTheUsualOne() {
      committed(
          "Sale", "main", repositories.reeve("scale", "web", "--replicas", "9", "-m", "Sale"));
    }

    @Test
    void aRollbackRestoresTextAndConfig() throws IOException {
      rollOut();

      committed(
          "Roll back Deployment/default/web to " + RecordLog.shortened(first),
          "main",
          repositories.reeve("rollback", "web", "--to", "HEAD~1"));

      assertThat(repositories.read("web.yaml")).isEqualTo(MANIFEST);
      assertThat(repositories.reeve("rollback", "web", "--to", first).out())
          .contains("nothing to commit");
      fails(
          "there is no commit nonsense in the repository",
          repositories.reeve("rollback", "web", "--to", "nonsense"));
    }

    @Test
    void aRollbackLeavesConfigThatOthersUse() throws IOException {
      repositories.write(
          "api.yaml",
          MANIFEST
              .substring(0, MANIFEST.indexOf("---"))
              .replace("name: web\nspec", "name: api\nspec"));
      rollOut();

      fails(
          "ConfigMap/default/words would go back too, and is also used by [Deployment/default/api]",
          repositories.reeve("rollback", "web", "--to", first));
    }

    @Test
    void aRollbackLeavesConfigThatIsLive() throws IOException {
      var live =
          MANIFEST.replace(
              "name: words\n", "name: words\n  annotations: {reeve.dev/config: live}\n");
      repositories.write("web.yaml", live);
      var then = repositories.push("Words are live");
      var now = live.replace("hello", "good day");
      repositories.write("web.yaml", now.replace("example/web:1", "example/web:2"));
      repositories.push("Version 2");

      committed(
          "Roll back Deployment/default/web to " + RecordLog.shortened(then),
          "main",
          repositories.reeve("rollback", "web", "--to", then));

      assertThat(repositories.read("web.yaml")).isEqualTo(now);
    }

    @Test
    void whatTheControlPlaneWouldRefuseIsNotCommitted() throws IOException {
      repositories.write(
          "bad.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\nfoo: 1\n");
      var tip = repositories.push("Mistake");

      fails(
          "the result would be refused: bad.yaml:4:1: unknown field \"foo\"",
          repositories.reeve("scale", "web", "--replicas", "5"));
      assertThat(repositories.tip()).isEqualTo(tip);
    }

    @Test
    void theNumberOfWhatAnAutoscalerScalesIsNotWritten() throws IOException {
      repositories.write(
          "hpa.yaml",
          """
          apiVersion: autoscaling/v2
          kind: HorizontalPodAutoscaler
          metadata: {name: web}
          spec:
            scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
            maxReplicas: 10
          """);
      repositories.push("Autoscale");
      var tip = repositories.tip();

      fails(
          "Deployment/default/web is scaled by HorizontalPodAutoscaler/default/web: change"
              + " minReplicas or maxReplicas there (hpa.yaml)",
          repositories.reeve("scale", "web", "--replicas", "5"));
      assertThat(repositories.tip()).isEqualTo(tip);
      committed(
          "Scale Deployment/default/web to 0",
          "main",
          repositories.reeve("scale", "web", "--replicas", "0"));
    }

    @Test
    void whatCannotBeEditedIsLeftToAPerson() throws IOException {
      repositories.write("web.yaml", MANIFEST.replace("replicas: 3 #", "replicas: &n 3 #"));
      repositories.push("Anchor");

      fails(
          "web.yaml:7:13: the anchor &n stands here",
          repositories.reeve("scale", "web", "--replicas", "5"));
    }
  }

  @Nested
  class Commands {
    @Test
    void nameTheReleaseInFlight() throws IOException {
      rollOut();

      committed("Promote Deployment/default/web", "main", repositories.reeve("promote", "web"));
      assertThat(repositories.message("main"))
          .isEqualTo("Promote Deployment/default/web\n\nReeve-Promote: Deployment/default/web@bbb");

      repositories.reeve("promote", "web", "--step", "2");
      assertThat(repositories.message("main")).endsWith("@bbb step 2");
      repositories.reeve("promote", "web@ccc", "--full");
      assertThat(repositories.message("main")).endsWith("@ccc full");
      repositories.reeve("abort", "Deployment/default/web", "-m", "Enough\n\nIt is slow.");
      assertThat(repositories.message("main"))
          .isEqualTo("Enough\n\nIt is slow.\n\nReeve-Abort: Deployment/default/web@bbb");
      assertThat(git(repositories.remote(), "diff", "--stat", "main~4", "main")).isEmpty();
    }

    @Test
    void needSomethingInFlight() {
      fails(
          "nothing is being rolled out of Deployment/default/web: release aaa is stable",
          repositories.reeve("abort", "web"));
      fails("no release of Deployment/default/web has failed", repositories.reeve("retry", "web"));
      fails(
          "there is no workload db in the record of cluster prod",
          repositories.reeve("promote", "db"));
      assertThat(repositories.reeve("promote", "web", "--full", "--step", "1").code())
          .isEqualTo(64);
    }

    @Test
    void ofAnAmbiguousNameListWhatIsMeant() throws IOException {
      repositories.record(
          Reason.ROLLOUT_STARTED,
          "shop/web: release ccc",
          List.of(),
          first,
          file(OTHER, Phase.PROGRESSING, release("ccc", first)));

      fails(
          "web is ambiguous: Deployment/default/web, Deployment/shop/web",
          repositories.reeve("promote", "web"));
      committed("Promote Deployment/shop/web", "main", repositories.reeve("promote", "shop/web"));
    }

    @Test
    void retryRestoresWhatWasRolledBack() throws IOException {
      var second = rollOut();
      repositories.write("web.yaml", MANIFEST);
      var back = repositories.push("Roll back default/web");
      // A later change of something else in the document is kept.
      repositories.write("web.yaml", MANIFEST.replace("replicas: 3", "replicas: 4"));
      repositories.push("Four copies");
      failed(second, back);

      committed("Retry Deployment/default/web", "main", repositories.reeve("retry", "web"));

      assertThat(repositories.message("main"))
          .endsWith("\n\nReeve-Retry: Deployment/default/web@bbb");
      assertThat(repositories.read("web.yaml"))
          .isEqualTo(
              MANIFEST
                  .replace("replicas: 3", "replicas: 4")
                  .replace("web:1", "web:2")
                  .replace("hello", "hi"));

      // Now the text is there: only the trailer is wanted.
      committed("Retry Deployment/default/web", "main", repositories.reeve("retry", "web"));
      assertThat(git(repositories.remote(), "diff", "--stat", "main~1", "main")).isEmpty();
    }

    @Test
    void retryOfTextThatIsGoneCannotGoToTheBranchOfCommands() throws IOException {
      var second = rollOut();
      repositories.write("web.yaml", MANIFEST);
      failed(second, repositories.push("Roll back default/web"));

      fails(
          "the failed text is not on main any more, and only a commit there can restore it",
          repositories.reeve("retry", "web", "--commands-branch"));
    }

    private void failed(String second, String back) throws IOException {
      repositories.record(
          Reason.ROLLOUT_FAILED,
          "default/web: release bbb failed: it crashes",
          List.of("- web-bbb-x1 on n1"),
          second,
          file(
              WEB,
              Phase.HEALTHY,
              release("aaa", first),
              Optional.of(new RecordFile.Failure(release("bbb", second), "it crashes")),
              Optional.of(new RecordFile.Rollback(second, Outcome.COMMITTED, back)),
              release("aaa", first)));
    }

    @Test
    void mayGoToABranchOfTheirOwn() throws IOException {
      rollOut();
      var tip = repositories.tip();

      committed(
          "Promote Deployment/default/web",
          "reeve-commands/prod",
          repositories.reeve("promote", "web", "--commands-branch"));
      committed(
          "Abort Deployment/default/web",
          "reeve-commands/prod",
          repositories.reeve("abort", "web", "--commands-branch"));

      assertThat(git(repositories.remote(), "rev-list", "--count", "reeve-commands/prod"))
          .isEqualTo("2");
      assertThat(git(repositories.remote(), "ls-tree", "reeve-commands/prod")).isEmpty();
      assertThat(repositories.tip()).isEqualTo(tip);
      assertThat(git(repositories.ada(), "rev-parse", "HEAD")).isEqualTo(tip);
    }
  }

  @Nested
  class TheClone {
    @Test
    void mustHaveNoOtherChangesToTheFile() throws IOException {
      repositories.write("web.yaml", MANIFEST + "# mine\n");

      fails(
          "web.yaml has changes that are not committed: commit or stash them first",
          repositories.reeve("scale", "web", "--replicas", "5"));

      repositories.write("web.yaml", MANIFEST);
      repositories.write("other.yaml", "# half done");
      committed(
          "Scale Deployment/default/web to 5",
          "main",
          repositories.reeve("scale", "web", "--replicas", "5"));
      assertThat(git(repositories.ada(), "status", "--porcelain")).isEqualTo("?? other.yaml");

      git(repositories.ada(), "add", "other.yaml");
      fails(
          "changes are staged: commit or unstage them first",
          repositories.reeve("scale", "web", "--replicas", "6"));
    }

    @Test
    void mustHaveTheFollowedBranchCheckedOutWithNothingUnpushed() {
      git(repositories.ada(), "checkout", "-q", "-b", "idea");
      fails(
          "cluster prod follows main, and idea is checked out: git switch main",
          repositories.reeve("scale", "web", "--replicas", "5", "--branch", "main"));

      git(repositories.ada(), "checkout", "-q", "main");
      git(repositories.ada(), "commit", "-q", "--allow-empty", "-m", "Not pushed");
      fails(
          "main has 1 commit that origin does not have: push or drop them first",
          repositories.reeve("scale", "web", "--replicas", "5"));
    }

    @Test
    void isBroughtUpToDateFirst() throws IOException {
      var bert = bert();
      Files.writeString(bert.resolve("web.yaml"), MANIFEST.replace("web:1", "web:7"));
      git(bert, "commit", "-qam", "Version 7");
      git(bert, "push", "-q", "origin", "main");

      committed(
          "Scale Deployment/default/web to 5",
          "main",
          repositories.reeve("scale", "web", "--replicas", "5"));
      assertThat(repositories.read("web.yaml")).contains("replicas: 5").contains("web:7");
    }

    @Test
    void isAsItWasAfterARefusedPush() throws IOException {
      rollOut();
      var tip = repositories.tip();
      repositories.hook(
          "pre-receive",
          "while read a b ref; do case $ref in */main) echo 'main is protected' >&2; exit 1;; esac; done");

      fails(
          "the remote takes no push to main: main is protected (--commands-branch pushes to reeve-commands/prod instead)",
          repositories.reeve("promote", "web"));
      fails(
          "the remote takes no push to main: main is protected",
          repositories.reeve("scale", "web", "--replicas", "5"));
      assertThat(git(repositories.ada(), "rev-parse", "HEAD")).isEqualTo(tip);
      assertThat(git(repositories.ada(), "status", "--porcelain")).isEmpty();

      committed(
          "Promote Deployment/default/web",
          "reeve-commands/prod",
          repositories.reeve("promote", "web", "--commands-branch"));
    }

    @Test
    void goesOnAfterALostRace() throws IOException {
      var bert = bert();
      Files.writeString(bert.resolve("note.txt"), "meanwhile");
      git(bert, "add", "-A");
      git(bert, "commit", "-qm", "Meanwhile");
      // After the clone was brought up to date, and before its push arrives.
      Repositories.hook(
          repositories.ada().resolve(".git/hooks"),
          "pre-push",
          "cd " + bert + " && env -u GIT_DIR git push -q origin main");

      committed(
          "Scale Deployment/default/web to 5",
          "main",
          repositories.reeve("scale", "web", "--replicas", "5"));

      assertThat(git(repositories.remote(), "log", "--format=%s", "main"))
          .isEqualTo("Scale Deployment/default/web to 5\nMeanwhile\nThree copies");
    }

    @Test
    void goesOnAfterALostRaceForTheBranchOfCommands() throws IOException {
      rollOut();
      var bert = bert();
      Repositories.hook(
          repositories.ada().resolve(".git/hooks"),
          "pre-push",
          "cd " + bert + " && env -u GIT_DIR git push -q origin main:reeve-commands/prod || true");

      committed(
          "Abort Deployment/default/web",
          "reeve-commands/prod",
          repositories.reeve("abort", "web", "--commands-branch"));
      assertThat(git(repositories.remote(), "rev-parse", "reeve-commands/prod~1"))
          .isEqualTo(repositories.tip());
    }

    @Test
    void isAsItWasAfterAConflict() throws IOException {
      var bert = bert();
      Files.writeString(bert.resolve("web.yaml"), MANIFEST.replace("replicas: 3", "replicas: 9"));
      git(bert, "commit", "-qam", "Nine copies");
      Repositories.hook(
          repositories.ada().resolve(".git/hooks"),
          "pre-push",
          "cd " + bert + " && env -u GIT_DIR git push -q origin main");

      fails(
          "somebody else has changed the same lines of main meanwhile: look, and try again",
          repositories.reeve("scale", "web", "--replicas", "5"));
      assertThat(git(repositories.ada(), "log", "-1", "--format=%s")).isEqualTo("Three copies");
      assertThat(git(repositories.ada(), "status", "--porcelain")).isEmpty();
    }

    private Path bert() {
      var bert = temp.resolve("bert");
      git(temp, "clone", "-q", "-b", "main", repositories.remote().toString(), bert.toString());
      Repositories.identify(bert, "Bert");
      return bert;
    }
  }

  @Nested
  class WithoutAPush {
    @Test
    void aDryRunShowsTheCommit() throws IOException {
      var said = repositories.reeve("scale", "web", "--replicas", "5", "--dry-run");

      assertThat(said.code()).isZero();
      assertThat(said.out())
          .startsWith("Scale Deployment/default/web to 5\n\ndiff --git a/web.yaml b/web.yaml\n")
          .contains("\n-  replicas: 3 # enough\n+  replicas: 5 # enough\n");
      assertThat(repositories.tip()).isEqualTo(first);
      assertThat(git(repositories.ada(), "rev-parse", "HEAD")).isEqualTo(first);
      assertThat(git(repositories.ada(), "status", "--porcelain")).isEmpty();

      rollOut();
      assertThat(repositories.reeve("abort", "web", "--dry-run").out())
          .isEqualTo("Abort Deployment/default/web\n\nReeve-Abort: Deployment/default/web@bbb\n");
    }

    @Test
    void theCommitStaysInTheClone() {
      var said = repositories.reeve("scale", "web", "--replicas", "5", "--no-push");

      var sha = git(repositories.ada(), "rev-parse", "--short", "HEAD");
      assertThat(said)
          .isEqualTo(new Said(0, sha + " Scale Deployment/default/web to 5\nnot pushed\n", ""));
      assertThat(repositories.tip()).isEqualTo(first);
    }
  }

  @Nested
  class WithoutAClone {
    private Said at(String... words) {
      return repositories.in("file://" + repositories.remote(), words);
    }

    @Test
    void aTemporaryOneIsMade() {
      var said = at("scale", "web", "--replicas", "5");

      assertThat(said.out()).endsWith("pushed to main of file://" + repositories.remote() + "\n");
      assertThat(repositories.message("main")).isEqualTo("Scale Deployment/default/web to 5");
    }

    @Test
    void historyIsFetchedAsFarAsItIsNeeded() throws IOException {
      rollOut();
      for (int i = 0; i < 60; i++) {
        repositories.push("More " + i);
      }

      assertThat(at("rollback", "web", "--to", first, "--dry-run").out())
          .startsWith("Roll back Deployment/default/web to " + RecordLog.shortened(first));
    }

    @Test
    void whatCannotBeClonedIsSaid() {
      assertThat(
              repositories
                  .in("file://" + temp.resolve("nowhere"), "scale", "web", "--replicas", "1")
                  .err())
          .startsWith("reeve: file://" + temp.resolve("nowhere") + " cannot be cloned: ");
    }
  }

  /// Neither a clone nor an address is named.
  @Nested
  class FromWhereItIsCalled {
    private Said in(Path folder, String server, String... words) {
      var usual = System.getProperty("user.dir");
      var all = new ArrayList<>(List.of(words));
      all.addAll(List.of("--server", server));
      System.setProperty("user.dir", folder.toString());
      try {
        return Said.by(all.toArray(String[]::new));
      } finally {
        System.setProperty("user.dir", usual);
      }
    }

    private Said withServer(Path folder, String branch, String accepted, String... words)
        throws IOException {
      var dashboard =
          """
          {"cluster": {"name": "prod", "repository": "%s", "branch": "%s", "path": ""},
           "commits": [{"sha": "%s", "accepted": true}]}
          """
              .formatted(repositories.remote(), branch, accepted)
              .getBytes(StandardCharsets.UTF_8);
      var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/dashboard.json",
          exchange -> {
            exchange.sendResponseHeaders(200, dashboard.length);
            exchange.getResponseBody().write(dashboard);
            exchange.close();
          });
      server.start();
      try {
        return in(folder, "http://127.0.0.1:" + server.getAddress().getPort(), words);
      } finally {
        server.stop(0);
      }
    }

    @Test
    void theCloneAroundItIsUsed() throws IOException {
      var below = Files.createDirectories(repositories.ada().resolve("a/b"));

      committed(
          "Scale Deployment/default/web to 5",
          "main",
          in(below, Repositories.NOBODY, "scale", "web", "--replicas", "5"));
      assertThat(repositories.read("web.yaml")).contains("replicas: 5");
    }

    @Test
    void theControlPlaneSaysWhichBranchIsFollowed() throws IOException {
      assertThat(
              withServer(repositories.ada(), "live", first, "scale", "web", "--replicas", "5")
                  .err())
          .isEqualTo(
              "reeve: cluster prod follows live, and main is checked out: git switch live\n");
    }

    @Test
    void anotherControlPlaneOfThatNameIsNotHeard() throws IOException {
      committed(
          "Scale Deployment/default/web to 5",
          "main",
          withServer(
              repositories.ada(), "live", "0".repeat(40), "scale", "web", "--replicas", "5"));
    }

    @Test
    void outsideOfAnyTheControlPlaneNamesTheRepository() throws IOException {
      assertThat(
              withServer(temp, "main", first, "scale", "web", "--replicas", "5", "--dry-run").out())
          .startsWith("Scale Deployment/default/web to 5\n\ndiff --git a/web.yaml");
      assertThat(in(temp, Repositories.NOBODY, "scale", "web", "--replicas", "5").err())
          .isEqualTo(
              "reeve: no control plane answers at http://127.0.0.1:1 (is 'reeve up' running?"
                  + " --server says where); inside a clone, or with --repo, it is not needed\n");
    }
  }
}
