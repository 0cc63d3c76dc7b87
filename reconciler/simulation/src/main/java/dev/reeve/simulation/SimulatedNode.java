package dev.reeve.simulation;

import dev.reeve.agent.mind.FoundContainer;
import dev.reeve.agent.mind.NodeEffect;
import dev.reeve.agent.mind.NodeEvent;
import dev.reeve.agent.mind.NodeMind;
import dev.reeve.agent.mind.PodProgram;
import dev.reeve.agent.mind.RouteTable;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.ImagePin;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.ReleaseText;
import dev.reeve.core.protocol.VolumeOrder;
import dev.reeve.simulation.Manifests.Flavour;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A node: the real mind of the agent over a simulated engine and disk. The engine's containers
/// outlive the agent's process, and the disk outlives both.
final class SimulatedNode {
  /// A container of the simulated engine.
  static final class Container {
    final String id;
    final String uid;
    final String pod;
    final ObjectKey workload;
    final String release;
    final String commit;
    final String name;
    final int attempt;
    boolean running = true;
    int exitCode;
    final Instant startedAt;
    Optional<Instant> finishedAt = Optional.empty();
    final Flavour flavour;
    final List<VolumeOrder> volumes;

    /// The ConfigMap that it sees, by its content's name.
    final String config;

    /// Which one its image is.
    final String image;

    private Container(
        String id,
        PodOrder pod,
        String name,
        int attempt,
        Flavour flavour,
        String config,
        String image,
        Instant startedAt) {
      this.id = id;
      this.config = config;
      this.image = image;
      uid = pod.uid();
      this.pod = pod.name();
      workload = pod.workload();
      release = pod.release();
      commit = pod.commit();
      volumes = pod.volumes();
      this.name = name;
      this.attempt = attempt;
      this.flavour = flavour;
      this.startedAt = startedAt;
    }

    boolean isSandbox() {
      return name.isEmpty();
    }
  }

  final String name;
  final NodeInfo info;
  NodeMind mind;
  int boots;
  boolean powered = true;
  boolean engineUp = true;
  boolean connected;
  boolean hasCertificate;
  private int tokens = 1;
  Instant unreachableUntil = Instant.EPOCH;
  boolean loseNextMessage;
  final SortedMap<String, Container> containers = new TreeMap<>();
  private final SortedMap<String, Flavour> flavours = new TreeMap<>();
  private final SortedMap<String, String> configs = new TreeMap<>();
  private final SortedMap<String, String> flags = new TreeMap<>();
  private NodeEffect.Save disk = new NodeEffect.Save(0, 0, List.of());
  private RouteTable routesOnDisk = RouteTable.NONE;
  private long nextContainer;

  /// By which its kernel sends traffic.
  RouteTable routes = RouteTable.NONE;

  /// The token that it would join with.
  String token() {
    return name + "-token" + tokens;
  }

  /// A person makes a new one.
  void renewToken() {
    tokens++;
  }

  SimulatedNode(String name) {
    this.name = name;
    var labels = new TreeMap<String, String>();
    labels.put("kubernetes.io/hostname", name);
    info =
        new NodeInfo(
            new Resources(CAPACITY, 8L << 30),
            30,
            labels,
            address(Integer.parseInt(name.substring(1))),
            Collections.emptySortedMap());
    mind = new NodeMind(name + "-0");
  }

  /// One has none that others reach it at, as the only node of a cluster may.
  private static String address(int number) {
    return number == 0 ? "" : "10.1.0." + (1 + number);
  }

  /// Thousandths of a core that pods may ask of it together.
  static final int CAPACITY = 1_600;

  /// A new process of the agent: it knows what is on disk, and nothing else.
  List<NodeEvent> boot() {
    boots++;
    mind = new NodeMind(name + "-" + boots);
    var programs = new TreeMap<String, PodProgram>();
    disk.pods().forEach(pod -> programs.put(pod.release(), program(flavours.get(pod.release()))));
    var events = new ArrayList<NodeEvent>();
    events.add(
        new NodeEvent.Restored(
            info, disk.epoch(), disk.generation(), disk.pods(), programs, routesOnDisk));
    if (engineUp) {
      events.add(new NodeEvent.Found(list()));
    }
    return events;
  }

  void save(RouteTable table) {
    routesOnDisk = table;
  }

  void save(NodeEffect.Save save) {
    disk = save;
  }

  /// The programs of the releases that came with an order, kept as the agent keeps their texts.
  SortedMap<String, PodProgram> programs(Order order) {
    var programs = new TreeMap<String, PodProgram>();
    for (ReleaseText text : order.releases()) {
      var flavour = Flavour.valueOf(text.template().toUtf8());
      flavours.put(text.hash(), flavour);
      flags.remove(text.hash());
      for (ConfigUse use : text.config()) {
        if (use.key().equals(Manifests.FLAGS)) {
          flags.put(text.hash(), use.hash());
        } else if (use.key().kind().equals("ConfigMap")) {
          configs.put(text.hash(), use.hash());
        }
      }
      programs.put(text.hash(), program(flavour));
    }
    return programs;
  }

  private static PodProgram program(@org.jspecify.annotations.Nullable Flavour flavour) {
    boolean ends = flavour == Flavour.ENDING;
    var readiness =
        new PodProgram.Probe(
            Duration.ofMillis(200),
            Duration.ofSeconds(5),
            Duration.ofSeconds(1),
            1,
            3,
            Optional.empty());
    return new PodProgram(
        List.of(),
        List.of(
            new PodProgram.Container(
                "app",
                String.valueOf(flavour),
                PodProgram.PullPolicy.IF_NOT_PRESENT,
                false,
                Optional.empty(),
                Optional.empty(),
                ends ? Optional.empty() : Optional.of(readiness))),
        ends ? PodProgram.RestartPolicy.NEVER : PodProgram.RestartPolicy.ALWAYS,
        Duration.ofSeconds(2),
        Optional.empty());
  }

  /// What running pods of a release see of the live ConfigMap: their files change at once.
  String flags(String release) {
    return flags.getOrDefault(release, "");
  }

  Flavour flavour(String release) {
    return flavours.getOrDefault(release, Flavour.GOOD);
  }

  Optional<PodOrder> ordered(String uid) {
    return disk.pods().stream().filter(it -> it.uid().equals(uid)).findFirst();
  }

  /// Which one a pod's image must be, as its order says.
  Optional<String> pin(String uid, String image) {
    return ordered(uid).stream()
        .flatMap(it -> it.images().stream())
        .filter(it -> it.image().equals(image))
        .map(ImagePin::id)
        .findFirst();
  }

  Container run(PodOrder pod, String container, int attempt, String image, Instant now) {
    nextContainer++;
    var id = name + "-c" + nextContainer;
    var made =
        new Container(
            id,
            pod,
            container,
            attempt,
            flavour(pod.release()),
            configs.getOrDefault(pod.release(), ""),
            image,
            now);
    containers.put(id, made);
    return made;
  }

  void stop(Container container, int exitCode, Instant now) {
    container.running = false;
    container.exitCode = exitCode;
    container.finishedAt = Optional.of(now);
  }

  List<Container> of(String uid) {
    return containers.values().stream().filter(it -> it.uid.equals(uid)).toList();
  }

  List<FoundContainer> list() {
    var found = new ArrayList<FoundContainer>();
    for (Container it : containers.values()) {
      found.add(
          new FoundContainer(
              it.id,
              it.uid,
              it.pod,
              it.workload,
              it.release,
              it.commit,
              it.name,
              it.attempt,
              it.running ? FoundContainer.State.RUNNING : FoundContainer.State.EXITED,
              it.flavour.name(),
              it.image,
              it.isSandbox() ? "10.0.0.1" : "",
              Optional.of(it.startedAt),
              it.finishedAt,
              it.exitCode,
              false,
              ""));
    }
    return found;
  }

  /// Running app containers, which is what users see.
  List<Container> running() {
    return containers.values().stream().filter(it -> it.running && !it.isSandbox()).toList();
  }
}
