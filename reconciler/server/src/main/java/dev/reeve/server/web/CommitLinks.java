package dev.reeve.server.web;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Where a person can look at a commit: the pages that forges have for it, where the repository's
/// address tells which forge it is.
record CommitLinks(String before) {
  private static final List<String> WITH_COMMIT = List.of("github", "gitea", "forgejo", "codeberg");

  static CommitLinks of(String repository) {
    return new CommitLinks(page(repository).orElse(""));
  }

  /// Empty where there is no such page.
  String to(String sha) {
    return before.isEmpty() || sha.isEmpty() ? "" : before + sha;
  }

  private static Optional<String> page(String repository) {
    URI uri;
    try {
      uri = new URI(repository);
    } catch (URISyntaxException notAnAddress) {
      return Optional.empty();
    }
    String scheme = Optional.ofNullable(uri.getScheme()).orElse("");
    String host = Optional.ofNullable(uri.getHost()).orElse("").toLowerCase(Locale.ROOT);
    if (host.isEmpty() || !(scheme.equals("https") || scheme.equals("http"))) {
      return Optional.empty();
    }
    String path = uri.getRawPath().replaceAll("/+$", "").replaceAll("\\.git$", "");
    // Without whoever may be named before the host.
    String base = scheme + "://" + host + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + path;
    if (host.contains("gitlab")) {
      return Optional.of(base + "/-/commit/");
    }
    return WITH_COMMIT.stream().anyMatch(host::contains)
        ? Optional.of(base + "/commit/")
        : Optional.empty();
  }
}
