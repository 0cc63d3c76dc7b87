package dev.reeve.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs programs, and says what they said when they fail.
public final class Shell {
  private static final long PATIENCE_SECONDS = 120;

  private Shell() {}

  /// How a program ended.
  ///
  /// @param output of both its streams
  public record Ended(int code, String output) {}

  /// What a program prints; it must succeed.
  public static String run(String... words) {
    return run(List.of(words));
  }

  public static String run(List<String> words) {
    var ended = end(words);
    if (ended.code() != 0) {
      throw new IllegalStateException(
          String.join(" ", words) + " ended with " + ended.code() + ": " + ended.output());
    }
    return ended.output();
  }

  /// Runs a program to its end, however it ends.
  public static Ended end(List<String> words) {
    try {
      var output = Files.createTempFile("reeve-lab", ".out");
      try {
        var process =
            new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new IllegalStateException(
              String.join(" ", words) + " does not end: " + Files.readString(output));
        }
        return new Ended(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw new IllegalStateException(String.join(" ", words) + " cannot be run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
