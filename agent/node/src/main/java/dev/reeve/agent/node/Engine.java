package dev.reeve.agent.node;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;

/// A container engine, by what a node needs of it. Every call ends within a time limit; what did
/// not work is an [EngineException] that says what kind of trouble it is. Safe for many threads.
public interface Engine extends AutoCloseable {

  void ping() throws EngineException;

  Facts facts() throws EngineException;

  /// All containers that carry these labels, in whatever state, with all their details.
  List<EngineContainer> containers(Map<String, String> labels) throws EngineException;

  /// Those of them that run, with no more than the engine has at hand: ids, each with its labels.
  SortedMap<String, Map<String, String>> running(Map<String, String> labels) throws EngineException;

  Optional<EngineContainer> container(String idOrName) throws EngineException;

  /// @return the id of the container, which is not started yet
  String create(ContainerPlan plan) throws EngineException;

  void start(String id) throws EngineException;

  /// Asks it to end, and kills it when `grace` has passed. One that does not run is left alone.
  void stop(String id, Duration grace) throws EngineException;

  /// Removes it, running or not. One that does not exist is left alone.
  void remove(String id) throws EngineException;

  Optional<Image> image(String reference) throws EngineException;

  /// All images that have a name.
  List<ListedImage> images() throws EngineException;

  void pull(String reference, Optional<RegistryLogin> login, Duration limit) throws EngineException;

  /// Makes an image of one layer from a tar of a root filesystem.
  void importImage(byte[] tar, String repository, String tag) throws EngineException;

  /// Runs a command in a container. Output is cut to a length that fits a message.
  ExecResult exec(String id, List<String> command, Duration limit) throws EngineException;

  /// Follows or reads a log until its end, or until the returned handle is closed.
  ///
  /// @param sink is given whole pieces as they come, of stdout and stderr as they were written
  /// @param end is told once, with the reason if it is not the log's own end
  AutoCloseable logs(
      String id, LogQuery query, Consumer<byte[]> sink, Consumer<Optional<String>> end)
      throws EngineException;

  /// Reports what happens to containers that carry these labels, from `since` on, until the handle
  /// is closed or the engine goes away.
  ///
  /// @param end is told once, when no more events will come
  AutoCloseable events(
      Map<String, String> labels, Instant since, Consumer<EngineEvent> sink, Runnable end)
      throws EngineException;

  /// Makes a volume of this name unless there is one.
  ///
  /// @param driver the plugin that makes it
  void ensureVolume(
      String name, String driver, Map<String, String> options, Map<String, String> labels)
      throws EngineException;

  /// Empty where there is none.
  Optional<EngineVolume> volume(String name) throws EngineException;

  /// All volumes that carry these labels.
  List<String> volumes(Map<String, String> labels) throws EngineException;

  /// Removes it with all that is in it. One that does not exist is left alone.
  void removeVolume(String name) throws EngineException;

  /// Makes a bridge network of this name unless there is one.
  void ensureNetwork(String name, Map<String, String> labels) throws EngineException;

  /// Removes all networks that carry these labels.
  void removeNetworks(Map<String, String> labels) throws EngineException;

  @Override
  void close();

  /// @param folder where the node sees what is in it; empty where it does only while it is used
  record EngineVolume(
      String name, String driver, SortedMap<String, String> labels, String folder) {}

  /// What the machine and its engine are.
  ///
  /// @param runtimes by which the engine can run containers
  record Facts(
      int cpus,
      long memoryBytes,
      String kernel,
      String operatingSystem,
      String osType,
      String architecture,
      String version,
      List<String> runtimes) {
    public Facts {
      runtimes = List.copyOf(runtimes);
    }
  }

  /// @param user the one the image runs as: name, uid or `uid:gid`; empty for root
  /// @param digests as registries know it, `name@sha256:…` each; none where it came from none
  record Image(String id, String user, List<String> digests) {
    public Image {
      digests = List.copyOf(digests);
    }
  }

  /// @param names its tags, and the digests by which registries know it
  record ListedImage(List<String> names, long bytes) {
    public ListedImage {
      names = List.copyOf(names);
    }
  }

  record RegistryLogin(String registry, String user, String password) {
    /// A password is never shown.
    @Override
    public String toString() {
      return user + "@" + registry;
    }
  }

  record ExecResult(int exitCode, String output) {}

  /// @param tail how many of the last lines; -1 for all
  /// @param sinceSeconds only lines of so many seconds back; 0 for all
  record LogQuery(boolean follow, boolean timestamps, int tail, int sinceSeconds) {}

  /// Something that happened to a container.
  record EngineEvent(Kind kind, String id, int exitCode, Instant at) {
    public enum Kind {
      STARTED,
      DIED
    }
  }

  /// A container as the engine describes it.
  ///
  /// @param ips its addresses in the networks it is a member of
  /// @param process its first one; zero where it does not run
  record EngineContainer(
      String id,
      String name,
      SortedMap<String, String> labels,
      State state,
      String image,
      String imageId,
      List<String> ips,
      int process,
      Optional<Instant> startedAt,
      Optional<Instant> finishedAt,
      int exitCode,
      boolean oomKilled) {
    public enum State {
      CREATED,
      RUNNING,
      EXITED
    }

    public boolean isRunning() {
      return state == State.RUNNING;
    }
  }
}
