package dev.reeve.agent.node;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Messages of others, made fit for a report: one line, and not too long.
final class OneLine {
  private static final int LONGEST = 300;

  private OneLine() {}

  static String of(@Nullable String text) {
    var line = Optional.ofNullable(text).orElse("").strip().replaceAll("\\s+", " ");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST - 1) + "…";
  }

  static String of(Throwable error) {
    var message = Optional.ofNullable(error.getMessage()).orElse("");
    return of(message.isBlank() ? error.getClass().getSimpleName() : message);
  }
}
