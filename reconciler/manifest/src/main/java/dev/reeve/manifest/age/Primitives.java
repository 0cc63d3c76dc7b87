package dev.reeve.manifest.age;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// What age is made of, as the JDK has it.
final class Primitives {
  static final int KEY = 32;

  /// What a sealed text is longer by.
  static final int TAG = 16;

  private static final byte[] BASE_POINT = new byte[KEY];

  static {
    BASE_POINT[0] = 9;
  }

  private Primitives() {}

  /// The X25519 function; empty where the point is one of the few that give zero for every scalar.
  static Optional<byte[]> x25519(byte[] scalar, byte[] point) {
    try {
      var keys = KeyFactory.getInstance("X25519");
      var agreement = KeyAgreement.getInstance("X25519");
      agreement.init(
          keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, scalar)));
      agreement.doPhase(publicKey(keys, point), true);
      byte[] shared = agreement.generateSecret();
      return Arrays.equals(shared, new byte[KEY]) ? Optional.empty() : Optional.of(shared);
    } catch (InvalidKeyException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw missing(e);
    }
  }

  private static XECPublicKey publicKey(KeyFactory keys, byte[] point)
      throws GeneralSecurityException {
    // Written from its lowest byte; the highest bit does not count (RFC 7748, section 5).
    var reversed = new byte[KEY];
    for (int i = 0; i < KEY; i++) {
      reversed[i] = point[KEY - 1 - i];
    }
    reversed[0] &= 0x7f;
    return (XECPublicKey)
        keys.generatePublic(
            new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, reversed)));
  }

  /// The public half of an X25519 key.
  static byte[] publicHalf(byte[] scalar) {
    return x25519(scalar, BASE_POINT)
        .orElseThrow(() -> new IllegalStateException("the base point gives zero for no scalar"));
  }

  /// HKDF with SHA-256.
  static byte[] derive(byte[] secret, byte[] salt, String info) {
    try {
      var extract = HKDFParameterSpec.ofExtract().addIKM(secret);
      if (salt.length > 0) {
        extract.addSalt(salt);
      }
      return KDF.getInstance("HKDF-SHA256")
          .deriveData(extract.thenExpand(info.getBytes(StandardCharsets.US_ASCII), KEY));
    } catch (GeneralSecurityException e) {
      throw missing(e);
    }
  }

  static byte[] hmac(byte[] key, byte[] text) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text);
    } catch (GeneralSecurityException e) {
      throw missing(e);
    }
  }

  /// ChaCha20-Poly1305; empty where the text was not sealed with this key and nonce.
  static Optional<byte[]> unseal(byte[] key, byte[] nonce, byte[] sealed, int from, int length) {
    if (length < TAG) {
      return Optional.empty();
    }
    try {
      var cipher = Cipher.getInstance("ChaCha20-Poly1305");
      cipher.init(
          Cipher.DECRYPT_MODE, new SecretKeySpec(key, "ChaCha20"), new IvParameterSpec(nonce));
      return Optional.of(cipher.doFinal(sealed, from, length));
    } catch (AEADBadTagException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw missing(e);
    }
  }

  /// Base64 has several spellings of the same bytes. Only one of them is taken, so that no byte of
  /// a file can be changed unnoticed.
  static Optional<byte[]> base64(String text, Base64.Encoder spelling) {
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      return spelling.encodeToString(bytes).equals(text) ? Optional.of(bytes) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static IllegalStateException missing(GeneralSecurityException e) {
    return new IllegalStateException("every Java from 25 on has what age is made of", e);
  }
}
