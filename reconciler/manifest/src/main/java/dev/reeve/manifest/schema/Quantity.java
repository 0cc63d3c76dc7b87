package dev.reeve.manifest.schema;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Kubernetes' quantity: `250m`, `1.5`, `1Gi`, `12e6`.
///
/// @param value the number it stands for
public record Quantity(BigDecimal value, Family family) {
  /// What its suffix counts in; kept, so that `1Gi` is not written as `1073741824`.
  public enum Family {
    BINARY,
    DECIMAL,
    EXPONENT
  }

  private static final Pattern PATTERN =
      Pattern.compile(
          "([+-]?(?:[0-9]{1,30}(?:\\.[0-9]{0,30})?|\\.[0-9]{1,30}))"
              + "([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?");
  private static final List<String> BINARY = List.of("Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
  private static final List<String> LARGE = List.of("k", "M", "G", "T", "P", "E");
  private static final List<String> SMALL = List.of("m", "u", "n");
  private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);

  public static Optional<Quantity> parse(String text) {
    var matcher = PATTERN.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    var number = new BigDecimal(matcher.group(1));
    String suffix = matcher.group(2);
    if (suffix == null || suffix.isEmpty()) {
      return Optional.of(of(number, Family.DECIMAL));
    }
    if (BINARY.contains(suffix)) {
      var factor = new BigDecimal(BigInteger.ONE.shiftLeft(10 * (BINARY.indexOf(suffix) + 1)));
      return Optional.of(of(number.multiply(factor), Family.BINARY));
    }
    if (suffix.length() > 1) {
      int exponent = Integer.parseInt(suffix.substring(suffix.startsWith("+", 1) ? 2 : 1));
      return Optional.of(of(number.scaleByPowerOfTen(exponent), Family.EXPONENT));
    }
    int power =
        LARGE.contains(suffix) ? 3 * (LARGE.indexOf(suffix) + 1) : -3 * (SMALL.indexOf(suffix) + 1);
    return Optional.of(of(number.scaleByPowerOfTen(power), Family.DECIMAL));
  }

  /// Nothing finer than a billionth, nothing beyond 64 bits: as Kubernetes rounds and caps.
  private static Quantity of(BigDecimal value, Family family) {
    BigDecimal rounded = value.setScale(9, RoundingMode.UP);
    return new Quantity(rounded.min(LARGEST).max(LARGEST.negate()), family);
  }

  public boolean isNegative() {
    return value.signum() < 0;
  }

  /// Thousandths, rounded up: millicores.
  public long millis() {
    return value.movePointRight(3).setScale(0, RoundingMode.CEILING).min(LARGEST).longValueExact();
  }

  /// Whole units, rounded up: bytes.
  public long units() {
    return value.setScale(0, RoundingMode.CEILING).longValueExact();
  }

  /// The one way to write it: no fraction, and the largest suffix that allows that.
  public String canonical() {
    if (value.signum() == 0) {
      return "0";
    }
    BigDecimal plain = value.stripTrailingZeros();
    boolean isWhole = plain.scale() <= 0;
    if (!isWhole) {
      for (int i = 0; i < SMALL.size(); i++) {
        BigDecimal scaled = plain.movePointRight(3 * (i + 1)).stripTrailingZeros();
        if (scaled.scale() <= 0) {
          return scaled.toPlainString() + SMALL.get(i);
        }
      }
    }
    BigInteger whole = plain.toBigInteger();
    return family == Family.BINARY
        ? scaled(whole, BigInteger.valueOf(1024), BINARY)
        : scaled(whole, BigInteger.valueOf(1000), LARGE);
  }

  private static String scaled(BigInteger whole, BigInteger step, List<String> suffixes) {
    BigInteger rest = whole;
    int power = 0;
    while (power < suffixes.size() && rest.mod(step).signum() == 0) {
      rest = rest.divide(step);
      power++;
    }
    return power == 0 ? rest.toString() : rest + suffixes.get(power - 1);
  }
}
