package dev.reeve.cli;

import dev.reeve.git.GitCredentials;
import dev.reeve.git.RemoteRepository;
import dev.reeve.git.SigningKey;
import dev.reeve.server.ControlPlane;
import dev.reeve.server.web.Settings.Mount;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What the verbs that run a control plane have in common.
final class ControlPlaneOptions {
  private static final int PORT_MAX = 65_535;
  private static final List<String> WEBHOOKS = List.of("github", "generic");

  /// What is followed of which repository.
  record Tracked(RemoteRepository repository, String branch, String path) {}

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "7070",
      description = "Port of the web (default: ${DEFAULT-VALUE}).")
  int port = 7070;

  @Option(
      names = "--agent-port",
      paramLabel = "PORT",
      defaultValue = "7071",
      description = "Port for agents (default: ${DEFAULT-VALUE}).")
  int agentPort = 7071;

  @Option(
      names = "--branch",
      paramLabel = "BRANCH",
      defaultValue = "main",
      description = "The tracked branch (default: ${DEFAULT-VALUE}).")
  private String branch = "main";

  @Option(
      names = "--path",
      paramLabel = "FOLDER",
      defaultValue = "",
      description = "Folder of the manifests in the repository (default: its root).")
  private String path = "";

  @Option(
      names = "--git-credentials",
      paramLabel = "FILE",
      description = {
        "How to get in: lines as git's credential store has them (https://user:token@host), or an",
        "SSH private key, with a known_hosts beside it."
      })
  private Optional<Path> credentials = Optional.empty();

  @Option(
      names = "--signing-key",
      paramLabel = "FILE",
      description = {
        "An OpenSSH private key without a passphrase, with which Reeve signs its own commits. The",
        "systemd credential signing-key is used too."
      })
  private Optional<Path> signingKey = Optional.empty();

  @Option(
      names = "--poll",
      paramLabel = "SECONDS",
      defaultValue = "15",
      description = "Between two looks at the repository (default: ${DEFAULT-VALUE}).")
  private int pollSeconds = 15;

  @Option(
      names = "--webhook-secret",
      paramLabel = "KIND=FILE",
      description =
          "Open a door for webhooks: github=FILE or generic=FILE, the file holding the secret. May be repeated.")
  private List<String> webhookSecrets = new ArrayList<>();

  @Mixin private AgeKeys ageKeys = new AgeKeys();

  Tracked tracked(String url) throws IOException {
    var how = GitCredentials.none();
    if (credentials.isPresent()) {
      how = GitCredentials.read(present("--git-credentials", credentials.get()));
    }
    try {
      checkLocal(url);
      return new Tracked(new RemoteRepository(url, how), branch, path);
    } catch (IllegalArgumentException e) {
      throw new Misused(String.valueOf(e.getMessage()));
    }
  }

  /// A remote may be away for a while; a folder of this machine that is not there is a mistake.
  private static void checkLocal(String url) {
    var path = url.startsWith("file://") ? URI.create(url).getPath() : url;
    boolean isLocal = path.indexOf(':') < 0;
    if (isLocal && !Files.exists(Path.of(path, "HEAD")) && !Files.exists(Path.of(path, ".git"))) {
      throw new CommandFailed("there is no Git repository at " + path + " (--repo)");
    }
  }

  static Path present(String option, Path file) {
    if (!Files.isRegularFile(file)) {
      throw new CommandFailed("there is no file " + file + " (" + option + ")");
    }
    return file;
  }

  /// Before anything is made on disk.
  void check() {
    for (int each : List.of(port, agentPort)) {
      if (each < 0 || each > PORT_MAX) {
        throw new Misused("a port is a number from 0 to 65535, not " + each);
      }
    }
    if (pollSeconds < 1) {
      throw new Misused("--poll is a second or more, not " + pollSeconds);
    }
  }

  ControlPlane.Settings settings(
      String cluster, Path dataDir, Tracked tracked, String agentHost, Web web) throws IOException {
    checkFree("--port", web.host(), port);
    checkFree("--agent-port", agentHost, agentPort);
    return new ControlPlane.Settings(
        cluster,
        dataDir,
        tracked.repository(),
        tracked.branch(),
        tracked.path(),
        Duration.ofSeconds(pollSeconds),
        ageKeys.kept(),
        signingKey(),
        agentHost,
        agentPort,
        new dev.reeve.server.web.Settings(
            web.host(), port, web.allowedHosts(), secrets(), web.git()),
        VersionCommand.version());
  }

  private Optional<SigningKey> signingKey() {
    var file =
        signingKey
            .map(it -> present("--signing-key", it))
            .or(() ->
                Optional.ofNullable(System.getenv("CREDENTIALS_DIRECTORY"))
                    .map(it -> Path.of(it, "signing-key"))
                    .filter(Files::isRegularFile));
    try {
      return file.isPresent() ? Optional.of(SigningKey.read(file.get())) : Optional.empty();
    } catch (IOException e) {
      throw new CommandFailed(e.getMessage() + " (--signing-key)", e);
    }
  }

  private static void checkFree(String option, String host, int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, port));
    } catch (IOException e) {
      throw new CommandFailed(
          "cannot listen on %s:%d: %s (%s)".formatted(host, port, e.getMessage(), option), e);
    }
  }

  /// What the verbs do not have in common about the web.
  record Web(String host, List<String> allowedHosts, Optional<Mount> git) {}

  private SortedMap<String, String> secrets() throws IOException {
    SortedMap<String, String> secrets = new TreeMap<>();
    for (String option : webhookSecrets) {
      int at = option.indexOf('=');
      if (at < 1) {
        throw new Misused("--webhook-secret is written KIND=FILE, not '" + option + "'");
      }
      var kind = option.substring(0, at);
      if (!WEBHOOKS.contains(kind)) {
        throw new Misused("webhooks are of github or generic, not of '" + kind + "'");
      }
      var file = present("--webhook-secret", Path.of(option.substring(at + 1)));
      secrets.put(kind, Files.readString(file, StandardCharsets.UTF_8).strip());
    }
    return secrets;
  }
}
