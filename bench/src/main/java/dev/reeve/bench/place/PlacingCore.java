package dev.reeve.bench.place;

import dev.reeve.bench.Heap;
import dev.reeve.core.Core;
import dev.reeve.core.Effect;
import dev.reeve.core.Event;
import dev.reeve.core.model.Bound;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.NodeSettings;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Storage;
import dev.reeve.core.model.Workload;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.record.RecordTree;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Root;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// The whole core, with Git that takes everything at once and nodes that say nothing more after
/// they joined. What is measured is CPU time inside the core's steps.
final class PlacingCore {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final long HEARTBEAT = 1_000_000_000L;

  private final Core core;
  private final ClusterSettings settings;
  private final PagedMap<String, NodeSettings> nodeSettings;
  private final ArrayDeque<Event> answers = new ArrayDeque<>();
  private final List<String> names;
  private DesiredState state;
  private long cpuNanos;
  private long measuredFrom;
  private long heardAt;
  private long idleNanos;
  private long ordered;
  private int commits;

  PlacingCore(Work work, ClusterSettings.Scheduling scheduling) {
    var defaults = ClusterSettings.defaults("bench");
    settings =
        new ClusterSettings(
            "bench",
            defaults.prunePercent(),
            defaults.toleration(),
            defaults.rollback(),
            scheduling);
    nodeSettings = PagedMap.copyOf(work.settings());
    names = new ArrayList<>(work.nodes().keySet());
    core = new Core("bench", START);
    state = state(PagedMap.empty());
    step(
        new Event.Started(
            settings,
            RecordTree.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty()));
    work.nodes().forEach((name, info) -> step(joined(name, info)));
    push(state);
    while (!core.root().nodes().stream().allMatch(NodeState::isReady)) {
      idleNanos += HEARTBEAT;
      step(new Event.NodesHeard(names));
    }
    measuredFrom = cpuNanos;
  }

  private Event joined(String name, NodeInfo info) {
    return Event.NodesReported.of(
        name,
        "id-" + name,
        new Report(
            "boot",
            0,
            1,
            Report.Scope.FULL,
            core.root().epoch(),
            0,
            0,
            Optional.of(info),
            List.of(),
            List.of()));
  }

  Root root() {
    return core.root();
  }

  /// Spent in the core since the nodes joined.
  double cpuSeconds() {
    return (cpuNanos - measuredFrom) / 1e9;
  }

  /// Pods that nodes were told of.
  long ordered() {
    return ordered;
  }

  DesiredState state() {
    return state;
  }

  DesiredState state(PagedMap<ObjectKey, DesiredObject> objects) {
    commits++;
    return new DesiredState(
        "%040x".formatted(commits),
        "change",
        "A <a@example.com>",
        settings,
        objects,
        objects.size(),
        nodeSettings,
        List.of(),
        Storage.NONE,
        new TreeMap<>(),
        PagedMap.empty(),
        List.of());
  }

  void push(DesiredState next) {
    state = next;
    step(new Event.DesiredChanged(next, List.of(), List.of(), List.of()));
  }

  private void step(Event event) {
    if (cpuNanos - heardAt > HEARTBEAT) {
      heardAt = cpuNanos;
      carryOut(new Event.NodesHeard(names));
    }
    carryOut(event);
    while (!answers.isEmpty()) {
      carryOut(answers.removeFirst());
    }
  }

  private void carryOut(Event event) {
    // Time passes as the core works.
    var now = START.plusNanos(cpuNanos + idleNanos);
    long start = Heap.cpuNanos();
    var effects = core.step(event, now);
    cpuNanos += Heap.cpuNanos() - start;
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Order order -> ordered += order.order().pods().size();
        case Effect.Request.Append append ->
            answers.add(new Event.Answered(append.id(), new Event.Answer.Ok()));
        case Effect.Request.Annotate note ->
            answers.add(new Event.Answered(note.id(), new Event.Answer.Ok()));
        case Effect.Continue _ -> answers.add(new Event.Woken());
        default -> {}
      }
    }
  }

  static DesiredObject deployment(String name, int replicas, PodTemplate template) {
    return object(
        new ObjectKey("Deployment", "default", name),
        replicas,
        new Workload.Strategy.RollingUpdate(Bound.percent(25), Bound.percent(25)),
        template);
  }

  static DesiredObject pod(String name, PodTemplate template) {
    return object(
        new ObjectKey("Pod", "default", name), 1, new Workload.Strategy.Single(), template);
  }

  private static DesiredObject object(
      ObjectKey key, int replicas, Workload.Strategy strategy, PodTemplate template) {
    var release = new Release(template.hash(), "0".repeat(40), template, List.of());
    var workload =
        new Workload(
            key,
            replicas,
            strategy,
            Duration.ZERO,
            Duration.ofMinutes(10),
            false,
            Workload.OnFailure.ROLLBACK,
            List.of(),
            Optional.empty(),
            Optional.empty(),
            release);
    return new DesiredObject(
        key, template.hash(), DesiredObject.Prune.WITH_ITS_TEXT, Optional.of(workload));
  }
}
