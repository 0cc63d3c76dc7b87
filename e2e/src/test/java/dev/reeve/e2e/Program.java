package dev.reeve.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A `reeve` process of a test's own, with its log in a file.
final class Program implements AutoCloseable {
  private final Process process;
  private final Path log;

  private Program(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /// @param prefix words before `java`, to run it in a node's network
  static Program java(List<String> prefix, Path log, String... arguments) throws IOException {
    var words = new ArrayList<>(prefix);
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-XX:+UseSerialGC", "-Xmx512m", "--enable-native-access=ALL-UNNAMED"));
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.reeve.cli.Main"));
    words.addAll(List.of(arguments));
    return start(words, log);
  }

  static Program start(List<String> words, Path log) throws IOException {
    var process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    return new Program(process, log);
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /// The last of the log.
  String tail() {
    try {
      var lines = log().lines().toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size())) + "\n";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// As `kill -9` does; what it wraps goes too.
  void kill() throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.waitFor();
  }

  /// As Ctrl-C does.
  void stop() throws InterruptedException, IOException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      kill();
      throw new IllegalStateException("it does not stop: " + log());
    }
  }

  /// Of one that has ended.
  int exitValue() {
    return process.exitValue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// Whether it, or what it wraps, has such a file mapped into its memory.
  boolean hasMapped(String file) {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .anyMatch(each -> {
          try {
            return Files.readString(Path.of("/proc/" + each.pid() + "/maps")).contains(file);
          } catch (IOException e) {
            // It has just ended.
            return false;
          }
        });
  }

  @Override
  public void close() {
    if (!process.isAlive()) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }

  /// Waits until something holds; what it is is said when it does not.
  static Duration await(String what, Duration patience, Condition condition) throws Exception {
    long start = System.nanoTime();
    while (true) {
      if (condition.holds()) {
        return Duration.ofNanos(System.nanoTime() - start);
      }
      if (System.nanoTime() - start > patience.toNanos()) {
        throw new AssertionError("not within " + patience.toSeconds() + " s: " + what);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  interface Condition {
    boolean holds() throws Exception;
  }
}
