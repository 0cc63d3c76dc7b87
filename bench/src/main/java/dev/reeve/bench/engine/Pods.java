package dev.reeve.bench.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.bench.stage.Await;
import dev.reeve.bench.stage.EngineApi;
import dev.reeve.bench.stage.OwnEngine;
import dev.reeve.bench.stage.OwnServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Pods of one container each, by pushes to a Reeve.
final class Pods {
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String CONTAINER = "io.kubernetes.container.name";

  private final OwnServer reeve;
  private final EngineApi api;

  Pods(OwnServer reeve, EngineApi api) {
    this.reeve = reeve;
    this.api = api;
  }

  /// A commit that asks for so many pods of a Deployment; it is not pushed yet.
  void commit(String name, int replicas) throws IOException, InterruptedException {
    reeve
        .repository()
        .write(
            name + ".yaml",
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: %1$s}
            spec:
              replicas: %2$d
              selector: {matchLabels: {app: %1$s}}
              template:
                metadata: {labels: {app: %1$s}}
                spec:
                  containers:
                    - name: app
                      image: %3$s
            """
                .formatted(name, replicas, OwnEngine.IMAGE));
    reeve.repository().commit("%d pods of %s".formatted(replicas, name));
  }

  /// From the push to the moment in which all are ready.
  double push(String name, int replicas) throws IOException, InterruptedException {
    long start = System.nanoTime();
    reeve.push();
    Await.until(
        replicas + " pods of " + name + " are ready",
        LOOK,
        PATIENCE,
        () -> reeve.web().ready(name) == replicas);
    return Await.secondsSince(start);
  }

  /// Returns when nothing of them is left. Their Deployment stays: to prune it would need an
  /// approval.
  void remove(String name) throws IOException, InterruptedException {
    commit(name, 0);
    reeve.push();
    Await.until("no pods are left", LOOK, PATIENCE, () -> api.containers(true, ours()).isEmpty());
  }

  /// The containers of the pods' own programs.
  List<JsonNode> apps() throws IOException {
    return api.containers(false, ours(), CONTAINER + "=app");
  }

  /// Those that hold the pods' networks.
  List<JsonNode> pauses() throws IOException {
    return api.containers(false, ours(), CONTAINER + "=POD");
  }

  private String ours() {
    return "dev.reeve.cluster=" + reeve.cluster();
  }
}
