package dev.reeve.agent.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// What the machine uses as a whole, as the kernel tells it.
final class HostUsage {
  /// The kernel counts time in hundredths of a second, whatever its own clock does.
  private static final long NANOS_OF_TICK = 10_000_000;

  /// Where it says how long it had nothing to do, and how long it waited for disks.
  private static final List<Integer> IDLE = List.of(4, 5);

  /// What virtual machines used is in the time of their hosts' programs already.
  private static final int LAST = 8;

  private HostUsage() {}

  /// Time in which something ran, over all cores.
  static OptionalLong cpuNanos() {
    try (var lines = Files.lines(Path.of("/proc/stat"))) {
      var words = lines.findFirst().orElse("").split(" +");
      long ticks = 0;
      for (int i = 1; i < words.length && i <= LAST; i++) {
        ticks += IDLE.contains(i) ? 0 : Long.parseLong(words[i]);
      }
      return OptionalLong.of(ticks * NANOS_OF_TICK);
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /// What cannot be given back at once.
  static OptionalLong memoryBytes() {
    try {
      Map<String, Long> kibibytes = new HashMap<>();
      for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
        var words = line.split("[: ]+");
        if (words.length >= 2) {
          kibibytes.put(words[0], Long.parseLong(words[1]));
        }
      }
      return OptionalLong.of(
          (kibibytes.getOrDefault("MemTotal", 0L) - kibibytes.getOrDefault("MemAvailable", 0L))
              << 10);
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
