package dev.reeve.bench.stage;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// The engine's own orchestrator, of one node.
public final class Swarm implements AutoCloseable {
  /// On the containers of a stack.
  public static final String LABEL = "com.docker.stack.namespace=" + Swarm.STACK;

  private static final String STACK = "bench";
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final OwnEngine engine;
  private final Path file;

  private Swarm(OwnEngine engine, Path file) {
    this.engine = engine;
    this.file = file;
  }

  public static Swarm init(OwnEngine engine, Path folder) throws IOException, InterruptedException {
    engine.docker("swarm", "init", "--advertise-addr", "127.0.0.1");
    return new Swarm(engine, Files.createDirectories(folder).resolve("stack.yaml"));
  }

  /// `docker stack deploy` of one service; returns when as many of its tasks run.
  ///
  /// @param more lines below the service's `deploy`
  /// @return how many seconds that took
  public double deploy(int replicas, String more) throws IOException, InterruptedException {
    Files.writeString(
        file,
        """
        version: "3.8"
        services:
          app:
            image: %s
            deploy:
              replicas: %d
        """
                .formatted(OwnEngine.IMAGE, replicas)
            + more.indent(6));
    long start = System.nanoTime();
    engine.docker("stack", "deploy", "-c", file.toString(), STACK);
    Await.until(replicas + " tasks run", LOOK, PATIENCE, () -> running() == replicas);
    return Await.secondsSince(start);
  }

  private int running() throws IOException {
    int running = 0;
    for (JsonNode task : engine.api().get("/tasks")) {
      if (task.at("/Status/State").asText().equals("running")) {
        running++;
      }
    }
    return running;
  }

  /// Returns when nothing of it is left.
  public void remove() throws IOException, InterruptedException {
    engine.docker("stack", "rm", STACK);
    Await.until("the stack is gone", LOOK, PATIENCE, () -> isGone());
  }

  private boolean isGone() throws IOException {
    return engine.api().containers(true, LABEL).isEmpty()
        && engine.api().get("/networks?filters=" + EngineApi.filter("label", LABEL)).isEmpty();
  }

  @Override
  public void close() throws IOException {
    engine.docker("swarm", "leave", "--force");
  }
}
