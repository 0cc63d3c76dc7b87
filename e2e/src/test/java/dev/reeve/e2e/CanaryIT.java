package dev.reeve.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.lab.PrometheusServer;
import dev.reeve.lab.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// A canary at 10, 30, 60 and 100 percent, held against a real Prometheus that reads what users
/// get, and against a page that says yes.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CanaryIT {
  private static final int WEB_PORT = 7180;
  private static final String RECORD = "namespaces/default/rollout/web.yaml";

  @TempDir private static Path temp;
  private Stage stage;
  private Load load;
  private PrometheusServer prometheus;

  @BeforeAll
  void startEverything() throws Exception {
    stage = Stage.set(14, WEB_PORT, temp);
    load = Load.start(stage.node);
    prometheus =
        PrometheusServer.start(
            temp.resolve("prometheus"), List.of(load.address()), Duration.ofSeconds(1));
    stage.clone.write("analysis.yaml", analysis());
    stage.clone.write("web.yaml", rollout("web:1"));
    stage.clone.write("pages.yaml", pages("first", List.of()));
    stage.verdict(stage.clone.push("First"), "success");
  }

  @AfterAll
  void stopEverything() throws Exception {
    for (AutoCloseable each : new AutoCloseable[] {load, prometheus, stage}) {
      if (each != null) {
        each.close();
      }
    }
  }

  private static String rollout(String image) {
    return """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec:
      replicas: 10
      progressDeadlineSeconds: 60
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
            - name: web
              image: %s
              command: [httpd, -f, -p, "8080", -h, /pages]
              volumeMounts: [{name: pages, mountPath: /pages}]
              readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
          volumes: [{name: pages, configMap: {name: pages}}]
      strategy:
        canary:
          maxSurge: 2
          maxUnavailable: 0
          steps:
            - setWeight: 10
            - analysis:
                templates: [{templateName: users}]
                args: [{name: release, valueFrom: {podTemplateHashValue: Latest}}]
            - setWeight: 30
            - pause: {duration: 2s}
            - setWeight: 60
            - analysis:
                templates: [{templateName: users}]
                args: [{name: release, valueFrom: {podTemplateHashValue: Latest}}]
    """
        .formatted(image);
  }

  private String analysis() {
    return """
    apiVersion: argoproj.io/v1alpha1
    kind: AnalysisTemplate
    metadata: {name: users}
    spec:
      args: [{name: release}]
      metrics:
        - name: success-rate
          initialDelay: 6s
          interval: 2s
          count: 3
          failureLimit: 1
          successCondition: result[0] >= 0.98
          provider:
            prometheus:
              address: %s
              query: >-
                sum(rate(requests_total{release="{{args.release}}",code="200"}[5s]))
                / sum(rate(requests_total{release="{{args.release}}"}[5s]))
        - name: verdict
          interval: 2s
          count: 2
          successCondition: result == true
          provider:
            web:
              url: http://%s/verdict?release={{args.release}}
              jsonPath: "{$.data.ok}"
    """
        .formatted(prometheus.address(), load.address());
  }

  /// Twenty pages; one that is missing is five percent of all that is asked for.
  private static String pages(String text, List<Integer> missing) {
    var pages =
        new StringBuilder(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pages}   # what is served\ndata:\n");
    for (int i = 0; i < 20; i++) {
      if (!missing.contains(i)) {
        pages.append("  page-").append(i).append(": ").append(text).append('\n');
      }
    }
    return pages.toString();
  }

  @Test
  @Order(1)
  void aGoodVersionIsPromotedStepByStep() throws Exception {
    var since = stage.recordTip();
    stage.clone.write("web.yaml", rollout("web:2"));
    var commit = stage.clone.push("Version 2");

    var took = stage.verdict(commit, "success");

    System.out.println("good version: push to success " + seconds(took));
    var subjects = stage.record(since, "%cd %s");
    subjects.forEach(System.out::println);
    assertThat(subjects)
        .anyMatch(it -> it.contains("default/web: canary 0% -> 10%") || it.contains("release "))
        .anyMatch(it -> it.contains("success-rate") && it.contains("Successful"))
        .anyMatch(it -> it.contains("verdict true Successful"))
        .anyMatch(it -> it.contains("canary 10% -> 30%"))
        .anyMatch(it -> it.contains("canary paused at 30%"))
        .anyMatch(it -> it.contains("canary 30% -> 60%"))
        .anyMatch(it -> it.contains("canary 60% -> 100%"))
        .anyMatch(it -> it.contains("is stable"));
    assertThat(stage.recorded(RECORD)).contains("phase: Healthy").contains("weight: 100");
  }

  @Test
  @Order(2)
  void aBadOneIsGivenUpAtTheFirstFailedLimitAndItsTextGoesBackWithItsConfig() throws Exception {
    var since = stage.recordTip();
    var before = Containers.running(List.of(stage.node));
    var stable = before.getFirst().release();
    var good = stage.clone.read("pages.yaml");
    var goodRollout = stage.clone.read("web.yaml");
    var seen = new CopyOnWriteArrayList<String>();
    var watch = watchConfig(stable, seen);
    stage.clone.write("pages.yaml", pages("second", List.of(7)));
    stage.clone.write("web.yaml", rollout("web:1"));
    var pushed = Instant.now();
    var commit = stage.clone.push("Code and pages in one commit, and one page is missing");

    Program.await(
        "it is given up", Stage.PATIENCE, () -> stage.recorded(RECORD).contains("failure:"));
    var failed = Instant.now();
    Program.await("the text goes back", Stage.PATIENCE, () -> !stage.tip().equals(commit));
    var reverted = Instant.now();
    stage.pull();
    var rollback = stage.clone.git("rev-parse", "HEAD");
    stage.verdict(rollback, "success");
    watch.interrupt();
    watch.join();

    System.out.printf(
        "bad version (5%% errors): push to abort recorded %s, to text rolled back %s more%n",
        seconds(Duration.between(pushed, failed)), seconds(Duration.between(failed, reverted)));
    stage.record(since, "%cd %s").forEach(System.out::println);
    System.out.println(stage.clone.git("log", "-3", "--format=%h %an: %s%n%b"));
    System.out.println(stage.clone.note(commit));
    assertThat(stage.clone.read("pages.yaml")).isEqualTo(good);
    assertThat(stage.clone.read("web.yaml")).isEqualTo(goodRollout);
    assertThat(stage.clone.git("log", "-1", "--format=%(trailers:key=Reeve-Rollback-Of,valueonly)"))
        .isEqualTo(commit);
    assertThat(stage.clone.note(commit)).startsWith("failure").contains("success-rate");
    // Nobody on the stable release ever saw the other pages, nor was any of its pods started anew
    // but those that had made room.
    assertThat(seen).hasSizeGreaterThan(20).allMatch("first"::equals);
    assertThat(stage.recorded(RECORD)).contains("step-1").contains("failure:");
    var kept = new TreeSet<String>();
    Containers.running(List.of(stage.node)).forEach(it -> kept.add(it.id()));
    long untouched = before.stream().filter(it -> kept.contains(it.id())).count();
    assertThat(untouched).isGreaterThanOrEqualTo(2 * 8L);
  }

  /// Reads page 0 from the files of pods of the stable release, again and again.
  private Thread watchConfig(String release, List<String> seen) {
    return Thread.ofVirtual()
        .start(() -> {
          while (!Thread.currentThread().isInterrupted()) {
            try {
              for (var each : Containers.running(List.of(stage.node))) {
                if (each.release().equals(release) && each.name().equals("web")) {
                  seen.add(pageZero(each.id()));
                }
              }
              TimeUnit.MILLISECONDS.sleep(300);
            } catch (InterruptedException e) {
              return;
            } catch (IOException e) {
              seen.add(String.valueOf(e));
            }
          }
        });
  }

  /// What a container has; one that has just made room for the canary has what it had.
  private String pageZero(String id) {
    var read =
        Shell.end(
            List.of("docker", "-H", stage.node.dockerHost(), "exec", id, "cat", "/pages/page-0"));
    return read.code() == 0 ? read.output().strip() : "first";
  }

  private static String seconds(Duration duration) {
    return "%.1f s".formatted(duration.toMillis() / 1000.0);
  }
}
