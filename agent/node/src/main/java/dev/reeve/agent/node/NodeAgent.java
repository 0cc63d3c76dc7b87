package dev.reeve.agent.node;

import dev.reeve.agent.mind.FoundContainer;
import dev.reeve.agent.mind.NodeEffect;
import dev.reeve.agent.mind.NodeEvent;
import dev.reeve.agent.mind.NodeMind;
import dev.reeve.agent.node.Engine.EngineContainer;
import dev.reeve.agent.node.Engine.EngineEvent;
import dev.reeve.agent.node.docker.DockerEngine;
import dev.reeve.agent.node.network.PodNetwork;
import dev.reeve.agent.node.network.RoutedNetwork;
import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.wire.FromNode;
import dev.reeve.wire.ToNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The agent of one node. One thread steps the mind with what happened, in the order in which it
/// was heard, and hands what is to be done to the hands. Closing it leaves the containers running.
public final class NodeAgent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeAgent.class);
  private static final Duration SETTLE = Duration.ofSeconds(10);
  private static final Duration ENGINE_RETRY = Duration.ofSeconds(1);
  private static final Duration METERED = Duration.ofSeconds(15);

  /// Of these times the ones at which the images are listed: once a minute.
  private static final int IMAGES_EVERY = 4;

  private static final Path DEV = Path.of("/dev");
  private static final long RESERVED_CPU_MILLIS = 100;
  private static final long MOST_RESERVED_MEMORY = 512L << 20;

  private final Settings settings;
  private final Engine engine;
  private final Link link;
  private final NodeDevices devices;
  private final NodeStore store;
  private final Releases releases;
  private final PodNetwork network;
  private final ClaimedVolumes claimed;
  private final PodMaker maker;
  private final Logs logs;
  private final UsageMeter usage;
  private final EngineWatch watch;
  private final NodeInfo info;
  private final NodeMind mind = new NodeMind(UUID.randomUUID().toString());
  private final BlockingQueue<Input> inputs = new LinkedBlockingQueue<>();
  private final AtomicLong dispatched = new AtomicLong();
  private final Thread loop;

  /// Wall time moves with the monotonic clock, so that a set clock neither hastens nor delays.
  private final Instant startedAt = Instant.now();

  private final long startedNanos = System.nanoTime();

  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean isLinked;

  /// The loop's own: pods that are ordered, and those still being removed.
  private final Map<String, PodOrder> pods = new HashMap<>();

  private Set<String> ordered = Set.of();
  private Optional<Instant> wakeAt = Optional.empty();

  /// What the loop takes in.
  private sealed interface Input {
    record Happened(NodeEvent event) implements Input {}

    record Given(ToNode.Give order) implements Input {}

    record Routed(ToNode.Route route) implements Input {}

    /// A listing counts only if nothing was begun since.
    record Listed(
        List<FoundContainer> containers,
        List<PodNetwork.Found> sandboxes,
        long moment,
        boolean regular)
        implements Input {}
  }

  private NodeAgent(Settings settings, Engine engine, Link link, Engine.Facts facts)
      throws IOException {
    devices = settings.devices().withGpus(facts, DEV);
    this.settings = settings;
    this.engine = engine;
    this.link = link;
    store = new NodeStore(settings);
    releases = new Releases(store);
    info = info(settings, facts, devices);
    network = network(settings, engine);
    claimed = new ClaimedVolumes(settings.cluster(), engine);
    maker =
        new PodMaker(
            settings, engine, releases, info.allocatable(), devices, network, claimed, this::tell);
    logs = new Logs(settings.cluster(), engine, link::send);
    usage = new UsageMeter(engine, Labels.ofCluster(settings.cluster()));
    watch = new EngineWatch(engine, Labels.ofCluster(settings.cluster()), new FromEngine());
    loop = Thread.ofPlatform().name("node-" + settings.node()).unstarted(this::loop);
  }

  private static PodNetwork network(Settings settings, Engine engine) {
    return switch (settings.networking()) {
      case ENGINE -> new EngineNetwork(settings.cluster(), engine);
      case ROUTED ->
          RoutedNetwork.start(
              settings.cluster(), settings.node(), settings.address(), settings.runDir());
    };
  }

  /// Starts the agent on the Docker engine that the settings name. Waits until that engine answers.
  public static NodeAgent start(Settings settings, Link link)
      throws IOException, InterruptedException {
    return start(settings, DockerEngine.at(settings.dockerHost()), link);
  }

  /// @param engine closed with the agent, as is the link
  public static NodeAgent start(Settings settings, Engine engine, Link link)
      throws IOException, InterruptedException {
    var agent = new NodeAgent(settings, engine, link, facts(settings, engine));
    agent.begin();
    return agent;
  }

  private static Engine.Facts facts(Settings settings, Engine engine) throws InterruptedException {
    while (true) {
      try {
        return engine.facts();
      } catch (EngineException e) {
        LOG.warn("waiting for the engine at {}: {}", settings.dockerHost(), e.summary());
        Thread.sleep(ENGINE_RETRY);
      }
    }
  }

  static NodeInfo info(Settings settings, Engine.Facts facts, NodeDevices devices) {
    var architecture =
        switch (facts.architecture()) {
          case "x86_64" -> "amd64";
          case "aarch64" -> "arm64";
          default -> facts.architecture();
        };
    var labels = new TreeMap<String, String>();
    labels.put("kubernetes.io/hostname", settings.node());
    labels.put("kubernetes.io/os", facts.osType().toLowerCase(Locale.ROOT));
    labels.put("kubernetes.io/arch", architecture);
    labels.putAll(settings.labels());
    var details = new TreeMap<String, String>();
    details.put("osImage", facts.operatingSystem());
    details.put("kernelVersion", facts.kernel());
    details.put("containerRuntimeVersion", "docker://" + facts.version());
    details.put("architecture", architecture);
    details.put("operatingSystem", facts.osType().toLowerCase(Locale.ROOT));
    details.put("agentVersion", settings.version());
    return new NodeInfo(
        new Resources(
            Math.max(RESERVED_CPU_MILLIS, facts.cpus() * 1000L - RESERVED_CPU_MILLIS),
            facts.memoryBytes() - Math.min(facts.memoryBytes() / 20, MOST_RESERVED_MEMORY),
            0,
            devices.amounts()),
        settings.maxPods(),
        labels,
        settings.address(),
        details);
  }

  public NodeInfo info() {
    return info;
  }

  private void begin() {
    var kept = store.orders();
    remember(kept.pods());
    tell(
        new NodeEvent.Restored(
            info,
            kept.epoch(),
            kept.generation(),
            kept.pods(),
            releases.programs(),
            store.routes(),
            devices.ids()));
    loop.start();
    // An earlier process may have kept new config, and ended before it was in place.
    kept.pods().forEach(maker::refresh);
    watch.open();
    link.open(new FromControlPlane());
    Thread.ofPlatform().daemon().name("meter").start(this::meter);
  }

  /// Tells what was served and used now and then; not while nobody listens: it is counted on, and
  /// told then.
  private void meter() {
    try {
      lookAtImages();
      for (int i = 1; !closed.await(METERED.toMillis(), TimeUnit.MILLISECONDS); i++) {
        if (i % IMAGES_EVERY == 0) {
          lookAtImages();
        }
        try {
          if (isLinked) {
            network.served().ifPresent(link::send);
            link.send(new FromNode.Used(usage.measure()));
          }
        } catch (EngineException e) {
          LOG.warn("what is used cannot be measured: {}", e.summary());
        } catch (RuntimeException e) {
          LOG.warn("what was served or used cannot be told", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void lookAtImages() {
    try {
      tell(new NodeEvent.ImagesFound(Images.largest(engine.images())));
    } catch (EngineException e) {
      LOG.debug("the images cannot be listed: {}", e.summary());
    } catch (RuntimeException e) {
      // What is metered must go on.
      LOG.warn("the images cannot be listed", e);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    link.close();
    logs.stopAll();
    watch.close();
    loop.interrupt();
    try {
      loop.join(SETTLE.toMillis());
      // What was begun is ended, so that whoever starts next finds whole containers.
      maker.lanes().awaitIdle(SETTLE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    claimed.close();
    network.close();
    engine.close();
  }

  private void tell(NodeEvent event) {
    inputs.add(new Input.Happened(event));
  }

  // --- the loop

  private void loop() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        var input = next();
        if (input.isPresent()) {
          take(input.get());
        } else {
          step(new NodeEvent.Woken());
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException | IOException e) {
        LOG.error("a step failed; the loop goes on", e);
      }
    }
  }

  /// Empty when it is time to wake.
  private Optional<Input> next() throws InterruptedException {
    if (wakeAt.isEmpty()) {
      return Optional.of(inputs.take());
    }
    long millis = Math.max(0, Duration.between(now(), wakeAt.get()).toMillis() + 1);
    return Optional.ofNullable(inputs.poll(millis, TimeUnit.MILLISECONDS));
  }

  private Instant now() {
    return startedAt.plusNanos(System.nanoTime() - startedNanos);
  }

  private void take(Input input) throws IOException {
    switch (input) {
      case Input.Happened(var event) -> {
        step(event);
        if (event instanceof NodeEvent.PodCleared(var uid) && !ordered.contains(uid)) {
          pods.remove(uid);
        }
      }
      case Input.Given(var order) -> {
        var taken = mind.obeys(order.order()) ? releases.take(order) : Releases.Taken.NOTHING;
        remember(order.order().pods());
        step(new NodeEvent.Ordered(order.order(), taken.programs()));
        pods.values().stream()
            .filter(it -> taken.renewed().contains(it.release()))
            .forEach(maker::refresh);
      }
      case Input.Routed(var route) -> {
        network.keep(route.config());
        step(new NodeEvent.Routed(route.routing()));
      }
      case Input.Listed(var containers, var sandboxes, var moment, var regular) -> {
        if (!regular || moment == dispatched.get()) {
          network.found(sandboxes);
          step(new NodeEvent.Found(containers));
        }
      }
    }
  }

  private void remember(List<PodOrder> orders) {
    orders.forEach(it -> pods.put(it.uid(), it));
  }

  private void step(NodeEvent event) {
    wakeAt = Optional.empty();
    for (NodeEffect effect : mind.step(event, now())) {
      try {
        carryOut(effect);
      } catch (RuntimeException | IOException e) {
        LOG.error("not carried out: {}", effect.getClass().getSimpleName(), e);
      }
    }
  }

  private void carryOut(NodeEffect effect) throws IOException {
    switch (effect) {
      case NodeEffect.Pull it -> maker.pull(it, Optional.ofNullable(pods.get(it.uid())));
      case NodeEffect.StartSandbox it -> {
        dispatched.incrementAndGet();
        maker.startSandbox(it);
      }
      case NodeEffect.StartContainer it -> {
        dispatched.incrementAndGet();
        maker.startContainer(it);
      }
      case NodeEffect.StopContainer it -> {
        dispatched.incrementAndGet();
        LOG.info("pod {}: stop {}: {}", it.uid(), it.container(), it.reason());
        maker.stopContainer(it);
      }
      case NodeEffect.StopPod it -> {
        dispatched.incrementAndGet();
        LOG.info("pod {}: stop: {}", it.uid(), it.reason());
        maker.stopPod(it);
      }
      case NodeEffect.RemoveContainer it -> maker.removeContainer(it);
      case NodeEffect.ClearPod it -> {
        dispatched.incrementAndGet();
        LOG.info("pod {}: clear: {}", it.uid(), it.reason());
        maker.clearPod(it);
      }
      case NodeEffect.DeleteVolume(var volume) ->
          Thread.ofVirtual()
              .name("volume")
              .start(() -> claimed.delete(volume, () -> tell(new NodeEvent.VolumeDeleted(volume))));
      case NodeEffect.Probe it -> maker.probe(it, Optional.ofNullable(pods.get(it.uid())));
      case NodeEffect.Save it -> save(it);
      case NodeEffect.SetRoutes(var routes) -> {
        try {
          store.save(routes);
        } catch (IOException e) {
          // Traffic goes the right way all the same, until the agent is started anew.
          LOG.warn("the routes are not kept on disk: {}", e.getMessage());
        }
        network.set(routes, () -> tell(new NodeEvent.RoutesSet(routes.epoch(), routes.version())));
      }
      case NodeEffect.Send it -> link.send(new FromNode.Tell(it.report()));
      case NodeEffect.AskFullOrder _ -> link.send(new FromNode.AskFullOrder());
      case NodeEffect.Notice it -> LOG.info("pod {}: {}: {}", it.uid(), it.reason(), it.message());
      case NodeEffect.WakeAt it -> wakeAt = Optional.of(it.at());
    }
  }

  private void save(NodeEffect.Save it) throws IOException {
    remember(it.pods());
    var uids = new HashSet<String>();
    it.pods().forEach(pod -> uids.add(pod.uid()));
    ordered = uids;
    store.save(new NodeStore.Orders(it.epoch(), it.generation(), it.pods()));
    // Pods that are still being removed need their templates for their last hooks.
    var used = new HashSet<String>();
    pods.values().forEach(pod -> used.add(pod.release()));
    releases.retain(used);
  }

  // --- what is heard

  private final class FromControlPlane implements Link.Listener {
    @Override
    public void linked() {
      isLinked = true;
      tell(new NodeEvent.Linked());
    }

    @Override
    public void unlinked() {
      isLinked = false;
      logs.stopAll();
      tell(new NodeEvent.Unlinked());
    }

    @Override
    public void received(ToNode message) {
      switch (message) {
        case ToNode.Give it -> inputs.add(new Input.Given(it));
        case ToNode.Route route -> inputs.add(new Input.Routed(route));
        // Before the order that needs them, which comes after them.
        case ToNode.PullSecrets it -> maker.pullSecrets(it.secrets());
        case ToNode.AskReport _ -> tell(new NodeEvent.ReportAsked());
        case ToNode.ReadLog it -> logs.read(it);
        case ToNode.StopLog it -> logs.stop(it.id());
      }
    }
  }

  private final class FromEngine implements EngineWatch.Listener {
    @Override
    public long beforeListing() {
      try {
        maker.lanes().awaitIdle(SETTLE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return dispatched.get();
    }

    @Override
    public void listed(List<EngineContainer> containers, long moment, boolean regular) {
      if (regular && !maker.lanes().isIdle()) {
        return;
      }
      var found =
          containers.stream()
              .flatMap(it -> Labels.read(it, settings.hostAddress(), lastWords(it)).stream())
              .toList();
      inputs.add(new Input.Listed(found, sandboxes(containers), moment, regular));
    }

    private String lastWords(EngineContainer it) {
      return it.state() == EngineContainer.State.EXITED ? maker.lastWords(it, it.exitCode()) : "";
    }

    private static List<PodNetwork.Found> sandboxes(List<EngineContainer> containers) {
      return containers.stream()
          .filter(it -> Labels.isSandbox(it) && it.isRunning())
          .map(it ->
              new PodNetwork.Found(
                  it.labels().getOrDefault(Labels.POD_UID, ""), it.process(), it.labels()))
          .toList();
    }

    @Override
    public void happened(EngineEvent event) {
      switch (event.kind()) {
        case STARTED -> maker.startedByOthers(event.id());
        case DIED -> {
          var end = end(event);
          maker.died(end);
        }
      }
    }

    /// The event knows the exit code, the engine whether memory ran out.
    private NodeEvent.Died end(EngineEvent event) {
      Optional<EngineContainer> container;
      try {
        container = engine.container(event.id());
      } catch (EngineException e) {
        container = Optional.empty();
      }
      boolean isOom =
          event.exitCode() == 137 && container.map(EngineContainer::oomKilled).orElse(false);
      var words = container.map(it -> maker.lastWords(it, event.exitCode())).orElse("");
      return new NodeEvent.Died(event.id(), event.exitCode(), isOom, words, event.at());
    }

    @Override
    public void lost() {
      tell(new NodeEvent.EngineLost());
    }
  }
}
