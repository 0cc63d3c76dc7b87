package dev.reeve.manifest.sops;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A hash over the plaintexts of a file in their order.
final class TreeMac {
  /// SHA-256 of `sops`: with it a MAC over some values can never be one over all of them.
  private static final byte[] ONLY_ENCRYPTED =
      HexFormat.of().parseHex("8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69");

  private final MessageDigest digest;
  private final boolean onlyEncrypted;

  TreeMac(boolean onlyEncrypted) {
    try {
      digest = MessageDigest.getInstance("SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-512", e);
    }
    this.onlyEncrypted = onlyEncrypted;
    if (onlyEncrypted) {
      digest.update(ONLY_ENCRYPTED);
    }
  }

  void encrypted(String plain) {
    digest.update(plain.getBytes(StandardCharsets.UTF_8));
  }

  void written(String plain) {
    if (!onlyEncrypted) {
      digest.update(plain.getBytes(StandardCharsets.UTF_8));
    }
  }

  String text() {
    return HexFormat.of().withUpperCase().formatHex(digest.digest());
  }
}
