package dev.reeve.cli;

import java.net.URI;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// The two addresses of a control plane, as options spell them: one that agents dial and one that
/// people read. Each is refused in the place of the other.
final class Addresses {
  private Addresses() {}

  static final class OfAgents implements ITypeConverter<URI> {
    @Override
    public URI convert(String text) {
      return checked(
          text, Set.of("wss"), "wss://HOST:7071, where agents dial in (or REEVE_AGENT_SERVER)");
    }
  }

  static final class OfWeb implements ITypeConverter<URI> {
    @Override
    public URI convert(String text) {
      return checked(
          text, Set.of("http", "https"), "http://HOST:7070, where the web is (or REEVE_SERVER)");
    }
  }

  /// A repository's address as it may be shown.
  static String withoutPassword(String text) {
    return text.replaceAll("(://)[^/@\\s]+@", "$1");
  }

  private static URI checked(String text, Set<String> schemes, String rule) {
    Optional<URI> address = Optional.empty();
    try {
      address = Optional.of(URI.create(text));
    } catch (IllegalArgumentException e) {
      // Said below, as for any other text that is no such address.
    }
    return address
        .filter(it -> it.getScheme() != null && schemes.contains(it.getScheme()))
        .filter(it -> it.getHost() != null)
        .orElseThrow(() -> new TypeConversionException("it is " + rule + ", not '" + text + "'"));
  }
}
