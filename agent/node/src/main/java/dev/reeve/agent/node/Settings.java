package dev.reeve.agent.node;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What an agent is told when it starts.
///
/// @param dockerHost `unix:///var/run/docker.sock` or `tcp://…`
/// @param dataDir what the node goes on with alone; never a secret value
/// @param runDir in memory only: secret values and volumes made of them
/// @param labels of the node, beyond those that it finds out by itself
/// @param address where other nodes reach it; empty where unknown
/// @param version of the agent, for showing
/// @param networking how its pods get into the network
/// @param devices that it has to give to containers, beyond those that it finds out by itself
public record Settings(
    String cluster,
    String node,
    String dockerHost,
    Path dataDir,
    Path runDir,
    int maxPods,
    SortedMap<String, String> labels,
    String address,
    String version,
    Networking networking,
    NodeDevices devices) {
  public static final int USUAL_MAX_PODS = 110;
  public static final String USUAL_DOCKER_HOST = "unix:///var/run/docker.sock";

  public Settings {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    dataDir = dataDir.toAbsolutePath();
    runDir = runDir.toAbsolutePath();
  }

  /// How pods get into the network.
  public enum Networking {
    /// Into one of the engine's own, which only this node reaches; there are no Services.
    ENGINE,
    /// Into the cluster's, which all nodes share.
    ROUTED
  }

  public Settings withNetworking(Networking other) {
    return new Settings(
        cluster,
        node,
        dockerHost,
        dataDir,
        runDir,
        maxPods,
        labels,
        address,
        version,
        other,
        devices);
  }

  /// Where the node is reached: from itself at least.
  String hostAddress() {
    return address.isEmpty() ? "127.0.0.1" : address;
  }

  /// Where a pod is reached; one on the host's network where the node is.
  String address(Engine.EngineContainer sandbox) {
    return Labels.address(sandbox).orElse(hostAddress());
  }

  /// With everything but the names as it usually is.
  public static Settings usual(String cluster, String node, Path dataDir) {
    return new Settings(
        cluster,
        node,
        USUAL_DOCKER_HOST,
        dataDir,
        usualRunDir(cluster),
        USUAL_MAX_PODS,
        Collections.emptySortedMap(),
        "",
        "",
        Networking.ENGINE,
        NodeDevices.NONE);
  }

  /// `/run/reeve/<cluster>`; for a user who may not write there, a folder of their own in memory.
  public static Path usualRunDir(String cluster) {
    var run = Path.of("/run");
    if (Files.isWritable(run)) {
      return run.resolve("reeve").resolve(cluster);
    }
    return Optional.ofNullable(System.getenv("XDG_RUNTIME_DIR"))
        .filter(it -> !it.isBlank())
        .map(Path::of)
        .orElse(Path.of("/dev/shm", "reeve-" + System.getProperty("user.name")))
        .resolve("reeve")
        .resolve(cluster);
  }

  public Settings withDockerHost(String host) {
    return new Settings(
        cluster,
        node,
        host,
        dataDir,
        runDir,
        maxPods,
        labels,
        address,
        version,
        networking,
        devices);
  }

  public Settings withRunDir(Path dir) {
    return new Settings(
        cluster,
        node,
        dockerHost,
        dataDir,
        dir,
        maxPods,
        labels,
        address,
        version,
        networking,
        devices);
  }

  public Settings withMaxPods(int pods) {
    return new Settings(
        cluster,
        node,
        dockerHost,
        dataDir,
        runDir,
        pods,
        labels,
        address,
        version,
        networking,
        devices);
  }

  public Settings withLabels(SortedMap<String, String> more) {
    return new Settings(
        cluster,
        node,
        dockerHost,
        dataDir,
        runDir,
        maxPods,
        more,
        address,
        version,
        networking,
        devices);
  }

  public Settings withAddress(String where) {
    return new Settings(
        cluster,
        node,
        dockerHost,
        dataDir,
        runDir,
        maxPods,
        labels,
        where,
        version,
        networking,
        devices);
  }

  public Settings withVersion(String text) {
    return new Settings(
        cluster,
        node,
        dockerHost,
        dataDir,
        runDir,
        maxPods,
        labels,
        address,
        text,
        networking,
        devices);
  }

  public Settings withDevices(NodeDevices given) {
    return new Settings(
        cluster,
        node,
        dockerHost,
        dataDir,
        runDir,
        maxPods,
        labels,
        address,
        version,
        networking,
        given);
  }
}
