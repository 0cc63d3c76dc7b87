package dev.reeve.server.measure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Values as people read them: `0.998`, `[0.998, 0.997]`, `{"ok":true}`.
final class Texts {
  private static final int LENGTH = 200;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /// Beyond these a number is written with an exponent.
  private static final double LARGEST = 1e15;

  private static final double SMALLEST = 1e-6;

  private Texts() {}

  static String of(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Number number -> number(number.doubleValue(), number);
      case List<?> list ->
          // More would be cut off anyway.
          list.stream().limit(LENGTH).map(Texts::of).collect(Collectors.joining(", ", "[", "]"));
      case Map<?, ?> map -> json(map);
      default -> value.toString();
    };
  }

  private static String number(double asDouble, Number number) {
    return number instanceof Double || number instanceof Float
        ? number(asDouble)
        : number.toString();
  }

  static String number(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    boolean isPlain = value == 0 || (Math.abs(value) < LARGEST && Math.abs(value) >= SMALLEST);
    return Double.isNaN(value) || !isPlain
        ? Double.toString(value)
        : value == 0 ? "0" : BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  private static String json(Map<?, ?> map) {
    try {
      return MAPPER.writeValueAsString(map);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what was read can be written", e);
    }
  }

  /// In one line of no more than 200 characters.
  static String clipped(String text) {
    var line = text.replaceAll("\\s+", " ").strip();
    return line.length() <= LENGTH ? line : line.substring(0, LENGTH - 1) + "…";
  }
}
