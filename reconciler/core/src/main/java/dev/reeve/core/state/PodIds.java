package dev.reeve.core.state;

import dev.reeve.core.model.Hash;
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
    long key = clusterKey(cluster);
    long mixed = mix(id ^ key);
    long high = (key & 0xffff_ffff_ffff_0000L) | 0x8000L | (mixed >>> 56 & 0xff);
    long low = 0x8000_0000_0000_0000L | (mixed & 0x00ff_ffff_ffff_ffffL);
    return hex(high >>> 32, 8)
        + "-"
        + hex(high >>> 16, 4)
        + "-"
        + hex(high, 4)
        + "-"
        + hex(low >>> 48, 4)
        + "-"
        + hex(low, 12);
  }

  /// The id behind a uid of this cluster; empty for what this cluster did not mint.
  public static OptionalLong idOf(String cluster, String uid) {
    if (uid.length() != 36) {
      return OptionalLong.empty();
    }
    long high;
    long low;
    try {
      high =
          Long.parseUnsignedLong(
              uid.substring(0, 8) + uid.substring(9, 13) + uid.substring(14, 18), 16);
      low = Long.parseUnsignedLong(uid.substring(19, 23) + uid.substring(24), 16);
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
    long id = unmix((high & 0xff) << 56 | (low & 0x00ff_ffff_ffff_ffffL)) ^ clusterKey(cluster);
    return id >= 0 && uid(cluster, id).equals(uid) ? OptionalLong.of(id) : OptionalLong.empty();
  }

  /// The five characters at the end of a pod's name.
  public static String suffix(String cluster, long id) {
    return Hash.name(mix(id ^ clusterKey(cluster)) >>> 1, SUFFIX_LENGTH);
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

  private static String hex(long value, int digits) {
    var text = new char[digits];
    for (int i = digits - 1; i >= 0; i--) {
      text[i] = Character.forDigit((int) (value & 0xf), 16);
      value >>>= 4;
    }
    return new String(text);
  }
}
