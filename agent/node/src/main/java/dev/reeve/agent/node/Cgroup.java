package dev.reeve.agent.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The counters of one container's cgroup, of the first or the second version.
///
/// @param cpu holds a number of nanoseconds, or among others one of microseconds
/// @param memory holds a number of bytes
/// @param memoryStatistics names how much of that is files that are not in use
record Cgroup(Path cpu, Path memory, Path memoryStatistics) {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");
  private static final Path PROCESSES = Path.of("/proc");

  /// Empty where it is not to be found: the engine runs elsewhere, or its files are hidden.
  static Optional<Cgroup> of(String container, int process) {
    return of(container, process, ROOT, PROCESSES);
  }

  static Optional<Cgroup> of(String container, int process, Path root, Path processes) {
    var first = find(root, "cpuacct", container, process, processes);
    var memory = find(root, "memory", container, process, processes);
    if (first.isPresent() && memory.isPresent()) {
      return Optional.of(
          new Cgroup(
              first.get().resolve("cpuacct.usage"),
              memory.get().resolve("memory.usage_in_bytes"),
              memory.get().resolve("memory.stat")));
    }
    return find(root, "", container, process, processes)
        .filter(it -> Files.exists(it.resolve("cpu.stat")))
        .map(it ->
            new Cgroup(
                it.resolve("cpu.stat"), it.resolve("memory.current"), it.resolve("memory.stat")));
  }

  /// @param controller of the first version; empty for the second
  private static Optional<Path> find(
      Path root, String controller, String container, int process, Path processes) {
    var candidates = new ArrayList<String>();
    for (String line : lines(processes.resolve(process + "/cgroup"))) {
      // Such as `4:cpu,cpuacct:/docker/4f2a…`.
      var parts = line.split(":", 3);
      // Seen from within another namespace it is another process, or the path leads nowhere.
      if (parts.length == 3
          && parts[2].contains(container)
          && List.of(parts[1].split(",", -1)).contains(controller)) {
        candidates.add(parts[2]);
      }
    }
    candidates.add("/docker/" + container);
    candidates.add("/system.slice/docker-" + container + ".scope");
    for (String candidate : candidates) {
      var folder = root.resolve(controller).resolve(candidate.substring(1)).normalize();
      if (Files.isDirectory(folder)) {
        return Optional.of(folder);
      }
    }
    return Optional.empty();
  }

  OptionalLong cpuNanos() {
    var lines = lines(cpu);
    var micros = value(lines, "usage_usec");
    if (micros.isPresent()) {
      return OptionalLong.of(micros.getAsLong() * 1000);
    }
    return lines.size() == 1 ? number(lines.getFirst()) : OptionalLong.empty();
  }

  /// The working set, as Kubernetes counts it: all but pages of files that are not in use.
  OptionalLong memoryBytes() {
    var used = lines(memory).stream().findFirst().map(Cgroup::number);
    if (used.isEmpty() || used.get().isEmpty()) {
      return OptionalLong.empty();
    }
    var statistics = lines(memoryStatistics);
    long inactive =
        value(statistics, "total_inactive_file")
            .orElseGet(() -> value(statistics, "inactive_file").orElse(0));
    return OptionalLong.of(Math.max(0, used.get().getAsLong() - inactive));
  }

  private static OptionalLong value(List<String> lines, String name) {
    for (String line : lines) {
      if (line.startsWith(name + " ")) {
        return number(line.substring(name.length() + 1));
      }
    }
    return OptionalLong.empty();
  }

  private static OptionalLong number(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text.strip()));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /// None where the file is gone, with its container.
  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
