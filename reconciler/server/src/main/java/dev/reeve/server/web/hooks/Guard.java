package dev.reeve.server.web.hooks;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Remembers who knocked and with what: nobody too often, nothing twice. Time is handed in, so that
/// a test need not wait. Safe for any thread.
public final class Guard {
  private static final int KNOCKS_MAX = 30;
  private static final Duration KNOCKS_WITHIN = Duration.ofMinutes(1);
  private static final Duration REMEMBERED = Duration.ofHours(1);
  private static final int SOURCES_MAX = 10_000;

  private final Map<String, Deque<Long>> knocks = new LinkedHashMap<>(16, 0.75f, true);

  /// By id, in the order they came. At most as many as the rate lets through in an hour.
  private final Map<String, Long> seen = new LinkedHashMap<>();

  /// Whether this source may knock now.
  ///
  /// @param nanos of a clock that never runs back
  public synchronized boolean admits(String source, long nanos) {
    Deque<Long> times = knocks.computeIfAbsent(source, it -> new ArrayDeque<>());
    while (!times.isEmpty() && nanos - times.peekFirst() >= KNOCKS_WITHIN.toNanos()) {
      times.removeFirst();
    }
    if (knocks.size() > SOURCES_MAX) {
      Iterator<String> eldest = knocks.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
    if (times.size() >= KNOCKS_MAX) {
      return false;
    }
    times.addLast(nanos);
    return true;
  }

  /// Whether this delivery comes for the first time. Only signed ones are asked about, so that
  /// nobody else can fill the memory.
  public synchronized boolean isNew(String deliveryId, long nanos) {
    Iterator<Long> times = seen.values().iterator();
    while (times.hasNext() && nanos - times.next() >= REMEMBERED.toNanos()) {
      times.remove();
    }
    return seen.putIfAbsent(deliveryId, nanos) == null;
  }
}
