package dev.reeve.bench.traffic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.agent.node.Tar;
import dev.reeve.bench.Benchmark;
import dev.reeve.bench.Figure;
import dev.reeve.bench.Result;
import dev.reeve.bench.stage.Await;
import dev.reeve.bench.stage.Dialogue;
import dev.reeve.bench.stage.OwnAgent;
import dev.reeve.bench.stage.OwnEngine;
import dev.reeve.bench.stage.OwnServer;
import dev.reeve.bench.stage.Scratch;
import dev.reeve.bench.stage.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// What a Service costs those who use it, how exactly a canary's weight is kept, and what a change
/// costs a node.
public final class TrafficBenchmark implements Benchmark {
  private static final String IMAGE = "reeve-bench/polite:1";
  private static final int PAIRS = 9;
  private static final double PAIR_SECONDS = 2;
  private static final int CONNECTIONS = 100_000;
  private static final int WEIGHT = 10;
  private static final double THROUGHPUT = 0.9;
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String LABEL = "io.kubernetes.pod.name";

  @Override
  public String name() {
    return "traffic";
  }

  @Override
  public String work() {
    return "requests through a Service beside the pod itself; connections through a canary at 10%";
  }

  @Override
  public Result run(Settings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    try (var scratch = Scratch.make();
        var engine = OwnEngine.start(scratch.path("engine"));
        var server = OwnServer.start(scratch.path("server"), engine.outside());
        var _ = OwnAgent.start(server, engine, scratch.path("agent"))) {
      importApp(engine);
      server.repository().write("app.yaml", app("v1"));
      server.repository().write("client.yaml", CLIENT.replace("NAME", "client"));
      server.repository().write("beside.yaml", CLIENT.replace("NAME", "beside"));
      server.push(server.repository().commit("App and client"));
      var figures = new ArrayList<Figure>();
      // Each has ports of its own: connections that are remembered of one are not in the way of the
      // other's.
      try (var caller = Dialogue.java(inPod(engine, "client"), CallerMain.class);
          var beside = Dialogue.java(inPod(engine, "beside"), CallerMain.class)) {
        var pod = address(engine, "app");
        for (String kind : List.of("kept", "new")) {
          figures.addAll(pairs(caller, beside, pod, kind, settings, progress));
        }
        figures.addAll(canary(server, caller, settings, progress));
      }
      figures.addAll(kernel(engine, progress));
      return new Result(
          name(),
          work(),
          figures,
          List.of(
              "one pod, one client pod with 8 users on the same node; pairs take turns",
              "a change: from being told to being in force, on a node with nothing else to do"));
    }
  }

  private static final String CLIENT =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: NAME}
      spec:
        terminationGracePeriodSeconds: 1
        containers: [{name: client, image: "reeve-bench/polite:1"}]
      """;

  private static String app(String release) {
    return """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: app}
    spec:
      selector: {matchLabels: {app: app}}
      strategy:
        canary:
          maxSurge: 1
          maxUnavailable: 0
          steps: [{setCanaryScale: {replicas: 1}}, {setWeight: 10}, {pause: {}}]
          canaryService: app-new
          stableService: app-stable
          trafficRouting: {}
      template:
        metadata: {labels: {app: app}}
        spec:
          terminationGracePeriodSeconds: 5
          containers:
            - name: app
              image: reeve-bench/polite:1
              env: [{name: RELEASE, value: %1$s}]
              ports: [{name: http, containerPort: 8080}]
              readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1}
    ---
    %2$s---
    %3$s---
    %4$s\
    """
        .formatted(release, service("app"), service("app-new"), service("app-stable"));
  }

  private static String service(String name) {
    var ip = name.equals("app") ? "  clusterIP: 10.96.0.10\n" : "";
    return "apiVersion: v1\nkind: Service\nmetadata: {name: "
        + name
        + "}\nspec:\n"
        + ip
        + "  selector: {app: app}\n  ports: [{port: 80, targetPort: http}]\n";
  }

  /// haproxy, serving by itself.
  private static void importApp(OwnEngine engine) throws IOException {
    Shell.need("haproxy", "haproxy");
    var tar =
        new Tar()
            .file("usr/sbin/haproxy", 0755, Files.readAllBytes(Path.of("/usr/sbin/haproxy")))
            .file(
                "etc/app.cfg",
                0644,
                """
                defaults
                  mode http
                  timeout client 30s
                frontend app
                  bind :8080
                  http-request return status 200 content-type text/plain lf-string "%[env(RELEASE)]\\n"
                """
                    .getBytes(StandardCharsets.US_ASCII));
    for (String line : Shell.run("ldd", "/usr/sbin/haproxy").lines().toList()) {
      int slash = line.indexOf('/');
      if (slash >= 0) {
        var library = line.substring(slash).split(" ")[0];
        tar.file(library.substring(1), 0755, Files.readAllBytes(Path.of(library)));
      }
    }
    engine.importImage(tar.bytes(), IMAGE, "/usr/sbin/haproxy\",\"-db\",\"-f\",\"/etc/app.cfg");
  }

  // --- pods

  private static JsonNode sandbox(OwnEngine engine, String prefix) throws IOException {
    for (JsonNode each : engine.api().containers(false, "io.kubernetes.container.name=POD")) {
      if (each.path("Labels").path(LABEL).asText().startsWith(prefix)) {
        return each;
      }
    }
    throw new IOException("there is no pod " + prefix);
  }

  private static String address(OwnEngine engine, String prefix) throws IOException {
    return sandbox(engine, prefix).path("Labels").path("dev.reeve.pod-ip").asText();
  }

  private static List<String> inPod(OwnEngine engine, String prefix) throws IOException {
    var id = sandbox(engine, prefix).path("Id").asText();
    var pid = engine.api().get("/containers/" + id + "/json").path("State").path("Pid").asText();
    return List.of("nsenter", "--net=/proc/" + pid + "/ns/net", "--");
  }

  // --- throughput

  /// What the caller says of one go.
  private record Called(long requests, double seconds, long lost, SortedMap<String, Long> bodies) {
    static Called parse(String line) {
      var words = line.split(" ");
      SortedMap<String, Long> bodies = new TreeMap<>();
      for (int i = 3; i < words.length; i++) {
        int at = words[i].indexOf('=');
        bodies.put(words[i].substring(0, at), Long.parseLong(words[i].substring(at + 1)));
      }
      return new Called(
          Long.parseLong(words[0]), Double.parseDouble(words[1]), Long.parseLong(words[2]), bodies);
    }

    double perSecond() {
      return requests / seconds;
    }
  }

  private static List<Figure> pairs(
      Dialogue caller,
      Dialogue beside,
      String pod,
      String kind,
      Settings settings,
      Consumer<String> progress)
      throws IOException {
    var through = new ArrayList<Double>();
    var direct = new ArrayList<Double>();
    var ratios = new ArrayList<Double>();
    long lost = 0;
    // The first pair makes both warm.
    for (int i = 0; i <= Math.max(PAIRS, settings.runs()); i++) {
      var own = call(beside, pod + " 8080", kind);
      var service = call(caller, "10.96.0.10 80", kind);
      progress.accept(
          "%s: through the Service %.0f, the pod itself %.0f requests/s"
              .formatted(kind, service.perSecond(), own.perSecond()));
      lost += service.lost();
      if (i > 0) {
        direct.add(own.perSecond());
        through.add(service.perSecond());
        ratios.add(service.perSecond() / own.perSecond());
      }
    }
    var name = kind.equals("kept") ? "connections that are kept" : "a new connection each";
    return List.of(
        Figure.of(name + ": through the Service", "/s", through)
            .beside("the pod itself", Figure.of("", "", direct).median()),
        Figure.of(name + ": Service to pod", "times", ratios).atLeast(THROUGHPUT),
        Figure.of(name + ": lost", "", (double) lost).atMost(0));
  }

  private static Called call(Dialogue caller, String to, String kind) throws IOException {
    return Called.parse(caller.ask(to + " " + kind + " " + PAIR_SECONDS + " " + Long.MAX_VALUE));
  }

  // --- weight

  private static List<Figure> canary(
      OwnServer server, Dialogue caller, Settings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    server.repository().write("app.yaml", app("v2"));
    server.repository().commit("A canary");
    server.push();
    Await.until(
        "the canary gets traffic",
        LOOK,
        PATIENCE,
        () -> Called.parse(caller.ask("10.96.0.10 80 new 1 200")).bodies().containsKey("v2"));
    int connections = settings.of(CONNECTIONS);
    var called = Called.parse(caller.ask("10.96.0.10 80 new 600 " + connections));
    progress.accept("a canary at 10%: " + called.bodies());
    double share = 100.0 * called.bodies().getOrDefault("v2", 0L) / called.requests();
    return List.of(
        Figure.of("canary at 10%: its share of " + connections + " connections", "%", share),
        Figure.of("canary at 10%: off by", "points", Math.abs(share - WEIGHT)).atMost(1),
        Figure.of("canary at 10%: lost", "", (double) called.lost()).atMost(0));
  }

  // --- the kernel

  private static List<Figure> kernel(OwnEngine engine, Consumer<String> progress)
      throws IOException {
    var namespace = "reeve-bench-k" + ProcessHandle.current().pid();
    Shell.run("ip", "netns", "add", namespace);
    try {
      Shell.run("ip", "-n", namespace, "link", "set", "lo", "up");
      SortedMap<String, Double> said = new TreeMap<>();
      var prefix = List.of("nsenter", "--net=/run/netns/" + namespace, "--");
      try (var kernel = Dialogue.java(prefix, KernelMain.class)) {
        for (var line = kernel.line(); !line.isEmpty(); line = kernel.line()) {
          progress.accept(line);
          var words = line.split(" ");
          said.put(words[0], Double.parseDouble(words[1]));
        }
      }
      return List.of(
          Figure.of("1,000 Services x 10 endpoints, all at once", "ms", ms(said, "all")),
          Figure.of("one endpoint of these changed: in force after", "ms", ms(said, "change")),
          Figure.of("one endpoint of these changed: CPU", "ms", ms(said, "cpu")),
          Figure.of("names answered", "/s", said.getOrDefault("names", 0.0)),
          Figure.of("names: p99", "ms", said.getOrDefault("namesP99", 0.0)));
    } finally {
      Shell.run("ip", "netns", "del", namespace);
    }
  }

  private static double ms(SortedMap<String, Double> said, String name) {
    return said.getOrDefault(name, 0.0) * 1e3;
  }
}
