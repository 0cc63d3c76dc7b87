package dev.reeve.manifest.age;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Writes files of age, for tests: with random numbers that can be said again.
public final class AgeWriter {
  private static final Base64.Encoder BASE64 = Base64.getEncoder().withoutPadding();
  private static final int CHUNK = 64 * 1024;

  private final Random random;

  /// Stanzas in front of the others, as they are to stand in the file.
  private String others = "";

  public AgeWriter(Random random) {
    this.random = random;
  }

  /// A key as `age-keygen` makes it.
  public record Key(String identity, String recipient) {
    public Identities identities() {
      try {
        return Identities.parse(identity);
      } catch (KeyNotReadable e) {
        throw new AssertionError(e);
      }
    }
  }

  public Key key() {
    byte[] secret = bytes(32);
    return new Key(
        Bech32.encode("age-secret-key-", secret).toUpperCase(Locale.ROOT),
        Bech32.encode("age", Primitives.publicHalf(secret)));
  }

  AgeWriter withStanza(String stanza) {
    others += stanza;
    return this;
  }

  public byte[] encrypt(byte[] content, List<String> recipients) {
    byte[] fileKey = bytes(16);
    var header = new StringBuilder("age-encryption.org/v1\n").append(others);
    recipients.forEach(it -> header.append(stanza(fileKey, it)));
    header.append("---");
    byte[] mac =
        Primitives.hmac(
            Primitives.derive(fileKey, new byte[0], "header"), ascii(header.toString()));
    header.append(' ').append(BASE64.encodeToString(mac)).append('\n');
    var file = new ByteArrayOutputStream();
    file.writeBytes(ascii(header.toString()));
    byte[] nonce = bytes(16);
    file.writeBytes(nonce);
    byte[] key = Primitives.derive(fileKey, nonce, "payload");
    int chunks = Math.max(1, (content.length + CHUNK - 1) / CHUNK);
    for (int i = 0; i < chunks; i++) {
      byte[] chunk =
          Arrays.copyOfRange(content, i * CHUNK, Math.min(content.length, (i + 1) * CHUNK));
      byte[] counter = ByteBuffer.allocate(12).putInt(7, i).array();
      counter[11] = (byte) (i == chunks - 1 ? 1 : 0);
      file.writeBytes(seal(key, counter, chunk));
    }
    return file.toByteArray();
  }

  public String armored(byte[] content, List<String> recipients) {
    return armor(encrypt(content, recipients));
  }

  static String armor(byte[] file) {
    return "-----BEGIN AGE ENCRYPTED FILE-----\n"
        + Base64.getMimeEncoder(64, ascii("\n")).encodeToString(file)
        + "\n-----END AGE ENCRYPTED FILE-----\n";
  }

  private String stanza(byte[] fileKey, String recipient) {
    byte[] point = Bech32.decode("age", recipient).orElseThrow();
    byte[] secret = bytes(32);
    byte[] share = Primitives.publicHalf(secret);
    byte[] shared = Primitives.x25519(secret, point).orElseThrow();
    byte[] salt = ByteBuffer.allocate(64).put(share).put(point).array();
    byte[] key = Primitives.derive(shared, salt, "age-encryption.org/v1/X25519");
    return "-> X25519 "
        + BASE64.encodeToString(share)
        + "\n"
        + BASE64.encodeToString(seal(key, new byte[12], fileKey))
        + "\n";
  }

  private static byte[] seal(byte[] key, byte[] nonce, byte[] content) {
    try {
      var cipher = Cipher.getInstance("ChaCha20-Poly1305");
      cipher.init(
          Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "ChaCha20"), new IvParameterSpec(nonce));
      return cipher.doFinal(content);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
