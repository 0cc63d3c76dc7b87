package dev.reeve.agent.node;

import java.util.concurrent.Semaphore;

/// Calls that make an engine work, a few at a time.
final class Turns {
  /// More at once only makes an engine slower.
  private static final int AT_ONCE = 4;

  private final Semaphore turns = new Semaphore(AT_ONCE);

  interface Work<T> {
    T run() throws EngineException;
  }

  <T> T take(Work<T> work) throws EngineException {
    turns.acquireUninterruptibly();
    try {
      return work.run();
    } finally {
      turns.release();
    }
  }
}
