package dev.reeve.simulation;

import dev.reeve.agent.mind.NodeEffect;
import dev.reeve.agent.mind.NodeEvent;
import dev.reeve.agent.mind.NodeEvent.Probed.Outcome;
import dev.reeve.core.Effect;
import dev.reeve.core.Event;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PruneApproval;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordTree;
import dev.reeve.core.state.Root;
import dev.reeve.simulation.Manifests.Flavour;
import dev.reeve.simulation.Manifests.Text;
import dev.reeve.simulation.SimulatedGit.ConfigCommit;
import dev.reeve.simulation.SimulatedNode.Container;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/// One run: a queue of things that will happen, in the order of a simulated clock, and the oracles
/// that look on. The same script gives the same run, to the byte.
public final class World {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final boolean DETAILED = Boolean.getBoolean("reeve.simulation.detailed");
  private static final Duration POLL = Duration.ofSeconds(15);
  private static final Duration HEARTBEAT = Duration.ofSeconds(2);

  /// Steps before a run may come to its end.
  private static final int ENOUGH = 2_000;

  private static final Duration TOKEN_LIFETIME = Duration.ofMinutes(15);
  private static final Duration LIVENESS = Duration.ofMinutes(10);

  private record Scheduled(Instant at, long order, Runnable what) {}

  private final Script script;
  private final Mind.Maker maker;
  private final Laws laws;
  private final Coverage coverage;
  private final Consumer<String> story;
  private final boolean coded;
  private final SplittableRandom timing;
  private final PriorityQueue<Scheduled> queue =
      new PriorityQueue<>(Comparator.comparing(Scheduled::at).thenComparingLong(Scheduled::order));
  private final SimulatedGit git = new SimulatedGit();
  private final SortedMap<String, SimulatedNode> nodes = new TreeMap<>();
  private final SortedMap<String, Instant> lastDelivery = new TreeMap<>();
  private final SortedMap<String, Instant> nodeWakes = new TreeMap<>();
  private final TreeSet<String> heard = new TreeSet<>();
  private Instant now = START;
  private long order;
  private long steps;
  private Optional<Mind> mind = Optional.empty();
  private int serverLife;
  private int recordLength;
  private boolean isReading;
  private String seenTip = "";
  private Instant coreWake = Instant.MAX;
  private int commitCount;
  private long busyUntil = Script.BUSY_MILLIS;

  /// @param coded every message passes through its JSON, every record through its file
  /// @param story gets a line for everything worth telling
  public World(
      Script script, Mind.Maker maker, Coverage coverage, boolean coded, Consumer<String> story) {
    this.script = script;
    this.maker = maker;
    this.coverage = coverage;
    this.coded = coded;
    this.story = story;
    timing = new SplittableRandom(script.seed() ^ 0x5DEECE66DL);
    laws = new Laws(git, nodes);
    for (int i = 0; i < script.nodes(); i++) {
      var name = "n" + i;
      nodes.put(name, new SimulatedNode(name));
    }
    git.tracked.add(
        new ConfigCommit(id(0), Optional.of(new Manifests(id(0), new TreeMap<>())), ""));
  }

  /// Runs the script, then leaves the world in peace until it is quiet, and looks at what it has
  /// come to. Returns the number of steps.
  ///
  /// @throws Violation when a law is broken
  public long run() {
    for (Action action : script.actions()) {
      at(START.plusMillis(action.atMillis()), () -> act(action));
    }
    at(START.plusMillis(1), this::startServer);
    for (SimulatedNode node : nodes.values()) {
      at(START.plusMillis(5 + timing.nextInt(500)), () -> bootAgent(node));
      at(START.plusMillis(timing.nextInt(2_000)), () -> heartbeat(node));
    }
    var busyEnd = START.plusMillis(busyUntil);
    runUntil(busyEnd);
    while (steps < ENOUGH) {
      runUntil(now.plusSeconds(10));
    }
    endFaults();
    var deadline = now.plus(LIVENESS);
    while (now.isBefore(deadline)) {
      runUntil(now.plusSeconds(10));
      if (isQuiet()) {
        // Once more through every timer and poll: what looks quiet must stay so.
        runUntil(now.plusSeconds(30));
        if (isQuiet()) {
          break;
        }
      }
    }
    finalChecks();
    return steps;
  }

  private void runUntil(Instant end) {
    while (!queue.isEmpty() && !queue.peek().at().isAfter(end)) {
      var next = queue.poll();
      now = next.at();
      steps++;
      next.what().run();
    }
    now = end;
  }

  private void at(Instant when, Runnable what) {
    order++;
    queue.add(new Scheduled(when, order, what));
  }

  private void in(long millis, Runnable what) {
    at(now.plusMillis(millis), what);
  }

  private long between(int low, int high) {
    return (long) low + timing.nextInt(high - low + 1);
  }

  private void tell(String line) {
    story.accept("%9.3f  %s".formatted(Duration.between(START, now).toMillis() / 1000.0, line));
  }

  private static String id(int count) {
    return "%040x".formatted(0xc0000000L + count);
  }

  // --- what is done to the world

  private void act(Action action) {
    var verb = action.verb();
    if (!verb.isPush()) {
      coverage.fault(verb, phase());
      mind.map(Mind::root).flatMap(World::moment).ifPresent(it -> coverage.fault(verb, it));
    }
    tell("! " + verb + " " + action.numbers());
    switch (verb) {
      case PUSH_RELEASE ->
          edit(
              action.number(0),
              text ->
                  new Text(
                      text.workload(),
                      action.number(1),
                      Flavour.of(action.number(2)),
                      text.replicas()));
      case PUSH_SCALE ->
          edit(
              action.number(0),
              text -> new Text(text.workload(), text.version(), text.flavour(), action.number(1)));
      case PUSH_DELETE -> push(texts -> texts.remove(action.number(0)));
      case PUSH_ADD ->
          push(texts ->
              texts.putIfAbsent(action.number(0), new Text(action.number(0), 1, Flavour.GOOD, 3)));
      case PUSH_DELETE_ALL -> push(SortedMap::clear);
      case PUSH_APPROVAL -> commit(git.newestReadable(), git.tip().id());
      case PUSH_INVALID -> commit(Optional.empty(), "");
      case KILL_CONTAINER -> kill(node(action), action.number(1), false);
      case KILL_SANDBOX -> kill(node(action), action.number(1), true);
      case NODE_DOWN -> powerOff(node(action), action.number(1));
      case PARTITION -> partition(node(action), action.number(1));
      case AGENT_RESTART -> bootAgent(node(action));
      case ENGINE_DOWN -> engineDown(node(action), action.number(1));
      case SERVER_RESTART -> restartServer();
      case GIT_DOWN -> {
        git.away = true;
        in(action.number(0), () -> git.away = false);
      }
      case GIT_LOSES_ANSWER -> git.loseNextAnswer = true;
      case LOSE_MESSAGE -> node(action).loseNextMessage = true;
    }
  }

  /// Where the first workload that is not settled stands; the rows of the coverage table.
  private String phase() {
    if (mind.isEmpty()) {
      return "Starting";
    }
    for (var workload : mind.get().root().workloads().values()) {
      if (!workload.phase().word().equals("Healthy")) {
        return workload.phase().word();
      }
    }
    return mind.get().root().records().isIdle() ? "Healthy" : "Recording";
  }

  /// Whether something is ordered that is not in Git yet; counted apart from the phases.
  private static Optional<String> moment(Root root) {
    if (root.records().inFlight().isPresent()) {
      return Optional.of(Coverage.BEFORE_ANSWER);
    }
    return root.records().waiting().isEmpty()
        ? Optional.empty()
        : Optional.of(Coverage.BEFORE_PUSH);
  }

  private SimulatedNode node(Action action) {
    return nodes.values().stream().skip(action.number(0) % nodes.size()).findFirst().orElseThrow();
  }

  private void edit(int workload, java.util.function.UnaryOperator<Text> change) {
    push(texts -> texts.computeIfPresent(workload, (key, text) -> change.apply(text)));
  }

  private void push(Consumer<SortedMap<Integer, Text>> change) {
    SortedMap<Integer, Text> texts = new TreeMap<>();
    git.newestReadable().ifPresent(it -> texts.putAll(it.texts()));
    change.accept(texts);
    commit(Optional.of(new Manifests(id(commitCount + 1), texts)), "");
  }

  private void commit(Optional<Manifests> manifests, String approves) {
    commitCount++;
    var id = id(commitCount);
    git.tracked.add(
        new ConfigCommit(id, manifests.map(it -> new Manifests(id, it.texts())), approves));
    in(between(10, 200), this::poll);
  }

  private void kill(SimulatedNode node, int index, boolean sandbox) {
    var victims =
        node.containers.values().stream()
            .filter(it -> it.running && it.isSandbox() == sandbox)
            .toList();
    if (!victims.isEmpty() && node.powered) {
      die(node, victims.get(index % victims.size()), 137);
    }
  }

  private void die(SimulatedNode node, Container container, int exitCode) {
    if (!container.running) {
      return;
    }
    tell("  " + node.name + ": " + label(container) + " dies with " + exitCode);
    node.stop(container, exitCode, now);
    if (node.engineUp) {
      var at = now;
      toMind(node, between(1, 20), () -> new NodeEvent.Died(container.id, exitCode, false, at));
    }
  }

  private static String label(Container container) {
    return container.pod + (container.isSandbox() ? " (pause)" : "");
  }

  private void powerOff(SimulatedNode node, int millis) {
    if (!node.powered) {
      return;
    }
    node.powered = false;
    node.connected = false;
    for (Container container : node.containers.values()) {
      if (container.running) {
        node.stop(container, 255, now);
      }
    }
    // Nothing of the dead process reaches anyone any more.
    node.boots++;
    in(
        millis,
        () -> {
          node.powered = true;
          node.engineUp = true;
          bootAgent(node);
        });
  }

  private void partition(SimulatedNode node, int millis) {
    node.unreachableUntil = now.plusMillis(millis);
    disconnect(node);
    in(millis, () -> reconnect(node));
  }

  private void engineDown(SimulatedNode node, int millis) {
    if (!node.powered || !node.engineUp) {
      return;
    }
    node.engineUp = false;
    toMind(node, 1, NodeEvent.EngineLost::new);
    in(
        millis,
        () -> {
          if (node.powered && !node.engineUp) {
            node.engineUp = true;
            toMind(node, 1, () -> new NodeEvent.Found(node.list()));
          }
        });
  }

  private void endFaults() {
    git.away = false;
    git.loseNextAnswer = false;
    tell("! faults end");
    for (SimulatedNode node : nodes.values()) {
      node.loseNextMessage = false;
      node.unreachableUntil = now;
      if (!node.powered) {
        node.powered = true;
        node.engineUp = true;
        bootAgent(node);
      } else if (!node.engineUp) {
        node.engineUp = true;
        toMind(node, 1, () -> new NodeEvent.Found(node.list()));
      }
      reconnect(node);
    }
  }

  // --- nodes

  private void bootAgent(SimulatedNode node) {
    if (!node.powered) {
      return;
    }
    node.connected = false;
    nodeWakes.remove(node.name);
    for (NodeEvent event : node.boot()) {
      stepNode(node, event);
    }
    reconnect(node);
  }

  private void toMind(
      SimulatedNode node, long millis, java.util.function.Supplier<NodeEvent> event) {
    int life = node.boots;
    in(
        millis,
        () -> {
          if (node.boots == life && node.powered) {
            stepNode(node, event.get());
          }
        });
  }

  private void stepNode(SimulatedNode node, NodeEvent event) {
    if (DETAILED) {
      tell("      " + node.name + " < " + event);
    }
    for (NodeEffect effect : node.mind.step(event, now)) {
      carryOut(node, effect);
    }
  }

  private void carryOut(SimulatedNode node, NodeEffect effect) {
    if (DETAILED) {
      tell("      " + node.name + " " + effect);
    }
    switch (effect) {
      case NodeEffect.Save save -> node.save(save);
      case NodeEffect.Send(var report) -> send(node, report);
      case NodeEffect.AskFullOrder _ ->
          toServer(node, () -> stepCore(new Event.FullOrderAsked(node.name)));
      case NodeEffect.Notice _ -> {}
      case NodeEffect.WakeAt(var at) -> wakeNode(node, at);
      case NodeEffect.Pull pull ->
          toMind(
              node,
              between(10, 400),
              () ->
                  pull.image().equals(Flavour.UNPULLABLE.name())
                      ? new NodeEvent.PullFailed(
                          pull.uid(), pull.container(), "ErrImagePull", "manifest unknown")
                      : new NodeEvent.Pulled(pull.uid(), pull.container(), "sha256:x"));
      case NodeEffect.StartSandbox(var pod) ->
          onEngine(node, pod.uid(), between(50, 400), () -> startSandbox(node, pod));
      case NodeEffect.StartContainer start ->
          onEngine(node, start.pod().uid(), between(50, 300), () -> startContainer(node, start));
      case NodeEffect.StopContainer stop -> {
        laws.stopsContainer(node, stop);
        onEngine(
            node,
            stop.uid(),
            between(20, 200),
            () -> {
              var container = node.containers.get(stop.id());
              if (container != null) {
                die(node, container, 143);
              }
            });
      }
      case NodeEffect.RemoveContainer(var id) ->
          onEngine(node, id, 5, () -> node.containers.remove(id));
      case NodeEffect.ClearPod clear -> {
        laws.clearsPod(node, clear);
        onEngine(node, clear.uid(), between(20, 300), () -> clear(node, clear));
      }
      case NodeEffect.Probe probe -> toMind(node, between(1, 20), () -> probe(node, probe));
    }
  }

  /// A request to the engine arrives even if the agent that made it is gone by then; with the
  /// engine down it does not.
  private void onEngine(SimulatedNode node, String uid, long millis, Runnable what) {
    int boot = node.boots;
    // The hands do one thing at a time for a pod.
    var channel = node.name + "/" + boot + "/" + uid;
    var at = now.plusMillis(millis);
    var busy = lastDelivery.getOrDefault(channel, START);
    if (at.isBefore(busy)) {
      at = busy;
    }
    lastDelivery.put(channel, at);
    at(
        at,
        () -> {
          if (node.powered && node.engineUp && (node.boots == boot || timing.nextBoolean())) {
            what.run();
          }
        });
  }

  private void startSandbox(SimulatedNode node, dev.reeve.core.protocol.PodOrder pod) {
    var existing =
        node.of(pod.uid()).stream().filter(it -> it.isSandbox() && it.running).findFirst();
    var sandbox = existing.orElseGet(() -> node.run(pod, "", 0, now));
    toMind(
        node,
        1,
        () -> new NodeEvent.SandboxStarted(pod.uid(), sandbox.id, "10.0.0." + sandbox.id.length()));
  }

  private void startContainer(SimulatedNode node, NodeEffect.StartContainer start) {
    var pod = start.pod();
    var pause = node.containers.get(start.sandbox());
    if (pause == null || !pause.running) {
      toMind(
          node,
          1,
          () ->
              new NodeEvent.StartFailed(
                  pod.uid(),
                  start.container(),
                  start.attempt(),
                  "RunContainerError",
                  "no sandbox"));
      return;
    }
    var existing =
        node.of(pod.uid()).stream()
            .filter(it -> it.name.equals(start.container()) && it.running)
            .findFirst();
    var container =
        existing.orElseGet(() -> node.run(pod, start.container(), start.attempt(), now));
    tell("  " + node.name + ": " + label(container) + " runs, attempt " + container.attempt);
    var startedAt = container.startedAt;
    toMind(
        node,
        1,
        () ->
            new NodeEvent.ContainerStarted(
                pod.uid(), start.container(), start.attempt(), container.id, startedAt));
    if (container.flavour == Flavour.CRASHING) {
      in(between(20, 100), () -> die(node, container, 1));
    }
  }

  private void clear(SimulatedNode node, NodeEffect.ClearPod clear) {
    for (Container container : node.of(clear.uid())) {
      if (container.running) {
        tell("  " + node.name + ": " + label(container) + " is stopped: " + clear.reason());
      }
      node.containers.remove(container.id);
    }
    toMind(node, 1, () -> new NodeEvent.PodCleared(clear.uid()));
  }

  private NodeEvent probe(SimulatedNode node, NodeEffect.Probe probe) {
    var container = node.containers.get(probe.id());
    boolean passes = container != null && container.running && container.flavour != Flavour.UNREADY;
    return new NodeEvent.Probed(
        probe.uid(),
        probe.container(),
        probe.attempt(),
        probe.kind(),
        passes ? Outcome.SUCCESS : Outcome.FAILURE,
        passes ? "" : "503");
  }

  private void wakeNode(SimulatedNode node, Instant when) {
    var known = nodeWakes.get(node.name);
    if (known != null && !known.isAfter(when) && known.isAfter(now)) {
      return;
    }
    nodeWakes.put(node.name, when);
    int life = node.boots;
    at(
        when,
        () -> {
          if (node.boots == life && node.powered && when.equals(nodeWakes.get(node.name))) {
            nodeWakes.remove(node.name);
            stepNode(node, new NodeEvent.Woken());
          }
        });
  }

  // --- the network

  private boolean isReachable(SimulatedNode node) {
    return node.powered && mind.isPresent() && !now.isBefore(node.unreachableUntil);
  }

  private void reconnect(SimulatedNode node) {
    int life = node.boots;
    in(
        between(100, 1_500),
        () -> {
          if (node.boots != life || node.connected || !isReachable(node)) {
            return;
          }
          if (!node.hasCertificate) {
            stepCore(new Event.JoinAsked(node.name, node.token(), now.plus(TOKEN_LIFETIME)));
          } else {
            node.connected = true;
            stepNode(node, new NodeEvent.Linked());
          }
        });
  }

  private void joinAnswered(SimulatedNode node, String token, Effect.Join answer) {
    if (answer == Effect.Join.ADMITTED) {
      laws.admitted(node.name, token);
    }
    in(
        between(1, 30),
        () -> {
          if (!isReachable(node) || !token.equals(node.token())) {
            return;
          }
          switch (answer) {
            case ADMITTED -> {
              node.hasCertificate = true;
              reconnect(node);
            }
            case USED -> node.renewToken();
            case NOT_NOW -> {}
          }
        });
  }

  private void disconnect(SimulatedNode node) {
    if (node.connected) {
      node.connected = false;
      toMind(node, 1, NodeEvent.Unlinked::new);
    }
  }

  private void heartbeat(SimulatedNode node) {
    if (node.connected) {
      toServer(node, () -> heard.add(node.name));
    } else if (isReachable(node)) {
      reconnect(node);
    }
    at(now.plus(HEARTBEAT), () -> heartbeat(node));
  }

  private void send(SimulatedNode node, Report report) {
    toServer(
        node,
        () -> {
          laws.delivered(node.name, report, now);
          stepCore(
              new Event.NodeReported(node.name, "id-" + node.name, Codec.through(report, coded)));
        });
  }

  /// In order, and only while the connection lasts.
  private void toServer(SimulatedNode node, Runnable what) {
    if (!node.connected) {
      return;
    }
    int life = serverLife;
    int boot = node.boots;
    inOrder(
        node.name + ">",
        () -> {
          if (serverLife == life && mind.isPresent() && node.connected && node.boots == boot) {
            laws.heard(node.name, now);
            what.run();
          }
        });
  }

  private void inOrder(String channel, Runnable what) {
    var at = now.plusMillis(between(1, 30));
    var last = lastDelivery.getOrDefault(channel, START);
    if (at.isBefore(last)) {
      at = last;
    }
    lastDelivery.put(channel, at);
    at(at, what);
  }

  private void give(SimulatedNode node, Order order) {
    if (!node.connected) {
      return;
    }
    if (node.loseNextMessage) {
      node.loseNextMessage = false;
      tell("  an order to " + node.name + " is lost");
      return;
    }
    int boot = node.boots;
    inOrder(
        ">" + node.name,
        () -> {
          if (node.connected && node.boots == boot) {
            var arrived = Codec.through(order, coded);
            stepNode(node, new NodeEvent.Ordered(arrived, node.programs(arrived)));
          }
        });
  }

  // --- the control plane's edges

  private void restartServer() {
    mind = Optional.empty();
    serverLife++;
    coreWake = Instant.MAX;
    heard.clear();
    for (SimulatedNode node : nodes.values()) {
      disconnect(node);
    }
    in(between(300, 3_000), this::startServer);
  }

  private void startServer() {
    if (mind.isPresent()) {
      return;
    }
    if (git.away) {
      in(1_000, this::startServer);
      return;
    }
    serverLife++;
    isReading = false;
    var tree = Codec.through(git.tree(), coded);
    recordLength = git.record.size();
    mind = Optional.of(maker.make(Manifests.CLUSTER, now));
    tell("  the control plane starts");
    laws.serverStarts(now);
    int life = serverLife;
    // Agents may be connected before the record is read.
    in(
        between(0, 1_500),
        () -> {
          if (life == serverLife) {
            begin(tree, life);
          }
        });
  }

  private void begin(RecordTree tree, int life) {
    isReading = true;
    start(tree);
    tick(life);
    pollRegularly(life);
  }

  private void start(RecordTree tree) {
    laws.serverStarts(now);
    var started = started(tree);
    seenTip = started.accepted().map(it -> it.commit()).orElse("");
    stepCore(started);
  }

  /// Someone wrote to the record after it was read.
  private void startAgain() {
    if (git.away) {
      int life = serverLife;
      in(
          1_000,
          () -> {
            if (life == serverLife) {
              startAgain();
            }
          });
      return;
    }
    tell("  the control plane reads the record again");
    recordLength = git.record.size();
    start(Codec.through(git.tree(), coded));
  }

  private Event.Started started(RecordTree tree) {
    var accepted =
        tree.cluster().map(RecordFile.Cluster::commit).filter(it -> !it.isEmpty()).flatMap(git::at);
    var releases = new ArrayList<Release>();
    for (RecordFile.WorkloadFile file : tree.workloads().values()) {
      file.stable().ifPresent(ref -> release(file.key(), ref).ifPresent(releases::add));
      release(file.key(), file.release()).ifPresent(releases::add);
    }
    return new Event.Started(
        ClusterSettings.defaults(Manifests.CLUSTER),
        tree,
        accepted.map(Manifests::state),
        releases,
        List.of(),
        accepted.map(Manifests::commit).map(git.notes::get));
  }

  private Optional<Release> release(ObjectKey key, Release.Ref ref) {
    return git.at(ref.commit())
        .map(it -> it.state().objects().get(key))
        .flatMap(it -> it.workload())
        .map(Workload::release)
        .filter(it -> it.hash().equals(ref.hash()));
  }

  private void tick(int life) {
    if (life != serverLife || mind.isEmpty()) {
      return;
    }
    if (!heard.isEmpty()) {
      var names = new ArrayList<>(heard);
      heard.clear();
      stepCore(new Event.NodesHeard(names));
    }
    in(1_000, () -> tick(life));
  }

  private void pollRegularly(int life) {
    if (life != serverLife || mind.isEmpty()) {
      return;
    }
    poll();
    at(now.plus(POLL), () -> pollRegularly(life));
  }

  private void poll() {
    if (mind.isEmpty() || !isReading || git.away || git.tip().id().equals(seenTip)) {
      return;
    }
    var tip = git.tip();
    var passed = new ArrayList<String>();
    boolean between = seenTip.isEmpty();
    for (ConfigCommit commit : git.tracked) {
      if (between && !commit.equals(tip)) {
        passed.add(commit.id());
      }
      between |= commit.id().equals(seenTip);
    }
    seenTip = tip.id();
    if (tip.manifests().isEmpty()) {
      stepCore(new Event.CommitRefused(tip.id(), List.of("w.yaml:1:1: nonsense"), passed));
      return;
    }
    var approvals = approvals();
    laws.desired(tip.manifests().get(), approvals);
    stepCore(new Event.DesiredChanged(tip.manifests().get().state(), approvals, passed));
  }

  /// What approval commits since the accepted one allow.
  private List<PruneApproval> approvals() {
    var accepted = mind.orElseThrow().root().accepted();
    var approvals = new ArrayList<PruneApproval>();
    if (accepted.isEmpty()) {
      return approvals;
    }
    boolean since = false;
    for (ConfigCommit commit : git.tracked) {
      if (since && !commit.approves().isEmpty()) {
        git.at(commit.approves())
            .ifPresent(approved -> {
              var deletions = new TreeSet<>(accepted.get().objects().keySet());
              deletions.removeAll(approved.state().objects().keySet());
              approvals.add(new PruneApproval(commit.approves(), deletions));
            });
      }
      since |= commit.id().equals(accepted.get().commit());
    }
    return approvals;
  }

  private void stepCore(Event event) {
    if (mind.isEmpty()) {
      return;
    }
    laws.onTime(mind.get().root(), now);
    for (Effect effect : mind.get().step(event, now)) {
      carryOut(effect);
    }
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Order(var name, var given) -> {
        laws.orders(name, given, now);
        var node = nodes.get(name);
        if (node != null) {
          give(node, given);
        }
      }
      case Effect.JoinAnswered(var name, var token, var answer) -> {
        var node = nodes.get(name);
        if (node != null) {
          joinAnswered(node, token, answer);
        }
      }
      case Effect.AskReport(var name) -> {
        var node = nodes.get(name);
        if (node != null && node.connected) {
          inOrder(">" + name, () -> deliverAsk(node));
        }
      }
      case Effect.ReadRecord _ -> {
        int life = serverLife;
        in(
            between(1, 50),
            () -> {
              if (life == serverLife) {
                startAgain();
              }
            });
      }
      case Effect.Request.Append append -> append(append);
      case Effect.Request.Annotate annotate -> annotate(annotate);
      case Effect.Notice notice -> tell("* " + notice.reason().word() + ": " + notice.message());
      case Effect.WakeAt(var when) -> wakeCore(when);
      case Effect.Continue _ -> in(0, () -> stepCore(new Event.Woken()));
    }
  }

  private void deliverAsk(SimulatedNode node) {
    if (node.connected) {
      stepNode(node, new NodeEvent.ReportAsked());
    }
  }

  private void append(Effect.Request.Append request) {
    int life = serverLife;
    int length = recordLength;
    answer(
        request.id(),
        () -> {
          var commits = request.commits();
          int before = git.record.size();
          var answer = git.append(length, commits);
          if (git.record.size() > before) {
            laws.recorded(commits);
          }
          if (answer instanceof Answer.Ok && git.loseNextAnswer) {
            git.loseNextAnswer = false;
            return new Answer.Retry("no answer");
          }
          if (answer instanceof Answer.Ok && life == serverLife) {
            recordLength = git.record.size();
          }
          return answer;
        });
  }

  private void annotate(Effect.Request.Annotate request) {
    request.notes().forEach(laws::says);
    int life = serverLife;
    long version = git.notesVersion;
    answer(request.id(), () -> git.annotate(version, life == serverLife, request.notes()));
  }

  private void answer(long id, java.util.function.Supplier<Answer> ask) {
    int life = serverLife;
    // Some pushes take so long that a successor has read the record before they arrive.
    in(
        timing.nextInt(8) == 0 ? between(10, 4_000) : between(10, 200),
        () -> {
          var answer = ask.get();
          in(
              between(5, 100),
              () -> {
                if (serverLife == life) {
                  stepCore(new Event.Answered(id, answer));
                }
              });
        });
  }

  private void wakeCore(Instant when) {
    if (!coreWake.isAfter(when) && coreWake.isAfter(now)) {
      return;
    }
    coreWake = when;
    int life = serverLife;
    at(
        when,
        () -> {
          if (serverLife == life && when.equals(coreWake)) {
            coreWake = Instant.MAX;
            stepCore(new Event.Woken());
          }
        });
  }

  // --- the end

  private boolean isQuiet() {
    if (mind.isEmpty()) {
      return false;
    }
    var root = mind.get().root();
    return seenTip.equals(git.tip().id())
        && root.records().isIdle()
        && root.notes().isIdle()
        && laws.isSettled(root);
  }

  private void finalChecks() {
    if (mind.isEmpty()) {
      throw new Violation("L1", "the control plane does not come back");
    }
    laws.atTheEnd(mind.get().root(), now);
    quietStep();
    startedAnew();
    coverage.ran(steps);
  }

  /// L2: with everything looked at anew, nothing comes of it.
  private void quietStep() {
    for (Effect effect : mind.orElseThrow().step(new Event.Resynced(), now)) {
      if (!(effect instanceof Effect.WakeAt)) {
        throw new Violation("L2", "a second look at everything yields " + effect);
      }
    }
  }

  /// L3: a control plane that knows nothing but Git and what the nodes report changes nothing.
  private void startedAnew() {
    var fresh = maker.make(Manifests.CLUSTER, now);
    var tree = Codec.through(git.tree(), true);
    var effects = new ArrayList<>(fresh.step(started(tree), now));
    var reports = new TreeMap<String, Report>();
    for (SimulatedNode node : nodes.values()) {
      for (NodeEffect effect : node.mind.step(new NodeEvent.ReportAsked(), now)) {
        if (effect instanceof NodeEffect.Send(var report)) {
          reports.put(node.name, report);
          effects.addAll(
              fresh.step(new Event.NodeReported(node.name, "id-" + node.name, report), now));
        }
      }
    }
    var recorded = new SimulatedGit();
    recorded.files.putAll(git.files);
    for (int round = 0; round < 40; round++) {
      now = now.plusMillis(500);
      var more = new ArrayList<Effect>();
      for (Effect effect : effects) {
        if (effect instanceof Effect.Request.Append append) {
          recorded.append(recorded.record.size(), append.commits());
          more.addAll(fresh.step(new Event.Answered(append.id(), new Answer.Ok()), now));
        } else if (effect instanceof Effect.Request.Annotate annotate) {
          more.addAll(fresh.step(new Event.Answered(annotate.id(), new Answer.Ok()), now));
        } else if (effect instanceof Effect.Order(var name, var given)) {
          checkNoChange(name, given, reports);
        }
      }
      more.addAll(fresh.step(new Event.NodesHeard(new ArrayList<>(nodes.keySet())), now));
      effects = more;
    }
    laws.sameRecord(git.files, recorded.files);
  }

  private static void checkNoChange(String name, Order given, SortedMap<String, Report> reports) {
    var present = new TreeSet<String>();
    var report = reports.get(name);
    if (report != null) {
      report.pods().forEach(pod -> present.add(pod.uid()));
    }
    if (!given.remove().isEmpty()) {
      throw new Violation("L3", "a fresh control plane removes " + given.remove());
    }
    given
        .pods()
        .forEach(pod -> {
          if (!present.contains(pod.uid())) {
            throw new Violation("L3", "a fresh control plane starts " + pod);
          }
        });
  }
}
