package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What `reeve up` deploys.
class ExampleTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("reeve.root", "."), "manifests-example");

  @Test
  void isTakenWithoutAWarning() throws IOException {
    var files = new TreeMap<String, ManifestFile>();
    try (var all = Files.list(FOLDER)) {
      for (Path file : all.toList()) {
        files.put(
            String.valueOf(file.getFileName()),
            ManifestFile.parse(Files.readAllBytes(file), Format.YAML));
      }
    }

    var reading =
        Manifests.read(
            "local", new CommitText("c0ffee", "", ""), files, new byte[] {1}, Optional.empty());

    assertThat(reading).isInstanceOf(Reading.Accepted.class);
    List<String> warnings = ((Reading.Accepted) reading).state().warnings();
    assertThat(warnings).isEmpty();
  }
}
