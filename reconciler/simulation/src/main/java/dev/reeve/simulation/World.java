package dev.reeve.simulation;

import dev.reeve.agent.mind.NodeEffect;
import dev.reeve.agent.mind.NodeEvent;
import dev.reeve.agent.mind.PodProgram;
import dev.reeve.agent.mind.RouteTable;
import dev.reeve.core.Effect;
import dev.reeve.core.Event;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.model.Command;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.protocol.Routing;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.StepProgress;
import dev.reeve.core.state.Root;
import dev.reeve.simulation.Manifests.Closed;
import dev.reeve.simulation.Manifests.Flavour;
import dev.reeve.simulation.Manifests.Guard;
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
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// One run: a queue of things that will happen, in the order of a simulated clock, and the oracles
/// that look on. The same script gives the same run, to the byte.
public final class World {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  static final boolean DETAILED = Boolean.getBoolean("reeve.simulation.detailed");
  private static final Duration HEARTBEAT = Duration.ofSeconds(2);

  /// Steps before a run may come to its end.
  private static final int ENOUGH = 2_000;

  private static final Duration LIVENESS = Duration.ofMinutes(10);

  /// Nodes of which one may be missing, and all pods still find room.
  private static final int MANY = 5;

  private record Scheduled(Instant at, long order, Runnable what) {}

  private final Script script;
  final Mind.Maker maker;
  final Laws laws;
  private final LastLaws lastLaws;
  private final Coverage coverage;
  private final Consumer<String> story;
  final boolean coded;
  final boolean gathers;
  final SplittableRandom timing;
  private final PriorityQueue<Scheduled> queue =
      new PriorityQueue<>(Comparator.comparing(Scheduled::at).thenComparingLong(Scheduled::order));
  final SimulatedGit git = new SimulatedGit();
  final SortedMap<String, SimulatedNode> nodes = new TreeMap<>();
  final SortedMap<String, Instant> lastDelivery = new TreeMap<>();
  Instant now = START;
  boolean metricsAway;
  private long order;
  private long steps;
  final SimulatedServer server = new SimulatedServer(this);
  final SimulatedEngines engine = new SimulatedEngines(this);
  private int commitCount;
  private long busyUntil = Script.BUSY_MILLIS;

  /// @param coded every message passes through its JSON, every record through its file
  /// @param gathers the control plane is slow to look: reports wait, and come together
  /// @param story gets a line for everything worth telling
  public World(
      Script script,
      Mind.Maker maker,
      Coverage coverage,
      boolean coded,
      boolean gathers,
      Consumer<String> story) {
    this.script = script;
    this.maker = maker;
    this.coverage = coverage;
    this.coded = coded;
    this.gathers = gathers;
    this.story = story;
    timing = new SplittableRandom(script.seed() ^ 0x5DEECE66DL);
    laws = new Laws(git, nodes, coverage);
    lastLaws = new LastLaws(laws);
    for (int i = 0; i < script.nodes(); i++) {
      var name = "n" + i;
      nodes.put(name, new SimulatedNode(name));
    }
    git.tracked.add(new ConfigCommit(id(0), Optional.of(Manifests.EMPTY.at(id(0))), "", List.of()));
  }

  /// Runs the script, then leaves the world in peace until it is quiet, and looks at what it has
  /// come to. Returns the number of steps.
  ///
  /// @throws Violation when a law is broken
  public long run() {
    for (Action action : script.actions()) {
      at(START.plusMillis(action.atMillis()), () -> act(action));
    }
    at(START.plusMillis(1), server::boot);
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
      openNodes();
      promoteWhatWaits();
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

  void at(Instant when, Runnable what) {
    order++;
    queue.add(new Scheduled(when, order, what));
  }

  void in(long millis, Runnable what) {
    at(now.plusMillis(millis), what);
  }

  long between(int low, int high) {
    return (long) low + timing.nextInt(high - low + 1);
  }

  void tell(String line) {
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
      server.mind.map(Mind::root).flatMap(World::moment).ifPresent(it -> coverage.fault(verb, it));
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
      case PUSH_DELETE -> pushTexts(texts -> texts.remove(action.number(0)));
      case PUSH_ADD ->
          pushTexts(texts ->
              texts.putIfAbsent(action.number(0), new Text(action.number(0), 1, Flavour.GOOD, 3)));
      case PUSH_DELETE_ALL -> pushTexts(SortedMap::clear);
      case PUSH_CORDON -> close(node(action), Closed.CORDONED);
      case PUSH_DRAIN -> close(node(action), Closed.DRAINED);
      case PUSH_TAINT -> close(node(action), Closed.TAINTED);
      case PUSH_OPEN -> push(it -> it.withClosed(closed -> closed.remove(node(action).name)));
      case PUSH_BUDGET -> {
        var guard = guard(action);
        push(it -> it.withGuards(guards -> guards.put(guard.covers(), guard)));
      }
      case PUSH_FLAGS -> push(Manifests::withNewFlags);
      case PUSH_APPROVAL -> {
        var _ = commit(git.newestReadable(), git.tip().id(), List.of());
      }
      case PUSH_INVALID -> {
        var _ = commit(Optional.empty(), "", List.of());
      }
      case PUSH_PROMOTE -> promote(action.number(0), action.number(1));
      case PUSH_ABORT -> command(Command.Verb.ABORT, action.number(0), new Command.Reach.Next());
      case PUSH_RETRY -> retry(action.number(0));
      case KILL_CONTAINER -> kill(node(action), action.number(1), false);
      case KILL_SANDBOX -> kill(node(action), action.number(1), true);
      case NODE_DOWN -> powerOff(node(action), action.number(1));
      case PARTITION -> partition(node(action), action.number(1));
      case AGENT_RESTART -> bootAgent(node(action));
      case ENGINE_DOWN -> engineDown(node(action), action.number(1));
      case SERVER_RESTART -> server.restart();
      case GIT_DOWN -> {
        git.away = true;
        in(action.number(0), () -> git.away = false);
      }
      case GIT_PROTECTED -> {
        git.isProtected = true;
        in(action.number(0), () -> git.isProtected = false);
      }
      case METRICS_DOWN -> {
        metricsAway = true;
        in(action.number(0), () -> metricsAway = false);
      }
      case GIT_LOSES_ANSWER -> git.loseNextAnswer = true;
      case LOSE_MESSAGE -> node(action).loseNextMessage = true;
    }
  }

  /// Where the first workload that is not settled stands; the rows of the coverage table.
  private String phase() {
    if (server.mind.isEmpty()) {
      return "Starting";
    }
    for (var workload : server.mind.get().root().workloads().values()) {
      boolean isMeasured = workload.stepping().map(it -> !it.asked().isEmpty()).orElse(false);
      if (isMeasured) {
        return Coverage.MEASURING;
      }
      if (!workload.phase().word().equals("Healthy")) {
        return workload.phase().word();
      }
    }
    return server.mind.get().root().records().isIdle() ? "Healthy" : "Recording";
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

  private void edit(int workload, UnaryOperator<Text> change) {
    pushTexts(texts -> texts.computeIfPresent(workload, (key, text) -> change.apply(text)));
  }

  private void pushTexts(Consumer<SortedMap<Integer, Text>> change) {
    push(it -> it.withTexts(change));
  }

  private void close(SimulatedNode node, Closed how) {
    push(it -> it.withClosed(closed -> closed.put(node.name, how)));
  }

  private static Guard guard(Action action) {
    int workload = action.number(0);
    int kind = action.number(1);
    return new Guard(
        workload < Manifests.FORMS ? workload : Guard.ALL,
        kind < 2,
        action.number(2),
        kind % 2 == 1);
  }

  private void push(UnaryOperator<Manifests> change) {
    var newest = git.newestReadable().orElse(Manifests.EMPTY);
    var _ = commit(Optional.of(change.apply(newest)), "", List.of());
  }

  String commit(Optional<Manifests> manifests, String approves, List<Command> commands) {
    commitCount++;
    var id = id(commitCount);
    var named =
        commands.stream()
            .map(it ->
                new Command(it.verb(), it.key(), it.release(), it.reach(), id, "A <a@example.com>"))
            .toList();
    git.tracked.add(new ConfigCommit(id, manifests.map(it -> it.at(id)), approves, named));
    in(between(10, 200), server::poll);
    return id;
  }

  private void promote(int workload, int reach) {
    var steps = git.recorded(Manifests.key(workload)).flatMap(RecordFile.WorkloadFile::steps);
    command(
        Command.Verb.PROMOTE,
        workload,
        switch (reach) {
          case 0 -> new Command.Reach.Next();
          case 1 -> new Command.Reach.ToStep(steps.map(it -> it.count() - 1).orElse(0));
          default -> new Command.Reach.Full();
        });
  }

  /// Of the release that the record says is under way.
  private void command(Command.Verb verb, int workload, Command.Reach reach) {
    var key = Manifests.key(workload);
    git.recorded(key)
        .ifPresent(recorded ->
            commanded(git.newestReadable(), verb, key, recorded.release().hash(), reach));
  }

  private void commanded(
      Optional<Manifests> manifests,
      Command.Verb verb,
      ObjectKey key,
      String release,
      Command.Reach reach) {
    var _ = commit(manifests, "", List.of(new Command(verb, key, release, reach, "", "")));
  }

  private void retry(int workload) {
    var key = Manifests.key(workload);
    var failure = git.recorded(key).flatMap(RecordFile.WorkloadFile::failure);
    var failed = failure.flatMap(it -> git.at(it.release().commit())).flatMap(it -> it.text(key));
    var present = git.newestReadable().flatMap(it -> it.text(key));
    if (failed.isEmpty() || present.isEmpty()) {
      return;
    }
    var again =
        new Text(
            workload, failed.get().version(), failed.get().flavour(), present.get().replicas());
    commanded(
        git.newestReadable().map(it -> it.withTexts(texts -> texts.put(workload, again))),
        Command.Verb.RETRY,
        key,
        failure.get().release().hash(),
        new Command.Reach.Next());
  }

  /// In the end all nodes take pods again; where there are enough of them, one stays drained, and
  /// no budget keeps its pods there.
  private void openNodes() {
    var accepted = laws.accepted();
    if (accepted.isEmpty()) {
      return;
    }
    var stays = new TreeMap<String, Closed>();
    accepted
        .get()
        .closed()
        .forEach((node, how) -> {
          if (how == Closed.DRAINED && stays.isEmpty() && nodes.size() >= MANY) {
            stays.put(node, how);
          }
        });
    if (!accepted.get().closed().equals(stays) || !stays.isEmpty() && hasGuards(accepted.get())) {
      var opened =
          accepted
              .get()
              .withClosed(closed -> {
                closed.clear();
                closed.putAll(stays);
              });
      var _ =
          commit(
              Optional.of(stays.isEmpty() ? opened : opened.withGuards(SortedMap::clear)),
              "",
              List.of());
    }
  }

  private static boolean hasGuards(Manifests manifests) {
    return !manifests.guards().isEmpty();
  }

  /// What waits for a person is promoted in the end, on top of what is in force.
  private void promoteWhatWaits() {
    var accepted = laws.accepted();
    for (Text text : accepted.map(it -> it.texts().values()).orElse(List.of())) {
      git.recorded(text.key())
          .filter(it ->
              it.phase() == Phase.PAUSED && it.steps().flatMap(StepProgress::pauseUntil).isEmpty())
          .ifPresent(it ->
              commanded(
                  accepted,
                  Command.Verb.PROMOTE,
                  text.key(),
                  it.release().hash(),
                  new Command.Reach.Next()));
    }
  }

  private void kill(SimulatedNode node, int index, boolean sandbox) {
    var victims =
        node.containers.values().stream()
            .filter(it -> it.running && it.isSandbox() == sandbox)
            .toList();
    if (!victims.isEmpty() && node.powered) {
      engine.die(node, victims.get(index % victims.size()), 137);
    }
  }

  private void powerOff(SimulatedNode node, int millis) {
    if (!node.powered) {
      return;
    }
    node.powered = false;
    node.routes = RouteTable.NONE;
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
    git.isProtected = false;
    metricsAway = false;
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
    engine.nodeWakes.remove(node.name);
    for (NodeEvent event : node.boot()) {
      stepNode(node, event);
    }
    reconnect(node);
  }

  void toMind(SimulatedNode node, long millis, java.util.function.Supplier<NodeEvent> event) {
    int life = node.boots;
    in(
        millis,
        () -> {
          if (node.boots == life && node.powered) {
            stepNode(node, event.get());
          }
        });
  }

  void stepNode(SimulatedNode node, NodeEvent event) {
    if (DETAILED) {
      tell("      " + node.name + " < " + event);
    }
    for (NodeEffect effect : node.mind.step(event, now)) {
      engine.carryOut(node, effect);
    }
  }

  // --- the network

  boolean isReachable(SimulatedNode node) {
    return node.powered && server.mind.isPresent() && !now.isBefore(node.unreachableUntil);
  }

  void reconnect(SimulatedNode node) {
    int life = node.boots;
    in(
        between(100, 1_500),
        () -> {
          if (node.boots != life || node.connected || !isReachable(node)) {
            return;
          }
          if (!node.hasCertificate) {
            server.step(
                new Event.JoinAsked(
                    node.name, node.token(), now.plus(SimulatedServer.TOKEN_LIFETIME)));
          } else {
            node.connected = true;
            stepNode(node, new NodeEvent.Linked());
          }
        });
  }

  void disconnect(SimulatedNode node) {
    if (node.connected) {
      node.connected = false;
      toMind(node, 1, NodeEvent.Unlinked::new);
    }
  }

  private void heartbeat(SimulatedNode node) {
    if (node.connected) {
      toServer(node, () -> server.heard.add(node.name));
    } else if (isReachable(node)) {
      reconnect(node);
    }
    at(now.plus(HEARTBEAT), () -> heartbeat(node));
  }

  void send(SimulatedNode node, Report report) {
    toServer(node, () -> server.reported(node.name, report));
  }

  /// In order, and only while the connection lasts.
  void toServer(SimulatedNode node, Runnable what) {
    if (!node.connected) {
      return;
    }
    int life = server.serverLife;
    int boot = node.boots;
    inOrder(
        node.name + ">",
        () -> {
          if (server.serverLife == life
              && server.mind.isPresent()
              && node.connected
              && node.boots == boot) {
            laws.heard(node.name, now);
            what.run();
          }
        });
  }

  void inOrder(String channel, Runnable what) {
    var at = now.plusMillis(between(1, 30));
    var last = lastDelivery.getOrDefault(channel, START);
    if (at.isBefore(last)) {
      at = last;
    }
    lastDelivery.put(channel, at);
    at(at, what);
  }

  void give(SimulatedNode node, Order order) {
    toAgent(
        node,
        "an order",
        () -> {
          var arrived = Codec.through(order, coded);
          var programs =
              node.mind.obeys(arrived) ? node.programs(arrived) : new TreeMap<String, PodProgram>();
          return new NodeEvent.Ordered(arrived, programs);
        });
  }

  void route(SimulatedNode node, Routing routing) {
    toAgent(node, "routing", () -> new NodeEvent.Routed(Codec.through(routing, coded)));
  }

  /// One connection carries all that a node is told, in order, to the agent that runs now.
  private void toAgent(SimulatedNode node, String what, Supplier<NodeEvent> arriving) {
    if (!node.connected) {
      return;
    }
    if (node.loseNextMessage) {
      node.loseNextMessage = false;
      tell("  " + what + " to " + node.name + " is lost");
      return;
    }
    int boot = node.boots;
    inOrder(
        ">" + node.name,
        () -> {
          if (node.connected && node.boots == boot) {
            stepNode(node, arriving.get());
          }
        });
  }

  // --- the end

  private boolean isQuiet() {
    if (server.mind.isEmpty()) {
      return false;
    }
    var root = server.mind.get().root();
    return server.seenTip.equals(git.tip().id())
        && root.records().isIdle()
        && root.notes().isIdle()
        && (root.restores().isIdle() || !isAccepted(root))
        && lastLaws.isSettled(root);
  }

  /// Text is not rolled back on top of a tip that someone has to mend first.
  private static boolean isAccepted(Root root) {
    return root.accepted().map(it -> it.commit().equals(root.tip())).orElse(false);
  }

  private void finalChecks() {
    if (server.mind.isEmpty()) {
      throw new Violation("L1", "the control plane does not come back");
    }
    lastLaws.atTheEnd(server.mind.get().root(), now);
    quietStep();
    startedAnew();
    coverage.ran(steps);
  }

  /// L2: with everything looked at anew, nothing comes of it.
  private void quietStep() {
    for (Effect effect : server.mind.orElseThrow().step(new Event.Resynced(), now)) {
      if (!(effect instanceof Effect.WakeAt)) {
        throw new Violation("L2", "a second look at everything yields " + effect);
      }
    }
  }

  /// L3: a control plane that knows nothing but Git and what the nodes report changes nothing.
  private void startedAnew() {
    var fresh = maker.make(Manifests.CLUSTER, now);
    var tree = Codec.through(git.tree(), true);
    var effects = new ArrayList<>(fresh.step(server.started(tree), now));
    var reports = new TreeMap<String, Report>();
    for (SimulatedNode node : nodes.values()) {
      for (NodeEffect effect : node.mind.step(new NodeEvent.ReportAsked(), now)) {
        if (effect instanceof NodeEffect.Send(var report)) {
          reports.put(node.name, report);
          effects.addAll(
              fresh.step(Event.NodesReported.of(node.name, "id-" + node.name, report), now));
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
    lastLaws.sameRecord(git.files, recorded.files);
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
