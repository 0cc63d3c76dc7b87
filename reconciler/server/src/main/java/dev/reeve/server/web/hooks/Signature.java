package dev.reeve.server.web.hooks;

import dev.reeve.core.model.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Checks an HMAC over a body.
final class Signature {
  private Signature() {}

  /// @param said hexadecimal, of any case
  static boolean matches(String algorithm, String secret, Bytes body, String said) {
    return !secret.isEmpty()
        && decoded(said)
            // Takes as long for a near miss as for a far one.
            .map(it -> MessageDigest.isEqual(it, hmac(algorithm, secret, body)))
            .orElse(false);
  }

  private static Optional<byte[]> decoded(String hex) {
    try {
      return Optional.of(HexFormat.of().parseHex(hex));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static byte[] hmac(String algorithm, String secret, Bytes body) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), algorithm));
      return mac.doFinal(body.toArray());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }
}
