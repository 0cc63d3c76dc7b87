package dev.reeve.git;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What Reeve shows to a Git server. Passwords go only to the scheme, host and port they were
/// written for, and never into a message: `toString` tells the kind alone.
public sealed interface GitCredentials {
  /// For remotes that ask for nothing.
  static GitCredentials none() {
    return new None();
  }

  /// Reads the file of `--git-credentials`: lines of Git's credential store
  /// (`https://user:token@host`), or an SSH private key. Host keys of SSH servers are looked up in
  /// a file `known_hosts` beside the key, then in the user's and the machine's.
  static GitCredentials read(Path file) throws IOException {
    String text = Files.readString(file);
    if (text.startsWith("-----BEGIN ")) {
      return sshKey(file, usualKnownHosts(file));
    }
    return Passwords.parse(file.toString(), text);
  }

  /// As [#read], with the file of known hosts named.
  static GitCredentials read(Path file, Path knownHosts) throws IOException {
    GitCredentials read = read(file);
    return read instanceof SshKey(Path key, List<Path> _) ? sshKey(key, List.of(knownHosts)) : read;
  }

  static GitCredentials password(String url, String user, String password) {
    URI uri = URI.create(url);
    return new Passwords(
        List.of(
            new Passwords.Entry(
                Passwords.lower(uri.getScheme()),
                Passwords.lower(uri.getHost()),
                uri.getPort(),
                user,
                password)));
  }

  static GitCredentials sshKey(Path key, List<Path> knownHosts) {
    return new SshKey(key, List.copyOf(knownHosts));
  }

  private static List<Path> usualKnownHosts(Path key) {
    return List.of(
        key.toAbsolutePath().resolveSibling("known_hosts"),
        Path.of(System.getProperty("user.home", "/"), ".ssh", "known_hosts"),
        Path.of("/etc/ssh/ssh_known_hosts"));
  }

  record None() implements GitCredentials {}

  /// A private key without a passphrase.
  ///
  /// @param knownHosts tried in this order; a host in none of them is refused
  record SshKey(Path key, List<Path> knownHosts) implements GitCredentials {}

  /// Lines of a credential store, first match wins.
  record Passwords(List<Entry> entries) implements GitCredentials {
    public Passwords {
      entries = List.copyOf(entries);
    }

    static Passwords parse(String file, String text) throws IOException {
      List<Entry> entries = new ArrayList<>();
      int number = 0;
      for (String line : text.split("\n", -1)) {
        number++;
        String trimmed = line.strip();
        if (!trimmed.isEmpty() && !trimmed.startsWith("#")) {
          entries.add(entry(trimmed).orElseThrow(wrong(file, number)));
        }
      }
      if (entries.isEmpty()) {
        throw new IOException(
            file + ": neither an SSH private key nor a line such as https://user:token@host");
      }
      return new Passwords(entries);
    }

    // The line itself is a secret and is not repeated.
    private static Supplier<IOException> wrong(String file, int number) {
      return () ->
          new IOException(
              file + ":" + number + ": expected a line such as https://user:token@host");
    }

    private static Optional<Entry> entry(String line) {
      try {
        URI uri = new URI(line);
        String userInfo = uri.getRawUserInfo();
        int colon = userInfo == null ? -1 : userInfo.indexOf(':');
        if (userInfo == null || colon < 0 || uri.getHost() == null || uri.getScheme() == null) {
          return Optional.empty();
        }
        return Optional.of(
            new Entry(
                lower(uri.getScheme()),
                lower(uri.getHost()),
                uri.getPort(),
                decoded(userInfo.substring(0, colon)),
                decoded(userInfo.substring(colon + 1))));
      } catch (URISyntaxException malformed) {
        return Optional.empty();
      }
    }

    private static String decoded(String part) {
      // In user information a plus sign is itself; only percent escapes count.
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    static String lower(@Nullable String text) {
      return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }

    Optional<Entry> match(String scheme, String host, int port) {
      return entries.stream()
          .filter(entry ->
              entry.scheme().equals(lower(scheme))
                  && entry.host().equals(lower(host))
                  && usualPort(entry.scheme(), entry.port()) == usualPort(lower(scheme), port))
          .findFirst();
    }

    private static int usualPort(String scheme, int port) {
      if (port > 0) {
        return port;
      }
      return scheme.equals("https") ? 443 : scheme.equals("http") ? 80 : -1;
    }

    record Entry(String scheme, String host, int port, String user, String password) {
      @Override
      public String toString() {
        return scheme + "://***@" + host;
      }
    }
  }
}
