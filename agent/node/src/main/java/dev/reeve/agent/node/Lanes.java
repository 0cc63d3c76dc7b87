package dev.reeve.agent.node;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Work in lanes: what has the same name is done one after the other, in order; different names go
/// side by side, each on a virtual thread while there is work.
final class Lanes {
  private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

  private final Map<String, Queue<Runnable>> waiting = new HashMap<>();

  synchronized void run(String lane, Runnable work) {
    var queue = waiting.get(lane);
    if (queue != null) {
      queue.add(work);
      return;
    }
    waiting.put(lane, new ArrayDeque<>());
    Thread.ofVirtual().name("pod-" + lane).start(() -> drive(lane, work));
  }

  private void drive(String lane, Runnable first) {
    for (Runnable work = first; work != null; work = next(lane)) {
      try {
        work.run();
      } catch (RuntimeException e) {
        LOG.error("work for pod {} failed", lane, e);
      }
    }
  }

  private synchronized @Nullable Runnable next(String lane) {
    var queue = waiting.get(lane);
    var work = queue == null ? null : queue.poll();
    if (work == null) {
      waiting.remove(lane);
      notifyAll();
    }
    return work;
  }

  synchronized boolean isIdle() {
    return waiting.isEmpty();
  }

  synchronized boolean isBusy(String lane) {
    return waiting.containsKey(lane);
  }

  /// Waits until nothing is under way, but no longer than this.
  synchronized void awaitIdle(java.time.Duration limit) throws InterruptedException {
    long until = System.nanoTime() + limit.toNanos();
    while (!waiting.isEmpty()) {
      long left = (until - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return;
      }
      wait(left);
    }
  }
}
