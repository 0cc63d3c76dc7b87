package dev.reeve.bench.fleet;

import dev.reeve.bench.stage.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A control plane that is put to work once, with a few agents, so that Java keeps what it has
/// learnt of the classes: how they are linked (JEP 514), and what is called often and with what
/// (JEP 515). Later starts begin with that.
public final class Rehearsal {
  private static final int AGENTS = 500;
  private static final int PODS = 10_000;
  private static final int PUSHES = 3;
  private static final int READINGS = 20;

  private Rehearsal() {}

  /// @param cache what is kept, for `-XX:AOTCache`; written when the control plane ends
  public static void run(Path cache) throws IOException, InterruptedException {
    var keep = List.of("-XX:AOTCacheOutput=" + cache);
    try (var scratch = Scratch.make();
        var process = OwnAgents.start(scratch.path("agents.log"));
        var cluster = Cluster.start(process, AGENTS, keep)) {
      for (int i = 1; i <= PUSHES; i++) {
        cluster.commit("work" + i, PODS);
        cluster.push(i * PODS);
        cluster.awaitQuiet();
      }
      for (int i = 0; i < READINGS; i++) {
        cluster.server().web().get("/api/v1/pods?limit=500");
        cluster.server().web().get("/apis/apps/v1/deployments");
      }
    }
    if (!Files.exists(cache)) {
      throw new IOException("Java has kept nothing in " + cache);
    }
  }
}
