package dev.reeve.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.reeve.lab.LabNode;
import dev.reeve.lab.LabSwitch;
import dev.reeve.lab.Shell;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// A thousand requests a second go through a Service, from a pod and from outside, on connections
/// that are kept and on new ones, while everything that people and machines do to it is done: not
/// one is lost.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TrafficIT {
  private static final int WEB_PORT = 7198;
  private static final int AGENT_PORT = 7199;
  private static final int NODES = 3;
  private static final int NODE_PORT = 30_081;
  private static final int USERS = 24;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private static Path temp;
  private final List<LabNode> nodes = new ArrayList<>();
  private final List<Program> agents = new ArrayList<>();
  private final Map<String, OpenLoop> loads = new LinkedHashMap<>();
  private final Web web = new Web(WEB_PORT);
  private LabSwitch lan;
  private GitHost git;
  private Repository clone;
  private Processes processes;
  private Program server;

  @BeforeAll
  void startEverything() throws Exception {
    lan = LabSwitch.start();
    for (int i = 0; i < NODES; i++) {
      var node = LabNode.start(41 + i, temp.resolve("node" + i), lan);
      nodes.add(node);
      PoliteApp.importInto(node);
    }
    git = GitHost.start(temp.resolve("git"));
    clone = Repository.clone(List.of(), git.path(), temp.resolve("clone"));
    clone.write("client.yaml", CLIENT);
    clone.write("app.yaml", app(3, "v1"));
    clone.write("service.yaml", SERVICE);
    var first = clone.push("First");
    processes = new Processes(temp, git.url(), WEB_PORT, AGENT_PORT);
    server = processes.server("--poll", "1");
    Program.await("the web answers", PATIENCE, web::isUp);
    for (int i = 0; i < NODES; i++) {
      agents.add(processes.agent(i, nodes.get(i)));
    }
    settled(first);
    startLoads();
  }

  @AfterAll
  void stopEverything() throws Exception {
    for (OpenLoop load : loads.values()) {
      load.close();
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
    if (lan != null) {
      lan.close();
    }
  }

  private static final String CLIENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: client}
      spec:
        selector: {matchLabels: {app: client}}
        template:
          metadata: {labels: {app: client}}
          spec:
            nodeName: n0
            terminationGracePeriodSeconds: 1
            containers: [{name: client, image: polite:1, command: [sleep, "100000"]}]
      """;

  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: app}
      spec:
        type: NodePort
        clusterIP: 10.96.0.10
        selector: {app: app}
        ports: [{port: 80, targetPort: http, nodePort: 30081}]
      """;

  private static String app(int replicas, String release) {
    return """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: app}
    spec:
      replicas: %d
      selector: {matchLabels: {app: app}}
      strategy:
        canary:
          maxSurge: 1
          maxUnavailable: 0
          steps: %s
      template:
        metadata: {labels: {app: app}}
        spec:
          terminationGracePeriodSeconds: 20
          containers:
    %s
    """
        .formatted(
            replicas,
            release.startsWith("canary")
                ? "[{setWeight: 10}, {pause: {}}, {setWeight: 50}, {pause: {}}]"
                : "[]",
            PoliteApp.container(release).indent(8).stripTrailing());
  }

  private void startLoads() throws Exception {
    var sandbox = nodes.get(0).docker("ps", "-q", "--filter", "name=k8s_POD_client-").strip();
    var process = nodes.get(0).docker("inspect", "-f", "{{.State.Pid}}", sandbox).strip();
    var pod = Optional.of(Path.of("/proc", process, "ns", "net"));
    var service = new InetSocketAddress("10.96.0.10", 80);
    var nodePort = new InetSocketAddress(nodes.get(1).address(), NODE_PORT);
    loads.put("pod, kept", OpenLoop.start(pod, service, "/", true, 400, USERS));
    loads.put("pod, new", OpenLoop.start(pod, service, "/", false, 200, USERS));
    loads.put("outside, kept", OpenLoop.start(Optional.empty(), nodePort, "/", true, 250, USERS));
    loads.put("outside, new", OpenLoop.start(Optional.empty(), nodePort, "/", false, 150, USERS));
    loads.put("pod, 5 s", OpenLoop.start(pod, service, "/slow", false, 2, 16));
    TimeUnit.SECONDS.sleep(5);
    loads.values().forEach(OpenLoop::take);
  }

  private void settled(String commit) throws Exception {
    try {
      Program.await(
          "success of " + commit, PATIENCE, () -> clone.note(commit).startsWith("success"));
    } catch (AssertionError e) {
      throw new AssertionError(
          clone.note(commit)
              + server.tail()
              + agents.get(0).tail()
              + nodes.get(0).docker("ps", "-a"),
          e);
    }
  }

  /// What came of all requests since the last time; none may be lost.
  private SortedMap<String, OpenLoop.Counts> nothingIsLost(String what) throws Exception {
    // What was asked last is answered within this.
    TimeUnit.SECONDS.sleep(6);
    var all = take(what);
    all.forEach((name, counts) -> assertThat(counts.lost).as(what + "; " + name).isEmpty());
    all.forEach((name, counts) -> assertThat(counts.answered).as(name).isPositive());
    return all;
  }

  private SortedMap<String, OpenLoop.Counts> take(String what) {
    var all = new TreeMap<String, OpenLoop.Counts>();
    loads.forEach((name, load) -> all.put(name, load.take()));
    all.forEach((name, counts) -> System.out.println(what + "; " + name + ": " + counts));
    return all;
  }

  private void takeAway() throws Exception {
    TimeUnit.SECONDS.sleep(1);
    loads.values().forEach(OpenLoop::take);
  }

  // --- what is done to it

  @Test
  @Order(1)
  void aRollingUpdate() throws Exception {
    clone.write("app.yaml", app(3, "v2"));
    settled(clone.push("Update"));

    nothingIsLost("rolling update");
  }

  @Test
  @Order(2)
  void aCanaryThatIsAborted() throws Exception {
    clone.write("app.yaml", app(3, "canary1"));
    clone.push("Canary");
    paused(10);
    nothingIsLost("canary on its way to 10%");
    TimeUnit.SECONDS.sleep(15);
    share(nothingIsLost("canary at 10%"), "canary1", 10);

    clone.push("Go on\n\nReeve-Promote: Rollout/default/app@" + release());
    paused(50);
    nothingIsLost("canary on its way to 50%");
    TimeUnit.SECONDS.sleep(5);
    share(nothingIsLost("canary at 50%"), "canary1", 50);

    clone.push("Abort\n\nReeve-Abort: Rollout/default/app@" + release());
    Program.await("the canary is gone", PATIENCE, () -> phase().equals("Healthy"));
    clone.git("pull", "-q", "--rebase", "origin", "main");
    assertThat(clone.read("app.yaml")).contains("value: v2");
    settled(clone.git("rev-parse", "HEAD"));
    nothingIsLost("abort");
  }

  @Test
  @Order(3)
  void aCanaryThatIsPromoted() throws Exception {
    clone.write("app.yaml", app(3, "canary2"));
    var canary = clone.push("Another canary");
    for (int weight : new int[] {10, 50}) {
      paused(weight);
      clone.push("Go on\n\nReeve-Promote: Rollout/default/app@" + release());
    }
    Program.await("it is at 100%", PATIENCE, () -> phase().equals("Healthy"));
    settled(clone.git("rev-parse", "HEAD"));
    nothingIsLost("canary 0-10-50-100");

    TimeUnit.SECONDS.sleep(5);
    share(nothingIsLost("canary at 100%"), "canary2", 100);
    assertThat(clone.note(canary)).doesNotStartWith("failure");
  }

  @Test
  @Order(4)
  void scalingUpAndDown() throws Exception {
    for (int replicas : new int[] {10, 2, 10}) {
      clone.write("app.yaml", app(replicas, "canary2"));
      settled(clone.push(replicas + " replicas"));
    }

    nothingIsLost("scale 10-2-10");
  }

  @Test
  @Order(5)
  void aDrain() throws Exception {
    clone.write(
        "n2.yaml",
        "apiVersion: v1\nkind: Node\nmetadata: {name: n2, annotations: {reeve.dev/drain: \"true\"}}\n");
    settled(clone.push("Drain n2"));
    Program.await(
        "n2 is empty",
        PATIENCE,
        () -> nodes.get(2).docker("ps", "-q", "--filter", "name=k8s_app_").isBlank());
    Files.delete(clone.folder().resolve("n2.yaml"));
    clone.git("add", "-A");
    settled(clone.push("Undrain n2"));

    nothingIsLost("drain of a node");
  }

  @Test
  @Order(6)
  void anAgentThatIsKilled() throws Exception {
    agents.get(1).kill();
    TimeUnit.SECONDS.sleep(3);
    agents.set(1, processes.agent(1, nodes.get(1)));
    TimeUnit.SECONDS.sleep(8);

    nothingIsLost("agent restart");
  }

  @Test
  @Order(7)
  void aControlPlaneThatIsKilled() throws Exception {
    server.kill();
    TimeUnit.SECONDS.sleep(3);
    server = processes.server("--poll", "1");
    Program.await("the web answers", PATIENCE, web::isUp);
    clone.write("app.yaml", app(3, "v3"));
    settled(clone.push("Update after the restart"));

    nothingIsLost("control plane killed, then a rolling update");
  }

  @Test
  @Order(8)
  void aNodeThatIsCutOff() throws Exception {
    clone.write("app.yaml", app(6, "v3"));
    settled(clone.push("Six"));
    var cut = nodes.get(2);
    var sandbox = cut.docker("ps", "-q", "--filter", "name=k8s_POD_app-").lines().findFirst();
    var process = cut.docker("inspect", "-f", "{{.State.Pid}}", sandbox.orElseThrow()).strip();
    nothingIsLost("before the cut");

    cut.link(false);
    // Known to be away after ten, and what began just before is given up after ten more.
    TimeUnit.SECONDS.sleep(25);
    var counts = Objects.requireNonNull(take("cut off, 25 s").get("pod, new"));
    long sent = counts.answered + counts.lost.size();
    assertThat(counts.lost.size()).isLessThan((int) (sent * 12 / 25));
    TimeUnit.SECONDS.sleep(6);
    nothingIsLost("cut off and known to be");
    var inside = "nsenter --net=/proc/" + process + "/ns/net ";
    assertThat(
            Shell.end(
                    List.of(
                        "sh",
                        "-c",
                        inside + "dig +short @169.254.20.10 app.default.svc.cluster.local"))
                .output())
        .as("names on the node that is cut off")
        .contains("10.96.0.10");
    assertThat(cut.docker("ps", "-q", "--filter", "name=k8s_app_").lines().count())
        .as("its pods run on")
        .isPositive();

    cut.link(true);
    Program.await(
        "what was replaced is stopped",
        PATIENCE,
        () -> !cut.docker("ps", "-q").lines().toList().contains(sandbox.orElseThrow()));
    takeAway();
    clone.write("app.yaml", app(9, "v3"));
    settled(clone.push("Nine"));
    Program.await(
        "it has pods again",
        PATIENCE,
        () -> !cut.docker("ps", "-q", "--filter", "name=k8s_app_").isBlank());
    nothingIsLost("healed");
  }

  // --- how it stands

  private static void share(SortedMap<String, OpenLoop.Counts> all, String release, int weight) {
    // On connections that are kept, a share is one of few connections.
    for (String name : List.of("pod, new", "outside, new")) {
      assertThat(Objects.requireNonNull(all.get(name)).share(release))
          .as(name)
          .isCloseTo(weight, within(3.0));
    }
  }

  private void paused(int weight) throws Exception {
    Program.await(
        "the canary waits at " + weight,
        PATIENCE,
        () -> {
          // Read once: a promotion between two readings would look like the next pause.
          var record = record();
          return phaseIn(record).equals("Paused") && record.contains("weight: " + weight);
        });
  }

  private String record() throws Exception {
    clone.git("fetch", "-q", "origin", "+reeve/local:refs/remotes/origin/reeve/local");
    return clone.git("show", "refs/remotes/origin/reeve/local:namespaces/default/rollout/app.yaml");
  }

  private String phase() throws Exception {
    return phaseIn(record());
  }

  private static String phaseIn(String record) {
    return record
        .lines()
        .filter(it -> it.startsWith("phase:"))
        .findFirst()
        .orElse("")
        .substring(6)
        .strip();
  }

  private String release() throws Exception {
    return record()
        .lines()
        .dropWhile(it -> !it.startsWith("release:"))
        .filter(it -> it.contains("hash:"))
        .findFirst()
        .orElseThrow()
        .replaceAll(".*hash: *", "")
        .replaceAll("[\"', }].*", "")
        .strip();
  }
}
