package dev.reeve.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRepositoryTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @TempDir Path temp;
  private Person source;

  @BeforeEach
  void aFolderOfManifests() throws IOException {
    source = Person.in(temp.resolve("source"));
    source.write("web.yaml", "a").write("apps/db.yaml", "b").write(".git/config", "c");
    source.write("run.sh", "d").folder().resolve("run.sh").toFile().setExecutable(true);
    Files.createSymbolicLink(source.folder().resolve("passwd.yaml"), Path.of("/etc/passwd"));
    Files.createSymbolicLink(source.folder().resolve("etc"), Path.of("/etc"));
  }

  @Test
  void beginsWithTheRegularFilesOfAFolder() throws IOException {
    try (var repository = EmbeddedRepository.open(temp.resolve("config.git"), "trunk")) {
      String commit = repository.importFolder(source.folder(), "First\n", NOON).orElseThrow();

      Person git = Person.in(repository.folder());
      assertThat(git.git("log", "--format=%H %s", "HEAD").strip()).isEqualTo(commit + " First");
      assertThat(git.git("symbolic-ref", "HEAD").strip()).isEqualTo("refs/heads/trunk");
      assertThat(git.git("ls-tree", "-r", "--format=%(objectmode) %(path)", "HEAD").lines())
          .containsExactly("100644 apps/db.yaml", "100755 run.sh", "100644 web.yaml");
      assertThat(git.git("fsck", "--strict")).isEmpty();
    }
  }

  @Test
  void keepsWhatItHas() throws IOException {
    try (var repository = EmbeddedRepository.open(temp.resolve("config.git"), "main")) {
      repository.importFolder(source.folder(), "First\n", NOON);
    }
    source.write("web.yaml", "changed");

    try (var reopened = EmbeddedRepository.open(temp.resolve("config.git"), "main")) {
      assertThat(reopened.importFolder(source.folder(), "Second\n", NOON)).isEmpty();

      assertThat(Person.in(reopened.folder()).git("show", "main:web.yaml")).isEqualTo("a");
    }
  }

  @Test
  void isItsOwnProcesssRemoteByPath() throws IOException {
    try (var repository = EmbeddedRepository.open(temp.resolve("config.git"), "main")) {
      String commit = repository.importFolder(source.folder(), "First\n", NOON).orElseThrow();

      try (var mirror =
          ConfigMirror.open(temp.resolve("mirror"), repository.remote(), "main", "prod")) {
        assertThat(((Fetch.Fetched) mirror.fetch()).tip()).isEqualTo(commit);
      }
    }
  }
}
