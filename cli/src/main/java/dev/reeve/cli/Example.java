package dev.reeve.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The manifests that come with Reeve. Their Cluster manifest names the usual cluster; one of
/// another name gets a copy that names it, or its settings would be another's.
///
/// @param folder what to import
/// @param isCopy whether it goes when this is closed
record Example(Path folder, boolean isCopy) implements AutoCloseable {
  private static final String SETTINGS = "cluster.yaml";

  static Path shipped() {
    return Path.of(Optional.ofNullable(System.getenv("REEVE_HOME")).orElse("."))
        .resolve("manifests-example");
  }

  /// The source as it is, unless it is the example and the cluster is not the usual one.
  static Example named(Path source, Path example, String cluster) throws IOException {
    boolean isExample = Files.exists(example) && Files.isSameFile(source, example);
    if (!isExample || cluster.equals(ClusterName.USUAL)) {
      return new Example(source, false);
    }
    var copy = new Example(Files.createTempDirectory("reeve-example"), true);
    try (var files = Files.list(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, copy.folder.resolve(file.getFileName()));
      }
    }
    var settings = copy.folder.resolve(SETTINGS);
    Files.writeString(
        settings,
        Files.readString(settings).replace("name: " + ClusterName.USUAL, "name: " + cluster));
    return copy;
  }

  @Override
  public void close() throws IOException {
    if (isCopy) {
      DownCommand.delete(folder);
    }
  }
}
