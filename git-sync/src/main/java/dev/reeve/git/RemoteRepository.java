package dev.reeve.git;

import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Set;
import org.eclipse.jgit.transport.URIish;

/// Where a repository is and how to get in. No call to it lasts much longer than the time limit
/// without anything being heard from the other side.
///
/// @param url a path, `file://`, `http(s)://`, `ssh://` or `user@host:path`; a password in it is
///   refused, because addresses are shown
public record RemoteRepository(String url, GitCredentials credentials, Duration timeout) {
  private static final Set<String> SCHEMES = Set.of("file", "http", "https", "ssh");
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  public RemoteRepository {
    URIish uri = parse(url);
    if (uri.getScheme() != null && !SCHEMES.contains(uri.getScheme())) {
      throw new IllegalArgumentException(
          "a repository is a path or a file, http, https or ssh address, not " + uri.getScheme());
    }
    if (uri.getPass() != null) {
      throw new IllegalArgumentException(
          "the address of "
              + uri.setPass(null)
              + " holds a password; put it into the file of --git-credentials");
    }
    if (timeout.toSeconds() < 1) {
      throw new IllegalArgumentException("the time limit must be a second or more: " + timeout);
    }
  }

  public RemoteRepository(String url, GitCredentials credentials) {
    this(url, credentials, DEFAULT_TIMEOUT);
  }

  public RemoteRepository(String url) {
    this(url, GitCredentials.none());
  }

  URIish uri() {
    return parse(url);
  }

  boolean isSsh() {
    URIish uri = uri();
    return "ssh".equals(uri.getScheme()) || (uri.getScheme() == null && uri.getHost() != null);
  }

  private static URIish parse(String url) {
    try {
      return new URIish(url);
    } catch (URISyntaxException malformed) {
      throw new IllegalArgumentException("not an address of a repository: " + url, malformed);
    }
  }
}
