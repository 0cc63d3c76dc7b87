package dev.reeve.bench.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScratchTest {
  @Test
  void nothingOfItStays() throws Exception {
    Path folder;
    try (var scratch = Scratch.make()) {
      folder = scratch.folder("a/b");
      Files.writeString(folder.resolve("file"), "");
    }

    assertThat(folder.getParent()).doesNotExist();
  }

  @Test
  void whatIsMountedInsideIsUnmountedBeforeWhatItIsMountedOn() {
    var mounts =
        List.of(
            "tmpfs /scratch/one tmpfs rw 0 0",
            "overlay /scratch/one/in\\040it overlay rw 0 0",
            "tmpfs /scratch/one-more tmpfs rw 0 0");

    assertThat(Scratch.mountsBelow(Path.of("/scratch/one"), mounts))
        .containsExactly(Path.of("/scratch/one/in it"), Path.of("/scratch/one"));
  }
}
