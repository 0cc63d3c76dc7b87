package dev.reeve.manifest.age;

import dev.reeve.core.model.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/// Opens a file of age v1, armored or not. All of it is verified before any of it is handed out.
public final class AgeFile {
  private static final int NONCE = 16;
  private static final int CHUNK = 64 * 1024 + Primitives.TAG;
  private static final int CHUNK_NONCE = 12;

  private AgeFile() {}

  public static Opened open(byte[] file, Identities identities) {
    try {
      byte[] bytes = Armor.isOn(file) ? Armor.off(file) : file;
      var header = Header.read(bytes);
      var fileKey = fileKey(header, identities);
      if (fileKey.isEmpty()) {
        return new Opened.NoKey(header.stanzas().stream().map(Stanza::kind).distinct().toList());
      }
      try {
        verify(header, fileKey.get());
        return new Opened.Content(Bytes.of(payload(bytes, header.end(), fileKey.get())));
      } finally {
        Arrays.fill(fileKey.get(), (byte) 0);
      }
    } catch (Malformed e) {
      return new Opened.Broken(e.why());
    }
  }

  private static Optional<byte[]> fileKey(Header header, Identities identities) throws Malformed {
    for (Identity identity : identities.all()) {
      for (Stanza stanza : header.stanzas()) {
        var key = identity.unwrap(stanza);
        if (key.isPresent()) {
          return key;
        }
      }
    }
    return Optional.empty();
  }

  private static void verify(Header header, byte[] fileKey) throws Malformed {
    byte[] key = Primitives.derive(fileKey, new byte[0], "header");
    if (!MessageDigest.isEqual(Primitives.hmac(key, header.covered()), header.mac())) {
      throw new Malformed("the header was changed: its MAC does not fit");
    }
  }

  /// Chunks of 64 KiB, each sealed under its number and whether it is the last.
  private static byte[] payload(byte[] file, int start, byte[] fileKey) throws Malformed {
    if (file.length - start < NONCE + Primitives.TAG) {
      throw new Malformed("the payload is cut off");
    }
    byte[] key =
        Primitives.derive(fileKey, Arrays.copyOfRange(file, start, start + NONCE), "payload");
    var content = new ByteArrayOutputStream(file.length - start);
    int at = start + NONCE;
    for (long number = 0; ; number++) {
      int length = Math.min(CHUNK, file.length - at);
      boolean isLast = at + length == file.length;
      var chunk = Primitives.unseal(key, nonce(number, isLast), file, at, length);
      if (chunk.isEmpty()) {
        throw new Malformed("the payload was changed, cut off, or has more behind it");
      }
      if (isLast && number > 0 && chunk.get().length == 0) {
        throw new Malformed("the payload ends with an empty chunk");
      }
      content.writeBytes(chunk.get());
      at += length;
      if (isLast) {
        return content.toByteArray();
      }
    }
  }

  private static byte[] nonce(long number, boolean isLast) {
    return ByteBuffer.allocate(CHUNK_NONCE)
        .putLong(CHUNK_NONCE - 1 - Long.BYTES, number)
        .put(CHUNK_NONCE - 1, (byte) (isLast ? 1 : 0))
        .array();
  }
}
