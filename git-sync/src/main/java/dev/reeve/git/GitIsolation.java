package dev.reeve.git;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/// Cuts JGit off from the configuration of the machine and of the user who happens to start Reeve:
/// what a push does must not depend on somebody's `~/.gitconfig`. Process-wide, done here only.
final class GitIsolation {
  private GitIsolation() {}

  /// Every way into this package passes here first; later calls change nothing.
  static synchronized void enter() {
    SystemReader current = SystemReader.getInstance();
    if (!(current instanceof Isolated)) {
      SystemReader.setInstance(new Isolated(current));
    }
  }

  private static final class Isolated extends SystemReader.Delegate {
    Isolated(SystemReader delegate) {
      super(delegate);
    }

    @Override
    public FileBasedConfig openUserConfig(Config parent, FS fs) {
      return new EmptyConfig(parent, fs);
    }

    @Override
    public FileBasedConfig openSystemConfig(Config parent, FS fs) {
      return new EmptyConfig(parent, fs);
    }

    @Override
    public FileBasedConfig openJGitConfig(Config parent, FS fs) {
      return new EmptyConfig(parent, fs);
    }

    // The delegate would answer these from its own, unreplaced files.
    @Override
    public FileBasedConfig getUserConfig() {
      return new EmptyConfig(null, FS.DETECTED);
    }

    @Override
    public FileBasedConfig getSystemConfig() {
      return new EmptyConfig(null, FS.DETECTED);
    }

    @Override
    public FileBasedConfig getJGitConfig() {
      return new EmptyConfig(null, FS.DETECTED);
    }

    /// Variables such as `GIT_DIR` or `GIT_CONFIG_GLOBAL` would let the outside in again.
    @Override
    public @Nullable String getenv(String variable) {
      return variable.startsWith("GIT_") ? null : super.getenv(variable);
    }
  }

  /// Has no file: reads nothing, and forgets what is saved.
  private static final class EmptyConfig extends FileBasedConfig {
    /// The timestamps of FAT, and what JGit itself goes by until it has measured.
    private static final Duration COARSEST = Duration.ofSeconds(2);

    EmptyConfig(@Nullable Config parent, FS fs) {
      super(parent, null, fs);
    }

    @Override
    public void load() {}

    @Override
    public void save() {}

    @Override
    public boolean isOutdated() {
      return false;
    }

    /// Where JGit does not find how fine the timestamps of a file system are, it measures for
    /// seconds, at every start, since nothing of it is kept; so it is told what holds for all.
    @Override
    public long getTimeUnit(
        String section,
        @Nullable String subsection,
        String name,
        long defaultValue,
        TimeUnit wantUnit) {
      if (!section.equals(ConfigConstants.CONFIG_FILESYSTEM_SECTION)) {
        return super.getTimeUnit(section, subsection, name, defaultValue, wantUnit);
      }
      return name.equals(ConfigConstants.CONFIG_KEY_TIMESTAMP_RESOLUTION)
          ? wantUnit.convert(COARSEST)
          : 0;
    }
  }
}
