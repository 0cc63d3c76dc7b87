package dev.reeve.core.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Short names for content, in the alphabet that Kubernetes uses for generated names: no vowels, so
/// that no word comes out, and nothing that is mistaken for something else.
public final class Hash {
  private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
  private static final int RELEASE_LENGTH = 10;

  private final MessageDigest digest;

  private Hash() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  public static Hash start() {
    return new Hash();
  }

  /// Length goes in before content, so that ("ab", "c") and ("a", "bc") differ.
  public Hash add(byte[] part) {
    int length = part.length;
    digest.update(
        new byte[] {
          (byte) (length >>> 24), (byte) (length >>> 16), (byte) (length >>> 8), (byte) length
        });
    digest.update(part);
    return this;
  }

  public Hash add(String part) {
    return add(part.getBytes(StandardCharsets.UTF_8));
  }

  /// Ten characters, 47 bits: the hash of a release.
  public String name() {
    long bits = 0;
    byte[] sum = digest.digest();
    for (int i = 0; i < 8; i++) {
      bits = bits << 8 | (sum[i] & 0xff);
    }
    return name(bits, RELEASE_LENGTH);
  }

  /// `length` characters for a number, the lowest digit last.
  public static String name(long bits, int length) {
    var text = new char[length];
    for (int i = length - 1; i >= 0; i--) {
      text[i] = ALPHABET.charAt((int) Long.remainderUnsigned(bits, ALPHABET.length()));
      bits = Long.divideUnsigned(bits, ALPHABET.length());
    }
    return new String(text);
  }
}
