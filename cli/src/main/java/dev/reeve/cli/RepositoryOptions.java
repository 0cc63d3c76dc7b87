package dev.reeve.cli;

import dev.reeve.git.GitCredentials;
import dev.reeve.git.RemoteRepository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/// Options about the repository, shared by the verbs that run a control plane.
final class RepositoryOptions {
  @Option(
      names = "--branch",
      defaultValue = "main",
      description = "The tracked branch (default: ${DEFAULT-VALUE}).")
  String branch = "main";

  @Option(
      names = "--path",
      defaultValue = "",
      description = "Folder of the manifests in the repository (default: its root).")
  String path = "";

  @Option(
      names = "--git-credentials",
      paramLabel = "FILE",
      description = {
        "How to get in: lines as git's credential store has them (https://user:token@host), or an",
        "SSH private key, with a known_hosts beside it."
      })
  Optional<Path> credentials = Optional.empty();

  @Option(
      names = "--poll",
      paramLabel = "SECONDS",
      defaultValue = "15",
      description = "Between two looks at the repository (default: ${DEFAULT-VALUE}).")
  int pollSeconds = 15;

  @Option(
      names = "--webhook-secret",
      paramLabel = "KIND=FILE",
      description =
          "Open a door for webhooks: github=FILE or generic=FILE, the file holding the secret. May be repeated.")
  List<String> webhookSecrets = new ArrayList<>();

  RemoteRepository remote(String url) throws IOException {
    var how =
        credentials.isPresent() ? GitCredentials.read(credentials.get()) : GitCredentials.none();
    try {
      return new RemoteRepository(url, how);
    } catch (IllegalArgumentException e) {
      throw new CommandFailed(String.valueOf(e.getMessage()));
    }
  }

  SortedMap<String, String> secrets() throws IOException {
    SortedMap<String, String> secrets = new TreeMap<>();
    for (String option : webhookSecrets) {
      int at = option.indexOf('=');
      if (at < 1) {
        throw new CommandFailed("--webhook-secret is written KIND=FILE, not '" + option + "'");
      }
      secrets.put(
          option.substring(0, at),
          Files.readString(Path.of(option.substring(at + 1)), StandardCharsets.UTF_8).strip());
    }
    return secrets;
  }
}
