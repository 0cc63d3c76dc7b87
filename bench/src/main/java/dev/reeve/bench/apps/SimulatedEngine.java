package dev.reeve.bench.apps;

import dev.reeve.agent.node.ContainerPlan;
import dev.reeve.agent.node.Engine;
import dev.reeve.agent.node.EngineException;
import dev.reeve.agent.node.EngineException.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// An engine that has every image, and on which whatever is asked for is done at once. Nothing runs
/// in it.
final class SimulatedEngine implements Engine {
  private static final long MEMORY = 256L << 30;
  private static final int CPUS = 64;

  private final Map<String, EngineContainer> containers = new ConcurrentHashMap<>();
  private final AtomicInteger made = new AtomicInteger();

  @Override
  public void ping() {}

  @Override
  public Facts facts() {
    return new Facts(CPUS, MEMORY, "simulated", "simulated", "linux", "x86_64", "1", List.of());
  }

  @Override
  public List<EngineContainer> containers(Map<String, String> labels) {
    return containers.values().stream()
        .filter(it -> it.labels().entrySet().containsAll(labels.entrySet()))
        .toList();
  }

  @Override
  public SortedMap<String, Map<String, String>> running(Map<String, String> labels) {
    var running = new TreeMap<String, Map<String, String>>();
    containers(labels).stream()
        .filter(EngineContainer::isRunning)
        .forEach(it -> running.put(it.id(), it.labels()));
    return running;
  }

  @Override
  public Optional<EngineContainer> container(String idOrName) {
    return Optional.ofNullable(containers.get(idOrName));
  }

  @Override
  public String create(ContainerPlan plan) {
    var id = "%064x".formatted(made.incrementAndGet());
    boolean isJoining = plan.network().mode().startsWith("container:");
    containers.put(
        id,
        new EngineContainer(
            id,
            plan.name(),
            plan.labels(),
            EngineContainer.State.CREATED,
            plan.image(),
            "sha256:" + "0".repeat(64),
            isJoining ? List.of() : List.of("10.0.0.1"),
            0,
            Optional.empty(),
            Optional.empty(),
            0,
            false));
    return id;
  }

  @Override
  public void start(String id) throws EngineException {
    var it = containers.get(id);
    if (it == null) {
      throw new EngineException(Kind.NOT_FOUND, "no container " + id);
    }
    containers.put(
        id,
        new EngineContainer(
            id,
            it.name(),
            it.labels(),
            EngineContainer.State.RUNNING,
            it.image(),
            it.imageId(),
            it.ips(),
            0,
            Optional.of(Instant.now()),
            Optional.empty(),
            0,
            false));
  }

  @Override
  public void stop(String id, Duration grace) {
    containers.remove(id);
  }

  @Override
  public void remove(String id) {
    containers.remove(id);
  }

  @Override
  public Optional<Image> image(String reference) {
    return Optional.of(new Image("sha256:" + "0".repeat(64), "", List.of()));
  }

  @Override
  public List<ListedImage> images() {
    return List.of();
  }

  @Override
  public void pull(String reference, Optional<RegistryLogin> login, Duration limit) {}

  @Override
  public void importImage(byte[] tar, String repository, String tag) {}

  /// Every probe is passed.
  @Override
  public ExecResult exec(String id, List<String> command, Duration limit) {
    return new ExecResult(0, "");
  }

  @Override
  public AutoCloseable logs(
      String id, LogQuery query, Consumer<byte[]> sink, Consumer<Optional<String>> end) {
    end.accept(Optional.empty());
    return () -> {};
  }

  @Override
  public AutoCloseable events(
      Map<String, String> labels, Instant since, Consumer<EngineEvent> sink, Runnable end) {
    return () -> {};
  }

  @Override
  public void ensureVolume(
      String name, String driver, Map<String, String> options, Map<String, String> labels) {}

  @Override
  public Optional<EngineVolume> volume(String name) {
    return Optional.empty();
  }

  @Override
  public List<String> volumes(Map<String, String> labels) {
    return List.of();
  }

  @Override
  public void removeVolume(String name) {}

  @Override
  public void ensureNetwork(String name, Map<String, String> labels) {}

  @Override
  public void removeNetworks(Map<String, String> labels) {}

  @Override
  public void close() {
    containers.clear();
  }
}
