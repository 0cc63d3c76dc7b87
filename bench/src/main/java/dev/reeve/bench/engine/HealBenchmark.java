package dev.reeve.bench.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.bench.Benchmark;
import dev.reeve.bench.Figure;
import dev.reeve.bench.Result;
import dev.reeve.bench.stage.OwnAgent;
import dev.reeve.bench.stage.OwnEngine;
import dev.reeve.bench.stage.OwnServer;
import dev.reeve.bench.stage.Scratch;
import dev.reeve.bench.stage.Starts;
import dev.reeve.bench.stage.Swarm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// How long a killed container is missed: from `docker kill` until the engine says that another
/// runs in its place. Each container is killed once, since the second end of one is answered later
/// on purpose.
public final class HealBenchmark implements Benchmark {
  private static final int KILLS = 5;
  private static final double LIMIT_SECONDS = 1;
  private static final double PART_OF_SWARM = 0.2;

  @Override
  public String name() {
    return "heal";
  }

  @Override
  public String work() {
    return "docker kill of a fresh pod's container until its successor runs; 5 pods each run";
  }

  @Override
  public Result run(Settings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    int kills = settings.of(KILLS);
    var ours = new ArrayList<Double>();
    var usual = new ArrayList<Double>();
    var atOnce = new ArrayList<Double>();
    try (var scratch = Scratch.make();
        var engine = OwnEngine.start(scratch.path("engine"));
        var reeve = OwnServer.start(scratch.path("server"), engine.outside());
        var _ = OwnAgent.start(reeve, engine, scratch.path("agent"));
        var swarm = Swarm.init(engine, scratch.path("swarm"))) {
      var pods = new Pods(reeve, engine.api());
      for (int i = 0; i < settings.runs(); i++) {
        var name = "web-" + i;
        pods.commit(name, kills);
        pods.push(name, kills);
        ours.addAll(killed(engine, "Reeve", pods.apps(), progress));
        pods.remove(name);
        usual.addAll(killed(engine, swarm, kills, "", progress));
        atOnce.addAll(killed(engine, swarm, kills, "restart_policy: {delay: 0s}", progress));
      }
    }
    return result(ours, usual, atOnce);
  }

  private static List<Double> killed(
      OwnEngine engine, Swarm swarm, int kills, String more, Consumer<String> progress)
      throws IOException, InterruptedException {
    swarm.deploy(kills, more);
    var seconds =
        killed(
            engine,
            "Swarm" + (more.isEmpty() ? "" : ", " + more),
            engine.api().containers(false, Swarm.LABEL),
            progress);
    swarm.remove();
    return seconds;
  }

  private static List<Double> killed(
      OwnEngine engine, String whose, List<JsonNode> victims, Consumer<String> progress)
      throws IOException, InterruptedException {
    var seconds = new ArrayList<Double>();
    try (var starts = Starts.of(engine.api())) {
      for (JsonNode victim : victims) {
        starts.forget();
        long start = System.nanoTime();
        engine.api().post("/containers/" + victim.path("Id").asText() + "/kill");
        seconds.add((starts.next() - start) / 1e9);
        progress.accept("%s: %.2f s".formatted(whose, seconds.getLast()));
      }
    }
    return seconds;
  }

  private Result result(List<Double> ours, List<Double> usual, List<Double> atOnce) {
    var swarm = Figure.of("Swarm", "s", usual);
    var hasty = Figure.of("Swarm, told to restart without delay", "s", atOnce);
    return new Result(
        name(),
        work(),
        List.of(
            Figure.of("kill until the successor runs", "s", ours).atMost(LIMIT_SECONDS),
            Figure.of("the same", "s", ours)
                .beside("Swarm", swarm.median())
                .atMost(swarm.median() * PART_OF_SWARM),
            Figure.of("the same", "s", ours).beside("Swarm without delay", hasty.median()),
            swarm,
            hasty),
        List.of("at most a fifth of Swarm's; Swarm waits 5 s by default before it starts another"));
  }
}
