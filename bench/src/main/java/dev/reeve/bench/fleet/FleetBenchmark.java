package dev.reeve.bench.fleet;

import dev.reeve.bench.Benchmark;
import dev.reeve.bench.Figure;
import dev.reeve.bench.Result;
import dev.reeve.bench.stage.Await;
import dev.reeve.bench.stage.Scratch;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A real control plane with a thousand agents: how fast a push becomes running pods. Then with ten
/// thousand, of which nothing is asked: what their signs of life cost, and what happens when a
/// thousand of them are gone at once.
///
/// The agents are one other process on the same machine.
public final class FleetBenchmark implements Benchmark {
  private static final int AGENTS = 1_000;
  private static final int PODS = 20_000;
  private static final int[] SHARES = {10, 50, 100};
  private static final int IDLE_AGENTS = 10_000;
  private static final int LOST_AGENTS = 1_000;
  private static final Duration IDLE = Duration.ofMinutes(1);
  private static final Duration AFTERWARDS = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final String NOMAD = "Nomad 1.1.2, service";
  private static final double NOMAD_RATE = 1_165;
  private static final double NOMAD_MEBIBYTES = 950;

  @Override
  public String name() {
    return "fleet";
  }

  @Override
  public String work() {
    return "20,000 pods on 1,000 agents over TLS, from the push; then 10,000 agents, of which 1,000 are lost";
  }

  @Override
  public Result run(Settings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    var figures = new ArrayList<Figure>();
    try (var scratch = Scratch.make();
        var process = OwnAgents.start(scratch.path("agents.log"))) {
      for (int share : SHARES) {
        figures.addAll(
            fill(
                process,
                Math.max(1, settings.of(AGENTS) * share / 100),
                Math.max(1, settings.of(PODS) * share / 100),
                share == 100,
                settings.runs(),
                progress));
      }
      figures.addAll(many(process, settings, progress));
    }
    return new Result(
        name(),
        work(),
        figures,
        List.of(
            "Each run begins with a control plane just started; the agents' process is the same for all.",
            "Agents have certificates of the cluster's authority and speak as real ones do, at most 50",
            "pods a message; they share the machine. Memory is the most that was ever resident.",
            "Nomad's figures: data/README.md."));
  }

  private static List<Figure> fill(
      OwnAgents process, int agents, int pods, boolean isAll, int runs, Consumer<String> progress)
      throws IOException, InterruptedException {
    var rates = new ArrayList<Double>();
    var memory = new ArrayList<Double>();
    var cpu = new ArrayList<Double>();
    var agentsCpu = new ArrayList<Double>();
    var again = new ArrayList<Double>();
    for (int i = 0; i < runs; i++) {
      try (var cluster = Cluster.start(process, agents)) {
        cluster.commit("w1", pods);
        double cpuBefore = cluster.use().cpuSeconds();
        double agentsBefore = cluster.agents().use().cpuSeconds();
        double seconds = cluster.push(pods);
        rates.add(pods / seconds);
        cpu.add(cluster.use().cpuSeconds() - cpuBefore);
        agentsCpu.add(cluster.agents().use().cpuSeconds() - agentsBefore);
        cluster.awaitQuiet();
        memory.add(cluster.use().peak());
        cluster.commit("again", pods);
        again.add(pods / cluster.push(2 * pods));
        progress.accept(
            "%,d pods on %,d agents: %.2f s, server %.2f s of CPU, agents %.2f s, %.0f MiB; as many more %,.0f/s"
                .formatted(
                    pods,
                    agents,
                    seconds,
                    cpu.getLast(),
                    agentsCpu.getLast(),
                    memory.getLast(),
                    again.getLast()));
      }
    }
    var title = "%,d pods on %,d agents: ".formatted(pods, agents);
    var rate = Figure.of(title + "from push to running", "pods/s", rates);
    var more = Figure.of(title + "as many more, from push to running", "pods/s", again);
    var mebibytes = Figure.of(title + "server's memory", "MiB", memory);
    return List.of(
        isAll ? rate.beside(NOMAD, NOMAD_RATE).atLeast(10_000) : rate,
        isAll ? more.beside(NOMAD, NOMAD_RATE).atLeast(10_000) : more,
        isAll ? mebibytes.beside(NOMAD, NOMAD_MEBIBYTES).atMost(512) : mebibytes,
        Figure.of(title + "server's CPU", "s", cpu),
        Figure.of(title + "agents' CPU", "s", agentsCpu));
  }

  private static List<Figure> many(OwnAgents process, Settings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    int agents = settings.of(IDLE_AGENTS);
    int lost = settings.of(LOST_AGENTS);
    var figures = new ArrayList<Figure>();
    try (var cluster = Cluster.start(process, agents)) {
      progress.accept(
          "%,d agents are connected; server %.0f MiB, agents %.0f MiB"
              .formatted(agents, cluster.use().resident(), cluster.agents().use().resident()));
      var title = "%,d agents, ".formatted(agents);
      figures.addAll(idle(cluster, title + "idle for a minute: ", progress));
      figures.addAll(lose(cluster, lost, title + "%,d lost: ".formatted(lost), progress));
    }
    return figures;
  }

  private static List<Figure> idle(Cluster cluster, String title, Consumer<String> progress)
      throws IOException, InterruptedException {
    double cpuBefore = cluster.use().cpuSeconds();
    double agentsBefore = cluster.agents().use().cpuSeconds();
    double stepsBefore = cluster.steps();
    TimeUnit.NANOSECONDS.sleep(IDLE.toNanos());
    double cpu = percent(cluster.use().cpuSeconds() - cpuBefore);
    double agentsCpu = percent(cluster.agents().use().cpuSeconds() - agentsBefore);
    double steps = cluster.steps() - stepsBefore;
    progress.accept("%sserver %.1f%%, agents %.1f%% of a core".formatted(title, cpu, agentsCpu));
    return List.of(
        Figure.of(title + "nodes said not ready", "", (double) cluster.server().notReady())
            .atMost(0),
        Figure.of(title + "lines lost", "", (double) cluster.agents().state().lost()),
        Figure.of(title + "server's CPU", "% of a core", cpu).atMost(25),
        Figure.of(title + "agents' CPU", "% of a core", agentsCpu),
        Figure.of(title + "server's memory", "MiB", cluster.use().peak()),
        Figure.of(title + "agents' memory", "MiB", cluster.agents().use().peak()),
        Figure.of(title + "steps", "", steps));
  }

  private static double percent(double cpuSeconds) {
    return cpuSeconds / IDLE.toSeconds() * 100;
  }

  private static List<Figure> lose(
      Cluster cluster, int lost, String title, Consumer<String> progress)
      throws IOException, InterruptedException {
    double cpuBefore = cluster.use().cpuSeconds();
    double stepsBefore = cluster.steps();
    long start = System.nanoTime();
    cluster.agents().cut(lost);
    Await.until("they are not ready", LOOK, PATIENCE, () -> cluster.nodes("false") >= lost);
    double seconds = Await.secondsSince(start);
    double cpu = cluster.use().cpuSeconds() - cpuBefore;
    double steps = cluster.steps() - stepsBefore;
    TimeUnit.NANOSECONDS.sleep(AFTERWARDS.toNanos());
    progress.accept("%snot ready after %.1f s".formatted(title, seconds));
    return List.of(
        Figure.of(title + "until all of them are not ready", "s", seconds),
        Figure.of(title + "others not ready", "", cluster.nodes("false") - lost).atMost(0),
        Figure.of(title + "server's CPU", "s", cpu),
        Figure.of(title + "steps", "", steps));
  }
}
