package dev.reeve.core.autoscaling;

/// Sums and products that end at the largest number there is: whoever measures may say anything.
final class Sums {
  private Sums() {}

  static long plus(long a, long b) {
    long sum = a + b;
    boolean isTooLarge = ((a ^ sum) & (b ^ sum)) < 0;
    return isTooLarge ? (a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
  }

  /// Of numbers that are not negative.
  static long times(long a, long b) {
    return Math.multiplyHigh(a, b) != 0 || a * b < 0 ? Long.MAX_VALUE : a * b;
  }
}
