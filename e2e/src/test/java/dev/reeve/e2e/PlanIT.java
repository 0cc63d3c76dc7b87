package dev.reeve.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reeve.core.state.PodIds;
import dev.reeve.lab.LabNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// A pull request that adds a workload that is too big, changes one and deletes one is planned, and
/// then merged: what happens on two engines is what was planned.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlanIT {
  private static final int WEB_PORT = 7176;
  private static final int AGENT_PORT = 7177;
  private static final int CHANGES = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path temp;
  private final Web web = new Web(WEB_PORT);
  private final List<LabNode> nodes = new ArrayList<>();
  private final List<Program> agents = new ArrayList<>();
  private GitHost git;
  private Program server;
  private Repository clone;

  @BeforeAll
  void startEverything() throws Exception {
    // The control plane's certificate names the addresses that it finds when it starts.
    for (int i = 0; i < 2; i++) {
      var node = LabNode.start(16 + i, temp.resolve("node" + i));
      nodes.add(node);
      node.importImage("web:1");
      node.importImage("web:2");
    }
    git = GitHost.start(temp.resolve("git"));
    clone = Repository.clone(List.of(), git.path(), temp.resolve("clone"));
    clone.write("web.yaml", deployment("web", 3, "web:1", "200m"));
    clone.write("kept.yaml", deployment("kept", 2, "web:1", "100m"));
    clone.write("old.yaml", deployment("old", 1, "web:1", "100m"));
    var first = clone.push("First");
    var processes = new Processes(temp, git.url(), WEB_PORT, AGENT_PORT);
    server = processes.server("--poll", "1");
    Program.await("the web answers", PATIENCE, web::isUp);
    for (int i = 0; i < 2; i++) {
      agents.add(processes.agent(i, nodes.get(i)));
    }
    try {
      Program.await("all is ready", PATIENCE, () -> clone.note(first).startsWith("success"));
    } catch (AssertionError e) {
      throw new AssertionError(
          server.tail() + agents.get(0).tail() + agents.get(1).tail() + nodes.get(0).docker("ps"),
          e);
    }
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

  private static String deployment(String name, int replicas, String image, String cpu) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: %1$s}
    spec:
      replicas: %2$d
      selector: {matchLabels: {app: %1$s}}
      template:
        metadata: {labels: {app: %1$s}}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
            - name: app
              image: %3$s
              resources: {requests: {cpu: %4$s}}
    """
        .formatted(name, replicas, image, cpu);
  }

  @Test
  void whatHappensIsWhatWasPlanned() throws Exception {
    var keptBefore = placed("kept");
    clone.write("huge.yaml", deployment("huge", 1, "web:1", "1000"));
    clone.write("web.yaml", deployment("web", 3, "web:2", "200m"));
    Files.delete(clone.folder().resolve("old.yaml"));
    clone.git("add", "-A");
    clone.git("commit", "-q", "-m", "Add huge, change web, delete old");

    System.out.println(plan("markdown"));
    var planned = JSON.readTree(plan("json")).path("workloads");
    clone.git("push", "-q", "origin", "HEAD:main");

    var release = planned.path(2).path("release").path("after").asText();
    Program.await(
        "web is replaced",
        PATIENCE,
        () -> placed("web").stream().allMatch(it -> it.startsWith(release)));
    Program.await("old is gone", PATIENCE, () -> placed("old").isEmpty());
    assertThat(planned.findValuesAsText("workload"))
        .containsExactly(
            "Deployment/default/huge", "Deployment/default/old", "Deployment/default/web");
    assertThat(placed("web")).isEqualTo(started(planned.path(2)));
    assertThat(planned.path(1).path("action").asText()).isEqualTo("delete");
    var why = planned.path(0).path("unschedulable").asText();
    assertThat(why).isEqualTo("0/2 nodes are available: 2 Insufficient cpu");
    assertThat(placed("huge")).isEmpty();
    assertThat(conditions("huge")).contains(why);
    assertThat(placed("kept")).isEqualTo(keptBefore);
  }

  private String plan(String output) throws Exception {
    var said = temp.resolve("plan." + output);
    var plan =
        Program.java(
            List.of(),
            said,
            "plan",
            "origin/main..HEAD",
            "--repo",
            clone.folder().toString(),
            "--server",
            "http://127.0.0.1:" + WEB_PORT,
            "-o",
            output);
    Program.await("a plan", PATIENCE, () -> !plan.isAlive());
    assertThat(plan.exitValue()).as(plan.log()).isEqualTo(CHANGES);
    return plan.log();
  }

  /// Release and node of what is to start, in the order in which it does.
  private static List<String> started(JsonNode workload) {
    var pods = new ArrayList<String>();
    workload
        .path("starts")
        .forEach(it -> pods.add(it.path("release").asText() + " on " + it.path("node").asText()));
    return pods;
  }

  /// Release and node of the pods that are there, in the order in which they were started.
  private List<String> placed(String workload) throws Exception {
    var pods = new TreeMap<Long, String>(Comparator.naturalOrder());
    for (JsonNode pod :
        web.get("/api/v1/namespaces/default/pods?labelSelector=app%3D" + workload).path("items")) {
      var metadata = pod.path("metadata");
      pods.put(
          PodIds.idOf("local", metadata.path("uid").asText()).orElseThrow(),
          metadata.path("labels").path("pod-template-hash").asText()
              + " on "
              + pod.path("spec").path("nodeName").asText());
    }
    return List.copyOf(pods.values());
  }

  private String conditions(String deployment) throws Exception {
    return web.get("/apis/apps/v1/namespaces/default/deployments/" + deployment)
        .path("status")
        .path("conditions")
        .toString();
  }
}
