package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Resources;
import dev.reeve.core.record.RecordFile;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What is written of a node is read again.
class RecordFilesTest {
  private static RecordFile.NodeFile node(Resources allocatable) {
    return new RecordFile.NodeFile(
        "node7",
        "sha256:1",
        "10.244.7.0/24",
        allocatable,
        110,
        new TreeMap<>(Map.of("disk", "ssd")),
        new TreeMap<>());
  }

  private static String written(RecordFile file) {
    return new String(RecordFiles.bytes(file), StandardCharsets.UTF_8);
  }

  private static RecordFile.NodeFile read(String text) {
    var files = new TreeMap<>(Map.of("nodes/node7.yaml", text.getBytes(StandardCharsets.UTF_8)));
    var read = RecordFiles.read(files);
    assertThat(read.problems()).isEmpty();
    return read.tree().nodes().values().iterator().next();
  }

  @Test
  void keepTheStorageAndTheDevicesOfANode() {
    var file =
        node(
            new Resources(
                4_000, 8L << 30, 100L << 30, new TreeMap<>(Map.of("nvidia.com/gpu", 2L))));

    assertThat(written(file)).contains("storageBytes: 107374182400", "nvidia.com/gpu: 2");
    assertThat(read(written(file))).isEqualTo(file);
  }

  @Test
  void sayNothingOfWhatANodeHasNot() {
    var file = node(new Resources(4_000, 8L << 30));

    assertThat(written(file)).doesNotContain("storageBytes", "extended");
    assertThat(read(written(file))).isEqualTo(file);
  }
}
