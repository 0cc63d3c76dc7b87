package dev.reeve.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The control plane is killed in the middle of a canary and loses its disk. What comes after it
/// has Git and the agent, and does what would have been done: no step again, none left out, no
/// measurement counted twice.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResumeIT {
  private static final int WEB_PORT = 7184;
  private static final String RECORD = "namespaces/default/rollout/web.yaml";
  private static final int LAST_STEP = 3;

  @TempDir private static Path temp;
  private Stage stage;
  private HttpServer gate;
  private int version;
  private volatile boolean isOpen = true;
  private volatile boolean isGood = true;
  private final AtomicInteger asked = new AtomicInteger();

  /// Where it is killed.
  enum Moment {
    COMMIT_ACCEPTED,
    CANARY_PODS_STARTING,
    IN_A_TIMED_PAUSE,
    STEP_DECIDED_AND_NOT_PUSHED,
    STEP_PUSHED_AND_NOT_ANSWERED,
    IN_A_MEASUREMENT,
    UNTIL_SOMEBODY_PROMOTES,
    PROMOTION_RECORDED,
    ABORTED_AND_TEXT_NOT_BACK,
    TEXT_BACK_AND_NO_VERDICT;

    boolean fails() {
      return this == ABORTED_AND_TEXT_NOT_BACK || this == TEXT_BACK_AND_NO_VERDICT;
    }
  }

  @BeforeAll
  void startEverything() throws Exception {
    stage = Stage.set(15, WEB_PORT, temp);
    gate =
        HttpServer.create(
            new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0), 0);
    gate.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    gate.createContext(
        "/",
        exchange -> {
          try (exchange) {
            asked.incrementAndGet();
            while (!isOpen) {
              TimeUnit.MILLISECONDS.sleep(20);
            }
            var text = ("{\"ok\": " + isGood + "}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    gate.start();
    stage.clone.write("web.yaml", rollout());
    stage.verdict(stage.clone.push("First"), "success");
  }

  @AfterAll
  void stopEverything() throws Exception {
    isOpen = true;
    if (gate != null) {
      gate.stop(0);
    }
    if (stage != null) {
      stage.close();
    }
  }

  private String rollout() {
    version++;
    return """
    apiVersion: argoproj.io/v1alpha1
    kind: AnalysisTemplate
    metadata: {name: gate}
    spec:
      metrics:
        - name: gate
          interval: 1s
          count: 2
          successCondition: result == true
          provider: {web: {url: "http://127.0.0.1:%d/", jsonPath: "{$.ok}"}}
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec:
      replicas: 2
      progressDeadlineSeconds: 60
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
            - name: web
              image: web:1
              env: [{name: VERSION, value: "%d"}]
              readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
      strategy:
        canary:
          maxSurge: 1
          maxUnavailable: 0
          steps:
            - setWeight: 50
            - pause: {duration: 3s}
            - analysis: {templates: [{templateName: gate}]}
            - pause: {}
    """
        .formatted(gate.getAddress().getPort(), version);
  }

  /// What the record says of a rollout, one word for each commit that changed it.
  private List<String> steps(String since, String release) {
    var steps = new ArrayList<String>();
    for (String commit : stage.record(since, "%H")) {
      var shown = stage.clone.git("ls-tree", "--name-only", commit, RECORD);
      var file = shown.isEmpty() ? "" : stage.clone.git("show", commit + ":" + RECORD);
      if (file.contains("release:\n  hash: " + release)) {
        var step =
            find("(?m)^  index: (\\d+)", file) + " at " + find("(?m)^weight: (\\d+)", file) + "%";
        if (steps.isEmpty() || !steps.getLast().equals(step)) {
          steps.add(step);
        }
      }
    }
    return steps;
  }

  private static String find(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    return matcher.find() ? matcher.group(1) : "";
  }

  private String underWay() {
    return find("(?m)^release:\n  hash: (\\S+)", stage.recorded(RECORD));
  }

  private boolean isAt(String stable, int index) {
    var file = stage.recorded(RECORD);
    return !underWay().equals(stable)
        && find("(?m)^  index: (\\d+)", file).equals(String.valueOf(index));
  }

  @Test
  void anUndisturbedRolloutTakesEachStepOnce() throws Exception {
    var since = stage.recordTip();
    var stable = underWay();
    stage.clone.write("web.yaml", rollout());
    var commit = stage.clone.push("Undisturbed");

    finish(stable, commit);

    assertThat(steps(since, underWay())).isEqualTo(expected());
  }

  private static List<String> expected() {
    return List.of("0 at 50%", "1 at 50%", "2 at 50%", "3 at 50%", "4 at 100%");
  }

  private void finish(String stable, String commit) throws Exception {
    Program.await(
        "it waits for somebody: " + stage.serverLog(),
        Stage.PATIENCE,
        () -> isAt(stable, LAST_STEP));
    promote(commit);
  }

  private void promote(String commit) throws Exception {
    var release = underWay();
    stage.pull();
    stage.verdict(
        stage.clone.push("On with it\n\nReeve-Promote: Rollout/default/web@" + release), "success");
    assertThat(stage.recorded(RECORD)).contains("stable:\n  hash: " + release);
    assertThat(commit).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource(Moment.class)
  void goesOnWhereItWas(Moment moment) throws Exception {
    var since = stage.recordTip();
    var stable = underWay();
    var before = Containers.lives(List.of(stage.node));
    isGood = !moment.fails();
    stage.clone.write("web.yaml", rollout());
    var commit = stage.clone.push(moment.toString());

    killAt(moment, stable, commit);

    if (moment.fails()) {
      failed(since, commit, before.keySet());
    } else {
      if (moment != Moment.PROMOTION_RECORDED) {
        finish(stable, commit);
      }
      var release = underWay();
      assertThat(steps(since, release)).isEqualTo(expected());
      assertThat(stage.recorded(RECORD))
          .contains("stable:\n  hash: " + release)
          .containsPattern("count: 2\n +successful: 2\n");
    }
  }

  private void killAt(Moment moment, String stable, String commit) throws Exception {
    var git = stage.git;
    switch (moment) {
      case COMMIT_ACCEPTED -> {
        await(() -> stage.recorded("cluster.yaml").contains(commit));
        stage.loseServer();
      }
      case CANARY_PODS_STARTING -> {
        await(() -> isAt(stable, 0));
        stage.loseServer();
      }
      case IN_A_TIMED_PAUSE -> {
        await(() -> isAt(stable, 1));
        var until = find("pauseUntil: (\\S+)", stage.recorded(RECORD));
        stage.loseServer();
        assertThat(until).isNotEmpty();
        assertThat(stage.recorded(RECORD)).contains("pauseUntil: " + until);
      }
      case STEP_DECIDED_AND_NOT_PUSHED -> {
        await(() -> isAt(stable, 1));
        git.holdTheRecord();
        await(git::isHoldingOne);
        stage.loseServer();
        git.letTheRecordGo(Stage.PATIENCE);
        assertThat(isAt(stable, 1)).isTrue();
      }
      case STEP_PUSHED_AND_NOT_ANSWERED -> {
        await(() -> isAt(stable, 1));
        git.keepAnswers();
        await(git::isKeepingOne);
        stage.loseServer();
        git.letAnswersGo(Stage.PATIENCE);
        assertThat(isAt(stable, 2)).isTrue();
      }
      case IN_A_MEASUREMENT -> {
        int earlier = asked.get();
        isOpen = false;
        await(() -> asked.get() > earlier);
        stage.loseServer();
        isOpen = true;
      }
      case UNTIL_SOMEBODY_PROMOTES -> {
        await(() -> isAt(stable, LAST_STEP));
        stage.loseServer();
      }
      case PROMOTION_RECORDED -> {
        await(() -> isAt(stable, LAST_STEP));
        var release = underWay();
        stage.pull();
        stage.clone.push("On with it\n\nReeve-Promote: Rollout/default/web@" + release);
        await(() -> stage.recorded(RECORD).contains("stable:\n  hash: " + release));
        stage.loseServer();
        stage.startServer();
        stage.verdict(stage.tip(), "success");
        return;
      }
      case ABORTED_AND_TEXT_NOT_BACK -> {
        git.holdMain();
        await(git::isHoldingMain);
        stage.loseServer();
        git.letMainGo(Stage.PATIENCE);
        assertThat(stage.tip()).isEqualTo(commit);
        assertThat(stage.recorded(RECORD)).contains("failure:");
      }
      case TEXT_BACK_AND_NO_VERDICT -> {
        await(() -> !stage.tip().equals(commit));
        stage.loseServer();
      }
    }
    stage.startServer();
  }

  private static void await(Program.Condition condition) throws Exception {
    Program.await("the moment", Stage.PATIENCE, condition);
  }

  /// It was given up once and rolled back once, and who served before serves on.
  private void failed(String since, String commit, Iterable<String> before) throws Exception {
    await(() -> !stage.tip().equals(commit));
    stage.pull();
    var rollback = stage.clone.git("rev-parse", "HEAD");
    stage.verdict(rollback, "success");
    assertThat(stage.clone.git("rev-list", "--count", commit + "..HEAD")).isEqualTo("1");
    assertThat(stage.clone.git("log", "-1", "--format=%(trailers:key=Reeve-Rollback-Of,valueonly)"))
        .isEqualTo(commit);
    var reasons = stage.record(since, "%(trailers:key=Reeve-Reason,valueonly,separator=)");
    assertThat(reasons).filteredOn("RolloutFailed"::equals).hasSize(1);
    assertThat(stage.clone.note(commit)).startsWith("failure");
    assertThat(before).isNotEmpty();
  }
}
