package dev.reeve.manifest.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a plain (unquoted) scalar means, exactly as kubectl reads it. That is neither YAML 1.1 nor
/// 1.2 but the Go library under kubectl: `yes` is true, `012` is 10 and `0o14` is 12, yet
/// `12:30:45` and dates stay text.
public final class Scalars {
  private static final Pattern FLOAT =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final Pattern BARE_FRACTION = Pattern.compile("\\.[0-9]+([eE][-+]?[0-9]+)?");
  private static final BigInteger UINT64_END = BigInteger.ONE.shiftLeft(64);
  private static final BigInteger INT64_END = BigInteger.ONE.shiftLeft(63);

  /// No number is written longer than this; it also keeps the patterns above cheap.
  private static final int LONGEST_NUMBER = 400;

  private Scalars() {}

  /// Empty for infinities and NaN, which JSON cannot hold.
  public static Optional<JsonNode> resolve(String text) {
    return switch (text) {
      case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON" ->
          Optional.of(Json.bool(true));
      case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF" ->
          Optional.of(Json.bool(false));
      case "", "~", "null", "Null", "NULL" -> Optional.of(Json.nothing());
      case ".nan",
          ".NaN",
          ".NAN",
          ".inf",
          ".Inf",
          ".INF",
          "+.inf",
          "+.Inf",
          "+.INF",
          "-.inf",
          "-.Inf",
          "-.INF" ->
          Optional.empty();
      default -> Optional.of(number(text).orElseGet(() -> Json.text(text)));
    };
  }

  /// How a resolved key is spelled as a key of a JSON object: `n:` is "false", `012:` is "10".
  static String key(JsonNode resolved) {
    return resolved.asText();
  }

  private static Optional<JsonNode> number(String text) {
    char first = text.charAt(0);
    if (text.length() > LONGEST_NUMBER) {
      return Optional.empty();
    }
    if (first == '.') {
      return BARE_FRACTION.matcher(text).matches() ? finite(text) : Optional.empty();
    }
    if (first != '-' && first != '+' && !isDigit(first)) {
      return Optional.empty();
    }
    String plain = text.replace("_", "");
    Optional<JsonNode> integer = integer(plain);
    if (integer.isPresent()) {
      return integer;
    }
    // `08` is no octal number; as a decimal fraction it is one, and so kubectl reads 8.
    return FLOAT.matcher(plain).matches() ? finite(plain) : Optional.empty();
  }

  private static Optional<JsonNode> finite(String text) {
    double value = Double.parseDouble(text);
    return Double.isInfinite(value) ? Optional.empty() : Optional.of(Json.number(value));
  }

  private static Optional<JsonNode> integer(String plain) {
    boolean signed = plain.startsWith("-") || plain.startsWith("+");
    String digits = signed ? plain.substring(1) : plain;
    int radix = 10;
    if (digits.length() > 1 && digits.charAt(0) == '0') {
      switch (digits.charAt(1)) {
        case 'x', 'X' -> {
          radix = 16;
          digits = digits.substring(2);
        }
        case 'o', 'O' -> {
          radix = 8;
          digits = digits.substring(2);
        }
        case 'b', 'B' -> {
          radix = 2;
          digits = digits.substring(2);
        }
        default -> {
          radix = 8;
          digits = digits.substring(1);
        }
      }
    }
    if (digits.isEmpty() || !areDigits(digits, radix)) {
      return Optional.empty();
    }
    BigInteger magnitude = new BigInteger(digits, radix);
    boolean fits =
        signed
            ? magnitude.compareTo(INT64_END) < (plain.charAt(0) == '-' ? 1 : 0)
            : magnitude.compareTo(UINT64_END) < 0;
    if (!fits) {
      return Optional.empty();
    }
    return Optional.of(Json.number(plain.charAt(0) == '-' ? magnitude.negate() : magnitude));
  }

  private static boolean areDigits(String text, int radix) {
    return text.chars().allMatch(c -> c < 128 && Character.digit(c, radix) >= 0);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
