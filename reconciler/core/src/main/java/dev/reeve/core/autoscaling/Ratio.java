package dev.reeve.core.autoscaling;

/// What a metric is of what it should be, without rounding.
record Ratio(long part, long whole) {
  /// Beyond this, products with tolerances and numbers of pods would not fit; what is cut off is
  /// less than a billionth.
  private static final long LARGEST = 1L << 38;

  private static final long MILLION = 1_000_000;

  static Ratio of(long part, long whole) {
    long a = Math.max(0, part);
    long b = Math.max(1, whole);
    while (a > LARGEST || b > LARGEST) {
      a >>= 1;
      b = Math.max(1, b >> 1);
    }
    return new Ratio(a, b);
  }

  boolean isAboveOne() {
    return part > whole;
  }

  boolean isBelowOne() {
    return part < whole;
  }

  /// @param up how far above one is left alone, in millionths
  /// @param down how far below
  boolean isWithin(long up, long down) {
    return (part - whole) * MILLION <= up * whole && (whole - part) * MILLION <= down * whole;
  }

  /// So many times the ratio, rounded up.
  int times(int pods) {
    long product = part * pods;
    return (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(product, whole));
  }
}
