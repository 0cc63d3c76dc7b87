package dev.reeve.bench.engine;

import dev.reeve.bench.Benchmark;
import dev.reeve.bench.Figure;
import dev.reeve.bench.Result;
import dev.reeve.bench.engine.BareCalls.Network;
import dev.reeve.bench.stage.OwnAgent;
import dev.reeve.bench.stage.OwnEngine;
import dev.reeve.bench.stage.OwnServer;
import dev.reeve.bench.stage.Scratch;
import dev.reeve.bench.stage.Swarm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// How long a push takes until its pods are ready, where starting containers is nearly all of it.
///
/// The bare calls are tried once with one to eight pods at a time; the best of these is then
/// measured beside Reeve and Swarm, the three in turn.
public final class EngineBenchmark implements Benchmark {
  private static final int PODS = 50;
  private static final int MOST_AT_ONCE = 8;
  private static final double LIMIT = 1.15;

  @Override
  public String name() {
    return "engine";
  }

  @Override
  public String work() {
    return "one push, 50 pods on one real engine, until all are ready";
  }

  @Override
  public Result run(Settings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    int pods = settings.of(PODS);
    try (var scratch = Scratch.make();
        var engine = OwnEngine.start(scratch.path("engine"));
        var reeve = OwnServer.start(scratch.path("server"), engine.outside());
        var _ = OwnAgent.start(reeve, engine, scratch.path("agent"));
        var swarm = Swarm.init(engine, scratch.path("swarm"))) {
      var ours = new Pods(reeve, engine.api());
      ours.commit("model", 1);
      ours.push("model", 1);
      var bare = BareCalls.like(ours, engine.api(), scratch.folder("bare"));
      ours.remove("model");
      var tried = new ArrayList<Double>();
      for (int atOnce = 1; atOnce <= MOST_AT_ONCE; atOnce++) {
        tried.add(bare(bare, pods, atOnce, Network.ENGINE, progress));
      }
      int best = 1 + leastOf(tried);
      var byReeve = new ArrayList<Double>();
      var byBareCalls = new ArrayList<Double>();
      var byStack = new ArrayList<Double>();
      var unconnected = new ArrayList<Double>();
      for (int i = 0; i < settings.runs(); i++) {
        byReeve.add(pushed(ours, "web-" + i, pods, progress));
        byBareCalls.add(bare(bare, pods, best, Network.ENGINE, progress));
        unconnected.add(bare(bare, pods, best, Network.NONE, progress));
        byStack.add(stack(swarm, pods, progress));
      }
      return result(byReeve, byBareCalls, unconnected, byStack, best, tried);
    }
  }

  private static int leastOf(List<Double> seconds) {
    int least = 0;
    for (int i = 1; i < seconds.size(); i++) {
      least = seconds.get(i) < seconds.get(least) ? i : least;
    }
    return least;
  }

  private static double pushed(Pods ours, String name, int pods, Consumer<String> progress)
      throws IOException, InterruptedException {
    ours.commit(name, pods);
    double seconds = ours.push(name, pods);
    ours.remove(name);
    progress.accept("a push, %d pods: %.2f s".formatted(pods, seconds));
    return seconds;
  }

  private static double bare(
      BareCalls bare, int pods, int atOnce, Network network, Consumer<String> progress)
      throws IOException, InterruptedException {
    double seconds = bare.start(pods, atOnce, network);
    bare.remove();
    progress.accept(
        "bare calls, network %s, %d pods, %d at once: %.2f s"
            .formatted(network, pods, atOnce, seconds));
    return seconds;
  }

  private static double stack(Swarm swarm, int pods, Consumer<String> progress)
      throws IOException, InterruptedException {
    double seconds = swarm.deploy(pods, "");
    swarm.remove();
    progress.accept("docker stack deploy, %d tasks: %.2f s".formatted(pods, seconds));
    return seconds;
  }

  private Result result(
      List<Double> byReeve,
      List<Double> byBareCalls,
      List<Double> unconnected,
      List<Double> byStack,
      int best,
      List<Double> tried) {
    var bare = Figure.of("the bare calls, " + best + " pods at once", "s", byBareCalls);
    var stack = Figure.of("docker stack deploy", "s", byStack);
    var figures =
        List.of(
            Figure.of("push until all are ready", "s", byReeve)
                .beside("bare calls", bare.median())
                .atMost(bare.median() * LIMIT),
            Figure.of("the same", "s", byReeve).beside("stack", stack.median()),
            bare,
            Figure.of("the bare calls, without any network", "s", unconnected),
            stack);
    var each = tried.stream().map(it -> String.format(Locale.ROOT, "%.1f", it)).toList();
    return new Result(
        name(),
        work(),
        figures,
        List.of(
            "bare calls, tried once with 1 to 8 pods at once: " + String.join(", ", each) + " s",
            "at most 1.15x of the bare calls, whose pods are in the network that the engine gives them; a",
            "task of the stack is one container, a pod is two"));
  }
}
