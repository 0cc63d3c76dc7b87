package dev.reeve.bench.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.bench.stage.Await;
import dev.reeve.bench.stage.EngineApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Containers like those of a pod that Reeve made, by nothing but the four calls that each pod
/// needs: create and start the pause container, create and start the one that joins it.
///
/// Reeve gives its pods their network itself. Those here have the engine's, or none at all.
final class BareCalls {
  private static final String CLUSTER = "dev.reeve.cluster";

  /// Another cluster than Reeve's, whose agent would take them for its own.
  private static final String OURS = "bare-calls";

  private final EngineApi api;
  private final JsonNode pause;
  private final JsonNode app;
  private final Path folder;

  /// What the pods are connected to.
  enum Network {
    ENGINE("bridge"),
    NONE("none");

    private final String mode;

    Network(String mode) {
      this.mode = mode;
    }
  }

  private BareCalls(EngineApi api, JsonNode pause, JsonNode app, Path folder) {
    this.api = api;
    this.pause = pause;
    this.app = app;
    this.folder = folder;
  }

  /// @param pods of which the first is the model
  /// @param folder for what its mounts show
  static BareCalls like(Pods pods, EngineApi api, Path folder) throws IOException {
    return new BareCalls(
        api,
        inspected(api, pods.pauses().getFirst()),
        inspected(api, pods.apps().getFirst()),
        folder);
  }

  private static JsonNode inspected(EngineApi api, JsonNode listed) throws IOException {
    return api.get("/containers/" + listed.path("Id").asText() + "/json");
  }

  /// How many seconds it takes until that many pods run, with so many made at once.
  double start(int pods, int atOnce, Network network) throws IOException, InterruptedException {
    var mounts = new ArrayList<Path>();
    for (int i = 0; i < pods; i++) {
      mounts.add(Files.writeString(folder.resolve("last-words-" + i), ""));
    }
    var work = new ArrayList<Callable<String>>();
    for (Path mount : mounts) {
      work.add(() -> startOne(mount, network));
    }
    long start = System.nanoTime();
    try (var threads = Executors.newFixedThreadPool(atOnce)) {
      for (Future<String> each : threads.invokeAll(work)) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("the bare calls failed: " + e.getCause(), e);
    }
    return Await.secondsSince(start);
  }

  private String startOne(Path mount, Network network) throws IOException {
    var first = creation(pause);
    ((ObjectNode) first.path("HostConfig")).put("NetworkMode", network.mode);
    var sandbox = started(first);
    var body = creation(app);
    // Those that join a network have its host's name.
    body.remove(List.of("Hostname", "Domainname", "ExposedPorts"));
    var host = (ObjectNode) body.path("HostConfig");
    var joined = "container:" + sandbox;
    host.put("NetworkMode", joined);
    if (host.path("IpcMode").asText().startsWith("container:")) {
      host.put("IpcMode", joined);
    }
    var binds = host.putArray("Binds");
    for (JsonNode bind : app.at("/HostConfig/Binds")) {
      binds.add(bind.asText().replaceFirst("^[^:]*", mount.toString()));
    }
    return started(body);
  }

  /// What a container is, said as it is asked for.
  private static ObjectNode creation(JsonNode inspected) {
    ObjectNode body = inspected.path("Config").deepCopy();
    ((ObjectNode) body.path("Labels")).put(CLUSTER, OURS);
    body.set("HostConfig", inspected.path("HostConfig").deepCopy());
    return body;
  }

  private String started(ObjectNode body) throws IOException {
    var id = api.post("/containers/create", body).path("Id").asText();
    api.post("/containers/" + id + "/start");
    return id;
  }

  void remove() throws IOException {
    for (JsonNode each : api.containers(true, CLUSTER + "=" + OURS)) {
      api.delete("/containers/" + each.path("Id").asText() + "?force=true");
    }
  }
}
