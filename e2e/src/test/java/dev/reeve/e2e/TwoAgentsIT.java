package dev.reeve.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reeve.lab.LabNode;
import dev.reeve.lab.Shell;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// A control plane and two agents as separate processes, over mutual TLS, on two engines; a
/// repository elsewhere. What the engines say is what is measured, not what Reeve says of itself.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TwoAgentsIT {
  /// `-Dreeve.e2e.rollouts=20` and `-Dreeve.e2e.crashes=20` for the long run.
  private static final int ROLLOUTS = Integer.getInteger("reeve.e2e.rollouts", 4);

  private static final int CRASHES = Integer.getInteger("reeve.e2e.crashes", 5);
  private static final int REPLICAS = 3;
  private static final int SURGE = 1;
  private static final int WEB_PORT = 7170;
  private static final int AGENT_PORT = 7171;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path temp;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<LabNode> nodes = new ArrayList<>();
  private final List<Program> agents = new ArrayList<>();
  private final List<Watcher> watchers = new ArrayList<>();
  private Program server;
  private Repository clone;
  private String caHash = "";
  private int version = 1;

  @BeforeAll
  void startEverything() throws Exception {
    for (int i = 0; i < 2; i++) {
      var node = LabNode.start(11 + i, temp.resolve("node" + i));
      nodes.add(node);
      node.importImage("web:1");
      node.importImage("web:2");
    }
    var bare = temp.resolve("config.git");
    Shell.run("git", "init", "-q", "--bare", "-b", "main", bare.toString());
    clone = Repository.clone(List.of(), bare.toString(), temp.resolve("clone"));
    write("web:1", "first");
    clone.push("First");
    server = startServer();
    awaitWeb();
    caHash =
        server
            .log()
            .lines()
            .filter(it -> it.contains("--ca-hash "))
            .findFirst()
            .orElseThrow()
            .replaceAll(".*--ca-hash ", "")
            .strip();
    for (int i = 0; i < 2; i++) {
      agents.add(startAgent(i));
    }
    try {
      Program.await("all is ready", PATIENCE, () -> noted("success"));
    } catch (AssertionError e) {
      throw new AssertionError(
          server.log() + agents.get(0).log() + agents.get(1).log() + nodes.get(0).docker("ps"), e);
    }
    for (LabNode node : nodes) {
      watchers.add(new Watcher(node));
    }
  }

  @AfterAll
  void stopEverything() throws Exception {
    for (Watcher watcher : watchers) {
      watcher.close();
    }
    agents.forEach(Program::close);
    if (server != null) {
      server.close();
    }
    for (LabNode node : nodes) {
      node.close();
    }
  }

  private Program startServer() throws IOException {
    return Program.java(
        List.of(),
        temp.resolve("server.log"),
        "server",
        "--repo",
        temp.resolve("config.git").toString(),
        "--data-dir",
        temp.resolve("server").toString(),
        "--ca-dir",
        temp.resolve("ca").toString(),
        "--port",
        String.valueOf(WEB_PORT),
        "--agent-port",
        String.valueOf(AGENT_PORT),
        "--poll",
        "1");
  }

  private Program startAgent(int i) throws Exception {
    var node = nodes.get(i);
    var token = temp.resolve("token" + i);
    var made =
        Program.java(
            List.of(),
            token,
            "token",
            "create",
            "--node",
            "n" + i,
            "--ca-dir",
            temp.resolve("ca").toString());
    Program.await("a token", PATIENCE, () -> !made.isAlive());
    Files.writeString(token, Files.readAllLines(token).getFirst());
    return Program.java(
        node.inside(),
        temp.resolve("agent" + i + ".log"),
        "agent",
        "--server",
        "wss://" + node.hostAddress() + ":" + AGENT_PORT,
        "--token-file",
        token.toString(),
        "--ca-hash",
        caHash,
        "--node",
        "n" + i,
        "--docker-host",
        node.dockerHost(),
        "--data-dir",
        temp.resolve("agent" + i).toString());
  }

  private void write(String image, String greeting) throws IOException {
    clone.write(
        "web.yaml",
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 3
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 2
              containers:
                - name: web
                  image: %s
                  env: [{name: GREETING, value: "%s"}]
                  readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
        """
            .formatted(image, greeting));
  }

  private String pushNewRelease() throws IOException {
    version++;
    write("web:" + (1 + version % 2), "version " + version);
    return clone.push("Version " + version);
  }

  private boolean noted(String verdict) {
    return clone.note(clone.git("rev-parse", "HEAD")).startsWith(verdict);
  }

  private JsonNode get(String path) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + WEB_PORT + path))
            .timeout(Duration.ofSeconds(10))
            .build();
    return JSON.readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  private void awaitWeb() throws Exception {
    Program.await(
        "the web answers",
        PATIENCE,
        () -> {
          try {
            return get("/version").has("gitVersion");
          } catch (IOException e) {
            return false;
          }
        });
  }

  private Map<String, String> containers() {
    var found = new TreeMap<String, String>();
    for (LabNode node : nodes) {
      var ids =
          node.docker("ps", "-q", "--no-trunc", "--filter", "label=dev.reeve.cluster")
              .lines()
              .toList();
      for (String id : ids) {
        var state =
            Shell.end(
                List.of(
                    "docker",
                    "-H",
                    node.dockerHost(),
                    "inspect",
                    "-f",
                    "{{.State.StartedAt}} {{.RestartCount}}",
                    id));
        // One that a rollout ended in this moment is not there to be asked.
        if (state.code() == 0) {
          found.put(id, state.output().strip());
        }
      }
    }
    return found;
  }

  private boolean allIsReady() throws Exception {
    return get("/apis/apps/v1/namespaces/default/deployments/web")
            .path("status")
            .path("availableReplicas")
            .asInt()
        == REPLICAS;
  }

  /// Follows an engine's events: which app containers run, and which answer on their own port,
  /// asked at every event.
  private static final class Watcher {
    private final LabNode node;
    private final Process events;
    private final TreeSet<String> running = new TreeSet<>();

    Watcher(LabNode node) throws IOException {
      this.node = node;
      events =
          new ProcessBuilder(
                  "docker",
                  "-H",
                  node.dockerHost(),
                  "events",
                  "--filter",
                  "type=container",
                  "--filter",
                  "label=io.kubernetes.container.name=web",
                  "--format",
                  "{{.Action}} {{.ID}}")
              .start();
      running.addAll(
          node.docker(
                  "ps", "-q", "--no-trunc", "--filter", "label=io.kubernetes.container.name=web")
              .lines()
              .toList());
    }

    void close() {
      events.destroy();
    }
  }

  /// What was seen of a rollout.
  private static final class Tally {
    private int most;
    private int fewestRunning = Integer.MAX_VALUE;
    private int fewestReady = Integer.MAX_VALUE;
    private int deaths;
    private int events;
    private int samples;
  }

  private Thread follow(Watcher watcher, Tally tally) {
    return Thread.ofVirtual()
        .start(() -> {
          try (var lines =
              new BufferedReader(
                  new InputStreamReader(watcher.events.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
              note(watcher, line.split(" "), tally);
            }
          } catch (IOException e) {
            // The watcher was closed.
            return;
          }
        });
  }

  private void note(Watcher watcher, String[] event, Tally tally) {
    synchronized (tally) {
      switch (event[0]) {
        case "start" -> watcher.running.add(event[1]);
        case "die" -> {
          watcher.running.remove(event[1]);
          tally.deaths++;
        }
        default -> {
          return;
        }
      }
      tally.events++;
      int all = watchers.stream().mapToInt(it -> it.running.size()).sum();
      tally.most = Math.max(tally.most, all);
      tally.fewestRunning = Math.min(tally.fewestRunning, all);
    }
  }

  /// The readiness log: every pod is asked itself, over and over, from its own node's network.
  private Thread ask(Tally tally, java.util.concurrent.atomic.AtomicBoolean until) {
    return Thread.ofVirtual()
        .start(() -> {
          while (!until.get()) {
            int before;
            synchronized (tally) {
              before = tally.deaths;
            }
            int ready = 0;
            for (LabNode node : nodes) {
              ready += answering(node);
            }
            synchronized (tally) {
              // A look takes a moment: what ended while it lasted was there when it began.
              int ended = tally.deaths - before;
              tally.fewestReady = Math.min(tally.fewestReady, ready + ended);
              tally.samples++;
            }
          }
        });
  }

  private static int answering(LabNode node) {
    var script =
        "n=0; for p in $(docker -H "
            + node.dockerHost()
            + " ps -q --filter label=io.kubernetes.container.name=POD); do"
            + " ip=$(docker -H "
            + node.dockerHost()
            + " inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' $p 2>/dev/null);"
            + " [ -n \"$ip\" ] && curl -s --max-time 1 -o /dev/null http://$ip:8080/ && n=$((n+1)); done; echo $n";
    var ended = Shell.end(node.inside("sh", "-c", script));
    return Integer.parseInt(ended.output().strip().lines().reduce((a, b) -> b).orElse("0"));
  }

  @Test
  @Order(1)
  void everyRolloutKeepsItsBounds() throws Exception {
    var times = new ArrayList<Long>();
    var tally = new Tally();
    watchers.forEach(watcher -> follow(watcher, tally));
    var over = new java.util.concurrent.atomic.AtomicBoolean();
    var asking = ask(tally, over);

    for (int i = 0; i < ROLLOUTS; i++) {
      long start = System.nanoTime();
      pushNewRelease();
      Program.await("rollout " + i, PATIENCE, () -> noted("success"));
      times.add((System.nanoTime() - start) / 1_000_000);
    }
    over.set(true);
    asking.join();

    System.out.println(
        "rollouts: "
            + ROLLOUTS
            + ", push to success (poll of 1 s) ms: "
            + times
            + "; "
            + tally.events
            + " engine events, at most "
            + tally.most
            + " and at least "
            + tally.fewestRunning
            + " running; "
            + tally.samples
            + " looks, at least "
            + tally.fewestReady
            + " answering");
    assertThat(tally.most).isLessThanOrEqualTo(REPLICAS + SURGE);
    assertThat(tally.fewestRunning).isGreaterThanOrEqualTo(REPLICAS);
    assertThat(tally.fewestReady).isGreaterThanOrEqualTo(REPLICAS);
    assertThat(tally.events).isGreaterThanOrEqualTo(ROLLOUTS * REPLICAS * 2);
  }

  private static String tail(Program program) throws IOException {
    var lines = program.log().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
  }

  @Test
  @Order(2)
  void aRolloutGoesOnWithoutALostAgent() throws Exception {
    pushNewRelease();
    TimeUnit.MILLISECONDS.sleep(1_500);
    agents.get(1).kill();

    var took = Program.await("the rollout ends", PATIENCE, () -> noted("success"));

    System.out.println("rollout with an agent lost midway: " + took.toMillis() + " ms");
    agents.set(1, startAgent(1));
    Program.await(
        "what it left behind is gone",
        PATIENCE,
        () -> nodes.stream().mapToInt(TwoAgentsIT::answering).sum() == REPLICAS && allIsReady());
  }

  @Test
  @Order(3)
  void noCrashTouchesAHealthyContainer() throws Exception {
    var random = new Random(42);
    for (int i = 0; i < CRASHES; i++) {
      boolean midRollout = i % 4 == 3;
      if (midRollout) {
        pushNewRelease();
        TimeUnit.MILLISECONDS.sleep(800 + random.nextInt(2_000));
      } else {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(1_000));
      }
      var before = containers();
      var what = crash(random.nextInt(5));

      try {
        Program.await("all is ready after " + what, PATIENCE, this::settled);
      } catch (AssertionError e) {
        throw new AssertionError(
            clone.note(clone.git("rev-parse", "HEAD")) + tail(server) + get("/dashboard.json"), e);
      }

      var after = containers();
      if (!midRollout) {
        assertThat(after).as("containers after " + what).isEqualTo(before);
      } else {
        // What still runs was not restarted.
        before.keySet().retainAll(after.keySet());
        assertThat(after).containsAllEntriesOf(before);
      }
      System.out.println(
          "crash "
              + i
              + ": "
              + what
              + (midRollout ? " inside a rollout" : "")
              + ": nothing healthy was touched");
    }
  }

  private boolean settled() throws Exception {
    try {
      return noted("success") && allIsReady() && isReadyWeb();
    } catch (IOException e) {
      return false;
    }
  }

  private boolean isReadyWeb() throws Exception {
    var nodesReady = 0;
    for (JsonNode node : get("/dashboard.json").path("nodes")) {
      nodesReady += node.path("ready").asBoolean() ? 1 : 0;
    }
    return nodesReady == 2;
  }

  private String crash(int which) throws Exception {
    return switch (which) {
      case 0 -> {
        server.kill();
        server = startServer();
        yield "kill -9 of the control plane";
      }
      case 1 -> {
        agents.get(0).kill();
        agents.set(0, startAgent(0));
        yield "kill -9 of an agent";
      }
      case 2 -> {
        server.kill();
        agents.get(1).kill();
        server = startServer();
        agents.set(1, startAgent(1));
        yield "kill -9 of both";
      }
      case 3 -> {
        server.kill();
        Shell.run("rm", "-rf", temp.resolve("server").toString());
        server = startServer();
        yield "the loss of the control plane's disk";
      }
      default -> {
        nodes.get(0).killEngine();
        nodes.get(0).restartEngine();
        yield "kill -9 of an engine";
      }
    };
  }
}
