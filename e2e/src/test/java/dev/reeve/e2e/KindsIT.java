package dev.reeve.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.lab.LabNode;
import dev.reeve.lab.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// A StatefulSet, a DaemonSet, Jobs and a CronJob on two engines, as the engines and kubectl's API
/// have them.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KindsIT {
  private static final int WEB_PORT = 7180;
  private static final int AGENT_PORT = 7181;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final String STATEFUL_SET =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: db}
      spec: {clusterIP: None, selector: {app: db}, ports: [{port: 8080}]}
      ---
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: db}
      spec:
        serviceName: db
        replicas: 3
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec:
            terminationGracePeriodSeconds: 1
            containers:
              - name: db
                image: web:%d
                env:
                  - {name: INDEX, valueFrom: {fieldRef: {fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']"}}}
                readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
      """;

  private static final String DAEMON_SET =
      """
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: logs}
      spec:
        selector: {matchLabels: {app: logs}}
        template:
          metadata: {labels: {app: logs}}
          spec:
            terminationGracePeriodSeconds: 1
            containers: [{name: logs, image: "web:1"}]
      """;

  private static final String JOBS =
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: squares}
      spec:
        completions: 3
        parallelism: 2
        completionMode: Indexed
        template:
          spec:
            restartPolicy: Never
            containers:
              - name: app
                image: web:1
                command: [sh, -c, "echo $((JOB_COMPLETION_INDEX * JOB_COMPLETION_INDEX))"]
      ---
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: tick}
      spec:
        schedule: "* * * * *"
        jobTemplate:
          spec:
            template:
              spec:
                restartPolicy: Never
                containers: [{name: app, image: "web:1", command: [echo, tick]}]
      """;

  @TempDir private static Path temp;
  private final Web web = new Web(WEB_PORT);
  private final List<LabNode> nodes = new ArrayList<>();
  private final List<Program> agents = new ArrayList<>();
  private GitHost git;
  private Processes processes;
  private Program server;
  private Repository clone;

  @BeforeAll
  void startEverything() throws Exception {
    for (int i = 0; i < 2; i++) {
      var node = LabNode.start(21 + i, temp.resolve("node" + i));
      nodes.add(node);
      node.importImage("web:1");
      node.importImage("web:2");
    }
    git = GitHost.start(temp.resolve("git"));
    clone = Repository.clone(List.of(), git.path(), temp.resolve("clone"));
    clone.push("Nothing yet");
    processes = new Processes(temp, git.url(), WEB_PORT, AGENT_PORT);
    server = processes.server("--poll", "1");
    Program.await("the web answers", PATIENCE, web::isUp);
    for (int i = 0; i < 2; i++) {
      agents.add(processes.agent(i, nodes.get(i)));
    }
    clone.write("db.yaml", STATEFUL_SET.formatted(1));
    clone.write("logs.yaml", DAEMON_SET);
    clone.write("jobs.yaml", JOBS);
    clone.push("Every kind of work");
    awaitNote("success");
  }

  @AfterAll
  void stopEverything() throws Exception {
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

  private void awaitNote(String outcome) throws Exception {
    try {
      Program.await(
          outcome, PATIENCE, () -> clone.note(clone.git("rev-parse", "HEAD")).startsWith(outcome));
    } catch (AssertionError e) {
      throw new AssertionError(
          clone.note(clone.git("rev-parse", "HEAD"))
              + server.tail()
              + agents.get(0).tail()
              + agents.get(1).tail(),
          e);
    }
  }

  /// Names of pods by what they say, with how their containers live.
  private Map<String, String> lives(String app) throws IOException {
    var lives = new TreeMap<String, String>();
    for (Containers.Running each : Containers.running(nodes)) {
      if (each.name().equals(app)) {
        lives.put(each.id(), each.life());
      }
    }
    return lives;
  }

  private Map<String, JsonNode> items(String path) throws Exception {
    var items = new TreeMap<String, JsonNode>();
    for (JsonNode item : web.get(path).path("items")) {
      items.put(item.at("/metadata/name").asText(), item);
    }
    return items;
  }

  private Map<String, JsonNode> pods(String labels) throws Exception {
    return items("/api/v1/namespaces/default/pods?labelSelector=" + labels);
  }

  private String log(String pod) throws Exception {
    return web.send(web.to("/api/v1/namespaces/default/pods/" + pod + "/log")).body().strip();
  }

  @Test
  @Order(1)
  void aStatefulSetHasNumberedPodsWithNamesOfTheirOwn() throws Exception {
    assertThat(pods("app%3Ddb").keySet()).containsExactly("db-0", "db-1", "db-2");
    var indexes = new TreeSet<String>();
    for (Containers.Running each : Containers.running(nodes)) {
      each.environment().stream().filter(it -> it.startsWith("INDEX=")).forEach(indexes::add);
    }
    assertThat(indexes).containsExactly("INDEX=0", "INDEX=1", "INDEX=2");
    var set = web.get("/apis/apps/v1/namespaces/default/statefulsets/db").path("status");
    assertThat(set.path("readyReplicas").asInt()).isEqualTo(3);
    assertThat(set.path("currentRevision")).isEqualTo(set.path("updateRevision"));
  }

  @Test
  @Order(2)
  void aDaemonSetHasAPodOnEachNode() throws Exception {
    var on = new TreeSet<String>();
    pods("app%3Dlogs").values().forEach(it -> on.add(it.at("/spec/nodeName").asText()));
    assertThat(on).containsExactly("n0", "n1");
    var status = web.get("/apis/apps/v1/namespaces/default/daemonsets/logs").path("status");
    assertThat(status.path("desiredNumberScheduled").asInt()).isEqualTo(2);
    assertThat(status.path("numberReady").asInt()).isEqualTo(2);
  }

  @Test
  @Order(3)
  void anIndexedJobRunsEachIndexOnce() throws Exception {
    var pods = pods("job-name%3Dsquares");
    var said = new TreeMap<String, String>();
    for (String pod : pods.keySet()) {
      said.put(pod.replaceAll("-[a-z0-9]{5}$", ""), log(pod));
    }
    assertThat(said)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("squares-0", "0", "squares-1", "1", "squares-2", "4"));
    var status = web.get("/apis/batch/v1/namespaces/default/jobs/squares").path("status");
    assertThat(status.path("succeeded").asInt()).isEqualTo(3);
    assertThat(status.path("completedIndexes").asText()).isEqualTo("0-2");
    assertThat(status.at("/conditions/0/type").asText()).isEqualTo("Complete");
  }

  @Test
  @Order(4)
  void aCronJobStartsItsJobs() throws Exception {
    Program.await(
        "a tick",
        Duration.ofSeconds(100),
        () ->
            items("/apis/batch/v1/namespaces/default/jobs").values().stream()
                .anyMatch(it ->
                    it.at("/metadata/ownerReferences/0/kind").asText().equals("CronJob")
                        && it.at("/status/succeeded").asInt() == 1));
    var cron = web.get("/apis/batch/v1/namespaces/default/cronjobs/tick").path("status");
    assertThat(cron.path("lastScheduleTime").asText()).endsWith(":00Z");
  }

  @Test
  @Order(5)
  void kubectlPrintsThemAsItPrintsKubernetesOwn() {
    var listed =
        Shell.run(
            "kubectl",
            "--server=http://127.0.0.1:" + WEB_PORT,
            "get",
            "statefulsets,daemonsets,jobs,cronjobs");
    assertThat(listed.lines().map(it -> it.replaceAll(" +", " ")))
        .anyMatch(it -> it.startsWith("statefulset.apps/db 3/3"))
        .anyMatch(it -> it.startsWith("daemonset.apps/logs 2 2 2 2 2"))
        .anyMatch(it -> it.startsWith("job.batch/squares Complete 3/3"))
        .anyMatch(it -> it.startsWith("cronjob.batch/tick * * * * *"));
  }

  @Test
  @Order(6)
  void aChangedStatefulSetIsReplacedFromTheHighestNumberDown() throws Exception {
    clone.write("db.yaml", STATEFUL_SET.formatted(2));
    clone.push("Another image");
    awaitNote("success");

    var record =
        Shell.run(
            "git",
            "-C",
            git.path(),
            "log",
            "--reverse",
            "--format=%b",
            "refs/heads/reeve/local",
            "--",
            "namespaces/default/statefulset/db.yaml");
    var stopped =
        record.lines().filter(it -> it.startsWith("- db-")).map(it -> it.split(" ")[1]).toList();
    assertThat(stopped).containsExactly("db-2", "db-1", "db-0");
  }

  @Test
  @Order(7)
  void aSilentNodesNumbersAreNotGivenToAnother() throws Exception {
    var before = lives("db");
    var second = web.get("/api/v1/namespaces/default/pods/db-1");
    int lost = second.at("/spec/nodeName").asText().equals("n0") ? 0 : 1;
    agents.get(lost).kill();

    Program.await("it counts as silent", PATIENCE, () -> readyNodes() == 1);
    Thread.sleep(Duration.ofSeconds(15));
    assertThat(lives("db")).isEqualTo(before);

    agents.set(lost, processes.agent(lost, nodes.get(lost)));
    Program.await("it is heard again", PATIENCE, () -> readyNodes() == 2);
    awaitNote("success");
    assertThat(lives("db")).isEqualTo(before);
  }

  private int readyNodes() throws Exception {
    int ready = 0;
    for (JsonNode node : web.get("/dashboard.json").path("nodes")) {
      ready += node.path("ready").asBoolean() ? 1 : 0;
    }
    return ready;
  }

  @Test
  @Order(8)
  void aControlPlaneThatHasLostEverythingRunsNoJobAgainAndRestartsNothing() throws Exception {
    var database = lives("db");
    var daemons = lives("logs");
    var jobPods = pods("job-name%3Dsquares").keySet();
    server.kill();
    Shell.run("rm", "-rf", processes.serverData().toString());

    server = processes.server("--poll", "1");
    Program.await("the web answers", PATIENCE, web::isUp);
    Program.await("both nodes are known", PATIENCE, () -> readyNodes() == 2);
    Thread.sleep(Duration.ofSeconds(5));

    assertThat(lives("db")).isEqualTo(database);
    assertThat(lives("logs")).isEqualTo(daemons);
    assertThat(pods("job-name%3Dsquares").keySet()).isEqualTo(jobPods);
    assertThat(
            web.get("/apis/batch/v1/namespaces/default/jobs/squares")
                .at("/status/succeeded")
                .asInt())
        .isEqualTo(3);
  }
}
