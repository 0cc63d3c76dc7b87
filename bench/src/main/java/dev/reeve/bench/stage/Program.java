package dev.reeve.bench.stage;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A process of a benchmark's own, with its log in a file. It ends with the benchmark, however that
/// ends.
public final class Program implements AutoCloseable {
  /// The launcher gives a control plane this.
  static final List<String> SERVER_MEMORY =
      List.of("-Xms32m", "-Xmx512m", "-XX:NewSize=24m", "-XX:MaxNewSize=64m", "-XX:+UseSerialGC");

  /// The launcher gives an agent this.
  static final List<String> AGENT_MEMORY =
      List.of("-Xms32m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  /// The launcher gives a control plane this, too: with what this Java itself was started to know
  /// its classes before it has seen them.
  static final List<String> LEARNT =
      ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
          .filter(it -> it.startsWith("-XX:AOTCache=") || it.startsWith("-Xlog:"))
          .toList();

  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final Path log;

  private Program(Process process, Path log) {
    this.process = process;
    this.log = log;
    Leftovers.add(this);
  }

  static Program start(List<String> words, Path log) throws IOException {
    var process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    return new Program(process, log);
  }

  /// `reeve`, as the launcher would run it: the same Java, the same classes.
  ///
  /// @param prefix words before `java`, to run it in another network
  /// @param options of Java, those about memory among them
  static Program reeve(List<String> prefix, List<String> options, Path log, List<String> arguments)
      throws IOException {
    var words = new ArrayList<>(List.of("dev.reeve.cli.Main"));
    words.addAll(arguments);
    return java(prefix, options, log, words);
  }

  private static Program java(
      List<String> prefix, List<String> options, Path log, List<String> mainAndArguments)
      throws IOException {
    var words = new ArrayList<>(prefix);
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(options);
    words.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    words.addAll(mainAndArguments);
    return start(words, log);
  }

  /// A Java that does nothing at all.
  public static Program idle(Path log) throws IOException {
    return java(Idle.class, SERVER_MEMORY, log, List.of());
  }

  /// A Java of this benchmark's own classes.
  public static Program java(Class<?> main, List<String> memory, Path log, List<String> arguments)
      throws IOException {
    var words = new ArrayList<>(List.of(main.getName()));
    words.addAll(arguments);
    return java(List.of(), memory, log, words);
  }

  public long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /// For one line that says why it ended.
  private String lastWords() throws IOException {
    return log().lines().filter(it -> !it.isBlank()).reduce("", (_, it) -> it);
  }

  /// @throws IOException where it has ended
  public void check() throws IOException {
    if (!process.isAlive()) {
      throw new IOException("ended with " + process.exitValue() + ": " + lastWords());
    }
  }

  @Override
  public void close() throws IOException {
    Leftovers.close(this, this::end);
  }

  private void end() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  public static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
