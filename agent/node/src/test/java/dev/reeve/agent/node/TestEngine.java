package dev.reeve.agent.node;

import dev.reeve.agent.node.docker.DockerEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A Docker engine of a test's own, which leaves the machine's firewall alone. Its containers
/// outlive a crash of it.
final class TestEngine {
  private final Path folder;
  private Process process;

  private TestEngine(Path folder) throws IOException {
    this.folder = folder;
    process = run();
  }

  /// @return whether this machine can run one
  static boolean isPossible() {
    return "root".equals(System.getProperty("user.name"))
        && Files.isExecutable(Path.of("/usr/sbin/dockerd"))
        && Files.isExecutable(Path.of("/bin/busybox"));
  }

  static TestEngine start(Path folder) throws Exception {
    var engine = new TestEngine(folder);
    engine.awaitAnswer();
    try (var docker = DockerEngine.at(engine.host())) {
      docker.importImage(busyboxImage(folder), "bb", "1");
      return engine;
    } catch (Exception e) {
      engine.process.destroyForcibly();
      throw e;
    }
  }

  String host() {
    return "unix://" + folder.resolve("docker.sock");
  }

  private Process run() throws IOException {
    Files.createDirectories(folder);
    // A killed engine leaves these behind, and would wait for a process that is gone.
    Files.deleteIfExists(folder.resolve("pid"));
    Files.deleteIfExists(folder.resolve("exec/containerd/containerd.pid"));
    return new ProcessBuilder(
            "dockerd",
            "--data-root",
            folder.resolve("data").toString(),
            "--exec-root",
            folder.resolve("exec").toString(),
            "-H",
            host(),
            "--pidfile",
            folder.resolve("pid").toString(),
            "--live-restore",
            "--bridge=none",
            "--userland-proxy=false",
            "--iptables=false",
            "--ip-masq=false",
            "--shutdown-timeout=5")
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
        .start();
  }

  private void awaitAnswer() throws Exception {
    for (int i = 0; i < 300; i++) {
      try (var docker = DockerEngine.at(host())) {
        docker.ping();
        return;
      } catch (EngineException e) {
        if (!process.isAlive()) {
          throw new IllegalStateException(
              "dockerd ended: " + Files.readString(folder.resolve("log")), e);
        }
        Thread.sleep(50);
      }
    }
    throw new IllegalStateException("dockerd does not answer");
  }

  /// As after a crash of the engine: its containers live on.
  void restart() throws Exception {
    process.destroyForcibly().waitFor();
    process = run();
    awaitAnswer();
  }

  /// A root filesystem with busybox under all its names, as a tar.
  private static byte[] busyboxImage(Path folder) throws Exception {
    var root = folder.resolve("image");
    var bin = root.resolve("bin");
    Files.createDirectories(bin);
    for (var name : List.of("tmp", "etc", "www", "proc", "dev")) {
      Files.createDirectories(root.resolve(name));
    }
    Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
    Disk.mode(bin.resolve("busybox"), 0755);
    Files.writeString(
        root.resolve("etc/passwd"), "root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n");
    for (String applet : output("/bin/busybox", "--list").split("\n")) {
      var link = bin.resolve(applet.strip());
      if (!Files.exists(link)) {
        Files.createSymbolicLink(link, Path.of("busybox"));
      }
    }
    var tar = folder.resolve("image.tar");
    output("tar", "-C", root.toString(), "-cf", tar.toString(), ".");
    return Files.readAllBytes(tar);
  }

  /// The docker command against this engine.
  String docker(String... arguments) throws Exception {
    var command = new ArrayList<>(List.of("docker", "-H", host()));
    command.addAll(List.of(arguments));
    return output(command.toArray(String[]::new)).strip();
  }

  static String output(String... command) throws Exception {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException(String.join(" ", command) + ": " + output);
    }
    return output;
  }

  void close() throws Exception {
    for (var id : docker("ps", "-aq").split("\n")) {
      if (!id.isBlank()) {
        docker("rm", "-f", id);
      }
    }
    for (var network :
        docker("network", "ls", "-q", "--filter", "label=dev.reeve.cluster").split("\n")) {
      if (!network.isBlank()) {
        docker("network", "rm", network);
      }
    }
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    MemoryFolder.unmountBelow(folder);
    Disk.removeTree(folder);
  }
}
