package dev.reeve.bench.fleet;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reeve.bench.stage.Await;
import dev.reeve.bench.stage.OwnServer;
import dev.reeve.bench.stage.ProcessUse;
import dev.reeve.bench.stage.Program;
import dev.reeve.bench.stage.Web;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Simulated agents in a process of their own, which outlives the control planes that they dial: it
/// stands for machines on which an agent has been running for long.
final class OwnAgents implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(15);
  private static final Duration LOOK = Duration.ofMillis(100);

  /// So that its collector is not what is measured.
  private static final List<String> MEMORY = List.of("-Xms512m", "-Xmx3g", "-XX:+UseSerialGC");

  private final Program process;
  private final Web web;
  private int count;

  private OwnAgents(Program process, Web web) {
    this.process = process;
    this.web = web;
  }

  /// There are none yet.
  static OwnAgents start(Path log) throws IOException, InterruptedException {
    int port = Program.freePort();
    var process = Program.java(AgentsMain.class, MEMORY, log, List.of(Integer.toString(port)));
    var agents = new OwnAgents(process, new Web(port));
    try {
      Await.until("the agents' process is up", LOOK, PATIENCE, agents::isUp);
      return agents;
    } catch (IOException | InterruptedException | RuntimeException e) {
      agents.close();
      throw e;
    }
  }

  private boolean isUp() throws IOException, InterruptedException {
    process.check();
    try {
      state();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  AgentFleet.State state() throws IOException, InterruptedException {
    return JSON.treeToValue(web.get("/state"), AgentFleet.State.class);
  }

  ProcessUse use() throws IOException {
    return ProcessUse.of(process.pid());
  }

  /// So many take the place of those that were there. Returns when they have their certificates;
  /// they are not connected.
  void serve(OwnServer server, int many) throws IOException, InterruptedException {
    count = many;
    web.post(
        "/fleet",
        JSON.writeValueAsString(
            new AgentsMain.Wanted(
                server.agentDoor().toString(),
                server.authorityFolder().toString(),
                server.cluster(),
                many)),
        PATIENCE);
  }

  /// Returns when all are connected.
  void dial() throws IOException, InterruptedException {
    web.post("/dial");
    Await.until("all agents are connected", LOOK, PATIENCE, () -> state().open() == count);
  }

  /// The first so many are gone at once, without a word, and do not come back.
  void cut(int many) throws IOException, InterruptedException {
    web.post("/cut/" + many);
  }

  @Override
  public void close() throws IOException {
    web.close();
    process.close();
  }
}
