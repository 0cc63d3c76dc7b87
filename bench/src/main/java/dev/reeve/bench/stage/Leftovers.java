package dev.reeve.bench.stage;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// What must not outlive this Java, even where it is told to end in the middle of a measurement.
/// What was made last goes first, one at a time.
final class Leftovers {
  private static final Deque<AutoCloseable> ALL = new ArrayDeque<>();

  static {
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(Leftovers::closeAll));
  }

  private Leftovers() {}

  interface Work {
    void run() throws IOException;
  }

  static synchronized void add(AutoCloseable made) {
    ALL.push(made);
  }

  /// Closes it unless that was done before, or is being done at the end of this Java.
  ///
  /// @param work what closing it is
  static synchronized void close(AutoCloseable made, Work work) throws IOException {
    if (ALL.remove(made)) {
      work.run();
    }
  }

  private static synchronized Optional<AutoCloseable> last() {
    return Optional.ofNullable(ALL.peek());
  }

  private static void closeAll() {
    for (var each = last(); each.isPresent(); each = last()) {
      try {
        each.get().close();
      } catch (Exception e) {
        System.err.println("not cleaned up: " + e.getMessage());
      }
    }
  }
}
