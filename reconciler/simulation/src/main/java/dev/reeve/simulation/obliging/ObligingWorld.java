package dev.reeve.simulation.obliging;

import dev.reeve.core.Core;
import dev.reeve.core.Effect;
import dev.reeve.core.Effect.Request;
import dev.reeve.core.Event;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.ImagePin;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Workload;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.protocol.Routing;
import dev.reeve.core.record.Measurement.Outcome;
import dev.reeve.core.record.RecordCommit;
import dev.reeve.core.state.Root;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// The real core, nodes on which pods are ready as soon as they are ordered, a Git that takes every
/// push, and providers whose every measurement is good. Time passes only where something waits for
/// it.
public final class ObligingWorld {
  private static final int ENOUGH = 1_000_000;

  private Core core;
  private final SortedMap<String, Node> nodes = new TreeMap<>();
  private final List<RecordCommit> record = new ArrayList<>();
  private final ArrayDeque<Supplier<Event>> answers = new ArrayDeque<>();
  private final SortedSet<String> unready = new TreeSet<>();
  private final SortedSet<String> silent = new TreeSet<>();
  private final SortedSet<String> deaf = new TreeSet<>();
  private final SortedSet<String> deletedVolumes = new TreeSet<>();
  private UnaryOperator<PodReport> starting = it -> it;
  private Optional<Registry> registry = Optional.empty();
  private boolean isGitAway;
  private Function<Request, Answer> repository =
      _ -> new Answer.Refused("there is no repository here");
  private Function<Request.Query, Answer> queries =
      _ -> new Answer.Retry("there is nobody to ask here");
  private Instant now;

  /// @param image the one that all pods have
  /// @param resolving which one that is, as a node finds it
  private record Registry(String image, UnaryOperator<String> resolving) {}

  private static final class Node {
    private final String identity;
    private final NodeInfo info;
    private final SortedMap<String, PodReport> pods = new TreeMap<>();
    private final SortedMap<String, List<ConfigUse>> config = new TreeMap<>();
    private List<String> deleted = List.of();
    private int boots;
    private long generation;
    private long routed;
    private long sequence;
    private boolean isToReport;

    Node(String identity, NodeInfo info) {
      this.identity = identity;
      this.info = info;
    }
  }

  public ObligingWorld(Core core, Instant now) {
    this.core = core;
    this.now = now;
  }

  public Root root() {
    return core.root();
  }

  public Instant now() {
    return now;
  }

  /// What was recorded, oldest first.
  public List<RecordCommit> record() {
    return record;
  }

  /// A node that is there from now on.
  ///
  /// @param pods that run on it already
  public void join(String name, String identity, NodeInfo info, List<PodReport> pods) {
    var node = new Node(identity, info);
    pods.forEach(pod -> node.pods.put(pod.uid(), pod));
    nodes.put(name, node);
    step(reported(name, node));
  }

  /// The pods of a node as it would report them.
  public List<PodReport> podsOn(String node) {
    return Optional.ofNullable(nodes.get(node)).stream()
        .flatMap(it -> it.pods.values().stream())
        .toList();
  }

  /// The config that pods of a release see on a node.
  public List<ConfigUse> configOn(String node, String release) {
    return Optional.ofNullable(nodes.get(node)).stream()
        .flatMap(it -> it.config.getOrDefault(release, List.of()).stream())
        .toList();
  }

  /// Names, as the engine has them, of the volumes that nodes were told to delete.
  public SortedSet<String> deletedVolumes() {
    return Collections.unmodifiableSortedSet(deletedVolumes);
  }

  /// From now on a node is not heard, and hears nothing.
  public void silence(String node) {
    silent.add(node);
  }

  /// A silent node is heard again; it says what runs on it.
  public void hear(String node) {
    var back = nodes.get(node);
    if (silent.remove(node) && back != null) {
      tell(node, back);
      step(new Event.Woken());
    }
  }

  /// Whether what a node is told from now on is lost on its way.
  public void loses(String node, boolean isLost) {
    if (isLost) {
      deaf.add(node);
    } else {
      deaf.remove(node);
    }
  }

  /// The agent of a node starts anew, with what it has on its disk.
  public void restartAgent(String node) {
    var restarted = nodes.get(node);
    if (restarted != null) {
      restarted.boots++;
      restarted.sequence = 0;
      tell(node, restarted);
      step(new Event.Woken());
    }
  }

  /// Whether nothing can be recorded from now on.
  public void gitIsAway(boolean isAway) {
    isGitAway = isAway;
  }

  /// From now on a pod that starts is what this makes of it.
  public void starts(UnaryOperator<PodReport> how) {
    starting = how;
  }

  /// From now on a pod that starts has a container of this image.
  ///
  /// @param resolving which one that is, as a node that was not told finds it
  public void serves(String image, UnaryOperator<String> resolving) {
    registry = Optional.of(new Registry(image, resolving));
  }

  /// From now on this answers what is asked of the tracked branch.
  public void repository(Function<Request, Answer> answering) {
    repository = answering;
  }

  /// From now on queries of autoscalers are answered so.
  public void queries(Function<Request.Query, Answer> how) {
    queries = how;
  }

  /// A pod is another than it was, by its name.
  public void change(String pod, UnaryOperator<PodReport> how) {
    nodes.forEach((name, node) -> {
      node.pods.replaceAll((uid, it) -> it.name().equals(pod) ? how.apply(it) : it);
      tell(name, node);
    });
    step(new Event.Woken());
  }

  /// The control plane is gone, and another takes its place, which knows what the record says.
  public void restart(Core fresh, Event.Started started) {
    core = fresh;
    answers.clear();
    nodes.values().forEach(it -> it.isToReport = false);
    step(started);
    nodes.forEach(this::tell);
    step(new Event.Woken());
  }

  private List<String> heard() {
    return nodes.keySet().stream().filter(it -> !silent.contains(it)).toList();
  }

  /// From now on no pod of this release is ready.
  public void unready(String release) {
    unready.add(release);
    nodes.forEach((name, node) -> {
      node.pods.replaceAll((uid, pod) -> pod.release().equals(release) ? unready(pod) : pod);
      tell(name, node);
    });
    step(new Event.Woken());
  }

  /// An event, and all that follows from it without time passing.
  public void step(Event event) {
    carryOut(core.step(event, now));
    for (int i = 0; !answers.isEmpty(); i++) {
      if (i > ENOUGH) {
        throw new IllegalStateException("no end of answers");
      }
      carryOut(core.step(answers.removeFirst().get(), now));
    }
  }

  /// Lets time pass, with all that it brings.
  ///
  /// @param tick how often nodes give a sign of life
  public void pass(Duration time, Duration tick) {
    var end = now.plus(time);
    while (now.isBefore(end)) {
      now = now.plus(tick);
      step(new Event.NodesHeard(heard()));
    }
  }

  /// Lets time pass until nothing is left that waits for it: steps are taken, pauses end, what is
  /// to be recorded is. What waits for a person, or for room that is not there, is left waiting.
  public void settle(Duration atMost) {
    var end = now.plus(atMost);
    while (true) {
      var next = next();
      if (next.isEmpty() || next.get().isAfter(end)) {
        return;
      }
      // Whatever was silent this long speaks first.
      now = next.get().isAfter(now) ? next.get() : now.plusMillis(1);
      step(new Event.NodesHeard(heard()));
    }
  }

  private Optional<Instant> next() {
    var root = core.root();
    var waits =
        root.unhealthy().keys().stream()
            .filter(key -> !root.unplaced().containsKey(key))
            .flatMap(key -> root.workloads().get(key).stream())
            .flatMap(workload -> workload.wakeAt().stream());
    return Stream.of(
            waits,
            root.records().due().stream(),
            root.notes().due().stream(),
            root.restores().due(root.records().recorded()).stream())
        .flatMap(it -> it)
        .min(Instant::compareTo);
  }

  private void carryOut(List<Effect> effects) {
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Order(var node, var order) -> obey(node, order);
        case Effect.Route(var names, var routing) -> names.forEach(it -> route(it, routing));
        case Effect.AskReport(var name) -> {
          var node = nodes.get(name);
          if (node != null) {
            tell(name, node);
          }
        }
        case Request.Append append when isGitAway -> answer(append.id(), new Answer.Retry("away"));
        case Request.Append append -> {
          record.addAll(append.commits());
          answer(append.id(), new Answer.Ok());
        }
        case Request.Annotate annotate -> answer(annotate.id(), new Answer.Ok());
        case Request.Measure measure ->
            answer(measure.id(), new Answer.Measured(Outcome.SUCCESSFUL, "1", ""));
        case Request.Restore restore -> answer(restore.id(), repository.apply(restore));
        case Request.UpdateImages update -> answer(update.id(), repository.apply(update));
        case Request.Query query -> answer(query.id(), queries.apply(query));
        case Effect.Continue _ -> answers.add(Event.Woken::new);
        case Effect.JoinAnswered _, Effect.ReadRecord _, Effect.Notice _, Effect.WakeAt _ -> {}
      }
    }
  }

  private void answer(long request, Answer answer) {
    answers.add(() -> new Event.Answered(request, answer));
  }

  private void obey(String name, Order order) {
    var node = nodes.get(name);
    if (node == null || silent.contains(name) || deaf.contains(name)) {
      return;
    }
    order.releases().forEach(text -> node.config.put(text.hash(), text.config()));
    if (order.scope() == Order.Scope.FULL) {
      var named = new TreeSet<String>();
      order.pods().forEach(pod -> named.add(pod.uid()));
      node.pods.keySet().retainAll(named);
    }
    order.remove().forEach(removal -> node.pods.remove(removal.uid()));
    for (PodOrder pod : order.pods()) {
      node.pods.computeIfAbsent(pod.uid(), uid -> starting.apply(running(name, pod)));
    }
    node.deleted = order.unclaimed();
    deletedVolumes.addAll(order.unclaimed());
    node.generation = order.generation();
    tell(name, node);
  }

  private void route(String name, Routing routing) {
    var node = nodes.get(name);
    if (node != null && !silent.contains(name)) {
      node.routed = routing.version();
      tell(name, node);
    }
  }

  private PodReport running(String node, PodOrder pod) {
    boolean runsOnce = runsOnce(pod.workload());
    boolean isReady = !runsOnce && !unready.contains(pod.release());
    return new PodReport(
        pod.uid(),
        pod.name(),
        pod.workload(),
        pod.release(),
        pod.commit(),
        runsOnce ? PodReport.Phase.SUCCEEDED : PodReport.Phase.RUNNING,
        isReady,
        false,
        "10.0.0.1",
        Optional.of(now),
        registry.map(it -> container(it, node, pod)).stream().toList(),
        "",
        "");
  }

  private ContainerReport container(Registry from, String node, PodOrder pod) {
    var id =
        pod.images().stream()
            .filter(it -> it.image().equals(from.image()))
            .map(ImagePin::id)
            .findFirst()
            .orElseGet(() -> from.resolving().apply(node));
    return new ContainerReport(
        "app",
        false,
        from.image(),
        id,
        "c-" + pod.uid(),
        ContainerReport.State.RUNNING,
        true,
        0,
        Optional.of(now),
        Optional.empty(),
        0,
        "",
        "");
  }

  private static PodReport unready(PodReport pod) {
    return new PodReport(
        pod.uid(),
        pod.name(),
        pod.workload(),
        pod.release(),
        pod.commit(),
        pod.phase(),
        false,
        pod.stopping(),
        pod.ip(),
        pod.startedAt(),
        pod.containers(),
        pod.reason(),
        pod.message());
  }

  private boolean runsOnce(ObjectKey workload) {
    return core.root()
        .workloads()
        .get(workload)
        .flatMap(it -> it.desired())
        .map(it ->
            it.strategy() instanceof Workload.Strategy.RunOnce
                || it.strategy() instanceof Workload.Strategy.Completing)
        .orElse(false);
  }

  /// One report at a time: what changes meanwhile is in it.
  private void tell(String name, Node node) {
    if (!node.isToReport && !silent.contains(name)) {
      node.isToReport = true;
      answers.add(() -> reported(name, node));
    }
  }

  private Event reported(String name, Node node) {
    node.isToReport = false;
    node.sequence++;
    return Event.NodesReported.of(
        name,
        node.identity,
        new Report(
            "boot" + node.boots,
            0,
            node.sequence,
            Report.Scope.FULL,
            core.root().epoch(),
            node.generation,
            node.routed,
            Optional.of(node.info),
            new ArrayList<>(node.pods.values()),
            List.of(),
            node.deleted));
  }
}
