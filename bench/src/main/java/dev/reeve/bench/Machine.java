package dev.reeve.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the figures were measured on.
final class Machine {
  private Machine() {}

  static String told() {
    return "  on %d cores (%s), load %.1f, Java %s with up to %d MiB of heap"
        .formatted(
            cores(),
            processor(),
            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
            Runtime.version().feature(),
            Runtime.getRuntime().maxMemory() >> 20);
  }

  static void json(ObjectNode json) {
    json.put("cores", cores())
        .put("processor", processor())
        .put("load", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage())
        .put("java", Runtime.version().toString())
        .put("maxHeapMiB", Runtime.getRuntime().maxMemory() >> 20);
  }

  private static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static String processor() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
        if (line.startsWith("model name")) {
          return line.substring(line.indexOf(':') + 1).trim();
        }
      }
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
    return System.getProperty("os.arch");
  }
}
