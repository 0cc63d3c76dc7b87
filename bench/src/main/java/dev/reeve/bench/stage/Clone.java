package dev.reeve.bench.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A user's clone of a repository, driven by the real git.
public record Clone(Path folder) {
  static Clone of(String url, Path folder) throws IOException {
    Shell.need("git", "git");
    Shell.run("git", "clone", "-q", url, folder.toString());
    var clone = new Clone(folder);
    clone.git("config", "user.name", "A User");
    clone.git("config", "user.email", "user@example.com");
    return clone;
  }

  private String git(String... words) throws IOException {
    var all = new ArrayList<>(List.of("git", "-C", folder.toString()));
    all.addAll(List.of(words));
    return Shell.run(all);
  }

  public void write(String file, String text) throws IOException {
    var path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  /// Commits everything as it lies there; the commit's id.
  public String commit(String message) throws IOException {
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", message);
    return git("rev-parse", "HEAD");
  }

  public void push() throws IOException {
    git("push", "-q", "origin", "HEAD:main");
  }
}
