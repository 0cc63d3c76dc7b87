package dev.reeve.agent.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reeve.agent.node.ConfigFolder.ConfigFile;
import dev.reeve.core.model.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The layout that the kubelet's AtomicWriter documents, and what follows from it for readers.
class ConfigFolderTest {
  @TempDir private Path temp = Path.of("");
  private Path folder = Path.of("");
  private ConfigFolder volume = new ConfigFolder(Path.of(""), Optional.empty());

  @BeforeEach
  void prepare() {
    folder = temp.resolve("flags");
    volume = new ConfigFolder(folder, Optional.empty());
  }

  private static SortedMap<String, ConfigFile> files(String... namesAndTexts) {
    var files = new TreeMap<String, ConfigFile>();
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      files.put(namesAndTexts[i], new ConfigFile(Bytes.utf8(namesAndTexts[i + 1]), 0644));
    }
    return files;
  }

  private String read(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }

  private Path link(String name) throws IOException {
    return Files.readSymbolicLink(folder.resolve(name));
  }

  private List<String> names() throws IOException {
    try (var all = Files.list(folder)) {
      return all.map(it -> it.getFileName().toString()).sorted().toList();
    }
  }

  private String mode(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name)));
  }

  @Nested
  class Made {
    @Test
    void namesLeadThroughTheDataLinkToAFolderOfTheMoment() throws Exception {
      volume.make(files("color", "red", "deep/er/size", "5"));

      assertThat(volume.isMade()).isTrue();
      assertThat(link("color")).hasToString("..data/color");
      assertThat(link("deep")).hasToString("..data/deep");
      assertThat(link("..data").toString())
          .matches("\\.\\.\\d{4}_\\d\\d_\\d\\d_\\d\\d_\\d\\d_\\d\\d\\.\\d+");
      assertThat(names()).containsExactly(link("..data").toString(), "..data", "color", "deep");
      assertThat(read("color")).isEqualTo("red");
      assertThat(read("deep/er/size")).isEqualTo("5");
      assertThat(temp).isDirectoryNotContaining("glob:.*");
    }

    @Test
    void filesHaveTheirModesAndFoldersAreOpen() throws Exception {
      var files = files("color", "red", "deep/size", "5");
      files.put("key", new ConfigFile(Bytes.utf8("k"), 0400));

      volume.make(files);

      assertThat(mode("color")).isEqualTo("rw-r--r--");
      assertThat(mode("key")).isEqualTo("r--------");
      assertThat(mode("deep")).isEqualTo("rwxr-xr-x");
      assertThat(mode("..data")).isEqualTo("rwxr-xr-x");
      assertThat(mode("")).isEqualTo("rwxr-xr-x");
    }

    @Test
    void nothingLeadsOutOfIt() {
      assertThatThrownBy(() -> volume.make(files("../../etc/passwd", "x")))
          .isInstanceOf(Trouble.class);
      assertThat(folder).doesNotExist();
    }
  }

  @Nested
  class Updated {
    @BeforeEach
    void given() throws Exception {
      volume.make(files("color", "red", "size", "5"));
    }

    @Test
    void theDataLinkIsSwappedAndTheFormerContentGoes() throws Exception {
      var before = link("..data");
      var inode = Files.getAttribute(folder, "unix:ino");

      assertThat(volume.update(files("color", "blue", "size", "6"))).isTrue();

      assertThat(link("..data")).isNotEqualTo(before);
      assertThat(read("color") + read("size")).isEqualTo("blue6");
      assertThat(names()).containsExactly(link("..data").toString(), "..data", "color", "size");
      assertThat(Files.getAttribute(folder, "unix:ino")).isEqualTo(inode);
    }

    @Test
    void aRemovedKeyGoesAndANewOneComes() throws Exception {
      volume.update(files("size", "5", "deep/key", "x"));

      assertThat(folder.resolve("color")).doesNotExist();
      assertThat(Files.exists(folder.resolve("color"), LinkOption.NOFOLLOW_LINKS)).isFalse();
      assertThat(read("deep/key")).isEqualTo("x");
      assertThat(names()).containsExactly(link("..data").toString(), "..data", "deep", "size");
    }

    @Test
    void theSameContentChangesNothing() throws Exception {
      var before = link("..data");

      assertThat(volume.update(files("color", "red", "size", "5"))).isFalse();

      assertThat(link("..data")).isEqualTo(before);
    }

    @Test
    void newFilesHaveTheirModesAndGroup() throws Exception {
      long group = Files.getAttribute(folder, "unix:gid") instanceof Integer gid ? gid : 0;
      var files = files("color", "blue");
      files.put("key", new ConfigFile(Bytes.utf8("k"), 0200));

      new ConfigFolder(folder, Optional.of(group)).update(files);

      assertThat(mode("color")).isEqualTo("rw-r--r--");
      assertThat(mode("key")).isEqualTo("rw-r-----");
    }

    @Test
    void whatAnAgentLeftHalfDoneIsDone() throws Exception {
      volume.update(files("color", "blue", "more", "1"));
      Files.delete(folder.resolve("more"));
      Files.createSymbolicLink(folder.resolve("size"), Path.of("..data/size"));
      Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..gone"));
      Files.createDirectory(folder.resolve("..2026_01_01_00_00_00.1"));

      assertThat(volume.update(files("color", "blue", "more", "1"))).isFalse();

      assertThat(names()).containsExactly(link("..data").toString(), "..data", "color", "more");
      assertThat(read("more")).isEqualTo("1");
    }

    @Test
    void aReaderNeverSeesHalfOfIt() throws Exception {
      volume.update(files("a", "0", "b", "0"));
      var isOver = new AtomicBoolean();
      var mixed = new AtomicInteger();
      var whole = new AtomicInteger();
      var reader =
          Thread.ofPlatform()
              .start(() -> {
                while (!isOver.get()) {
                  try {
                    var data = folder.resolve(link("..data"));
                    var first = Files.readString(data.resolve("a"));
                    var second = Files.readString(data.resolve("b"));
                    (first.equals(second) ? whole : mixed).incrementAndGet();
                  } catch (NoSuchFileException e) {
                    // That content is gone; there is another.
                  } catch (IOException e) {
                    mixed.incrementAndGet();
                  }
                }
              });

      for (int i = 1; i <= 300; i++) {
        volume.update(files("a", "" + i, "b", "" + i));
      }
      isOver.set(true);
      reader.join();

      assertThat(mixed).hasValue(0);
      assertThat(whole).hasPositiveValue();
    }
  }
}
