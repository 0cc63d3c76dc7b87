package dev.reeve.agent.node.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Runs the programs that know how to talk to the kernel's network: `ip`, `nft`, `conntrack`,
/// `iptables`.
final class Programs {
  private static final long PATIENCE_SECONDS = 30;
  private static final List<String> FOLDERS =
      List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin");

  private Programs() {}

  static boolean has(String program) {
    return FOLDERS.stream().anyMatch(it -> Files.isExecutable(Path.of(it, program)));
  }

  /// Its absolute path: what starts an agent may not have the folders of the administrator on its
  /// path.
  private static String path(String program) {
    return FOLDERS.stream()
        .map(it -> Path.of(it, program))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Path::toString)
        .orElse(program);
  }

  private static String output(Process process) {
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  private static void feed(Process process, String input) {
    try (var stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It ended without reading all; what it says tells why.
    }
  }

  /// What it prints.
  ///
  /// @param input what it reads
  /// @throws NetworkException where it does not end well, with what it said
  static String run(String input, String... words) throws NetworkException {
    var command = new ArrayList<>(List.of(words));
    command.set(0, path(words[0]));
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      // Read while it is written to: neither may wait for the other.
      var said = new CompletableFuture<String>();
      Thread.ofVirtual().start(() -> said.complete(output(process)));
      Thread.ofVirtual().start(() -> feed(process, input));
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new NetworkException(words[0] + " does not end");
      }
      // What it has started may go on and hold its output open.
      var text = said.completeOnTimeout("", 1, TimeUnit.SECONDS).join();
      if (process.exitValue() != 0) {
        throw new NetworkException(words[0] + ": " + text.strip());
      }
      return text;
    } catch (IOException e) {
      throw new NetworkException(words[0] + " cannot be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NetworkException(words[0] + " was interrupted", e);
    }
  }
}
