package dev.reeve.bench;

import java.util.function.Consumer;

/// One piece of work that is measured.
public interface Benchmark {
  String name();

  /// What is done, in one line.
  String work();

  /// Does it.
  ///
  /// @param progress told what is being done, a line at a time
  /// @throws Exception where the work itself does not come to its end
  Result run(Settings settings, Consumer<String> progress) throws Exception;

  /// @param runs how often each figure is measured; the median counts
  /// @param share of the full size, in percent
  record Settings(int runs, int share) {
    /// A number of things at this share of the full size; at least one.
    public int of(int full) {
      return Math.max(1, (int) ((long) full * share / 100));
    }
  }
}
