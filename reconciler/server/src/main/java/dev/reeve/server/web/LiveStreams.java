package dev.reeve.server.web;

import dev.reeve.server.web.kubernetes.Refusal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Answers that stay open: watches, followed logs, the dashboard's events. All wake when something
/// is published, and end when the server stops. Safe for any thread.
final class LiveStreams implements AutoCloseable {
  private static final int OPEN_MAX = 1_000;
  private static final Duration LAST_WORDS = Duration.ofMillis(700);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition ended = lock.newCondition();
  private final AtomicInteger open = new AtomicInteger();
  private long publications;
  private boolean closed;

  /// One open answer.
  final class Ticket implements AutoCloseable {
    private long seen;

    private Ticket() {
      lock.lock();
      try {
        seen = publications;
      } finally {
        lock.unlock();
      }
    }

    /// Waits until there is something new or the time is over.
    ///
    /// @return whether to go on; false when the server stops
    boolean await(Duration atMost) {
      lock.lock();
      try {
        long left = atMost.toNanos();
        while (!closed && publications == seen && left > 0) {
          left = changed.awaitNanos(left);
        }
        seen = publications;
        return !closed;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        open.decrementAndGet();
        ended.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /// @throws Refusal when too many are open
  Ticket open() {
    if (open.incrementAndGet() > OPEN_MAX) {
      open.decrementAndGet();
      throw Refusal.tooMany("too many open streams");
    }
    return new Ticket();
  }

  int count() {
    return open.get();
  }

  void wake() {
    lock.lock();
    try {
      publications++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /// Ends them all, and gives them a moment to say so.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      long left = LAST_WORDS.toNanos();
      while (open.get() > 0 && left > 0) {
        left = ended.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }
}
