package dev.reeve.e2e;

import java.io.IOException;
import java.nio.file.Path;

/// A Git server that a test of another package may have.
public final class GitServers implements AutoCloseable {
  private final GitHost host;

  private GitServers(GitHost host) {
    this.host = host;
  }

  public static GitServers start(Path folder) throws IOException {
    return new GitServers(GitHost.start(folder));
  }

  public String url() {
    return host.url();
  }

  /// The next push is taken, and who pushed hears nothing of it.
  public void loseNextAnswer() {
    host.loseNextAnswer();
  }

  /// Whether pushes of the record are refused from now on.
  public void refuse(boolean pushes) throws IOException {
    host.refuseTheRecord(pushes);
  }

  @Override
  public void close() throws IOException {
    host.close();
  }
}
