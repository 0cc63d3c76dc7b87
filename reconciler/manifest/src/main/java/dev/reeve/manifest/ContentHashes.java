package dev.reeve.manifest;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Short names for contents. Those of Secrets are keyed: without the key nobody can try values
/// until the name fits.
final class ContentHashes {
  /// 64 bits, as hexadecimal.
  private static final int LENGTH = 16;

  private final byte[] key;

  ContentHashes(byte[] key) {
    this.key = key.clone();
  }

  String ofObject(ManifestObject object) {
    return object.isSecret() ? keyed(object.canonical()) : object.plainHash();
  }

  String ofData(ManifestObject object) {
    return object.isSecret() ? keyed(bytes(Catalog.configData(object))) : object.plainDataHash();
  }

  static String plainOfData(SortedMap<String, byte[]> data) {
    return plain(bytes(data));
  }

  private static byte[] bytes(SortedMap<String, byte[]> data) {
    int size = 0;
    for (Map.Entry<String, byte[]> entry : data.entrySet()) {
      size += 2 * Integer.BYTES + utf8(entry.getKey()).length + entry.getValue().length;
    }
    // Lengths go in before contents, so that no two contents run together to the same bytes.
    var bytes = ByteBuffer.allocate(size);
    for (Map.Entry<String, byte[]> entry : data.entrySet()) {
      byte[] name = utf8(entry.getKey());
      bytes.putInt(name.length).put(name).putInt(entry.getValue().length).put(entry.getValue());
    }
    return bytes.array();
  }

  static String plain(byte[] content) {
    try {
      return shortened(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private String keyed(byte[] content) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return shortened(mac.doFinal(content));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA256", e);
    }
  }

  private static String shortened(byte[] hash) {
    return HexFormat.of().formatHex(hash).substring(0, LENGTH);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
