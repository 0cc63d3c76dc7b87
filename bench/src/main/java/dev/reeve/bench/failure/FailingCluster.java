package dev.reeve.bench.failure;

import dev.reeve.bench.Heap;
import dev.reeve.bench.failure.FailingNode.Running;
import dev.reeve.core.Core;
import dev.reeve.core.Effect;
import dev.reeve.core.Event;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodRemoval;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.protocol.Routing;
import dev.reeve.core.record.RecordTree;
import dev.reeve.core.state.Root;
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

/// The whole core, and nodes that can be cut off, on a clock of their own: a pod is ready one to
/// three seconds after it was ordered and gone one second after it was told to stop, a message
/// takes twenty milliseconds, a push fifty. Nothing waits for a real clock.
final class FailingCluster {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final long MESSAGE = 20;
  private static final long PUSH = 50;
  private static final long STOPS = 1_000;
  private static final long HEARTBEAT = 1_000;

  /// What is stopped because of these is moved, or was counted as lost; nothing else may be.
  private static final TreeSet<String> MOVING =
      new TreeSet<>(List.of("Drained", "NodeLost", "Orphaned"));

  private record Scheduled(Instant at, long order, Runnable what) {}

  private final PriorityQueue<Scheduled> queue =
      new PriorityQueue<>(Comparator.comparing(Scheduled::at).thenComparingLong(Scheduled::order));
  private final SplittableRandom random = new SplittableRandom(7);
  private final Core core = new Core(Wanted.CLUSTER, START);
  private final SortedMap<String, FailingNode> nodes = new TreeMap<>();
  private final Availability availability;
  private Instant now = START;
  private Instant wakeAt = Instant.MAX;
  private long order;
  private long started;
  private long stoppedOnReturn;
  private long missedOnReturn;
  private long stoppedWithoutNeed;
  private long steps;
  private long cpuNanos;
  private long longestNanos;

  FailingCluster(Wanted wanted) {
    availability = new Availability(wanted.replicas());
    step(
        new Event.Started(
            wanted.settings(),
            RecordTree.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty()));
    wanted
        .nodes()
        .forEach((name, info) -> {
          var node = new FailingNode(name, info);
          nodes.put(name, node);
          tellAll(node);
        });
    in(HEARTBEAT, this::heartbeat);
  }

  Root root() {
    return core.root();
  }

  Availability availability() {
    return availability;
  }

  Instant now() {
    return now;
  }

  List<String> nodes() {
    return List.copyOf(nodes.keySet());
  }

  /// Pods that nodes began to start.
  long started() {
    return started;
  }

  /// Pods that were replaced while their node was away, and are stopped now that it is back.
  long stoppedOnReturn() {
    return stoppedOnReturn;
  }

  /// Of these, the ready ones of which their workload had not enough at that moment.
  long missedOnReturn() {
    return missedOnReturn;
  }

  /// Ready pods that were stopped and neither drained nor replaced before.
  long stoppedWithoutNeed() {
    return stoppedWithoutNeed;
  }

  long steps() {
    return steps;
  }

  double cpuSeconds() {
    return cpuNanos / 1e9;
  }

  double longestMillis() {
    return longestNanos / 1e6;
  }

  /// What was counted so far was only to get here.
  void forgetCounts() {
    started = 0;
    stoppedOnReturn = 0;
    missedOnReturn = 0;
    stoppedWithoutNeed = 0;
    steps = 0;
    cpuNanos = 0;
    longestNanos = 0;
    availability.forget();
  }

  void push(DesiredState state) {
    step(new Event.DesiredChanged(state, List.of(), List.of(), List.of()));
  }

  void lose(String name) {
    var node = node(name);
    node.isAway = true;
    node.pods().stream().filter(Running::serves).forEach(it -> availability.lost(it.workload()));
  }

  void bringBack(String name) {
    var node = node(name);
    node.isAway = false;
    node.pods().stream().filter(Running::serves).forEach(it -> availability.won(it.workload()));
    tellAll(node);
  }

  private FailingNode node(String name) {
    return Optional.ofNullable(nodes.get(name)).orElseThrow();
  }

  /// Lets a second pass, and looks at what is available then.
  void second() {
    var end = now.plusSeconds(1);
    while (!queue.isEmpty() && !queue.peek().at().isAfter(end)) {
      var next = queue.remove();
      now = next.at();
      next.what().run();
    }
    now = end;
    availability.sample();
  }

  /// Every pod that is wanted is ready, and the core has nothing left to do.
  boolean isWell() {
    return availability.isWhole()
        && core.root().unhealthy().isEmpty()
        && core.root().dirtyWorkloads().isEmpty();
  }

  // --- the core

  private void step(Event event) {
    long before = Heap.cpuNanos();
    var effects = core.step(event, now);
    long took = Heap.cpuNanos() - before;
    cpuNanos += took;
    longestNanos = Math.max(longestNanos, took);
    steps++;
    effects.forEach(this::carryOut);
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Order(var name, var given) -> in(MESSAGE, () -> obey(node(name), given));
      case Effect.Route(var names, var routing) ->
          names.forEach(it -> in(MESSAGE, () -> route(node(it), routing)));
      case Effect.AskReport(var name) -> in(MESSAGE, () -> tellAll(node(name)));
      case Effect.Request.Append append -> answer(append.id(), new Answer.Ok());
      case Effect.Request.Annotate annotate -> answer(annotate.id(), new Answer.Ok());
      case Effect.Request.Restore restore ->
          answer(restore.id(), new Answer.Refused("there is no repository here"));
      case Effect.Request.UpdateImages update ->
          answer(update.id(), new Answer.Refused("there is no repository here"));
      case Effect.Request.Measure measure ->
          answer(measure.id(), new Answer.Retry("there is nothing to measure here"));
      case Effect.Request.Query query ->
          answer(query.id(), new Answer.Retry("there is nobody to ask here"));
      case Effect.WakeAt(var at) -> wake(at);
      case Effect.Continue _ -> in(0, () -> step(new Event.Woken()));
      case Effect.JoinAnswered _, Effect.ReadRecord _, Effect.Notice _ -> {}
    }
  }

  private void answer(long request, Answer answer) {
    in(PUSH, () -> step(new Event.Answered(request, answer)));
  }

  private void wake(Instant at) {
    if (!at.isBefore(wakeAt) && wakeAt.isAfter(now)) {
      return;
    }
    wakeAt = at;
    at(
        at,
        () -> {
          if (at.equals(wakeAt)) {
            wakeAt = Instant.MAX;
            step(new Event.Woken());
          }
        });
  }

  private void heartbeat() {
    var heard = new ArrayList<String>();
    nodes.values().stream().filter(it -> !it.isAway).forEach(it -> heard.add(it.name));
    if (!heard.isEmpty()) {
      step(new Event.NodesHeard(heard));
    }
    in(HEARTBEAT, this::heartbeat);
  }

  private void in(long millis, Runnable what) {
    at(now.plus(Duration.ofMillis(millis)), what);
  }

  private void at(Instant when, Runnable what) {
    queue.add(new Scheduled(when, order++, what));
  }

  // --- nodes

  private void route(FailingNode node, Routing routing) {
    if (!node.isAway) {
      node.route(routing);
      tellSoon(node);
    }
  }

  private void obey(FailingNode node, Order given) {
    if (node.isAway) {
      return;
    }
    var taken = node.take(given);
    if (taken.isEmpty()) {
      in(MESSAGE, () -> step(new Event.FullOrderAsked(node.name)));
      return;
    }
    for (Running pod : taken.get().stops()) {
      boolean wasReady = pod.ready;
      if (wasReady) {
        availability.lost(pod.workload());
      }
      var why = why(given, pod);
      if (why.equals("NodeLost")) {
        stoppedOnReturn++;
        missedOnReturn += wasReady && availability.lacks(pod.workload()) ? 1 : 0;
      }
      stoppedWithoutNeed += wasReady && !MOVING.contains(why) ? 1 : 0;
      in(STOPS, () -> isGone(node, pod));
    }
    for (Running pod : taken.get().starts()) {
      started++;
      in(1_000 + random.nextInt(2_000), () -> isReady(node, pod));
    }
    tellSoon(node);
  }

  private static String why(Order given, Running pod) {
    return given.remove().stream()
        .filter(it -> it.uid().equals(pod.order.uid()))
        .map(PodRemoval::reason)
        .findFirst()
        .orElse("");
  }

  private void isReady(FailingNode node, Running pod) {
    if (pod.stopping) {
      return;
    }
    node.isReady(pod);
    if (!node.isAway) {
      availability.won(pod.workload());
      tellSoon(node);
    }
  }

  private void isGone(FailingNode node, Running pod) {
    node.isGone(pod);
    tellSoon(node);
  }

  /// What happens within a message's time is one report.
  private void tellSoon(FailingNode node) {
    if (!node.isToReport && !node.isAway) {
      node.isToReport = true;
      in(
          MESSAGE,
          () -> {
            if (!node.isToReport || node.isAway) {
              node.isToReport = false;
              return;
            }
            report(node, node.news(now));
          });
    }
  }

  private void tellAll(FailingNode node) {
    if (!node.isAway) {
      report(node, node.full(now));
    }
  }

  private void report(FailingNode node, Report report) {
    in(
        MESSAGE,
        () -> {
          if (!node.isAway) {
            step(Event.NodesReported.of(node.name, "id-" + node.name, report));
          }
        });
  }

  /// How many workloads have two pods more in one zone than in another.
  long uneven() {
    var inZones = new TreeMap<ObjectKey, int[]>();
    nodes.forEach((name, node) -> {
      int zone = zone(name);
      for (Running pod : node.pods()) {
        if (pod.serves() && !node.isAway) {
          inZones.computeIfAbsent(pod.workload(), key -> new int[Wanted.ZONES])[zone]++;
        }
      }
    });
    return inZones.values().stream().filter(it -> max(it) - min(it) > 1).count();
  }

  static int zone(String node) {
    return Integer.parseInt(node.substring(node.indexOf('-') + 1)) % Wanted.ZONES;
  }

  private static int max(int[] counts) {
    return java.util.Arrays.stream(counts).max().orElse(0);
  }

  private static int min(int[] counts) {
    return java.util.Arrays.stream(counts).min().orElse(0);
  }
}
