package dev.reeve.manifest.age;

import dev.reeve.core.model.Bytes;
import java.util.List;

/// What came of opening a file.
public sealed interface Opened {
  /// @param bytes all of it, verified
  record Content(Bytes bytes) implements Opened {}

  /// It is for others.
  ///
  /// @param kinds of recipients that it is for, as age names them: `X25519`, `scrypt`,
  ///   `ssh-ed25519`
  record NoKey(List<String> kinds) implements Opened {
    public NoKey {
      kinds = List.copyOf(kinds);
    }
  }

  /// It is no file of age's, or was changed.
  record Broken(String why) implements Opened {}
}
