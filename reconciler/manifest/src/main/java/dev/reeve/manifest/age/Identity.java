package dev.reeve.manifest.age;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/// A secret X25519 key. Two are equal when they open the same; its text is the public half.
final class Identity {
  private static final String KIND = "X25519";
  private static final String INFO = "age-encryption.org/v1/X25519";
  private static final byte[] NONCE = new byte[12];
  private static final int FILE_KEY = 16;

  private final byte[] secret;
  private final byte[] point;
  private final String recipient;

  private Identity(byte[] secret) {
    this.secret = secret;
    this.point = Primitives.publicHalf(secret);
    this.recipient = Bech32.encode("age", point);
  }

  /// Empty for what is no `AGE-SECRET-KEY-1...`.
  static Optional<Identity> parse(String text) {
    boolean isUpper = text.startsWith("AGE-SECRET-KEY-1");
    return isUpper
        ? Bech32.decode("age-secret-key-", text)
            .filter(it -> it.length == Primitives.KEY)
            .map(Identity::new)
        : Optional.empty();
  }

  /// Its public half: `age1...`.
  String recipient() {
    return recipient;
  }

  /// The file's key, where the stanza is for this one. What only looks like a stanza of its kind
  /// breaks the file: it must not depend on who reads it whether a file is one.
  Optional<byte[]> unwrap(Stanza stanza) throws Malformed {
    if (!stanza.kind().equals(KIND)) {
      return Optional.empty();
    }
    if (stanza.arguments().size() != 1) {
      throw new Malformed("an X25519 stanza has other than one argument");
    }
    byte[] share = Header.base64(stanza.arguments().getFirst());
    if (share.length != Primitives.KEY || stanza.body().length != FILE_KEY + Primitives.TAG) {
      throw new Malformed("an X25519 stanza is not of the right size");
    }
    byte[] shared =
        Primitives.x25519(secret, share)
            .orElseThrow(() -> new Malformed("an X25519 share gives nothing but zeros"));
    byte[] salt = ByteBuffer.allocate(2 * Primitives.KEY).put(share).put(point).array();
    byte[] key = Primitives.derive(shared, salt, INFO);
    try {
      return Primitives.unseal(key, NONCE, stanza.body(), 0, stanza.body().length);
    } finally {
      Arrays.fill(shared, (byte) 0);
      Arrays.fill(key, (byte) 0);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Identity that && recipient.equals(that.recipient);
  }

  @Override
  public int hashCode() {
    return recipient.hashCode();
  }

  @Override
  public String toString() {
    return recipient;
  }
}
