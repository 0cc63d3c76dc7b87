package dev.reeve.manifest.age;

import java.util.List;

/// The file's key, wrapped for one recipient.
final class Stanza {
  private final String kind;
  private final List<String> arguments;
  private final byte[] body;

  Stanza(String kind, List<String> arguments, byte[] body) {
    this.kind = kind;
    this.arguments = List.copyOf(arguments);
    this.body = body;
  }

  /// `X25519`, `scrypt`, `ssh-ed25519`, or whatever a plugin calls it.
  String kind() {
    return kind;
  }

  List<String> arguments() {
    return arguments;
  }

  byte[] body() {
    return body;
  }
}
