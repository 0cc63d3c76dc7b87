package dev.reeve.bench.idle;

import dev.reeve.bench.Benchmark;
import dev.reeve.bench.Figure;
import dev.reeve.bench.Result;
import dev.reeve.bench.stage.OwnAgent;
import dev.reeve.bench.stage.OwnEngine;
import dev.reeve.bench.stage.OwnServer;
import dev.reeve.bench.stage.Program;
import dev.reeve.bench.stage.Scratch;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// What a control plane and an agent have of a machine on which nothing happens, beside a Java that
/// does nothing. The pods have a readiness probe each, at Kubernetes' own period, since pods have
/// one; the agent asks it.
public final class IdleBenchmark implements Benchmark {
  private static final int PODS = 20;
  private static final int SECONDS = 300;
  private static final Duration SETTLING = Duration.ofSeconds(20);
  private static final double SERVER_MEBIBYTES = 256;
  private static final double AGENT_MEBIBYTES = 192;
  private static final double PERCENT_OF_A_CORE = 1;

  @Override
  public String name() {
    return "idle";
  }

  @Override
  public String work() {
    return "20 pods with readiness probes on one node, nothing changing, for five minutes a run";
  }

  @Override
  public Result run(Settings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    var window = Duration.ofSeconds(settings.of(SECONDS));
    try (var scratch = Scratch.make();
        var engine = OwnEngine.start(scratch.path("engine"));
        var server = OwnServer.start(scratch.path("server"), engine.outside());
        var agent = OwnAgent.start(server, engine, scratch.path("agent"));
        var idle = Program.idle(scratch.path("idle.log"))) {
      server.repository().write("pods.yaml", pods());
      server.push(server.repository().commit("20 pods"));
      progress.accept("20 pods are ready; " + SETTLING.toSeconds() + " s to settle");
      TimeUnit.NANOSECONDS.sleep(SETTLING.toNanos());
      var watched =
          List.of(
              new Watched("control plane", server.pid()),
              new Watched("agent", agent.pid()),
              new Watched("idle Java", idle.pid()));
      for (int i = 0; i < settings.runs(); i++) {
        progress.accept("run " + (i + 1) + ": " + window.toSeconds() + " s");
        watch(watched, window);
      }
      return result(watched.get(0), watched.get(1), watched.get(2));
    }
  }

  private static String pods() {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: app}
    spec:
      replicas: %d
      selector: {matchLabels: {app: app}}
      template:
        metadata: {labels: {app: app}}
        spec:
          containers:
            - name: app
              image: %s
              readinessProbe: {httpGet: {path: /, port: 8080}}
    """
        .formatted(PODS, OwnEngine.IMAGE);
  }

  private static void watch(List<Watched> watched, Duration window)
      throws IOException, InterruptedException {
    for (Watched each : watched) {
      each.begin();
    }
    long end = System.nanoTime() + window.toNanos();
    while (System.nanoTime() < end) {
      TimeUnit.SECONDS.sleep(1);
      for (Watched each : watched) {
        each.look();
      }
    }
    for (Watched each : watched) {
      each.end();
    }
  }

  private Result result(Watched server, Watched agent, Watched idle) {
    var figures = new ArrayList<Figure>();
    figures.addAll(figures(server, idle, SERVER_MEBIBYTES));
    figures.addAll(figures(agent, idle, AGENT_MEBIBYTES));
    return new Result(
        name(),
        work(),
        figures,
        List.of("memory is what is resident, at its most; the heap is its part in use at the end"));
  }

  private static List<Figure> figures(Watched one, Watched idle, double mebibytes) {
    var figures = new ArrayList<Figure>();
    figures.add(one.memory().beside("an idle Java", idle.memory().median()).atMost(mebibytes));
    one.heap()
        .ifPresent(heap ->
            figures.add(
                idle.heap().map(it -> heap.beside("an idle Java", it.median())).orElse(heap)));
    figures.add(one.cpu().beside("an idle Java", idle.cpu().median()).atMost(PERCENT_OF_A_CORE));
    return figures;
  }
}
