package dev.reeve.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A machine in miniature: a network namespace with a leg to the host's, and a Docker engine of its
/// own in it. Everything it starts it stops by process, never by name.
public final class LabNode implements AutoCloseable {
  private static final Duration ENGINE_PATIENCE = Duration.ofSeconds(60);

  private final String name;
  private final int index;
  private final Path folder;
  private Process engine;

  private final Optional<LabSwitch> lan;

  private LabNode(String name, int index, Path folder, Optional<LabSwitch> lan) throws IOException {
    this.name = name;
    this.index = index;
    this.folder = folder;
    this.lan = lan;
    engine = startEngine();
  }

  /// @param index from 1 to 200, different for each node at one time: its network is
  ///   10.77.index.0/24
  /// @throws IllegalStateException when the machine lacks what is needed, saying what
  public static LabNode start(int index, Path folder) throws IOException, InterruptedException {
    return start(index, folder, Optional.empty());
  }

  /// One that shares a link with others: its address is 10.78.0.index.
  public static LabNode start(int index, Path folder, LabSwitch lan)
      throws IOException, InterruptedException {
    return start(index, folder, Optional.of(lan));
  }

  private static LabNode start(int index, Path folder, Optional<LabSwitch> lan)
      throws IOException, InterruptedException {
    need("/usr/sbin/dockerd", "docker.io");
    need("/sbin/ip", "iproute2");
    need("/bin/busybox", "busybox-static");
    var name = "reeve-lab-" + ProcessHandle.current().pid() + "-" + index;
    Files.createDirectories(folder);
    Shell.run("ip", "netns", "add", name);
    try {
      Shell.run("ip", "-n", name, "link", "set", "lo", "up");
      if (lan.isPresent()) {
        lan.get().connect(name, index);
      } else {
        connect(name, index);
      }
      var node = new LabNode(name, index, folder, lan);
      node.awaitEngine();
      return node;
    } catch (RuntimeException | IOException e) {
      Shell.end(List.of("ip", "netns", "del", name));
      throw e;
    }
  }

  /// By a link to the host that is its own.
  private static void connect(String name, int index) {
    var leg = "rl" + index + "x" + ProcessHandle.current().pid() % 10_000;
    Shell.run("ip", "link", "add", leg, "type", "veth", "peer", "name", "eth0", "netns", name);
    Shell.run("ip", "addr", "add", "10.77." + index + ".1/24", "dev", leg);
    Shell.run("ip", "link", "set", leg, "up");
    Shell.run("ip", "-n", name, "addr", "add", "10.77." + index + ".2/24", "dev", "eth0");
    Shell.run("ip", "-n", name, "link", "set", "eth0", "up");
    Shell.run("ip", "-n", name, "route", "add", "default", "via", "10.77." + index + ".1");
  }

  private static void need(String program, String debianPackage) {
    if (!Files.isExecutable(Path.of(program))) {
      throw new IllegalStateException(
          program + " is missing: apt-get install " + debianPackage + " (script/test does)");
    }
  }

  private Process startEngine() throws IOException {
    Files.deleteIfExists(folder.resolve("pid"));
    Files.deleteIfExists(folder.resolve("exec/containerd/containerd.pid"));
    return new ProcessBuilder(
            inside(
                "dockerd",
                "--data-root",
                folder.resolve("data").toString(),
                "--exec-root",
                folder.resolve("exec").toString(),
                "-H",
                dockerHost(),
                "--pidfile",
                folder.resolve("pid").toString(),
                "--live-restore",
                "--shutdown-timeout=5"))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("engine.log").toFile()))
        .start();
  }

  private void awaitEngine() throws IOException, InterruptedException {
    long end = System.nanoTime() + ENGINE_PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      if (Shell.end(List.of("docker", "-H", dockerHost(), "version")).code() == 0) {
        return;
      }
      if (!engine.isAlive()) {
        break;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new IllegalStateException(
        "the engine does not start: " + Files.readString(folder.resolve("engine.log")));
  }

  /// The words that run a program in this node's network.
  public List<String> inside(String... words) {
    var all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + name, "--"));
    all.addAll(List.of(words));
    return all;
  }

  /// Runs work on a thread of its own whose sockets are in this node's network.
  public Thread startInside(String threadName, Runnable work) {
    return startIn(Path.of("/run/netns", name), threadName, work);
  }

  /// Runs work on a thread of its own whose sockets are in some network: `/proc/PID/ns/net`.
  public static Thread startIn(Path namespace, String threadName, Runnable work) {
    return Thread.ofPlatform()
        .daemon()
        .name(threadName)
        .start(() -> {
          NetworkNamespace.enter(namespace);
          work.run();
        });
  }

  /// An image made of the files below a folder: the same one on every node.
  ///
  /// @param changes as a Dockerfile has them: `CMD ["app"]`
  public void importImage(Path root, String nameAndTag, String... changes) throws IOException {
    LabImage.load(dockerHost(), root, nameAndTag, List.of(changes));
  }

  public String dockerHost() {
    return "unix://" + folder.resolve("docker.sock");
  }

  /// What the engine's API answers to `GET path`; empty when it has no such thing.
  public Optional<String> ask(String path) throws IOException {
    var answer = EngineSocket.open(folder.resolve("docker.sock"), path);
    if (answer.isEmpty()) {
      return Optional.empty();
    }
    try (var body = answer.get()) {
      return Optional.of(new String(body.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /// What the engine's API goes on saying to `GET path`, until it is closed.
  public InputStream follow(String path) throws IOException {
    return EngineSocket.open(folder.resolve("docker.sock"), path)
        .orElseThrow(() -> new IOException("the engine has no " + path));
  }

  /// What `docker …` prints for this node's engine.
  public String docker(String... words) {
    var all = new ArrayList<>(List.of("docker", "-H", dockerHost()));
    all.addAll(List.of(words));
    return Shell.run(all);
  }

  /// Where the host is reached from this node.
  public String hostAddress() {
    return lan.isPresent() ? LabSwitch.HOST : "10.77." + index + ".1";
  }

  /// Where this node is reached from the host, and from other nodes.
  public String address() {
    return lan.isPresent() ? LabSwitch.address(index) : "10.77." + index + ".2";
  }

  /// Cuts its link to the others, which must be a shared one, or mends it.
  public void link(boolean isUp) {
    lan.orElseThrow().link(index, isUp);
  }

  public Path folder() {
    return folder;
  }

  /// An image of a static busybox that serves a page on port 8080 by itself.
  public void importImage(String nameAndTag) throws IOException {
    var root = Files.createTempDirectory("reeve-lab-image");
    try {
      var bin = Files.createDirectories(root.resolve("bin"));
      Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
      Shell.run("chmod", "755", bin.resolve("busybox").toString());
      for (String applet :
          List.of("sh", "httpd", "sleep", "cat", "ls", "echo", "env", "date", "false", "true")) {
        Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
      }
      Files.createDirectories(root.resolve("tmp"));
      Files.createDirectories(root.resolve("www"));
      Files.writeString(root.resolve("www/index.html"), nameAndTag + "\n");
      Files.createDirectories(root.resolve("etc"));
      Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/:/bin/sh\n");
      importImage(root, nameAndTag, "CMD [\"httpd\",\"-f\",\"-p\",\"8080\",\"-h\",\"/www\"]");
    } finally {
      Shell.run("rm", "-rf", root.toString());
    }
  }

  /// Kills the engine where it stands; its containers run on.
  public void killEngine() throws InterruptedException {
    engine.descendants().forEach(ProcessHandle::destroyForcibly);
    engine.destroyForcibly();
    engine.waitFor();
  }

  public void restartEngine() throws IOException, InterruptedException {
    engine = startEngine();
    awaitEngine();
  }

  @Override
  public void close() throws IOException {
    try {
      stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while stopping " + name, e);
    }
  }

  private void stop() throws IOException, InterruptedException {
    if (engine.isAlive()) {
      var ids = docker("ps", "-aq").lines().toList();
      if (!ids.isEmpty()) {
        var words = new ArrayList<>(List.of("docker", "-H", dockerHost(), "rm", "-f"));
        words.addAll(ids);
        Shell.end(words);
      }
      engine.destroy();
      if (!engine.waitFor(20, TimeUnit.SECONDS)) {
        killEngine();
      }
    }
    Shell.end(List.of("ip", "netns", "del", name));
    Shell.end(
        List.of(
            "sh", "-c", "grep -o ' " + folder + "[^ ]*' /proc/mounts | sort -r | xargs -r umount"));
    Shell.end(List.of("rm", "-rf", folder.toString()));
  }
}
