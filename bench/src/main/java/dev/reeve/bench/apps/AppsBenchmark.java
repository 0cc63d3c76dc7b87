package dev.reeve.bench.apps;

import dev.reeve.bench.Benchmark;
import dev.reeve.bench.Figure;
import dev.reeve.bench.Result;
import dev.reeve.bench.stage.OwnServer;
import dev.reeve.bench.stage.ProcessUse;
import dev.reeve.bench.stage.Scratch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// From a push of very many apps to the commit's success in Git, each time by a control plane that
/// was just started, and the most memory that it ever had.
///
/// Once without pods, as Flux's published run was, and once with a pod for each app on simulated
/// nodes: real agents in this process, which therefore share the machine with the control plane.
public final class AppsBenchmark implements Benchmark {
  private static final int APPS = 1_000;
  private static final int APPS_PER_NODE = 50;
  private static final double LIMIT_SECONDS = 10;
  private static final double LIMIT_MEBIBYTES = 256;
  private static final String FLUX = "Flux 2.9, published";
  private static final double FLUX_SECONDS = 4 * 60 + 13;
  private static final double FLUX_MEBIBYTES = 223;

  @Override
  public String name() {
    return "apps";
  }

  @Override
  public String work() {
    return "one push with 1,000 apps of four objects each, until the commit's success is in Git";
  }

  @Override
  public Result run(Settings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    var text = AppText.chosen();
    int apps = settings.of(APPS);
    var figures = new ArrayList<Figure>();
    for (int pods = 0; pods <= 1; pods++) {
      var seconds = new ArrayList<Double>();
      var mebibytes = new ArrayList<Double>();
      var cpu = new ArrayList<Double>();
      for (int i = 0; i < settings.runs(); i++) {
        var once = once(text, apps, pods);
        seconds.add(once.seconds());
        mebibytes.add(once.use().peak());
        cpu.add(once.use().cpuSeconds());
        progress.accept(
            "%d apps of %d pods: %.2f s, %.0f MiB, %.1f s of CPU"
                .formatted(apps, pods, once.seconds(), mebibytes.getLast(), cpu.getLast()));
      }
      var title = pods == 0 ? "without pods" : "a pod each on " + nodes(apps) + " simulated nodes";
      figures.add(
          Figure.of(title + ": push to success", "s", seconds)
              .beside(FLUX, FLUX_SECONDS)
              .atMost(LIMIT_SECONDS));
      figures.add(
          Figure.of(title + ": control plane's memory", "MiB", mebibytes)
              .beside(FLUX, FLUX_MEBIBYTES)
              .atMost(LIMIT_MEBIBYTES));
      figures.add(Figure.of(title + ": control plane's CPU, its start included", "s", cpu));
    }
    return new Result(
        name(),
        work(),
        figures,
        List.of(
            "Flux's run was on another machine of 2 CPUs, without pods",
            "memory is the most that was ever resident; the process was started for the run"));
  }

  private static int nodes(int apps) {
    return Math.ceilDiv(apps, APPS_PER_NODE);
  }

  /// @param use of the control plane, from its start to the commit's success
  private record Once(double seconds, ProcessUse use) {}

  private static Once once(AppText text, int apps, int pods)
      throws IOException, InterruptedException {
    try (var scratch = Scratch.make();
        var memory = Scratch.inMemory();
        var server = OwnServer.start(scratch.path("server"), "127.0.0.1");
        var _ = SimulatedNodes.join(server, pods * nodes(apps), memory)) {
      for (int i = 1; i <= apps; i++) {
        server.repository().write("apps/app-" + i + ".yaml", text.of(i, pods));
      }
      double seconds = server.push(server.repository().commit(apps + " apps"));
      return new Once(seconds, ProcessUse.of(server.pid()));
    }
  }
}
