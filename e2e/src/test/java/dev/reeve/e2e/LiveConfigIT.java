package dev.reeve.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// A push of live config reaches containers that run, and restarts none.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LiveConfigIT {
  private static final int NODE = 57;
  private static final int WEB_PORT = 7228;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final String WEB =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2
        progressDeadlineSeconds: 40
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            terminationGracePeriodSeconds: 1
            containers:
              - name: web
                image: web:1
                volumeMounts:
                  - {name: flags, mountPath: /flags}
                  - {name: login, mountPath: /login}
                readinessProbe: {httpGet: {path: /%s, port: 8080}, periodSeconds: 1}
            volumes:
              - {name: flags, configMap: {name: flags}}
              - {name: login, secret: {secretName: login}}
      """;

  private static final String CONFIG =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: flags, annotations: {reeve.dev/config: live}}
      data: {color: %1$s}
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: login, annotations: {reeve.dev/config: live}}
      stringData: {password: secret-%1$s}
      """;

  @TempDir private static Path temp;
  private Stage stage;
  private SortedMap<String, String> before;

  @BeforeAll
  void startEverything() throws Exception {
    stage = Stage.set(NODE, WEB_PORT, temp);
    stage.clone.write("web.yaml", WEB.formatted(""));
    stage.verdict(push("red"), "success");
    awaitSeen("red");
    before = Containers.lives(List.of(stage.node));
  }

  @AfterAll
  void stopEverything() throws Exception {
    if (stage != null) {
      stage.close();
    }
  }

  private String push(String color) throws Exception {
    stage.clone.write("config.yaml", CONFIG.formatted(color));
    return stage.clone.push("All " + color);
  }

  private List<String> seen() throws Exception {
    return Containers.running(List.of(stage.node)).stream()
        .filter(it -> it.name().equals("web"))
        .map(it ->
            stage.node.docker("exec", it.id(), "sh", "-c", "cat /flags/color /login/password"))
        .map(String::strip)
        .toList();
  }

  private void awaitSeen(String color) throws Exception {
    var wanted = color + "secret-" + color;
    Program.await(
        "all containers see " + color, PATIENCE, () -> seen().equals(List.of(wanted, wanted)));
  }

  @Test
  @Order(1)
  void aPushReachesContainersThatRun() throws Exception {
    stage.verdict(push("blue"), "success");

    awaitSeen("blue");
    assertThat(Containers.lives(List.of(stage.node))).isEqualTo(before);
    assertThat(stage.record("", "%B"))
        .contains("live: ConfigMap/default/flags", "live: Secret/default/login");
  }

  @Test
  @Order(2)
  void aControlPlaneThatHasLostEverythingTellsTheNewest() throws Exception {
    stage.loseServer();
    var tip = push("green");
    stage.startServer();

    stage.verdict(tip, "success");
    awaitSeen("green");
    assertThat(Containers.lives(List.of(stage.node))).isEqualTo(before);
  }

  @Test
  @Order(3)
  void aReleaseThatFailsTakesNoLiveConfigBack() throws Exception {
    stage.clone.write("web.yaml", WEB.formatted("").replace("web:1", "web:none"));
    stage.verdict(push("black"), "failure");

    Program.await(
        "the text is back",
        PATIENCE,
        () -> {
          stage.pull();
          return stage.clone.read("web.yaml").equals(WEB.formatted(""));
        });
    assertThat(stage.clone.read("config.yaml")).isEqualTo(CONFIG.formatted("black"));
    stage.verdict(stage.tip(), "success");
    awaitSeen("black");
    assertThat(Containers.lives(List.of(stage.node))).containsAllEntriesOf(before);
  }
}
