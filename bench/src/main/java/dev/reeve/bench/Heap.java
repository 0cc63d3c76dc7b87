package dev.reeve.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/// What is in use, and what was spent.
public final class Heap {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private Heap() {}

  /// Bytes that are reachable, after a collection.
  public static long live() {
    System.gc();
    return used();
  }

  public static long used() {
    var runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /// CPU time of the calling thread, in nanoseconds.
  public static long cpuNanos() {
    return THREADS.getCurrentThreadCpuTime();
  }
}
