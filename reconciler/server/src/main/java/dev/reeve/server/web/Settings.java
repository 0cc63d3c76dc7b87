package dev.reeve.server.web;

import jakarta.servlet.http.HttpServlet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Where the web side listens, and for whom.
///
/// @param port zero for any free one
/// @param allowedHosts names by which it may be asked for, besides those of this machine
/// @param webhookSecrets by provider: `github`, `generic`; a provider without one has no door
/// @param git what answers below a path of its own
public record Settings(
    String host,
    int port,
    List<String> allowedHosts,
    SortedMap<String, String> webhookSecrets,
    Optional<Mount> git) {
  public Settings {
    allowedHosts = List.copyOf(allowedHosts);
    webhookSecrets = Collections.unmodifiableSortedMap(new TreeMap<>(webhookSecrets));
  }

  /// @param path `/git/*`
  public record Mount(String path, HttpServlet servlet) {}

  public static Settings local(int port) {
    return new Settings("127.0.0.1", port, List.of(), new TreeMap<>(), Optional.empty());
  }

  /// Names no secret, so that it may be logged.
  @Override
  public String toString() {
    return "Settings[%s:%d, webhooks %s]".formatted(host, port, webhookSecrets.keySet());
  }
}
