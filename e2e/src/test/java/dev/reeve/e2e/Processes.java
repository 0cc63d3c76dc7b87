package dev.reeve.e2e;

import dev.reeve.lab.LabNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A control plane and agents as processes of their own, as on several machines. What they keep
/// lies in one folder, so that each can be started again.
final class Processes {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Path folder;
  private final String repository;
  private final int webPort;
  private final int agentPort;

  Processes(Path folder, String repository, int webPort, int agentPort) {
    this.folder = folder;
    this.repository = repository;
    this.webPort = webPort;
    this.agentPort = agentPort;
  }

  Path serverData() {
    return folder.resolve("server");
  }

  Program server(String... more) throws IOException {
    var words =
        new ArrayList<>(
            List.of(
                "server",
                "--repo",
                repository,
                "--data-dir",
                serverData().toString(),
                "--ca-dir",
                folder.resolve("ca").toString(),
                "--port",
                String.valueOf(webPort),
                "--agent-port",
                String.valueOf(agentPort)));
    words.addAll(List.of(more));
    return Program.java(List.of(), folder.resolve("server.log"), words.toArray(String[]::new));
  }

  /// What a server says that agents shall trust.
  private String caHash() throws IOException {
    return Files.readString(folder.resolve("server.log"))
        .lines()
        .filter(it -> it.contains("--ca-hash "))
        .findFirst()
        .orElseThrow()
        .replaceAll(".*--ca-hash ", "")
        .strip();
  }

  /// The agent `n<i>` on a node; the server must have been up.
  Program agent(int i, LabNode node) throws Exception {
    var token = folder.resolve("token" + i);
    var made =
        Program.java(
            List.of(),
            token,
            "token",
            "create",
            "--node",
            "n" + i,
            "--ca-dir",
            folder.resolve("ca").toString());
    Program.await("a token", PATIENCE, () -> !made.isAlive());
    Files.writeString(token, Files.readAllLines(token).getFirst());
    return Program.java(
        node.inside(),
        folder.resolve("agent" + i + ".log"),
        "agent",
        "--server",
        "wss://" + node.hostAddress() + ":" + agentPort,
        "--token-file",
        token.toString(),
        "--ca-hash",
        caHash(),
        "--node",
        "n" + i,
        "--docker-host",
        node.dockerHost(),
        "--data-dir",
        folder.resolve("agent" + i).toString());
  }
}
