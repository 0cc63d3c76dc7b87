package dev.reeve.agent.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Folders that live in memory only.
final class MemoryFolder {
  private MemoryFolder() {}

  /// Makes sure that what is written below `folder` never reaches a disk.
  static void ensure(Path folder) throws IOException {
    Disk.privateFolder(folder);
    if (!isInMemory(folder)) {
      mount(folder, List.of("mode=0700"));
    }
  }

  static boolean isInMemory(Path folder) throws IOException {
    var type = Files.getFileStore(folder).type();
    return type.equals("tmpfs") || type.equals("ramfs");
  }

  static void mount(Path folder, List<String> options) throws IOException {
    run(
        List.of(
            "mount", "-t", "tmpfs", "-o", String.join(",", options), "tmpfs", folder.toString()));
  }

  /// Unmounts all that is mounted at or below a folder, the innermost first.
  static void unmountBelow(Path folder) throws IOException {
    var mounts =
        Files.readAllLines(Path.of("/proc/self/mounts")).stream()
            .map(line -> Path.of(line.split(" ")[1].replace("\\040", " ")))
            .filter(it -> it.startsWith(folder))
            .toList()
            .reversed();
    for (Path mount : mounts) {
      run(List.of("umount", mount.toString()));
    }
  }

  private static void run(List<String> command) throws IOException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      var output =
          new String(
              process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + ": " + OneLine.of(output));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
