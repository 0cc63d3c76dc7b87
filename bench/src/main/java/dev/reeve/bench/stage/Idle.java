package dev.reeve.bench.stage;

import java.util.concurrent.TimeUnit;

/// The main class of a Java that does nothing.
final class Idle {
  private Idle() {}

  static void main() throws InterruptedException {
    TimeUnit.DAYS.sleep(1);
  }
}
