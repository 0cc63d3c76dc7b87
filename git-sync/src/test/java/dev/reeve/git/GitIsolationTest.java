package dev.reeve.git;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitIsolationTest {
  @TempDir Path home;
  private final File before = FS.DETECTED.userHome();

  @BeforeEach
  void aUserWithAConfigurationOfHerOwn() throws Exception {
    Files.writeString(home.resolve(".gitconfig"), "[http]\n\tsslVerify = false\n");
    FS.DETECTED.setUserHome(home.toFile());
  }

  @AfterEach
  void restore() {
    FS.DETECTED.setUserHome(before);
  }

  @Test
  void neverReadsTheUsersConfiguration() throws Exception {
    GitIsolation.enter();

    var user = SystemReader.getInstance().openUserConfig(null, FS.DETECTED);
    user.load();

    assertThat(user.getSections()).isEmpty();
    assertThat(SystemReader.getInstance().getUserConfig().getSections()).isEmpty();
    assertThat(SystemReader.getInstance().getSystemConfig().getSections()).isEmpty();
  }

  @Test
  void isNotSwayedByTheEnvironment() {
    GitIsolation.enter();

    assertThat(SystemReader.getInstance().getenv("GIT_DIR")).isNull();
    assertThat(SystemReader.getInstance().getenv("PATH")).isNotNull();
  }

  /// What JGit asks before it measures for seconds how fine a file system's timestamps are.
  @Test
  void tellsHowFineTimestampsAreForWhateverFileSystem() throws Exception {
    GitIsolation.enter();

    var known = SystemReader.getInstance().getUserConfig();

    assertThat(known.getTimeUnit("filesystem", "a disk", "timestampResolution", -1, SECONDS))
        .isEqualTo(2);
    assertThat(known.getTimeUnit("filesystem", "a disk", "minRacyThreshold", -1, SECONDS)).isZero();
    assertThat(known.getTimeUnit("gc", "a disk", "pruneExpire", -1, SECONDS)).isEqualTo(-1);
  }
}
