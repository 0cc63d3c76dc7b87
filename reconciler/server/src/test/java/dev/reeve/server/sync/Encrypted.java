package dev.reeve.server.sync;

import dev.reeve.manifest.age.Identities;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// Files that are encrypted as SOPS does it, for one of two keys.
final class Encrypted {
  private Encrypted() {}

  static String file(String name) throws IOException {
    try (var file = Encrypted.class.getResourceAsStream("/sops/" + name)) {
      return new String(Objects.requireNonNull(file, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /// @param name `a` or `b`
  static Identities key(String name) throws Exception {
    return Identities.parse(file("key-" + name + ".txt"));
  }
}
