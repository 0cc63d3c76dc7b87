package dev.reeve.core.state;

import dev.reeve.core.model.Hash;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.OptionalLong;

/// Names for pods, minted from (cluster, epoch, counter): the same in every run, never twice, since
/// an epoch is claimed once. The uid can be turned back into the id, so that a report needs no
/// look-up by text.
public final class PodIds {
  private static final int COUNTER_BITS = 40;
  private static final int SUFFIX_LENGTH = 5;

  private PodIds() {}

  /// The id of the `counter`th pod of an epoch. A later pod has the higher id.
  public static long id(long epoch, long counter) {
    return epoch << COUNTER_BITS | counter;
  }

  /// A version 8 UUID (RFC 9562: content of the maker's own choice).
  public static String uid(String cluster, long id) {
    return uid(clusterKey(cluster), id);
  }

  /// @param minter the cluster's key, as [#minter] has found it
  static String uid(long minter, long id) {
    long mixed = mix(id ^ minter);
    var text = new byte[36];
    hex(high(minter, mixed) >>> 32, 8, text, 0);
    hex(high(minter, mixed) >>> 16, 4, text, 9);
    hex(high(minter, mixed), 4, text, 14);
    hex(low(mixed) >>> 48, 4, text, 19);
    hex(low(mixed), 12, text, 24);
    text[8] = '-';
    text[13] = '-';
    text[18] = '-';
    text[23] = '-';
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static long high(long minter, long mixed) {
    return (minter & 0xffff_ffff_ffff_0000L) | 0x8000L | (mixed >>> 56 & 0xff);
  }

  private static long low(long mixed) {
    return 0x8000_0000_0000_0000L | (mixed & 0x00ff_ffff_ffff_ffffL);
  }

  /// The id behind a uid of this cluster; empty for what this cluster did not mint.
  public static OptionalLong idOf(String cluster, String uid) {
    if (!isUuid(uid)) {
      return OptionalLong.empty();
    }
    long minter = clusterKey(cluster);
    long mixed = mixed(uid);
    long id = unmix(mixed) ^ minter;
    boolean isOurs =
        id >= 0
            && HexFormat.fromHexDigitsToLong(uid, 24, 36) == (low(mixed) & 0xffff_ffff_ffffL)
            && HexFormat.fromHexDigits(uid, 19, 23) == (int) (low(mixed) >>> 48)
            && HexFormat.fromHexDigitsToLong(uid, 0, 8) == high(minter, mixed) >>> 32
            && HexFormat.fromHexDigits(uid, 9, 13) == (int) (high(minter, mixed) >>> 16 & 0xffff)
            && HexFormat.fromHexDigits(uid, 14, 18) == (int) (high(minter, mixed) & 0xffff);
    return isOurs ? OptionalLong.of(id) : OptionalLong.empty();
  }

  /// The key of the cluster that minted a uid, by which it follows from the id alone.
  static long minter(String uid, long id) {
    return unmix(mixed(uid)) ^ id;
  }

  private static long mixed(String uid) {
    return (long) HexFormat.fromHexDigits(uid, 16, 18) << 56
        | (HexFormat.fromHexDigitsToLong(uid, 19, 23) << 48 & 0x00ff_0000_0000_0000L)
        | HexFormat.fromHexDigitsToLong(uid, 24, 36);
  }

  private static boolean isUuid(String text) {
    if (text.length() != 36) {
      return false;
    }
    for (int i = 0; i < 36; i++) {
      char c = text.charAt(i);
      boolean isDash = i == 8 || i == 13 || i == 18 || i == 23;
      if (isDash ? c != '-' : (c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  /// The five characters at the end of a pod's name.
  public static String suffix(String cluster, long id) {
    return suffix(clusterKey(cluster), id);
  }

  static String suffix(long minter, long id) {
    return Hash.name(mix(id ^ minter) >>> 1, SUFFIX_LENGTH);
  }

  private static long clusterKey(String cluster) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < cluster.length(); i++) {
      hash = (hash ^ cluster.charAt(i)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  /// The finalizer of SplitMix64: a bijection, so that different ids stay different.
  private static long mix(long value) {
    value = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    value = (value ^ (value >>> 27)) * 0x94d049bb133111ebL;
    return value ^ (value >>> 31);
  }

  private static long unmix(long value) {
    value = (value ^ (value >>> 31) ^ (value >>> 62)) * 0x319642b2d24d8ec3L;
    value = (value ^ (value >>> 27) ^ (value >>> 54)) * 0x96de1b173f119089L;
    return value ^ (value >>> 30) ^ (value >>> 60);
  }

  private static void hex(long value, int digits, byte[] text, int at) {
    for (int i = at + digits - 1; i >= at; i--) {
      text[i] = (byte) Character.forDigit((int) (value & 0xf), 16);
      value >>>= 4;
    }
  }
}
