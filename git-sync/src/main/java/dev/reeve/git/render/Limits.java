package dev.reeve.git.render;

import java.time.Duration;

/// What a folder may take to render.
///
/// @param input bytes of all files together that are read
/// @param files how many are read
/// @param output bytes
public record Limits(Duration time, long input, int files, long output) {
  public static final Limits DEFAULT =
      new Limits(Duration.ofSeconds(30), 64L << 20, 10_000, 64L << 20);
}
