package dev.reeve.bench.fleet;

import dev.reeve.bench.stage.Await;
import dev.reeve.bench.stage.OwnServer;
import dev.reeve.bench.stage.ProcessUse;
import dev.reeve.bench.stage.Scratch;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// A control plane and its simulated agents, two processes.
final class Cluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration SHORT_LOOK = Duration.ofMillis(10);

  /// Signs of life are a step a second, and what waits for a time of day is a few.
  private static final int STEPS_OF_A_QUIET_SECOND = 10;

  private final Scratch scratch;
  private final OwnServer server;
  private final OwnAgents agents;
  private final int count;

  private Cluster(Scratch scratch, OwnServer server, OwnAgents agents, int count) {
    this.scratch = scratch;
    this.server = server;
    this.agents = agents;
    this.count = count;
  }

  /// Returns when all agents are connected, their nodes ready, and nothing is left to do.
  static Cluster start(OwnAgents agents, int count) throws IOException, InterruptedException {
    return start(agents, count, List.of());
  }

  /// @param javaOptions of the control plane, beside those that the launcher gives
  static Cluster start(OwnAgents agents, int count, List<String> javaOptions)
      throws IOException, InterruptedException {
    var scratch = Scratch.make();
    try {
      var server = OwnServer.start(scratch.path("server"), "127.0.0.1", javaOptions);
      try {
        var cluster = new Cluster(scratch, server, agents, count);
        agents.serve(server, count);
        cluster.connect();
        return cluster;
      } catch (IOException | InterruptedException | RuntimeException e) {
        server.close();
        throw e;
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      scratch.close();
      throw e;
    }
  }

  private void connect() throws IOException, InterruptedException {
    agents.dial();
    Await.until("all nodes are ready", LOOK, PATIENCE, () -> nodes("true") == count);
    awaitQuiet();
  }

  OwnServer server() {
    return server;
  }

  OwnAgents agents() {
    return agents;
  }

  int count() {
    return count;
  }

  ProcessUse use() throws IOException {
    return ProcessUse.of(server.pid());
  }

  private double metric(String name) throws IOException, InterruptedException {
    server.check();
    return server.web().metrics().getOrDefault(name, 0.0);
  }

  double steps() throws IOException, InterruptedException {
    return metric("reeve_core_steps");
  }

  /// @param ready `true` or `false`
  double nodes(String ready) throws IOException, InterruptedException {
    return metric("reeve_nodes{ready=\"" + ready + "\"}");
  }

  /// Writes and commits the work, which comes to whatever other there is.
  void commit(String name, int pods) throws IOException {
    server.repository().write(name + ".yaml", W1.manifests(name, pods));
    server.repository().commit(pods + " pods");
  }

  /// Pushes what is committed.
  ///
  /// @param pods all that there are to be
  /// @return how many seconds until the control plane says that all these pods run
  double push(int pods) throws IOException, InterruptedException {
    long start = System.nanoTime();
    server.push();
    // The control plane is not asked before the agents have nothing left to say.
    Await.until("the agents have said all", SHORT_LOOK, PATIENCE, () -> haveSaid(pods));
    Await.until("all pods run", SHORT_LOOK, PATIENCE, () -> isRunning(pods));
    return Await.secondsSince(start);
  }

  private boolean haveSaid(int pods) throws IOException, InterruptedException {
    server.check();
    var state = agents.state();
    return state.pods() == pods && state.talking() == 0;
  }

  private boolean isRunning(int pods) throws IOException, InterruptedException {
    var metrics = server.web().metrics();
    return metrics.getOrDefault("reeve_pods_ready", 0.0) == pods
        && metrics.getOrDefault("reeve_pods{phase=\"Running\"}", 0.0) == pods;
  }

  /// Whether the control plane knows enough to give orders. False too while it does not answer.
  boolean isOpen() throws IOException, InterruptedException {
    server.check();
    try {
      return server.web().status("/readyz") == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /// Whether all these pods run, and every workload is as it should be.
  boolean isWell(int pods) throws IOException, InterruptedException {
    return isRunning(pods)
        && metric("reeve_workloads{phase=\"Healthy\"}") == Math.ceilDiv(pods, W1.REPLICAS);
  }

  void awaitQuiet() throws IOException, InterruptedException {
    Await.until("the control plane is quiet", LOOK, PATIENCE, this::isQuiet);
  }

  /// Takes a second.
  boolean isQuiet() throws IOException, InterruptedException {
    double before = steps();
    Thread.sleep(1_000);
    return steps() - before < STEPS_OF_A_QUIET_SECOND;
  }

  @Override
  public void close() throws IOException {
    server.close();
    scratch.close();
  }
}
