package dev.reeve.bench.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// `reeve agent` as a process of its own, in the network of its engine.
public final class OwnAgent implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final String NODE = "n0";

  private final Program process;
  private final String cluster;

  private OwnAgent(Program process, String cluster) {
    this.process = process;
    this.cluster = cluster;
    Leftovers.add(this);
  }

  /// Returns when its node is ready.
  public static OwnAgent start(OwnServer server, OwnEngine engine, Path folder)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    var process =
        Program.reeve(
            engine.prefix(),
            Program.AGENT_MEMORY,
            folder.resolve("agent.log"),
            List.of(
                "agent",
                "--server",
                server.agentDoor().toString(),
                "--token-file",
                server.token(NODE, folder.resolve("token")).toString(),
                "--ca-hash",
                server.caHash(),
                "--node",
                NODE,
                "--cluster",
                server.cluster(),
                "--docker-host",
                engine.host(),
                "--data-dir",
                folder.resolve("data").toString()));
    var agent = new OwnAgent(process, server.cluster());
    try {
      Await.until("the agent's node is ready", LOOK, PATIENCE, () -> isUp(process, server.web()));
      return agent;
    } catch (IOException | InterruptedException | RuntimeException e) {
      agent.close();
      throw e;
    }
  }

  private static boolean isUp(Program process, Web web) throws IOException, InterruptedException {
    process.check();
    try {
      return web.hasReadyNode();
    } catch (IOException e) {
      return false;
    }
  }

  public long pid() {
    return process.pid();
  }

  @Override
  public void close() throws IOException {
    Leftovers.close(
        this,
        () -> {
          process.close();
          // What nodes of a cluster keep in memory.
          Scratch.clear(Path.of("/run/reeve", cluster));
        });
  }
}
