package dev.reeve.bench.stage;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Runs programs to their end.
public final class Shell {
  private static final long PATIENCE_SECONDS = 120;
  private static final List<String> OFTEN_LEFT_OUT = List.of("/usr/sbin", "/sbin");

  private Shell() {}

  /// What a program prints; it must succeed.
  public static String run(List<String> words) throws IOException {
    var output = Files.createTempFile("reeve-bench", ".out");
    try {
      var process =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .redirectInput(new File("/dev/null"))
              .start();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(String.join(" ", words) + " does not end");
      }
      var said = Files.readString(output).strip();
      if (process.exitValue() != 0) {
        throw new IOException(
            "%s ended with %d: %s"
                .formatted(
                    String.join(" ", words), process.exitValue(), said.replaceAll("\\s+", " ")));
      }
      return said;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(String.join(" ", words));
    } finally {
      Files.deleteIfExists(output);
    }
  }

  public static String run(String... words) throws IOException {
    return run(List.of(words));
  }

  /// Says which package to install where a program is missing.
  public static void need(String program, String debianPackage) throws IOException {
    var folders =
        Stream.concat(
            Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)),
            OFTEN_LEFT_OUT.stream());
    if (folders.noneMatch(it -> Files.isExecutable(Path.of(it, program)))) {
      throw new IOException(
          "this benchmark needs " + program + ": apt-get install " + debianPackage);
    }
  }

  public static void needRoot() throws IOException {
    if (!"root".equals(System.getProperty("user.name"))) {
      throw new IOException("this benchmark starts an engine of its own, so it needs root");
    }
  }
}
