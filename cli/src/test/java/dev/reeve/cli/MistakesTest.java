package dev.reeve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a new user does wrong, and the line that says so.
class MistakesTest {
  @TempDir Path temp;

  private Path manifests = Path.of("");
  private Path data = Path.of("");
  private Path file = Path.of("");

  @BeforeEach
  void prepare() throws IOException {
    manifests = Files.createDirectory(temp.resolve("manifests"));
    data = temp.resolve("data");
    file = Files.writeString(temp.resolve("file"), "no key\n");
  }

  private static void fails(String line, Object... words) {
    assertThat(by(words)).isEqualTo(new Said(1, "", "reeve: " + line + "\n"));
  }

  private static void isUsage(String line, String help, Object... words) {
    assertThat(by(words))
        .isEqualTo(new Said(64, "", "reeve: " + line + "\nTry '" + help + " --help'.\n"));
  }

  private static Said by(Object... words) {
    var text = new String[words.length];
    for (int i = 0; i < words.length; i++) {
      text[i] = words[i].toString();
    }
    return Said.by(text);
  }

  @Test
  void ofWordsAreUsage() {
    isUsage("Unknown option: '--prot'", "reeve up", "up", "--prot", "1");
    isUsage("a port is a number from 0 to 65535, not 70000", "reeve up", "up", "--port", "70000");
    isUsage(
        "DIR is for an own repository; with --repo there is none to put it in",
        "reeve up",
        "up",
        manifests,
        "--repo",
        "/x");
    isUsage(
        "a repository is a path or a file, http, https or ssh address, not foo",
        "reeve up",
        "up",
        "--repo",
        "foo://x",
        "--data-dir",
        data);
    isUsage("-o is json, yaml or wide, not 'xml'", "reeve status", "status", "-o", "xml");
    isUsage("say what: 'reeve token create --node NAME'", "reeve token", "token");
    isUsage(
        "webhooks are of github or generic, not of 'gitlab'",
        "reeve server",
        "server",
        "--repo",
        "https://x/y",
        "--port",
        "0",
        "--agent-port",
        "0",
        "--webhook-secret",
        "gitlab=" + file,
        "--data-dir",
        data);
  }

  @Test
  void aboutDevices() {
    isUsage(
        "--device is written NAME=PATH[,PATH...], not '/dev/null'",
        "reeve up",
        "up",
        manifests,
        "--device",
        "/dev/null",
        "--data-dir",
        data);
    isUsage(
        "--device NAME is a domain and a name such as example.com/tty, not of kubernetes.io, and not"
            + " 'kubernetes.io/tty'",
        "reeve agent",
        "agent",
        "--server",
        "wss://localhost:7071",
        "--device",
        "kubernetes.io/tty=/dev/null",
        "--data-dir",
        data);
    fails(
        "--device example.com/tty: /dev/nix does not exist",
        "up",
        manifests,
        "--device",
        "example.com/tty=/dev/null,/dev/nix",
        "--data-dir",
        data);
    fails(
        "--device example.com/tty: " + file + " is no device",
        "agent",
        "--server",
        "wss://localhost:7071",
        "--device",
        "example.com/tty=" + file,
        "--data-dir",
        data);
    assertThat(
            Said.by(
                Map.of("REEVE_DEVICE", "example.com/tty=/dev/null example.com/led=/dev/nix"),
                "up",
                manifests.toString(),
                "--data-dir",
                data.toString()))
        .isEqualTo(new Said(1, "", "reeve: --device example.com/led: /dev/nix does not exist\n"));
    assertThat(data).doesNotExist();
  }

  @Test
  void aboutManifests() throws IOException {
    fails("there is no folder of manifests /nowhere", "up", "/nowhere", "--data-dir", data);
    Files.writeString(manifests.resolve("README.md"), "nothing");
    fails(
        manifests + " holds no manifests (*.yaml, *.yml, *.json): is it the right folder?",
        "up",
        manifests,
        "--data-dir",
        data);
    assertThat(data.resolve("config.git")).doesNotExist();
  }

  @Test
  void aboutTheRepository() {
    fails(
        "there is no Git repository at /nowhere (--repo)",
        "server",
        "--repo",
        "/nowhere",
        "--data-dir",
        data);
    fails(
        "there is no file /nowhere (--git-credentials)",
        "server",
        "--repo",
        "https://x/y",
        "--git-credentials",
        "/nowhere",
        "--data-dir",
        data);
    fails(
        file + ":1: expected a line such as https://user:token@host",
        "server",
        "--repo",
        "https://x/y",
        "--git-credentials",
        file,
        "--data-dir",
        data);
  }

  @Test
  void aboutTheDataDirectory() throws IOException {
    fails(file + " is no folder", "up", manifests, "--data-dir", file);
    fails(file + "/x: Not a directory", "up", manifests, "--data-dir", file.resolve("x"));
    fails("/proc/x cannot be made there (--data-dir)", "up", manifests, "--data-dir", "/proc/x");
    fails("/nowhere does not exist: nothing was started with it", "down", "--data-dir", "/nowhere");
    try (var _ = DataFolder.hold(data)) {
      fails(
          data + " is in use by another reeve (process " + ProcessHandle.current().pid() + ")",
          "up",
          manifests,
          "--data-dir",
          data);
    }
  }

  @Test
  void aboutPorts() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      fails(
          "cannot listen on 127.0.0.1:" + port + ": Address already in use (--port)",
          "server",
          "--repo",
          "https://x/y",
          "--port",
          port,
          "--data-dir",
          data);
      fails(
          "cannot listen on 0.0.0.0:" + port + ": Address already in use (--agent-port)",
          "server",
          "--repo",
          "https://x/y",
          "--port",
          0,
          "--agent-port",
          port,
          "--data-dir",
          data);
    }
  }

  @Test
  void aboutJoining() throws IOException {
    fails(
        "there is no file /nowhere (--token-file)",
        "agent",
        "--server",
        "wss://127.0.0.1:1",
        "--token-file",
        "/nowhere",
        "--data-dir",
        data);
    fails(
        "this node has no valid certificate: give it --token-file and --ca-hash (reeve token create)",
        "agent",
        "--server",
        "wss://127.0.0.1:1",
        "--data-dir",
        data);
    fails(
        "nothing answers at wss://127.0.0.1:1",
        "agent",
        "--server",
        "wss://127.0.0.1:1",
        "--token-file",
        file,
        "--ca-hash",
        "sha256:" + "0".repeat(64),
        "--data-dir",
        data);
  }
}
