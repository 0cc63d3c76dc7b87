package dev.reeve.bench.stage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.agent.node.Tar;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A Docker engine of a benchmark's own, in a folder and a network namespace of its own, so that it
/// neither sees nor disturbs the machine's. It keeps the engine's default settings.
public final class OwnEngine implements AutoCloseable {
  /// Of a static busybox that serves an empty folder on port 8080.
  public static final String IMAGE = "reeve-bench/app:1";

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LOOK = Duration.ofMillis(20);

  private final Path folder;
  private final String namespace;
  private final int subnet;
  private final Program process;
  private final EngineApi api;

  private OwnEngine(Path folder, String namespace, int subnet, Program process) {
    this.folder = folder;
    this.namespace = namespace;
    this.subnet = subnet;
    this.process = process;
    api = new EngineApi(folder.resolve("docker.sock"));
    Leftovers.add(this);
  }

  /// Starts it, and makes the image in it.
  ///
  /// @throws IOException where something is missing, saying what to install
  public static OwnEngine start(Path folder) throws IOException, InterruptedException {
    Shell.needRoot();
    Shell.need("dockerd", "docker.io");
    Shell.need("ip", "iproute2");
    Shell.need("iptables", "iptables");
    Shell.need("nsenter", "util-linux");
    if (!Files.isExecutable(Path.of("/bin/busybox"))) {
      Shell.need("busybox", "busybox-static");
    }
    Files.createDirectories(folder);
    long pid = ProcessHandle.current().pid();
    var namespace = "reeve-bench-" + pid;
    int subnet = (int) (pid % 250) + 1;
    Shell.run("ip", "netns", "add", namespace);
    try {
      var leg = "rb" + pid;
      Shell.run(
          "ip", "link", "add", leg, "type", "veth", "peer", "name", "eth0", "netns", namespace);
      Shell.run("ip", "addr", "add", address(subnet, 1) + "/24", "dev", leg);
      Shell.run("ip", "link", "set", leg, "up");
      Shell.run("ip", "-n", namespace, "link", "set", "lo", "up");
      Shell.run("ip", "-n", namespace, "addr", "add", address(subnet, 2) + "/24", "dev", "eth0");
      Shell.run("ip", "-n", namespace, "link", "set", "eth0", "up");
      var words =
          inside(
              namespace,
              "dockerd",
              "--data-root",
              folder.resolve("data").toString(),
              "--exec-root",
              folder.resolve("exec").toString(),
              "-H",
              "unix://" + folder.resolve("docker.sock"),
              "--pidfile",
              folder.resolve("pid").toString());
      var process = Program.start(words, folder.resolve("engine.log"));
      var engine = new OwnEngine(folder, namespace, subnet, process);
      try {
        Await.until("the engine answers", LOOK, PATIENCE, engine::answers);
        engine.importImage();
        return engine;
      } catch (IOException | InterruptedException | RuntimeException e) {
        process.close();
        throw e;
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      Shell.run("ip", "netns", "del", namespace);
      throw e;
    }
  }

  private static List<String> inside(String namespace, String... words) {
    var all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace, "--"));
    all.addAll(List.of(words));
    return all;
  }

  private static String address(int subnet, int host) {
    return "10.78." + subnet + "." + host;
  }

  private boolean answers() throws IOException {
    process.check();
    try {
      api.get("/version");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void importImage() throws IOException {
    var tar =
        new Tar()
            .file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox")))
            .file("www/index.html", 0644, "It works\n".getBytes(StandardCharsets.US_ASCII))
            .bytes();
    var command = "CMD [\"/bin/busybox\",\"httpd\",\"-f\",\"-p\",\"8080\",\"-h\",\"/www\"]";
    api.post(
        "/images/create?fromSrc=-&repo=%s&tag=%s&changes=%s"
            .formatted(
                IMAGE.substring(0, IMAGE.indexOf(':')),
                IMAGE.substring(IMAGE.indexOf(':') + 1),
                URLEncoder.encode(command, StandardCharsets.UTF_8)),
        "application/x-tar",
        tar);
  }

  public EngineApi api() {
    return api;
  }

  public String host() {
    return "unix://" + api.socket();
  }

  /// Where this machine is reached from the engine's network.
  public String outside() {
    return address(subnet, 1);
  }

  /// The words that come before a program which is to run in the engine's network.
  public List<String> prefix() {
    return inside(namespace);
  }

  /// Makes an image of files.
  ///
  /// @param command that its containers run
  public void importImage(byte[] tar, String nameAndTag, String command) throws IOException {
    int colon = nameAndTag.indexOf(':');
    api.post(
        "/images/create?fromSrc=-&repo=%s&tag=%s&changes=%s"
            .formatted(
                nameAndTag.substring(0, colon),
                nameAndTag.substring(colon + 1),
                URLEncoder.encode("CMD [\"" + command + "\"]", StandardCharsets.UTF_8)),
        "application/x-tar",
        tar);
  }

  /// The `docker` command against this engine.
  public String docker(String... words) throws IOException {
    Shell.need("docker", "docker.io");
    var all = new ArrayList<>(List.of("docker", "-H", host()));
    all.addAll(List.of(words));
    return Shell.run(all);
  }

  @Override
  public void close() throws IOException {
    Leftovers.close(this, this::end);
  }

  private void end() throws IOException {
    try {
      for (JsonNode each : api.containers(true)) {
        api.delete("/containers/" + each.path("Id").asText() + "?force=true");
      }
    } catch (IOException e) {
      // An engine that does not answer has no containers that could be removed.
    } finally {
      process.close();
      Shell.run("ip", "netns", "del", namespace);
      Scratch.clear(folder);
    }
  }
}
