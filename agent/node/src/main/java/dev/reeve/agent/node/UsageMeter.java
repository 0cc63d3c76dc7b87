package dev.reeve.agent.node;

import dev.reeve.core.protocol.NodeUsage;
import dev.reeve.core.protocol.NodeUsage.ContainerUsage;
import dev.reeve.core.protocol.NodeUsage.PodUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Measures what pods and their node use, by the counters that the kernel keeps anyway: one listing
/// of the engine and a few small files for each container. The engine's own statistics take it a
/// second for each.
///
/// CPU is a mean since the measurement before, so a container has none at its first. Confined to
/// one thread.
final class UsageMeter {
  private static final Logger LOG = LoggerFactory.getLogger(UsageMeter.class);

  private final Engine engine;
  private final Map<String, String> labels;
  private final Map<String, Watched> watched = new HashMap<>();
  private Counter node = new Counter(0, System.nanoTime());
  private boolean isWarned;

  /// A container and how its counter stood.
  private record Watched(Optional<Cgroup> cgroup, OptionalLong cpuNanos, long at) {}

  private record Counter(long cpuNanos, long at) {}

  UsageMeter(Engine engine, Map<String, String> labels) {
    this.engine = engine;
    this.labels = labels;
    HostUsage.cpuNanos().ifPresent(it -> node = new Counter(it, System.nanoTime()));
  }

  NodeUsage measure() throws EngineException {
    var running = engine.running(labels);
    watched.keySet().retainAll(running.keySet());
    var pods = new TreeMap<String, Optional<List<ContainerUsage>>>();
    for (Map.Entry<String, Map<String, String>> each : running.entrySet()) {
      var uid = each.getValue().getOrDefault(Labels.POD_UID, "");
      var name = each.getValue().getOrDefault(Labels.CONTAINER, "");
      if (uid.isEmpty() || name.isEmpty() || name.equals(Labels.SANDBOX)) {
        continue;
      }
      var usage = measure(each.getKey(), name);
      // A pod that is measured in part only would seem to use less than it does.
      pods.merge(uid, usage.map(List::of), UsageMeter::both);
    }
    var measured = new ArrayList<PodUsage>();
    pods.forEach((uid, usage) -> usage.ifPresent(it -> measured.add(new PodUsage(uid, it))));
    return ofNode(measured);
  }

  private static Optional<List<ContainerUsage>> both(
      Optional<List<ContainerUsage>> some, Optional<List<ContainerUsage>> more) {
    if (some.isEmpty() || more.isEmpty()) {
      return Optional.empty();
    }
    var all = new ArrayList<>(some.get());
    all.addAll(more.get());
    return Optional.of(all);
  }

  private Optional<ContainerUsage> measure(String id, String name) throws EngineException {
    var before = watched.get(id);
    var cgroup = before == null ? find(id) : before.cgroup();
    var cpu = cgroup.map(Cgroup::cpuNanos).orElseGet(OptionalLong::empty);
    var memory = cgroup.map(Cgroup::memoryBytes).orElseGet(OptionalLong::empty);
    long now = System.nanoTime();
    watched.put(id, new Watched(cgroup, cpu, now));
    if (before == null || before.cpuNanos().isEmpty() || cpu.isEmpty() || memory.isEmpty()) {
      return Optional.empty();
    }
    long used = Math.max(0, cpu.getAsLong() - before.cpuNanos().getAsLong());
    return Optional.of(
        new ContainerUsage(name, millis(used, now - before.at()), memory.getAsLong()));
  }

  private Optional<Cgroup> find(String id) throws EngineException {
    var container = engine.container(id);
    var cgroup = container.flatMap(it -> Cgroup.of(id, it.process()));
    if (container.isPresent() && cgroup.isEmpty() && !isWarned) {
      isWarned = true;
      LOG.warn(
          "the cgroup of container {} is not found: what containers use is not measured; the agent"
              + " needs the engine's /proc and /sys/fs/cgroup",
          id);
    }
    return cgroup;
  }

  private NodeUsage ofNode(List<PodUsage> pods) {
    long now = System.nanoTime();
    long elapsed = now - node.at();
    var cpu = HostUsage.cpuNanos();
    long used = cpu.isPresent() ? Math.max(0, cpu.getAsLong() - node.cpuNanos()) : 0;
    node = new Counter(cpu.orElse(0), now);
    return new NodeUsage(
        millis(used, elapsed),
        HostUsage.memoryBytes().orElse(0),
        Duration.ofNanos(elapsed).toMillis(),
        pods);
  }

  /// Thousandths of a core.
  private static long millis(long usedNanos, long elapsedNanos) {
    return elapsedNanos <= 0 ? 0 : Math.round(usedNanos * 1000.0 / elapsedNanos);
  }
}
