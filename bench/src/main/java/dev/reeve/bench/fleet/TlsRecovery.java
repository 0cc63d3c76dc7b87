package dev.reeve.bench.fleet;

import dev.reeve.bench.Benchmark.Settings;
import dev.reeve.bench.Figure;
import dev.reeve.bench.scale.RecoverBenchmark;
import dev.reeve.bench.stage.Await;
import dev.reeve.bench.stage.Scratch;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The same loss with everything real but the pods: a new process of the control plane, without the
/// old one's data, reads Git, and a thousand agents dial in over TLS as soon as it answers.
public final class TlsRecovery implements RecoverBenchmark.Part {
  private static final int AGENTS = 1_000;
  private static final int PODS = 100_000;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final String TITLE = "over TLS: ";

  @Override
  public List<Figure> figures(Settings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    int agents = Math.max(3, settings.of(AGENTS));
    int pods = settings.of(PODS);
    var open = new ArrayList<Double>();
    var seconds = new ArrayList<Double>();
    var cpu = new ArrayList<Double>();
    var memory = new ArrayList<Double>();
    var acts = new ArrayList<Double>();
    try (var scratch = Scratch.make();
        var process = OwnAgents.start(scratch.path("agents.log"));
        var cluster = Cluster.start(process, agents)) {
      cluster.commit("w1", pods);
      double filled = cluster.push(pods);
      progress.accept("%,d pods run after %.1f s".formatted(pods, filled));
      cluster.awaitQuiet();
      long actsBefore = cluster.agents().state().acts();
      for (int i = 0; i < settings.runs(); i++) {
        cluster.server().restartWithoutData();
        long start = System.nanoTime();
        Await.until("orders may begin", LOOK, PATIENCE, cluster::isOpen);
        open.add(Await.secondsSince(start));
        Await.until(
            "all is well and quiet",
            LOOK,
            PATIENCE,
            () -> {
              double before = Await.secondsSince(start);
              boolean isDone = cluster.isWell(pods) && cluster.isQuiet();
              if (isDone) {
                seconds.add(before);
              }
              return isDone;
            });
        cpu.add(cluster.use().cpuSeconds());
        memory.add(cluster.use().peak());
        acts.add((double) (cluster.agents().state().acts() - actsBefore));
        progress.accept(
            "over TLS: open after %.1f s, quiet after %.1f s"
                .formatted(open.getLast(), seconds.getLast()));
      }
    }
    return List.of(
        Figure.of(TITLE + "until quiet", "s", seconds).atMost(30),
        Figure.of(TITLE + "until orders may begin", "s", open),
        Figure.of(TITLE + "server's CPU, its start included", "s", cpu),
        Figure.of(TITLE + "server's memory", "MiB", memory),
        Figure.of(TITLE + "pods started or stopped", "", acts).atMost(0));
  }
}
