package dev.reeve.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.lab.LabNode;
import dev.reeve.lab.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// A control plane and two agents as separate processes, over mutual TLS, on two engines; a
/// repository elsewhere. What the engines and the pods say is what is measured, not what Reeve says
/// of itself.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TwoAgentsIT {
  /// `-Dreeve.e2e.rollouts=20` and `-Dreeve.e2e.crashes=20` for the long run.
  private static final int ROLLOUTS = Integer.getInteger("reeve.e2e.rollouts", 4);

  private static final int CRASHES = Integer.getInteger("reeve.e2e.crashes", 5);

  /// By default a quarter of the replicas may be missing, rounded down, and a quarter more may be
  /// there, rounded up: of three, none and one.
  private static final int REPLICAS = 3;

  private static final int SURGE = 1;
  private static final int WEB_PORT = 7170;
  private static final int AGENT_PORT = 7171;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /// The least after which the control plane may count an agent as unheard: 10 s, and its last
  /// heartbeat may have been 2 s old.
  private static final Duration HEARD_OF = Duration.ofSeconds(8);

  @TempDir private static Path temp;
  private final Web web = new Web(WEB_PORT);
  private final List<LabNode> nodes = new ArrayList<>();
  private final List<Program> agents = new ArrayList<>();
  private GitHost git;
  private ReadinessLog log;
  private Processes processes;
  private Program server;
  private Repository clone;
  private int version = 1;
  private int replicas = REPLICAS;
  private int toleratedSeconds = 5;
  private int minReadySeconds;
  private int held;

  @BeforeAll
  void startEverything() throws Exception {
    for (int i = 0; i < 2; i++) {
      var node = LabNode.start(11 + i, temp.resolve("node" + i));
      nodes.add(node);
      node.importImage("web:1");
      node.importImage("web:2");
    }
    log = ReadinessLog.start(temp.resolve("readiness.log"), nodes, "web");
    git = GitHost.start(temp.resolve("git"));
    clone = Repository.clone(List.of(), git.path(), temp.resolve("clone"));
    write();
    clone.push("First");
    processes = new Processes(temp, git.url(), WEB_PORT, AGENT_PORT);
    server = startServer();
    Program.await("the web answers", PATIENCE, web::isUp);
    for (int i = 0; i < 2; i++) {
      agents.add(startAgent(i));
    }
    try {
      Program.await("all is ready", PATIENCE, this::isSettled);
    } catch (AssertionError e) {
      throw new AssertionError(
          server.log() + agents.get(0).log() + agents.get(1).log() + nodes.get(0).docker("ps"), e);
    }
  }

  @AfterAll
  void stopEverything() throws Exception {
    if (log != null) {
      log.close();
    }
    agents.forEach(Program::close);
    if (server != null) {
      server.close();
    }
    if (git != null) {
      git.close();
    }
    for (LabNode node : nodes) {
      node.close();
    }
  }

  private Program startServer() throws IOException {
    return processes.server("--poll", "1");
  }

  private Program startAgent(int i) throws Exception {
    return processes.agent(i, nodes.get(i));
  }

  private void write() throws IOException {
    clone.write(
        "web.yaml",
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: %d
          minReadySeconds: %d
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 2
              tolerations:
                - key: node.kubernetes.io/unreachable
                  operator: Exists
                  effect: NoExecute
                  tolerationSeconds: %d
              containers:
                - name: web
                  image: web:%d
                  env: [{name: GREETING, value: "version %d"}]
                  readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
        """
            .formatted(replicas, minReadySeconds, toleratedSeconds, 1 + version % 2, version));
  }

  private void pushNewRelease() throws IOException {
    version++;
    write();
    clone.push("Version " + version);
  }

  private void scaleTo(int number) throws IOException {
    replicas = number;
    write();
    clone.push("Scale to " + number);
  }

  private boolean isNoted() {
    return clone.note(clone.git("rev-parse", "HEAD")).startsWith("success");
  }

  /// The control plane leads, and what the newest commit came to is in the record. Before that a
  /// started one only observes, and that is as it should be.
  private boolean isRecorded() throws Exception {
    var leads =
        web.send(web.to("/metrics"))
            .body()
            .lines()
            .anyMatch(it -> it.startsWith("reeve_leading 1"));
    var settled = "config " + clone.git("rev-parse", "HEAD").substring(0, 7) + ": success";
    return leads
        && Shell.run("git", "-C", git.path(), "log", "--format=%s", "refs/heads/reeve/local")
            .contains(settled);
  }

  /// All that is wanted runs and is ready, and nothing else runs.
  private boolean isSettled() throws Exception {
    try {
      return isNoted()
          && isRecorded()
          && readyNodes() == nodes.size()
          && web.get("/apis/apps/v1/namespaces/default/deployments/web")
                  .path("status")
                  .path("availableReplicas")
                  .asInt()
              == replicas
          && Containers.running(nodes).size() == 2 * replicas
          && healthyNow().size() == replicas;
    } catch (IOException e) {
      // Something is not up yet.
      return false;
    }
  }

  /// The web containers of the release that is wanted, in pods that answer.
  private List<Containers.Running> healthyNow() throws Exception {
    return Containers.healthy(nodes).stream()
        .filter(it -> it.environment().contains("GREETING=version " + version))
        .toList();
  }

  private int readyNodes() throws Exception {
    int ready = 0;
    for (JsonNode node : web.get("/dashboard.json").path("nodes")) {
      ready += node.path("ready").asBoolean() ? 1 : 0;
    }
    return ready;
  }

  private void awaitSettled(String what) throws Exception {
    try {
      Program.await(what, PATIENCE, this::isSettled);
    } catch (AssertionError e) {
      throw new AssertionError(story(), e);
    }
  }

  /// What is known to all of them, for whoever has to find out why.
  private String story() throws Exception {
    return String.join(
        "\n--\n",
        "",
        clone.note(clone.git("rev-parse", "HEAD")),
        server.tail(),
        agents.get(0).tail(),
        agents.get(1).tail(),
        String.join("\n", Containers.running(nodes).stream().map(Object::toString).toList()),
        "");
  }

  private Supplier<String> told(String what) {
    return () -> {
      try {
        return what + story();
      } catch (Exception e) {
        return what + ", and nothing can be told: " + e;
      }
    };
  }

  @Test
  @Order(1)
  void everyRolloutKeepsItsBounds() throws Exception {
    var times = new ArrayList<Long>();
    long withALostAgent = 0;
    log.mark("begin");
    for (int i = 0; i < ROLLOUTS; i++) {
      boolean losesAnAgent = i == ROLLOUTS / 2;
      var former = ids();
      var pushed = Instant.now();
      long start = System.nanoTime();
      pushNewRelease();
      log.mark("rollout " + i + " is pushed");
      int lost = losesAnAgent ? loseAnAgentMidway(former, pushed) : -1;
      Program.await("rollout " + i, PATIENCE, this::isNoted);
      long took = (System.nanoTime() - start) / 1_000_000;
      log.mark("rollout " + i + " is noted");
      if (losesAnAgent) {
        withALostAgent = took;
        bringBack(lost);
      } else {
        times.add(took);
      }
    }
    awaitSettled("all is over");
    log.mark("end");
    var entries = log.settled();
    log.close();

    var kept = Bounds.check(entries, "begin", "end", REPLICAS, REPLICAS + SURGE);

    var asked = log.asked();
    System.out.printf(
        "rollouts: %d, push to success (poll of 1 s) ms: %s, and with an agent lost midway: %d%n",
        ROLLOUTS, times, withALostAgent);
    System.out.printf(
        "%d engine events, %d changes of readiness, %d questions (slowest answer %d ms, longest pause"
            + " between two %d ms): at least %d ready, at most %d running, %d with those of the lost"
            + " agent%n",
        kept.events(),
        kept.changes(),
        asked.questions(),
        asked.slowestAnswer().toMillis(),
        asked.longestPause().toMillis(),
        kept.fewestReady(),
        kept.mostRunning(),
        kept.mostRunningAnywhere());
    // Each pod of each release came up, answered, and went.
    assertThat(kept.events()).isGreaterThanOrEqualTo(ROLLOUTS * REPLICAS * 4);
    assertThat(kept.changes()).isGreaterThanOrEqualTo(ROLLOUTS * REPLICAS);
    assertThat(kept.fewestReady()).isEqualTo(REPLICAS);
    assertThat(kept.mostRunning()).isEqualTo(REPLICAS + SURGE);
  }

  private Set<String> ids() throws IOException {
    return Set.copyOf(Containers.lives(nodes).keySet());
  }

  /// Once a first pod was replaced, on a node where there still is one to replace.
  private int loseAnAgentMidway(Set<String> former, Instant since) throws Exception {
    Program.await("a pod was replaced", PATIENCE, () -> log.has(ReadinessLog.Kind.DIED, since));
    int lost =
        nodes.indexOf(
            Containers.running(nodes).stream()
                .filter(it -> former.contains(it.id()) && it.name().equals("web"))
                .reduce((_, last) -> last)
                .orElseThrow()
                .node());
    agents.get(lost).kill();
    log.mark("the agent of node" + lost + " is killed");
    log.unheard(nodes.get(lost), Instant.now().plus(HEARD_OF));
    return lost;
  }

  private void bringBack(int lost) throws Exception {
    Program.await("it counts as lost", PATIENCE, () -> readyNodes() == 1);
    agents.set(lost, startAgent(lost));
    awaitSettled("what the lost agent left behind is gone");
    log.heard(nodes.get(lost));
  }

  /// What crashes.
  private enum Kind {
    CONTROL_PLANE,
    AGENT,
    BOTH,
    DATA_DIRECTORY,
    ENGINE
  }

  /// When it crashes.
  private enum Moment {
    QUIET,
    IN_ROLLOUT,
    /// Orders were given and carried out, and the push that records them has no answer yet.
    BEFORE_THE_RECORD
  }

  private record Crash(Kind kind, Moment moment) {}

  /// Each round has each kind once. The first is what runs by default; all four have each kind at
  /// least twice, seven crashes inside rollouts, and four before the record.
  private static final List<Crash> SCHEDULE =
      List.of(
          new Crash(Kind.CONTROL_PLANE, Moment.BEFORE_THE_RECORD),
          new Crash(Kind.AGENT, Moment.QUIET),
          new Crash(Kind.BOTH, Moment.IN_ROLLOUT),
          new Crash(Kind.DATA_DIRECTORY, Moment.QUIET),
          new Crash(Kind.ENGINE, Moment.QUIET),
          //
          new Crash(Kind.CONTROL_PLANE, Moment.IN_ROLLOUT),
          new Crash(Kind.AGENT, Moment.IN_ROLLOUT),
          new Crash(Kind.BOTH, Moment.QUIET),
          new Crash(Kind.DATA_DIRECTORY, Moment.BEFORE_THE_RECORD),
          new Crash(Kind.ENGINE, Moment.IN_ROLLOUT),
          //
          new Crash(Kind.CONTROL_PLANE, Moment.QUIET),
          new Crash(Kind.AGENT, Moment.QUIET),
          new Crash(Kind.BOTH, Moment.BEFORE_THE_RECORD),
          new Crash(Kind.DATA_DIRECTORY, Moment.IN_ROLLOUT),
          new Crash(Kind.ENGINE, Moment.QUIET),
          //
          new Crash(Kind.CONTROL_PLANE, Moment.BEFORE_THE_RECORD),
          new Crash(Kind.AGENT, Moment.IN_ROLLOUT),
          new Crash(Kind.BOTH, Moment.QUIET),
          new Crash(Kind.DATA_DIRECTORY, Moment.QUIET),
          new Crash(Kind.ENGINE, Moment.IN_ROLLOUT));

  @Test
  @Order(2)
  void noCrashTouchesAHealthyContainer() throws Exception {
    // On a busy machine a program may need longer to start than its pods are waited for.
    toleratedSeconds = 300;
    // Else a rollout may be over before its middle is looked at.
    minReadySeconds = 3;
    pushNewRelease();
    awaitSettled("pods that may be unheard for long");
    var random = new Random(42);
    Map<Moment, Map<Kind, Integer>> counts = new EnumMap<>(Moment.class);
    for (int i = 0; i < CRASHES; i++) {
      var crash = SCHEDULE.get(i % SCHEDULE.size());
      var former = ids();
      boolean isRollout = comeTo(crash.moment(), former, random);
      var healthy =
          Containers.livesOf(
              Containers.healthy(nodes).stream()
                  // What a rollout is about to replace goes in its time; what it has brought stays.
                  .filter(it -> !isRollout || !former.contains(it.id()))
                  .toList());
      var before = Containers.lives(nodes);
      assertThat(healthy).isNotEmpty();
      if (crash.moment() == Moment.IN_ROLLOUT) {
        assertThat(before.keySet()).as("midway").containsAnyElementsOf(former);
      }

      crash(crash);
      awaitSettled("all is ready after " + crash);

      var after = Containers.lives(nodes);
      assertThat(after).as(told("what was healthy before " + crash)).containsAllEntriesOf(healthy);
      var stillThere = new TreeMap<>(before);
      stillThere.keySet().retainAll(after.keySet());
      assertThat(after).as(told("what outlived " + crash)).containsAllEntriesOf(stillThere);
      if (!isRollout) {
        assertThat(after).as(told("all, after " + crash)).isEqualTo(before);
      }
      counts
          .computeIfAbsent(crash.moment(), it -> new EnumMap<>(Kind.class))
          .merge(crash.kind(), 1, Integer::sum);
      System.out.printf(
          "crash %d: %s, %s: %d healthy containers, none touched%n",
          i, crash.kind(), crash.moment(), healthy.size());
      if (replicas != REPLICAS) {
        scaleTo(REPLICAS);
        awaitSettled("the usual number runs");
      }
    }
    System.out.println("crashes: " + CRASHES + ", " + counts);
  }

  /// Leads to the moment of a crash.
  ///
  /// @return whether a rollout is under way
  private boolean comeTo(Moment moment, Set<String> former, Random random) throws Exception {
    return switch (moment) {
      case QUIET -> {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(1_000));
        yield false;
      }
      case IN_ROLLOUT -> {
        pushNewRelease();
        awaitNewPods(former, 1 + random.nextInt(2));
        TimeUnit.MILLISECONDS.sleep(random.nextInt(500));
        yield true;
      }
      case BEFORE_THE_RECORD -> {
        git.holdTheRecord();
        boolean isRollout = held++ % 2 == 0;
        if (isRollout) {
          pushNewRelease();
        } else {
          scaleTo(REPLICAS + 1);
        }
        awaitNewPods(former, 1);
        Program.await("a push of the record hangs", PATIENCE, git::isHoldingOne);
        yield isRollout;
      }
    };
  }

  private void awaitNewPods(Set<String> former, int number) throws Exception {
    Program.await(
        "new pods answer",
        PATIENCE,
        () -> healthyNow().stream().filter(it -> !former.contains(it.id())).count() >= number);
  }

  private void crash(Crash crash) throws Exception {
    switch (crash.kind()) {
      case CONTROL_PLANE, BOTH, DATA_DIRECTORY -> {
        server.kill();
        if (crash.moment() == Moment.BEFORE_THE_RECORD) {
          assertThat(git.isHoldingOne()).isTrue();
          git.letTheRecordGo(PATIENCE);
        }
        if (crash.kind() == Kind.BOTH) {
          agents.get(1).kill();
        }
        if (crash.kind() == Kind.DATA_DIRECTORY) {
          Shell.run("rm", "-rf", processes.serverData().toString());
        }
        server = startServer();
        if (crash.kind() == Kind.BOTH) {
          agents.set(1, startAgent(1));
        }
      }
      case AGENT -> {
        long before = connections("n0");
        agents.get(0).kill();
        agents.set(0, startAgent(0));
        Program.await("it is heard again", PATIENCE, () -> connections("n0") > before);
      }
      case ENGINE -> {
        nodes.get(0).killEngine();
        nodes.get(0).restartEngine();
      }
    }
  }

  private long connections(String node) throws IOException {
    return server.log().lines().filter(it -> it.endsWith("node " + node + " is connected")).count();
  }

  /// The record tells it in order, whatever crashed meanwhile.
  @Test
  @Order(3)
  void noCommitIsGoodBeforeItsReleaseIs() {
    var record =
        Shell.run(
                "git",
                "-C",
                git.path(),
                "log",
                "--reverse",
                "--format=%s %(trailers:key=Reeve-Config-Commit,valueonly,separator=)",
                "refs/heads/reeve/local")
            .lines()
            .toList();
    var stable = new HashSet<String>();
    for (String line : record) {
      var commit = line.substring(line.lastIndexOf(' ') + 1);
      if (line.contains(" is stable, ")) {
        stable.add(commit);
      }
    }
    assertThat(stable).isNotEmpty();
    for (String commit : stable) {
      var about = record.stream().filter(it -> it.endsWith(commit)).toList();
      var good = about.stream().filter(it -> it.contains(": success ")).findFirst();
      assertThat(good).as("the success of %s in %s", commit, record).isPresent();
      assertThat(about)
          .as("success of %s comes after its release is stable", commit)
          .containsSubsequence(
              about.stream().filter(it -> it.contains(" is stable, ")).findFirst().orElseThrow(),
              good.orElseThrow());
    }
  }
}
