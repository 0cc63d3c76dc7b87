package dev.reeve.server.sync;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A person's clone of a repository, used by the real git.
final class Clone {
  private final Path folder;
  private final Path bare;

  private Clone(Path folder, Path bare) {
    this.folder = folder;
    this.bare = bare;
  }

  /// Makes `config.git` in the folder, and a clone of it.
  static Clone make(Path temp) throws Exception {
    var clone = new Clone(temp.resolve("clone"), temp.resolve("config.git"));
    Files.createDirectories(clone.folder);
    clone.git("init", "-q", "-b", "main");
    clone.git("init", "-q", "--bare", "-b", "main", clone.bare.toString());
    return clone;
  }

  String url() {
    return bare.toString();
  }

  void write(String file, String text) throws IOException {
    var path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  void remove(String file) throws IOException {
    Files.delete(folder.resolve(file));
  }

  /// Commits everything and pushes it; the commit's id.
  String push(String subject) throws Exception {
    git("add", "-A");
    git(as("commit", "-qm", subject));
    git("push", "-q", bare.toString(), "HEAD:main");
    return git("rev-parse", "HEAD");
  }

  /// Puts another commit in the place of the newest.
  String rewrite(String message) throws Exception {
    git(as("commit", "-q", "--amend", "-m", message));
    git("push", "-qf", bare.toString(), "HEAD:main");
    return git("rev-parse", "HEAD");
  }

  /// Pushes a commit without files to a branch, whatever is there; without a parent it is the
  /// first.
  String command(String branch, Optional<String> parent, String message) throws Exception {
    var words = new ArrayList<>(List.of("commit-tree", "-m", message, git("mktree")));
    parent.ifPresent(it -> words.addAll(List.of("-p", it)));
    var commit = git(as(words.toArray(String[]::new)));
    git("push", "-qf", bare.toString(), commit + ":refs/heads/" + branch);
    return commit;
  }

  private static String[] as(String... words) {
    var all = new ArrayList<>(List.of("-c", "user.name=A", "-c", "user.email=a@b"));
    all.addAll(List.of(words));
    return all.toArray(String[]::new);
  }

  private String git(String... arguments) throws Exception {
    var command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    var process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
    return said.strip();
  }
}
