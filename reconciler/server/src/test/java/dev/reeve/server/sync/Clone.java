package dev.reeve.server.sync;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
    git("-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", subject);
    git("push", "-q", bare.toString(), "HEAD:main");
    return git("rev-parse", "HEAD");
  }

  private String git(String... arguments) throws Exception {
    var command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    var process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
    return said.strip();
  }
}
