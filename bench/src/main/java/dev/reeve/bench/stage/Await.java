package dev.reeve.bench.stage;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Waits until something holds.
public final class Await {
  private Await() {}

  public interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  /// @param every how long between two looks; what is measured is late by as much
  /// @param what is said when it does not hold in time
  public static void until(String what, Duration every, Duration patience, Condition condition)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new IOException("not within " + patience.toSeconds() + " s: " + what);
      }
      TimeUnit.NANOSECONDS.sleep(every.toNanos());
    }
  }

  /// @param start in the time of [System#nanoTime]
  public static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
