package dev.reeve.bench.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/// A folder for the time of a measurement.
public final class Scratch implements AutoCloseable {
  private final Path folder;

  private Scratch(Path folder) {
    this.folder = folder;
    Leftovers.add(this);
  }

  public static Scratch make() throws IOException {
    return new Scratch(Files.createTempDirectory("reeve-bench"));
  }

  /// In memory, where a disk would be what is measured.
  public static Scratch inMemory() throws IOException {
    return new Scratch(Files.createTempDirectory(Path.of("/dev/shm"), "reeve-bench"));
  }

  public Path path(String name) {
    return folder.resolve(name);
  }

  public Path folder(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  @Override
  public void close() throws IOException {
    Leftovers.close(this, () -> clear(folder));
  }

  /// Removes a folder with all that is in it and mounted on it.
  static void clear(Path folder) throws IOException {
    for (Path mount : mountsBelow(folder, Files.readAllLines(Path.of("/proc/self/mounts")))) {
      Shell.run("umount", mount.toString());
    }
    if (!Files.exists(folder)) {
      return;
    }
    try (var all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }

  /// The innermost first.
  static List<Path> mountsBelow(Path folder, List<String> mounts) {
    return mounts.stream()
        .map(line -> Path.of(line.split(" ")[1].replace("\\040", " ")))
        .filter(it -> it.startsWith(folder))
        .toList()
        .reversed();
  }
}
