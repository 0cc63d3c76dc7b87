package dev.reeve.server;

import java.time.Instant;

/// The loop's time: the wall clock as it was at the start, and from then on what has elapsed. It
/// never runs back, whatever is done to the wall clock.
public final class LoopTime {
  private final Instant start = Instant.now();
  private final long startNanos = System.nanoTime();

  public Instant now() {
    return start.plusNanos(System.nanoTime() - startNanos);
  }
}
