package dev.reeve.manifest.sops;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.manifest.text.Tree;
import java.math.BigDecimal;
import java.util.Locale;

/// A value's plaintext as SOPS counts it into the MAC: as Go reads the value, and writes it again.
final class Plain {
  private Plain() {}

  /// @param scalar any but null
  static String of(Tree.Scalar scalar) {
    JsonNode value = scalar.value();
    if (value.isBoolean()) {
      return bool(scalar);
    }
    if (value.isNumber()) {
      return isInteger(scalar) ? value.asText() : decimal(value.doubleValue());
    }
    return value.asText();
  }

  static String bool(boolean value) {
    return value ? "True" : "False";
  }

  /// kubectl takes `yes` for true, SOPS for text.
  private static String bool(Tree.Scalar scalar) {
    return switch (scalar.text().toLowerCase(Locale.ROOT)) {
      case "true" -> bool(true);
      case "false" -> bool(false);
      default -> scalar.text();
    };
  }

  /// Beyond 64 bits SOPS takes a fraction.
  private static boolean isInteger(Tree.Scalar scalar) {
    boolean isFraction =
        !scalar.text().toLowerCase(Locale.ROOT).contains("0x")
            && scalar.text().chars().anyMatch(c -> c == '.' || c == 'e' || c == 'E');
    return scalar.value().isIntegralNumber() && scalar.value().canConvertToLong() && !isFraction;
  }

  /// The fewest digits that give the same fraction, without an exponent.
  static String decimal(double value) {
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
  }
}
