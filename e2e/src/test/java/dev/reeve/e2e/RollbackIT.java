package dev.reeve.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.lab.LabNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// A release fails: pods go back at once, and then the text does, through a Git server as others
/// run one.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RollbackIT {
  private static final int WEB_PORT = 7174;
  private static final int AGENT_PORT = 7175;
  private static final int DOCUMENTS = 30;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private static Path temp;
  private final Web web = new Web(WEB_PORT);
  private LabNode node;
  private GitHost git;
  private Processes processes;
  private Program server;
  private Program agent;
  private Repository clone;
  private String good = "";

  @BeforeAll
  void startEverything() throws Exception {
    node = LabNode.start(13, temp.resolve("node"));
    node.importImage("web:1");
    git = GitHost.start(temp.resolve("git"));
    clone = Repository.clone(List.of(), git.path(), temp.resolve("clone"));
    good = file("web:1", "hello");
    clone.write("all.yaml", good);
    var first = clone.push("First");
    processes = new Processes(temp, git.url(), WEB_PORT, AGENT_PORT);
    server = processes.server("--poll", "1");
    Program.await("the web answers", PATIENCE, web::isUp);
    agent = processes.agent(0, node);
    Program.await("all is ready", PATIENCE, () -> clone.note(first).startsWith("success"));
  }

  @AfterAll
  void stopEverything() throws Exception {
    if (agent != null) {
      agent.close();
    }
    if (server != null) {
      server.close();
    }
    if (git != null) {
      git.close();
    }
    if (node != null) {
      node.close();
    }
  }

  /// Thirty documents with comments, in CRLF; the workload and its config are two of them.
  private static String file(String image, String greeting) {
    var text = new StringBuilder("# Everything, in one file.\n");
    for (int i = 0; i < DOCUMENTS - 2; i++) {
      text.append(
          """
          # Number %d, as it came.
          apiVersion: v1
          kind: ConfigMap
          metadata: {name: c%d}   # not used
          data:
              key:   "value %d"
          ---
          """
              .formatted(i, i, i));
      if (i == DOCUMENTS / 2) {
        text.append(workload(image)).append("---\n").append(config(greeting)).append("---\n");
      }
    }
    return text.toString().replace("\n", "\r\n");
  }

  private static String workload(String image) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 2
      progressDeadlineSeconds: 8
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
            - name: web
              image: %s   # what is served
              volumeMounts: [{name: config, mountPath: /config}]
              readinessProbe: {exec: {command: [sh, -c, "! grep -q bad /config/greeting"]}, periodSeconds: 1}
          volumes: [{name: config, configMap: {name: greeting}}]
    """
        .formatted(image);
  }

  private static String config(String greeting) {
    return """
    # Said to everyone.
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: greeting}
    data: {greeting: %s}
    """
        .formatted(greeting);
  }

  @Test
  @Order(1)
  void codeAndConfigGoBackTogetherByteForByte() throws Exception {
    var before = Containers.running(List.of(node));
    clone.write("all.yaml", file("web:1", "bad").replace("what is served", "what is not served"));
    var failed = clone.push("Bad config, and a comment");

    var toFailure =
        Program.await("failure is noted", PATIENCE, () -> clone.note(failed).startsWith("failure"));
    var toRollback = Program.await("the text goes back", PATIENCE, () -> !tip().equals(failed));
    clone.git("merge", "-q", "--ff-only", "origin/main");
    var rollback = tip();

    System.out.println(
        "push to failure noted %d ms (deadline 8 s), to text rolled back %d ms more%n%s"
            .formatted(
                toFailure.toMillis(),
                toRollback.toMillis(),
                clone.git("log", "-1", "--format=%B", "--stat")));
    assertThat(clone.read("all.yaml")).isEqualTo(good);
    assertThat(clone.git("log", "-1", "--format=%(trailers:key=Reeve-Rollback-Of,valueonly)"))
        .isEqualTo(failed);
    Program.await("success is noted", PATIENCE, () -> clone.note(rollback).startsWith("success"));
    // Those that served before serve on, untouched.
    assertThat(Containers.running(List.of(node))).containsAll(before);
    assertThat(clone.note(failed)).contains("rolled back by " + rollback.substring(0, 7));
    clone.git("fetch", "-q", "origin", "+refs/heads/reeve/*:refs/remotes/origin/reeve/*");
    System.out.println(clone.git("log", "--format=%h %s", "-8", "origin/reeve/local"));
  }

  @Test
  @Order(2)
  void aProtectedBranchGetsAProposal() throws Exception {
    git.protectMain();
    clone.write("all.yaml", file("127.0.0.1:1/nowhere:1", "hello"));
    var failed = clone.push("An image that is nowhere");
    var branch = "reeve-rollback/local/" + failed.substring(0, 7);

    Program.await(
        "the proposal is noted",
        PATIENCE,
        () -> clone.note(failed).contains("rollback proposed on branch " + branch));

    System.out.println(clone.note(failed));
    assertThat(tip()).isEqualTo(failed);
    clone.git("fetch", "-q", "origin", branch);
    assertThat(clone.git("rev-parse", "FETCH_HEAD~1")).isEqualTo(failed);
    assertThat(clone.git("show", "FETCH_HEAD:all.yaml") + "\r\n").isEqualTo(good);
    assertThat(web.get("/dashboard.json").toString()).contains("rollback proposed on branch");
    assertThat(status()).contains("rollback proposed on branch " + branch);
    clone.git("merge", "-q", "--ff-only", "FETCH_HEAD");
    var merged = clone.push("Take the proposal");
    Program.await("success is noted", PATIENCE, () -> clone.note(merged).startsWith("success"));
  }

  /// What `reeve status` prints.
  private String status() throws Exception {
    var printed = temp.resolve("status");
    var program =
        Program.java(List.of(), printed, "status", "--server", "http://127.0.0.1:" + WEB_PORT);
    Program.await("the status is printed", PATIENCE, () -> !program.isAlive());
    System.out.println(program.log());
    return program.log();
  }

  private String tip() {
    clone.git("fetch", "-q", "origin");
    return clone.git("rev-parse", "origin/main");
  }
}
