package dev.reeve.bench.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a process has of the machine, as the kernel says it in `/proc`.
///
/// @param resident in mebibytes
/// @param peak the most that was ever resident
/// @param cpuSeconds spent since it was started
public record ProcessUse(double resident, double peak, double cpuSeconds) {
  /// What the kernel counts in towards user space, on every architecture.
  private static final double TICKS_PER_SECOND = 100;

  private static final Pattern GENERATION = Pattern.compile("total .*?used (\\d+)K");

  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;

  public static ProcessUse of(long pid) throws IOException {
    var folder = Path.of("/proc", Long.toString(pid));
    return read(
        Files.readAllLines(folder.resolve("status")), Files.readString(folder.resolve("stat")));
  }

  static ProcessUse read(List<String> status, String stat) {
    // The name in brackets may hold anything, brackets and blanks too.
    var fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
    return new ProcessUse(
        mebibytes(status, "VmRSS:"),
        mebibytes(status, "VmHWM:"),
        (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]))
            / TICKS_PER_SECOND);
  }

  private static double mebibytes(List<String> status, String name) {
    return status.stream()
        .filter(it -> it.startsWith(name))
        .mapToDouble(it -> Double.parseDouble(it.replaceAll("[^0-9]", "")) / 1024)
        .findFirst()
        .orElse(0);
  }

  /// The part of a Java process's heap that is in use, in mebibytes; empty where this Java brings
  /// no `jcmd` to ask.
  public static Optional<Double> heap(long pid) throws IOException {
    var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    return Files.isExecutable(jcmd)
        ? Optional.of(heap(Shell.run(jcmd.toString(), Long.toString(pid), "GC.heap_info")))
        : Optional.empty();
  }

  /// A line for each generation, or one for all.
  static double heap(String told) {
    return GENERATION.matcher(told).results().mapToLong(it -> Long.parseLong(it.group(1))).sum()
        / 1024.0;
  }
}
