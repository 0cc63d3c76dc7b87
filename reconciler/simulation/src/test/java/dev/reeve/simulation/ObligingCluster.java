package dev.reeve.simulation;

import dev.reeve.core.Core;
import dev.reeve.core.Effect;
import dev.reeve.core.Effect.Request;
import dev.reeve.core.Event;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.record.Measurement.Outcome;
import dev.reeve.core.record.RecordCommit;
import dev.reeve.core.record.RecordTree;
import dev.reeve.core.state.Root;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/// The real core in a world where everything goes well: pods are ready as soon as they are ordered,
/// pushes arrive, measurements are good. For what a rollout does when nothing comes between.
final class ObligingCluster {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration TICK = Duration.ofMillis(500);
  private static final int NODES = 4;
  private static final int ENOUGH = 10_000;

  private final Core core;
  private final List<RecordCommit> record = new ArrayList<>();
  private final ArrayDeque<Supplier<Event>> answers = new ArrayDeque<>();
  private final SortedMap<String, SortedMap<String, PodOrder>> pods = new TreeMap<>();
  private final SortedMap<String, Long> generations = new TreeMap<>();
  private final SortedMap<String, Long> sequences = new TreeMap<>();
  private final SortedSet<String> unready = new TreeSet<>();
  private Instant now = START;

  ObligingCluster(String name) {
    core = new Core(name, now);
    step(
        new Event.Started(
            ClusterSettings.defaults(name),
            RecordTree.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty()));
    for (int i = 0; i < NODES; i++) {
      pods.put("n" + i, new TreeMap<>());
      step(reported("n" + i));
    }
  }

  Root root() {
    return core.root();
  }

  /// Subjects of the record, oldest first.
  List<String> subjects() {
    return record.stream().map(RecordCommit::subject).toList();
  }

  void push(DesiredState state) {
    step(new Event.DesiredChanged(state, List.of(), List.of(), List.of()));
  }

  void step(Event event) {
    carryOut(core.step(event, now));
    for (int i = 0; !answers.isEmpty(); i++) {
      if (i > ENOUGH) {
        throw new IllegalStateException("no end of answers");
      }
      carryOut(core.step(answers.removeFirst().get(), now));
    }
  }

  /// From now on no pod of this release is ready.
  void unready(String release) {
    unready.add(release);
    pods.keySet().forEach(node -> answers.add(() -> reported(node)));
    step(new Event.Woken());
  }

  /// Lets time pass.
  void pass(Duration time) {
    var end = now.plus(time);
    while (now.isBefore(end)) {
      now = now.plus(TICK);
      step(new Event.NodesHeard(new ArrayList<>(pods.keySet())));
      step(new Event.Woken());
    }
  }

  private void carryOut(List<Effect> effects) {
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Order(var node, var order) -> obey(node, order);
        case Effect.AskReport(var node) -> answers.add(() -> reported(node));
        case Request.Append append -> {
          record.addAll(append.commits());
          answers.add(() -> new Event.Answered(append.id(), new Answer.Ok()));
        }
        case Request.Annotate annotate ->
            answers.add(() -> new Event.Answered(annotate.id(), new Answer.Ok()));
        case Request.Measure measure ->
            answers.add(() ->
                new Event.Answered(measure.id(), new Answer.Measured(Outcome.SUCCESSFUL, "1", "")));
        case Request.Restore restore ->
            answers.add(() -> new Event.Answered(restore.id(), new Answer.Refused("not here")));
        case Effect.Continue _ -> answers.add(Event.Woken::new);
        case Effect.JoinAnswered _, Effect.ReadRecord _, Effect.Notice _, Effect.WakeAt _ -> {}
      }
    }
  }

  private void obey(String node, Order order) {
    var here = pods.computeIfAbsent(node, it -> new TreeMap<>());
    if (order.scope() == Order.Scope.FULL) {
      here.clear();
    }
    order.pods().forEach(pod -> here.put(pod.uid(), pod));
    order.remove().forEach(removal -> here.remove(removal.uid()));
    generations.put(node, order.generation());
    answers.add(() -> reported(node));
  }

  private Event reported(String node) {
    long sequence = sequences.merge(node, 1L, Long::sum);
    var reports = new ArrayList<PodReport>();
    for (PodOrder pod : pods.getOrDefault(node, new TreeMap<>()).values()) {
      reports.add(
          new PodReport(
              pod.uid(),
              pod.name(),
              pod.workload(),
              pod.release(),
              pod.commit(),
              PodReport.Phase.RUNNING,
              !unready.contains(pod.release()),
              false,
              "10.0.0.1",
              Optional.of(START),
              List.<ContainerReport>of(),
              "",
              ""));
    }
    var info =
        new NodeInfo(new Resources(64_000, 256L << 30), 250, new TreeMap<>(), "", new TreeMap<>());
    return new Event.NodeReported(
        node,
        "id-" + node,
        new Report(
            "boot",
            0,
            sequence,
            Report.Scope.FULL,
            core.root().epoch(),
            generations.getOrDefault(node, 0L),
            Optional.of(info),
            reports,
            List.of()));
  }
}
