package dev.reeve.manifest.sops;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Shamir's way to part a secret, as Vault and SOPS do it: byte by byte, in the field of 256
/// elements that AES is made of. A share's last byte is where its polynomials were evaluated.
final class Shamir {
  private static final int POLYNOMIAL = 0x11b;

  private Shamir() {}

  /// Empty for shares that cannot be of one secret. Too few of them, or others', give a wrong one.
  static Optional<byte[]> combine(List<byte[]> shares) {
    int length = shares.isEmpty() ? 0 : shares.getFirst().length;
    int[] x =
        shares.stream().mapToInt(it -> it.length == 0 ? 0 : it[it.length - 1] & 0xff).toArray();
    boolean areOne =
        shares.size() > 1
            && length > 1
            && shares.stream().allMatch(it -> it.length == length)
            && Arrays.stream(x).distinct().count() == x.length
            && Arrays.stream(x).noneMatch(it -> it == 0);
    if (!areOne) {
      return Optional.empty();
    }
    var secret = new byte[length - 1];
    for (int i = 0; i < x.length; i++) {
      int weight = weight(x, i);
      for (int at = 0; at < secret.length; at++) {
        secret[at] ^= (byte) times(weight, shares.get(i)[at] & 0xff);
      }
    }
    return Optional.of(secret);
  }

  /// Lagrange's basis polynomial of one place, at zero.
  private static int weight(int[] x, int i) {
    int weight = 1;
    for (int j = 0; j < x.length; j++) {
      if (j != i) {
        weight = times(weight, times(x[j], inverse(x[i] ^ x[j])));
      }
    }
    return weight;
  }

  static int times(int a, int b) {
    int product = 0;
    int shifted = a;
    for (int rest = b; rest != 0; rest >>= 1) {
      if ((rest & 1) == 1) {
        product ^= shifted;
      }
      shifted <<= 1;
      if (shifted > 0xff) {
        shifted ^= POLYNOMIAL;
      }
    }
    return product;
  }

  /// The 254th power.
  private static int inverse(int a) {
    int power = 1;
    for (int i = 0; i < 254; i++) {
      power = times(power, a);
    }
    return power;
  }
}
