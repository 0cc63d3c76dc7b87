package dev.reeve.bench.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// `reeve up` as a process of its own, on an engine of a benchmark's own, with its embedded
/// repository.
public final class OwnReeve implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration LOOK = Duration.ofMillis(50);

  private final String cluster;
  private final Program process;
  private final Web web;
  private final Clone repository;

  private OwnReeve(String cluster, Program process, Web web, Clone repository) {
    this.cluster = cluster;
    this.process = process;
    this.web = web;
    this.repository = repository;
    Leftovers.add(this);
  }

  /// Returns when its node is ready.
  public static OwnReeve up(OwnEngine engine, Path folder)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    var cluster = newCluster();
    int port = Program.freePort();
    var process =
        Program.reeve(
            List.of(),
            Program.SERVER_MEMORY,
            folder.resolve("up.log"),
            List.of(
                "up",
                Files.createDirectories(folder.resolve("manifests")).toString(),
                "--cluster",
                cluster,
                "--data-dir",
                folder.resolve("data").toString(),
                "--port",
                Integer.toString(port),
                "--agent-port",
                Integer.toString(Program.freePort()),
                "--docker-host",
                engine.host()));
    var web = new Web(port);
    try {
      Await.until("reeve up has a ready node", LOOK, PATIENCE, () -> isUp(process, web));
      var password = Files.readString(folder.resolve("data/git-password")).strip();
      var clone =
          Clone.of(
              "http://reeve:" + password + "@127.0.0.1:" + port + "/git/config.git",
              folder.resolve("clone"));
      return new OwnReeve(cluster, process, web, clone);
    } catch (IOException | InterruptedException | RuntimeException e) {
      web.close();
      process.close();
      throw e;
    }
  }

  /// One of this process's own, since what a node keeps in memory is told apart by it.
  static String newCluster() {
    return "bench-" + ProcessHandle.current().pid();
  }

  static boolean isUp(Program process, Web web) throws IOException, InterruptedException {
    process.check();
    try {
      return web.hasReadyNode();
    } catch (IOException e) {
      return false;
    }
  }

  public String cluster() {
    return cluster;
  }

  public Web web() {
    return web;
  }

  public Clone repository() {
    return repository;
  }

  @Override
  public void close() throws IOException {
    Leftovers.close(
        this,
        () -> {
          web.close();
          process.close();
          forget(cluster);
        });
  }

  /// What nodes of a cluster keep in memory.
  static void forget(String cluster) throws IOException {
    Scratch.clear(Path.of("/run/reeve", cluster));
  }
}
