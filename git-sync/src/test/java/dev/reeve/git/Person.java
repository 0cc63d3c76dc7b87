package dev.reeve.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// Somebody with a clone and the real git: what Reeve is compatible with is what this one does.
final class Person {
  private final Path folder;

  private Person(Path folder) {
    this.folder = folder;
  }

  /// An empty bare repository, as on a server.
  static Path bare(Path folder) {
    in(Objects.requireNonNull(folder.getParent()))
        .git("init", "-q", "--bare", "-b", "main", folder.toString());
    in(folder).git("config", "receive.denyDeleteCurrent", "ignore");
    return folder;
  }

  static Person in(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Person(folder);
  }

  /// A person who starts the branch `main` of a remote, or goes on with it.
  static Person cloneOf(String remote, Path folder) {
    in(Objects.requireNonNull(folder.getParent())).git("clone", "-q", remote, folder.toString());
    var person = new Person(folder);
    person.git("checkout", "-q", "-B", "main");
    return person;
  }

  Path folder() {
    return folder;
  }

  Person write(String path, String text) {
    try {
      Path file = folder.resolve(path);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Person delete(String path) {
    git("rm", "-q", "-r", path);
    return this;
  }

  /// The new commit.
  String commit(String message) {
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", message);
    return tip();
  }

  String push(String... arguments) {
    List<String> command = new ArrayList<>(List.of("push", "-q"));
    command.addAll(arguments.length == 0 ? List.of("origin", "HEAD") : List.of(arguments));
    git(command.toArray(String[]::new));
    return tip();
  }

  String commitAndPush(String message) {
    commit(message);
    return push();
  }

  String tip() {
    return git("rev-parse", "HEAD").strip();
  }

  /// What git printed; fails with what it complained about.
  String git(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    return run(command);
  }

  String run(List<String> command) {
    try {
      Path complaints = Files.createTempFile("complaints", ".txt");
      var builder = new ProcessBuilder(command).directory(folder.toFile());
      Map<String, String> environment = builder.environment();
      environment.keySet().removeIf(name -> name.startsWith("GIT_"));
      environment.putAll(
          Map.of(
              "GIT_CONFIG_NOSYSTEM", "1",
              "GIT_CONFIG_GLOBAL", "/dev/null",
              "GIT_TERMINAL_PROMPT", "0",
              "GIT_AUTHOR_NAME", "Ada",
              "GIT_AUTHOR_EMAIL", "ada@example.org",
              "GIT_COMMITTER_NAME", "Ada",
              "GIT_COMMITTER_EMAIL", "ada@example.org"));
      Process process = builder.redirectError(complaints.toFile()).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException(command + ": " + Files.readString(complaints));
      }
      Files.delete(complaints);
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
