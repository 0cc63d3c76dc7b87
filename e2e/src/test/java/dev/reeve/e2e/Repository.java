package dev.reeve.e2e;

import dev.reeve.lab.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A user's clone, driven by the real git.
record Repository(Path folder, List<String> prefix) {

  static Repository clone(List<String> prefix, String url, Path folder) {
    var words = new ArrayList<>(prefix);
    words.addAll(List.of("git", "clone", "-q", url, folder.toString()));
    Shell.run(words);
    var repository = new Repository(folder, prefix);
    repository.git("config", "user.name", "A User");
    repository.git("config", "user.email", "user@example.com");
    return repository;
  }

  String git(String... words) {
    var all = new ArrayList<>(prefix);
    all.addAll(List.of("git", "-C", folder.toString()));
    all.addAll(List.of(words));
    return Shell.run(all).strip();
  }

  String read(String file) throws IOException {
    return Files.readString(folder.resolve(file));
  }

  void write(String file, String text) throws IOException {
    Files.writeString(folder.resolve(file), text);
  }

  /// Commits everything and pushes it; the commit's id.
  String push(String message) {
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", message);
    git("push", "-q", "origin", "HEAD:main");
    return git("rev-parse", "HEAD");
  }

  /// The note on a commit; empty when there is none yet.
  String note(String commit) {
    git("fetch", "-q", "origin", "+refs/notes/*:refs/notes/*");
    var words = new ArrayList<>(prefix);
    words.addAll(
        List.of("git", "-C", folder.toString(), "notes", "--ref=reeve-local", "show", commit));
    var ended = Shell.end(words);
    return ended.code() == 0 ? ended.output() : "";
  }
}
