package dev.reeve.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.lab.LabNode;
import dev.reeve.lab.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.jupiter.api.io.TempDir;

/// What a new user does with `./reeve`, git, docker and kubectl, in order, on one machine.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class UserJourneyIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String SECRET = "planted-7f3a9c51";

  @TempDir private static Path temp;
  private LabNode node;
  private Program up;
  private String networkBefore = "";

  /// Of the example's eight pods, each with its pause container.
  private static final int CONTAINERS = 2 * (3 + 4 + 1);

  private Repository clone = new Repository(Path.of(""), List.of());
  private String firstCommit = "";

  /// Where one of them fails, what the machine says of itself is the first thing to read.
  @RegisterExtension
  final TestWatcher whenOneFails =
      new TestWatcher() {
        @Override
        public void testFailed(ExtensionContext context, Throwable cause) {
          System.out.println(kubectl("describe", "deployments,rollouts,pods") + up.tail());
        }
      };

  @BeforeAll
  void startAMachine() throws Exception {
    node = LabNode.start(1, temp.resolve("node"));
    node.importImage("bystander:1");
    node.docker("run", "-d", "--name", "bystander", "bystander:1", "sleep", "100000");
    networkBefore = network();
    up = runUp();
  }

  /// All that can be seen of the node's network, but for what counts.
  private String network() {
    return Shell.run(
        node.inside(
            "sh",
            "-c",
            "iptables-save | grep -v '^#' | sed 's/\\[[0-9:]*\\]//';"
                + " nft list ruleset | sed 's/packets [0-9]* bytes [0-9]*//';"
                + " ip -brief addr; ip route; docker -H "
                + node.dockerHost()
                + " network ls"));
  }

  @AfterAll
  void stopIt() throws Exception {
    up.close();
    node.close();
  }

  private Program runUp() throws Exception {
    return Program.start(
        node.inside(
            launcher().toString(),
            "up",
            launcher().resolveSibling("manifests-example").toString(),
            "--data-dir",
            data().toString(),
            "--cluster",
            "local",
            "--docker-host",
            node.dockerHost()),
        temp.resolve("up.log"));
  }

  private static Path data() {
    return temp.resolve("data");
  }

  private String kubectl(String... words) {
    return Shell.end(kubectlWords(words)).output();
  }

  private List<String> kubectlWords(String... words) {
    var all =
        new ArrayList<>(
            node.inside(
                "kubectl",
                "--server",
                "http://127.0.0.1:7070",
                "--cache-dir",
                temp.resolve("kube").toString()));
    all.addAll(List.of(words));
    return all;
  }

  private String web(String what) {
    return kubectl("get", "deployment", "web", "-o", "jsonpath={" + what + "}");
  }

  private Map<String, String> containers() throws Exception {
    return Containers.lives(List.of(node));
  }

  @Test
  @Order(1)
  void upBringsTheExampleUp() throws Exception {
    var took =
        Program.await(
            "the example is ready",
            Duration.ofMinutes(5),
            () -> {
              if (!up.isAlive()) {
                throw new AssertionError(up.log());
              }
              return web(".status.readyReplicas").equals("3");
            });
    System.out.println("up to ready: " + took.toMillis() + " ms");
    assertThat(up.hasMapped("cli/target/reeve.aot"))
        .as("it begins with what was learnt in the rehearsal")
        .isTrue();
    var password = Files.readString(data().resolve("git-password")).strip();
    clone =
        Repository.clone(
            node.inside(),
            "http://reeve:" + password + "@127.0.0.1:7070/git/config.git",
            temp.resolve("clone"));
    firstCommit = clone.git("rev-parse", "HEAD");

    Program.await(
        "success is noted", PATIENCE, () -> clone.note(firstCommit).startsWith("success"));
    assertThat(kubectl("get", "pods", "-A")).contains("clock").contains("1/1").contains("Running");
  }

  @Test
  @Order(2)
  void aPushRollsOut() throws Exception {
    clone.write("web.yaml", clone.read("web.yaml").replace("web:1", "web:2"));

    var commit = clone.push("Serve version 2");
    var took =
        Program.await(
            "version 2 is ready",
            PATIENCE,
            () ->
                clone.note(commit).startsWith("success")
                    && web(".status.updatedReplicas").equals("3"));

    System.out.println("push to success noted: " + took.toMillis() + " ms");
    assertThat(
            kubectl(
                "get",
                "pods",
                "-l",
                "app=web",
                "-o",
                "jsonpath={.items[*].spec.containers[0].image}"))
        .isEqualTo("reeve-example/web:2 reeve-example/web:2 reeve-example/web:2");
    assertThat(kubectl("rollout", "status", "deployment/web")).contains("successfully rolled out");
    assertThat(clone.note(firstCommit)).startsWith("success");
  }

  @Test
  @Order(3)
  void aMistakeChangesNothingAndIsSaidWithItsPlace() throws Exception {
    var good = clone.read("web.yaml");
    var before = containers();
    Map<String, String> mistakes = new LinkedHashMap<>();
    mistakes.put("typo", good.replace("replicas: 3", "replica: 3"));
    mistakes.put("tab", good.replace("  replicas: 3", "\treplicas: 3"));
    mistakes.put("duplicate key", good.replace("  replicas: 3", "  replicas: 3\n  replicas: 4"));
    mistakes.put("unknown kind", good.replace("kind: Deployment", "kind: Deploymint"));
    mistakes.put(
        "missing ConfigMap",
        good.replace("configMapKeyRef: {name: web", "configMapKeyRef: {name: nowhere"));
    mistakes.put("negative replicas", good.replace("replicas: 3", "replicas: -1"));
    mistakes.put("bad image", good.replace("image: reeve-example/web:2", "image: Reeve Example"));
    mistakes.put("two definitions", good + "---\n" + good.substring(good.lastIndexOf("---") + 4));
    mistakes.put("2 MB", good + "# " + "x".repeat(2_000_000) + "\n");
    mistakes.put("no YAML", "\u0000\u0001 this is {{{ no YAML ]]]\n");

    for (var mistake : mistakes.entrySet()) {
      clone.write("web.yaml", mistake.getValue());
      var commit = clone.push("A mistake: " + mistake.getKey());
      Program.await(
          "a note on '" + mistake.getKey() + "'", PATIENCE, () -> !clone.note(commit).isEmpty());
      var note = clone.note(commit);

      System.out.println(mistake.getKey() + ": " + note.lines().skip(1).findFirst().orElse(""));
      assertThat(note).startsWith("refused\n");
      assertThat(note.lines().skip(1).findFirst().orElse("")).matches("web\\.yaml:\\d+:\\d+: .+");
      assertThat(up.log()).contains(note.lines().skip(1).findFirst().orElse("-"));
    }

    assertThat(containers()).isEqualTo(before);
    clone.write("web.yaml", good);
    var mended = clone.push("Mend it");
    Program.await(
        "the mended commit is good", PATIENCE, () -> clone.note(mended).startsWith("success"));
    assertThat(containers()).isEqualTo(before);
  }

  @Test
  @Order(4)
  void whatIsBrokenByHandIsMended() throws Exception {
    for (String how : List.of("kill", "stop -t 1", "rm -f")) {
      var victim = app();

      docker(how, victim);
      var took =
          Program.await(
              "mended after docker " + how, PATIENCE, () -> !app().equals(victim) && ready());

      System.out.println(
          "docker " + how + " of an app container: ready again after " + took.toMillis() + " ms");
    }
    var pause = first("label=io.kubernetes.container.name=POD");

    docker("rm -f", pause);
    var took =
        Program.await(
            "mended without its pause container",
            PATIENCE,
            () -> containers().size() == CONTAINERS && ready());
    System.out.println(
        "docker rm -f of a pause container: ready again after " + took.toMillis() + " ms");
  }

  private void docker(String how, String container) {
    var words = new ArrayList<>(List.of(how.split(" ")));
    words.add(container);
    node.docker(words.toArray(String[]::new));
  }

  private boolean ready() {
    return web(".status.readyReplicas").equals("3")
        && kubectl("get", "rollout", "shop", "-o", "jsonpath={.status.readyReplicas}").equals("4")
        && kubectl("get", "pod", "clock", "-n", "tools").contains("1/1");
  }

  private String app() {
    return first("label=io.kubernetes.container.name=web");
  }

  private String first(String filter) {
    return node.docker(
            "ps", "-q", "--no-trunc", "--filter", "label=dev.reeve.cluster", "--filter", filter)
        .lines()
        .sorted()
        .findFirst()
        .orElse("");
  }

  @Test
  @Order(5)
  void aReleaseThatCannotWorkLeavesTheOldOneServing() throws Exception {
    var good = clone.read("web.yaml");
    clone.write(
        "web.yaml",
        good.replace("image: reeve-example/web:2", "image: 127.0.0.1:1/nowhere:1")
            .replace("replicas: 3", "replicas: 3\n  progressDeadlineSeconds: 10"));

    var unpullable = clone.push("An image that is nowhere");
    Program.await("failure is noted", PATIENCE, () -> clone.note(unpullable).startsWith("failure"));

    System.out.println(
        "cannot be pulled: " + clone.note(unpullable).lines().skip(1).findFirst().orElse(""));
    assertThat(clone.note(unpullable)).contains("Deployment/default/web").contains("Pull");
    assertThat(web(".status.readyReplicas")).isEqualTo("3");
    awaitRollbackOf(unpullable);
    assertThat(clone.read("web.yaml")).isEqualTo(good);

    clone.write(
        "web.yaml",
        good.replace(
            "          ports:\n", "          command: [sh, -c, exit 3]\n          ports:\n"));
    var crashing = clone.push("A command that exits at once");
    Program.await("failure is noted", PATIENCE, () -> clone.note(crashing).startsWith("failure"));

    System.out.println(
        "exits at once: " + clone.note(crashing).lines().skip(1).findFirst().orElse(""));
    assertThat(clone.note(crashing)).contains("exit code 3");
    assertThat(web(".status.readyReplicas")).isEqualTo("3");
    awaitRollbackOf(crashing);
    assertThat(clone.read("web.yaml")).isEqualTo(good);
    assertThat(web(".status.readyReplicas")).isEqualTo("3");
  }

  /// What failed is put right in Git by a commit that says of what it is the answer.
  private void awaitRollbackOf(String commit) throws Exception {
    var took =
        Program.await(
            "the text is rolled back",
            PATIENCE,
            () -> {
              clone.git("fetch", "-q", "origin");
              return !clone.git("rev-parse", "origin/main").equals(commit);
            });
    clone.git("merge", "-q", "--ff-only", "origin/main");
    var rollback = clone.git("rev-parse", "HEAD");
    System.out.println(
        "failure noted to text rolled back: "
            + took.toMillis()
            + " ms\n"
            + clone.git("log", "-1", "--format=%B"));
    assertThat(clone.git("rev-parse", "HEAD~1")).isEqualTo(commit);
    assertThat(clone.git("log", "-1", "--format=%(trailers:key=Reeve-Rollback-Of,valueonly)"))
        .isEqualTo(commit);
    assertThat(clone.git("diff", "--name-only", "HEAD~1", "HEAD")).isEqualTo("web.yaml");
    Program.await("success is noted", PATIENCE, () -> clone.note(rollback).startsWith("success"));
  }

  @Test
  @Order(6)
  void kubectlShowsWhatIsThere() throws Exception {
    var transcript = new Transcript();
    var pods = transcript.of("get", "pods");
    assertThat(pods.lines()).hasSize(1 + 3 + 4);
    assertThat(pods).containsPattern("NAME +READY +STATUS +RESTARTS +AGE");
    assertThat(transcript.of("get", "pods", "-o", "wide"))
        .containsPattern("IP +NODE")
        .contains(node.docker("inspect", "-f", ADDRESS, pauseOf(app())).strip());
    assertThat(transcript.of("get", "deployment", "web", "-o", "yaml"))
        .contains("readyReplicas: 3", "image: reeve-example/web:2");
    assertThat(transcript.of("get", "pods", "-o", "json")).contains("\"containerStatuses\"");
    assertThat(transcript.of("get", "pods", "-A")).contains("tools", "clock", "default", "web-");
    assertThat(transcript.of("get", "pods", "-A", "-l", "app=web").lines()).hasSize(4);
    assertThat(transcript.of("get", "deployments,replicasets,services,configmaps"))
        .containsPattern("deployment.apps/web +3/3 +3 +3");
    assertThat(transcript.of("get", "nodes", "-o", "wide")).containsPattern(" Ready ");
    assertThat(transcript.of("describe", "deployment", "web"))
        .contains("3 desired | 3 updated | 3 total | 3 available");
    assertThat(transcript.of("describe", "pod", "-l", "app=web"))
        .contains("Readiness:", "Controlled By:  ReplicaSet/web-");
    assertThat(transcript.of("api-resources")).containsPattern("deployments +deploy +apps/v1");
    assertThat(transcript.of("events")).contains("RolloutCompleted");
    assertThat(transcript.of("events", "-A")).contains("RolloutCompleted");
    assertThat(transcript.of("logs", "clock", "-n", "tools", "--tail=2").lines()).hasSize(2);
    assertThat(
            transcript.until(
                it -> it.lines().count() >= 4, "logs", "-f", "clock", "-n", "tools", "--tail=2"))
        .contains(":");
    var victim = app();
    var watched =
        transcript.until(
            it -> {
              if (it.lines().count() == 4 && app().equals(victim)) {
                node.docker("kill", victim);
              }
              return it.lines().skip(4).anyMatch(line -> line.contains("1/1"));
            },
            "get",
            "pods",
            "-l",
            "app=web",
            "-w");
    assertThat(watched.lines().skip(4)).anyMatch(line -> line.contains("0/1"));
    var file = temp.resolve("web.yaml");
    Files.writeString(file, clone.read("web.yaml"));
    assertThat(transcript.of("apply", "-f", file.toString())).contains("read-only: commit to");
    assertThat(transcript.of("delete", "deployment", "web")).contains("read-only: commit to");
    assertThat(transcript.of("scale", "deployment", "web", "--replicas=5"))
        .contains("read-only: commit to");
    assertThat(web(".status.readyReplicas")).isEqualTo("3");
    assertThat(transcript.of("rollout", "status", "deployment/web", "--timeout=60s"))
        .contains("successfully rolled out");
  }

  private static final String ADDRESS = "{{index .Config.Labels \"dev.reeve.pod-ip\"}}";

  private String pauseOf(String app) {
    return node.docker("inspect", "-f", "{{.HostConfig.NetworkMode}}", app)
        .strip()
        .replace("container:", "");
  }

  /// What kubectl was asked and what it said, kept for readers.
  private final class Transcript {
    private static final Path FILE =
        Path.of(System.getProperty("reeve.root"), "e2e/target/kubectl-transcript.txt");

    private Transcript() throws IOException {
      Files.createDirectories(FILE.getParent());
      Files.writeString(FILE, "");
    }

    String of(String... words) throws IOException {
      return keep(words, kubectl(words));
    }

    /// A command that goes on by itself, and is ended once it has said enough.
    String until(Predicate<String> enough, String... words) throws Exception {
      var output = Files.createTempFile(temp, "kubectl", ".out");
      try (var running = Program.start(kubectlWords(words), output)) {
        Program.await(
            String.join(" ", words) + " says enough", PATIENCE, () -> enough.test(running.log()));
      }
      return keep(words, Files.readString(output));
    }

    private String keep(String[] words, String output) throws IOException {
      Files.writeString(
          FILE,
          "$ kubectl " + String.join(" ", words) + "\n" + output + "\n",
          StandardOpenOption.APPEND);
      return output;
    }
  }

  @Test
  @Order(7)
  void anotherStartFindsWhatRuns() throws Exception {
    var before = containers();

    up.stop();
    assertThat(containers()).isEqualTo(before);
    long start = System.nanoTime();
    up = runUp();
    Program.await("it is up again", PATIENCE, this::ready);

    System.out.println("second up to ready: " + (System.nanoTime() - start) / 1_000_000 + " ms");
    assertThat(containers()).isEqualTo(before);

    up.kill();
    up = runUp();
    Program.await("it is up after kill -9", PATIENCE, this::ready);
    assertThat(containers()).isEqualTo(before);
  }

  @Test
  @Order(8)
  void aSecretIsNowhereButWhereItIsUsed() throws Exception {
    clone.write("web.yaml", clone.read("web.yaml").replace("change-me", SECRET));
    var commit = clone.push("A new secret");
    Program.await("success is noted", PATIENCE, () -> clone.note(commit).startsWith("success"));

    assertThat(node.docker("exec", app(), "cat", "/secret/password")).isEqualTo(SECRET);
    assertThat(up.log()).doesNotContain(SECRET);
    assertThat(kubectl("get", "secrets,pods,deployments,events", "-A", "-o", "yaml"))
        .doesNotContain(SECRET);
    clone.git("fetch", "-q", "origin", "reeve/local", "+refs/notes/*:refs/notes/*");
    assertThat(clone.git("log", "-p", "FETCH_HEAD")).doesNotContain(SECRET);
    assertThat(clone.git("log", "-p", "refs/notes/reeve-local")).doesNotContain(SECRET);
    assertThat(Shell.run("ps", "auxww")).doesNotContain(SECRET);
    // The repository's own objects hold it, packed; nothing else in the data directory may.
    assertThat(
            Shell.end(
                    List.of(
                        "grep",
                        "-rl",
                        SECRET,
                        data().resolve("agent").toString(),
                        data().resolve("server/record").toString()))
                .output())
        .isEmpty();
  }

  @Test
  @Order(9)
  void aCanaryWaitsUntilItIsPromotedByACommit() throws Exception {
    clone.git("pull", "-q", "--ff-only");
    clone.write("canary.yaml", clone.read("canary.yaml").replace("web:1", "web:2"));
    clone.push("Version 2 of the shop");
    var took = Program.await("the canary waits", PATIENCE, () -> shop().equals("Paused 3 50"));

    var said =
        Shell.run(
            node.inside(
                "sh", "-c", "cd " + clone.folder() + " && " + launcher() + " promote shop 2>&1"));
    System.out.println("push to the last pause: " + took.toMillis() + " ms\n" + said);
    var promotion = clone.git("rev-parse", "HEAD");

    Program.await("success is noted", PATIENCE, () -> clone.note(promotion).startsWith("success"));
    assertThat(clone.git("log", "-1", "--format=%B"))
        .contains("Reeve-Promote: Rollout/default/shop@");
    assertThat(shop()).startsWith("Healthy 4 ");
  }

  private String shop() {
    return kubectl(
        "get",
        "rollout",
        "shop",
        "-o",
        "jsonpath={.status.phase} {.status.currentStepIndex} "
            + "{.status.canary.weights.canary.weight}");
  }

  private static Path launcher() {
    return Path.of(System.getProperty("reeve.root")).resolve("reeve");
  }

  @Test
  @Order(10)
  void deletingAllIsRefusedUntilApproved() throws Exception {
    var before = containers();
    clone.git("rm", "-q", "web.yaml", "batch.yaml", "canary.yaml");
    var deletion = clone.push("Delete everything");
    Program.await("it is refused", PATIENCE, () -> clone.note(deletion).startsWith("refused"));

    System.out.println(
        "delete all: " + clone.note(deletion).lines().skip(1).findFirst().orElse(""));
    assertThat(clone.note(deletion)).contains("prune").contains("Reeve-Allow-Prune: " + deletion);
    assertThat(containers()).isEqualTo(before);

    var approval = clone.push("Yes, delete it\n\nReeve-Allow-Prune: " + deletion);
    Program.await("it is done", PATIENCE, () -> containers().isEmpty());
    Program.await("success is noted", PATIENCE, () -> clone.note(approval).startsWith("success"));
  }

  @Test
  @Order(11)
  void applyIsRefusedInWords() throws Exception {
    var file = temp.resolve("apply.yaml");
    Files.writeString(
        file,
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: default}\ndata: {a: b}\n");

    assertThat(kubectl("apply", "-f", file.toString())).contains("read-only: commit to");
  }

  @Test
  @Order(12)
  void downLeavesOnlyWhatIsNotItsOwn() throws Exception {
    var root = Path.of(System.getProperty("reeve.root"));

    var output =
        Shell.run(
            node.inside(
                root.resolve("reeve").toString(),
                "down",
                "--data-dir",
                data().toString(),
                "--docker-host",
                node.dockerHost()));

    System.out.println(output);
    assertThat(up.isAlive()).isFalse();
    assertThat(node.docker("ps", "-a", "--format", "{{.Names}}").strip()).isEqualTo("bystander");
    assertThat(network()).isEqualTo(networkBefore);
  }
}
