package dev.reeve.agent.node;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;

/// Everything the engine is told to make one container.
public record ContainerPlan(
    String name,
    String image,
    SortedMap<String, String> labels,
    Program program,
    Network network,
    Limits limits,
    Rights rights,
    List<Mount> mounts,
    List<NodeDevice> devices) {
  public ContainerPlan {
    mounts = List.copyOf(mounts);
    devices = List.copyOf(devices);
  }

  /// @param entrypoint replaces the image's; empty leaves it
  /// @param command replaces the image's; empty leaves it
  /// @param init whether the engine puts a small init before the process, so that signals and
  ///   orphans are handled whatever the image runs
  public record Program(
      List<String> entrypoint,
      List<String> command,
      List<String> env,
      Optional<String> workingDir,
      Optional<String> user,
      boolean stdin,
      boolean stdinOnce,
      boolean tty,
      boolean init,
      Optional<String> stopSignal) {
    public Program {
      entrypoint = List.copyOf(entrypoint);
      command = List.copyOf(command);
      env = List.copyOf(env);
    }

    static Program plain(List<String> entrypoint) {
      return new Program(
          entrypoint,
          List.of(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          false,
          false,
          false,
          false,
          Optional.empty());
    }
  }

  /// @param mode a network's name, `host`, or `container:<id>`
  /// @param ipc whose shared memory it sees: `container:<id>`, `host`, `shareable`
  /// @param pid whose processes it sees: `container:<id>`, `host`
  public record Network(
      String mode,
      Optional<String> hostname,
      Resolver resolver,
      List<String> hosts,
      List<PortBinding> ports,
      Optional<String> ipc,
      Optional<String> pid,
      SortedMap<String, String> sysctls) {
    public Network {
      hosts = List.copyOf(hosts);
      ports = List.copyOf(ports);
    }
  }

  /// How names are resolved. What is empty is as the node has it.
  public record Resolver(List<String> servers, List<String> searches, List<String> options) {
    static final Resolver OF_THE_NODE = new Resolver(List.of(), List.of(), List.of());

    public Resolver {
      servers = List.copyOf(servers);
      searches = List.copyOf(searches);
      options = List.copyOf(options);
    }
  }

  /// A port of the node that leads into the container. `protocol` is in lower case.
  public record PortBinding(String hostIp, int hostPort, int containerPort, String protocol) {}

  /// What a process may take: the bound that holds, and the one up to which it may raise that.
  public record Ulimit(String name, long soft, long hard) {}

  public record Limits(
      OptionalLong cpuShares,
      OptionalLong nanoCpus,
      OptionalLong memoryBytes,
      int oomScoreAdj,
      OptionalLong shmBytes,
      List<Ulimit> ulimits) {
    public Limits {
      ulimits = List.copyOf(ulimits);
    }

    static Limits none() {
      return new Limits(
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          0,
          OptionalLong.empty(),
          List.of());
    }
  }

  /// @param options security options as the engine spells them
  public record Rights(
      boolean privileged,
      boolean readOnlyRoot,
      List<String> addCapabilities,
      List<String> dropCapabilities,
      List<String> groups,
      List<String> options) {
    public Rights {
      addCapabilities = List.copyOf(addCapabilities);
      dropCapabilities = List.copyOf(dropCapabilities);
      groups = List.copyOf(groups);
      options = List.copyOf(options);
    }

    static Rights usual() {
      return new Rights(false, false, List.of(), List.of(), List.of(), List.of());
    }
  }

  /// A folder or file of the node, or a volume of the engine, seen inside.
  ///
  /// @param source a path, or the volume's name
  /// @param propagation `rprivate`, `rslave` or `rshared`; for a volume `nocopy`: it begins empty,
  ///   whatever the image has there
  public record Mount(String source, String target, boolean readOnly, String propagation) {
    static Mount ofVolume(String name, String target, boolean readOnly) {
      return new Mount(name, target, readOnly, "nocopy");
    }
  }
}
