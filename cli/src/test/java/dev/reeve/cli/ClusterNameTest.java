package dev.reeve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterNameTest {
  @TempDir Path temp;

  private Path folder(String name) throws IOException {
    return Files.createDirectories(temp.resolve(name));
  }

  @Test
  void isLocalWithTheUsualDirectory() throws IOException {
    assertThat(ClusterName.of(DataFolder.usual())).isEqualTo("local");
  }

  @Test
  void differsWithTheDirectoryAndStaysTheSame() throws IOException {
    var one = ClusterName.of(folder("one"));
    var two = ClusterName.of(folder("two"));

    assertThat(one).matches("local-[0-9a-f]{6}").isNotEqualTo(two);
    assertThat(ClusterName.of(temp.resolve("two/../one"))).isEqualTo(one);
  }

  @Test
  void isKeptWhereTheDirectoryGoes() throws IOException {
    var name = ClusterName.keep(folder("one"), Optional.empty());

    Files.move(temp.resolve("one"), temp.resolve("moved"));

    assertThat(ClusterName.of(temp.resolve("moved"))).isEqualTo(name);
  }

  @Test
  void canBeGivenOnce() throws IOException {
    var one = folder("one");

    assertThat(ClusterName.keep(one, Optional.of("shop"))).isEqualTo("shop");
    assertThat(ClusterName.keep(one, Optional.of("shop"))).isEqualTo("shop");
    assertThat(ClusterName.keep(one, Optional.empty())).isEqualTo("shop");
    assertThatThrownBy(() -> ClusterName.keep(one, Optional.of("other")))
        .isInstanceOf(CommandFailed.class)
        .hasMessage(one + " belongs to cluster shop; give cluster other a --data-dir of its own");
  }

  @Test
  void isPartOfOtherNames() throws IOException {
    var one = folder("one");

    assertThatThrownBy(() -> ClusterName.keep(one, Optional.of("My Shop")))
        .isInstanceOf(Misused.class);
    assertThat(one.resolve("cluster")).doesNotExist();
  }

  @Test
  void isWrittenIntoACopyOfTheExample() throws IOException {
    var source = Files.createDirectories(temp.resolve("example"));
    Files.writeString(source.resolve("cluster.yaml"), "kind: Cluster\nmetadata:\n  name: local\n");

    try (var same = Example.named(source, source, "local");
        var copy = Example.named(source, source, "local-123456");
        var own = Example.named(temp, source, "local-123456")) {
      assertThat(same.folder()).isEqualTo(source);
      assertThat(own.folder()).isEqualTo(temp);
      assertThat(copy.folder().resolve("cluster.yaml")).content().contains("name: local-123456\n");
    }
    assertThat(source.resolve("cluster.yaml")).content().contains("name: local\n");
  }
}
