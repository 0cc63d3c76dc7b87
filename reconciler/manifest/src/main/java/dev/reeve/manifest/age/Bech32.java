package dev.reeve.manifest.age;

import java.io.ByteArrayOutputStream;
import java.util.Locale;
import java.util.Optional;

/// The encoding of age's keys (BIP 173, without its limit on the length): a prefix, a `1`, and five
/// bits a character, the last six of which are a checksum.
final class Bech32 {
  private static final String ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  private static final int[] GENERATOR = {
    0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3
  };
  private static final int CHECKSUM = 6;

  private Bech32() {}

  /// The bytes behind a prefix in lower case; empty for what is no such text, or of another prefix.
  static Optional<byte[]> decode(String prefix, String text) {
    boolean isMixed =
        !text.equals(text.toLowerCase(Locale.ROOT)) && !text.equals(text.toUpperCase(Locale.ROOT));
    var lower = text.toLowerCase(Locale.ROOT);
    int one = lower.lastIndexOf('1');
    if (isMixed || one < 0 || !lower.substring(0, one).equals(prefix)) {
      return Optional.empty();
    }
    int count = lower.length() - one - 1;
    var groups = new int[count];
    for (int i = 0; i < count; i++) {
      groups[i] = ALPHABET.indexOf(lower.charAt(one + 1 + i));
      if (groups[i] < 0) {
        return Optional.empty();
      }
    }
    if (count < CHECKSUM || checksum(prefix, groups, count) != 1) {
      return Optional.empty();
    }
    return bytes(groups, count - CHECKSUM);
  }

  static String encode(String prefix, byte[] bytes) {
    int data = (bytes.length * 8 + 4) / 5;
    var groups = new int[data + CHECKSUM];
    int bits = 0;
    int held = 0;
    int at = 0;
    for (byte each : bytes) {
      held = (held << 8 | (each & 0xff)) & 0xfff;
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        groups[at++] = held >> bits & 31;
      }
    }
    if (bits > 0) {
      groups[at] = held << (5 - bits) & 31;
    }
    int checksum = checksum(prefix, groups, groups.length) ^ 1;
    var text = new StringBuilder(prefix).append('1');
    for (int i = 0; i < data; i++) {
      text.append(ALPHABET.charAt(groups[i]));
    }
    for (int i = 0; i < CHECKSUM; i++) {
      text.append(ALPHABET.charAt(checksum >> 5 * (CHECKSUM - 1 - i) & 31));
    }
    return text.toString();
  }

  private static Optional<byte[]> bytes(int[] groups, int count) {
    var bytes = new ByteArrayOutputStream();
    int bits = 0;
    int held = 0;
    for (int i = 0; i < count; i++) {
      held = (held << 5 | groups[i]) & 0xfff;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes.write(held >> bits & 0xff);
      }
    }
    boolean isPadded = bits < 5 && (held & (1 << bits) - 1) == 0;
    return isPadded ? Optional.of(bytes.toByteArray()) : Optional.empty();
  }

  private static int checksum(String prefix, int[] groups, int count) {
    int sum = 1;
    for (int i = 0; i < prefix.length(); i++) {
      sum = step(sum) ^ prefix.charAt(i) >> 5;
    }
    sum = step(sum);
    for (int i = 0; i < prefix.length(); i++) {
      sum = step(sum) ^ (prefix.charAt(i) & 31);
    }
    for (int i = 0; i < count; i++) {
      sum = step(sum) ^ groups[i];
    }
    return sum;
  }

  private static int step(int sum) {
    int top = sum >>> 25;
    int next = (sum & 0x1ffffff) << 5;
    for (int i = 0; i < GENERATOR.length; i++) {
      if ((top >> i & 1) == 1) {
        next ^= GENERATOR[i];
      }
    }
    return next;
  }
}
