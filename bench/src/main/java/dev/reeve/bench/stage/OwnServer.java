package dev.reeve.bench.stage;

import dev.reeve.server.authority.ClusterAuthority;
import dev.reeve.server.authority.JoinTokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// `reeve server` as a process of its own, with a repository on a Git server that tells it of
/// pushes by a webhook, as a forge does.
public final class OwnServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final String WEBHOOK_SECRET = "of the benchmark";

  private final String cluster;
  private final GitHost git;
  private final Clone repository;
  private final ClusterAuthority authority;
  private final String agentHost;
  private final int agentPort;
  private final int port;
  private final Path folder;
  private final List<String> javaOptions;
  private Program process;
  private final Web web;
  private int hints;

  private OwnServer(
      Path folder,
      String cluster,
      String agentHost,
      List<String> javaOptions,
      GitHost git,
      Clone repository)
      throws IOException {
    this.folder = folder;
    this.javaOptions = new ArrayList<>(Program.SERVER_MEMORY);
    this.javaOptions.addAll(Program.LEARNT);
    this.javaOptions.addAll(javaOptions);
    this.cluster = cluster;
    this.git = git;
    this.repository = repository;
    this.agentHost = agentHost;
    authority = ClusterAuthority.open(authorityFolder(), cluster);
    agentPort = Program.freePort();
    port = Program.freePort();
    Files.writeString(webhookSecret(), WEBHOOK_SECRET);
    process = run();
    web = new Web(port);
    Leftovers.add(this);
  }

  private Path webhookSecret() {
    return folder.resolve("webhook-secret");
  }

  private Path data() {
    return folder.resolve("server");
  }

  private Program run() throws IOException {
    return Program.reeve(
        List.of(),
        javaOptions,
        folder.resolve("server.log"),
        List.of(
            "server",
            "--repo",
            git.url(),
            "--cluster",
            cluster,
            "--data-dir",
            data().toString(),
            "--ca-dir",
            authorityFolder().toString(),
            "--port",
            Integer.toString(port),
            "--agent-host",
            agentHost,
            "--agent-port",
            Integer.toString(agentPort),
            "--webhook-secret",
            "generic=" + webhookSecret()));
  }

  /// The same control plane in a new process, without anything that the old one had on its disk.
  public void restartWithoutData() throws IOException {
    process.close();
    Scratch.clear(data());
    process = run();
  }

  /// One of this process's own, since what a node keeps in memory is told apart by it.
  private static String newCluster() {
    return "bench-" + ProcessHandle.current().pid();
  }

  /// Returns when a first, empty commit has its verdict.
  ///
  /// @param agentHost the address on which agents dial in
  public static OwnServer start(Path folder, String agentHost)
      throws IOException, InterruptedException {
    return start(folder, agentHost, List.of());
  }

  /// @param javaOptions beside those that the launcher gives
  public static OwnServer start(Path folder, String agentHost, List<String> javaOptions)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    var git = GitHost.start(folder.resolve("git"));
    try {
      var repository = Clone.of(git.url(), folder.resolve("clone"));
      var first = repository.commit("Nothing yet");
      repository.push();
      var server = new OwnServer(folder, newCluster(), agentHost, javaOptions, git, repository);
      try {
        server.awaitSuccess(first);
        return server;
      } catch (IOException | InterruptedException | RuntimeException e) {
        server.close();
        throw e;
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      git.close();
      throw e;
    }
  }

  public String cluster() {
    return cluster;
  }

  public long pid() {
    return process.pid();
  }

  public Web web() {
    return web;
  }

  public Clone repository() {
    return repository;
  }

  /// Of the cluster's authority, by which certificates can be issued without asking the server.
  public Path authorityFolder() {
    return folder.resolve("ca");
  }

  public URI agentDoor() {
    return URI.create("wss://" + agentHost + ":" + agentPort);
  }

  public String caHash() {
    return authority.hash();
  }

  /// A file with a token by which a node may join.
  public Path token(String node, Path file) throws IOException {
    return Files.writeString(file, JoinTokens.create(authority, node));
  }

  /// Pushes the commit that is made; how many seconds pass until its success is in Git.
  public double push(String commit) throws IOException, InterruptedException {
    long start = System.nanoTime();
    push();
    awaitSuccess(commit);
    return Await.secondsSince(start);
  }

  /// Pushes what is committed, and waits for nothing.
  public void push() throws IOException, InterruptedException {
    repository.push();
    hint();
  }

  /// How often it has said of a node that it is not ready.
  public long notReady() throws IOException {
    return process.log().lines().filter(it -> it.contains(" was not heard for ")).count();
  }

  /// @throws IOException where the process has ended
  public void check() throws IOException {
    process.check();
  }

  private void hint() throws IOException, InterruptedException {
    hints++;
    var body = "{\"ref\": \"refs/heads/main\", \"number\": " + hints + "}";
    var answer =
        web.send(
            web.to("/hooks/generic")
                .header("X-Signature", "sha256=" + signature(body))
                .POST(BodyPublishers.ofString(body)));
    if (answer.statusCode() != 202) {
      throw new IOException("the webhook is not taken: " + answer.body());
    }
  }

  private static String signature(String body) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(WEBHOOK_SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }

  public void awaitSuccess(String commit) throws IOException, InterruptedException {
    Await.until("the commit's success is in Git", LOOK, PATIENCE, () -> hasSucceeded(commit));
  }

  private boolean hasSucceeded(String commit) throws IOException {
    process.check();
    var note = git.newNote(cluster, commit).orElse("pending");
    if (note.startsWith("success")) {
      return true;
    }
    if (!note.startsWith("pending")) {
      throw new IOException("the commit came to nothing: " + note.replaceAll("\\s+", " "));
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    Leftovers.close(
        this,
        () -> {
          web.close();
          process.close();
          git.close();
        });
  }
}
