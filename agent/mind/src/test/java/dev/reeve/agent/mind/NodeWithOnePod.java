package dev.reeve.agent.mind;

import dev.reeve.agent.mind.NodeEvent.Probed.Outcome;
import dev.reeve.agent.mind.PodProgram.ProbeKind;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodRemoval;
import dev.reeve.core.protocol.PodReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A node that was told to run one pod. Its hands pull and start at once what they are told to;
/// nothing ends, and no probe is answered, before the test says so. Its clock stands still.
final class NodeWithOnePod {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private static final PodOrder POD =
      new PodOrder("uid", "web-1", new ObjectKey("Job", "default", "web"), "release", "c0ffee");

  private final PodProgram program;
  private final List<String> started = new ArrayList<>();
  private final List<NodeEffect> stops = new ArrayList<>();
  private final Map<String, Integer> attempts = new TreeMap<>();
  private NodeMind mind = new NodeMind("first");
  private Instant now = START;
  private Optional<Instant> wakeAt = Optional.empty();
  private Optional<PodReport> report = Optional.empty();

  private NodeWithOnePod(PodProgram program) {
    this.program = program;
  }

  static NodeWithOnePod running(PodProgram program) {
    var node = new NodeWithOnePod(program);
    node.boot(List.of(), List.of());
    node.order(List.of(POD), List.of());
    return node;
  }

  private void boot(List<PodOrder> kept, List<FoundContainer> found) {
    var info =
        new NodeInfo(
            Resources.NONE, 10, Collections.emptySortedMap(), "", Collections.emptySortedMap());
    int generation = kept.isEmpty() ? 0 : 1;
    var programs = new TreeMap<>(Map.of("release", program));
    take(new NodeEvent.Restored(info, generation, generation, kept, programs, RouteTable.NONE));
    take(new NodeEvent.Linked());
    take(new NodeEvent.Found(found));
  }

  private void order(List<PodOrder> pods, List<PodRemoval> removals) {
    int generation = removals.isEmpty() ? 1 : 2;
    var order =
        new Order(1, generation - 1, generation, Order.Scope.FULL, pods, removals, List.of());
    take(new NodeEvent.Ordered(order, new TreeMap<>(Map.of("release", program))));
  }

  // --- what happens

  void removed() {
    order(List.of(), List.of(new PodRemoval("uid", "ScaledDown")));
  }

  void dies(String container, int exitCode) {
    dies(container, exitCode, "");
  }

  void dies(String container, int exitCode, String lastWords) {
    take(new NodeEvent.Died(id(container), exitCode, false, lastWords, now));
  }

  void sandboxDies() {
    take(new NodeEvent.Died("pause", 137, false, "", now));
  }

  void passes(String container, ProbeKind kind) {
    take(probed(container, kind, Outcome.SUCCESS));
  }

  void fails(String container, ProbeKind kind) {
    take(probed(container, kind, Outcome.FAILURE));
  }

  private NodeEvent probed(String container, ProbeKind kind, Outcome outcome) {
    return new NodeEvent.Probed(
        "uid", container, attempts.getOrDefault(container, 0), kind, outcome, "said so");
  }

  /// Time goes by, and the mind is woken whenever it asked for it.
  void after(Duration time) {
    var until = now.plus(time);
    while (wakeAt.isPresent() && !wakeAt.get().isAfter(until)) {
      now = wakeAt.get();
      take(new NodeEvent.Woken());
    }
    now = until;
  }

  /// The agent is started again, and finds these containers beside the pause container.
  void restarted(FoundContainer... found) {
    mind = new NodeMind("second");
    wakeAt = Optional.empty();
    boot(List.of(POD), List.of(found));
    after(Duration.ofSeconds(3));
  }

  FoundContainer pause(FoundContainer.State state) {
    return found("", 0, state, 0, Optional.of(START));
  }

  FoundContainer runs(String container) {
    return found(container, 0, FoundContainer.State.RUNNING, 0, Optional.empty());
  }

  FoundContainer ended(String container, int exitCode, Instant at) {
    return found(container, 0, FoundContainer.State.EXITED, exitCode, Optional.of(at));
  }

  private static FoundContainer found(
      String container,
      int attempt,
      FoundContainer.State state,
      int exitCode,
      Optional<Instant> at) {
    return new FoundContainer(
        container.isEmpty() ? "pause" : container + "-" + attempt,
        "uid",
        POD.name(),
        POD.workload(),
        POD.release(),
        POD.commit(),
        container,
        attempt,
        state,
        "image",
        "sha256:x",
        container.isEmpty() ? "10.0.0.1" : "",
        Optional.of(START),
        at,
        exitCode,
        false,
        "");
  }

  // --- what is seen

  /// The containers that were started since this was last asked.
  List<String> started() {
    var names = List.copyOf(started);
    started.clear();
    return names;
  }

  /// What was stopped or cleared since this was last asked.
  List<NodeEffect> stops() {
    var effects = List.copyOf(stops);
    stops.clear();
    return effects;
  }

  PodReport report() {
    return report.orElseThrow();
  }

  ContainerReport report(String container) {
    return report().containers().stream()
        .filter(it -> it.name().equals(container))
        .findFirst()
        .orElseThrow();
  }

  private String id(String container) {
    return container + "-" + attempts.getOrDefault(container, 0);
  }

  // --- hands

  private void take(NodeEvent first) {
    var events = new ArrayDeque<NodeEvent>(List.of(first));
    while (!events.isEmpty()) {
      wakeAt = Optional.empty();
      for (NodeEffect effect : mind.step(events.remove(), now)) {
        carryOut(effect).ifPresent(events::add);
      }
    }
  }

  private Optional<NodeEvent> carryOut(NodeEffect effect) {
    return switch (effect) {
      case NodeEffect.Pull it ->
          Optional.of(new NodeEvent.Pulled(it.uid(), it.container(), "sha256:x"));
      case NodeEffect.StartSandbox _ ->
          Optional.of(new NodeEvent.SandboxStarted("uid", "pause", "10.0.0.1"));
      case NodeEffect.StartContainer it -> {
        started.add(it.container());
        attempts.put(it.container(), it.attempt());
        yield Optional.of(
            new NodeEvent.ContainerStarted(
                "uid", it.container(), it.attempt(), id(it.container()), now));
      }
      case NodeEffect.StopContainer _, NodeEffect.StopPod _, NodeEffect.ClearPod _ -> {
        stops.add(effect);
        yield Optional.empty();
      }
      case NodeEffect.Send(var sent) -> {
        sent.pods().forEach(it -> report = Optional.of(it));
        yield Optional.empty();
      }
      case NodeEffect.WakeAt(var at) -> {
        wakeAt = Optional.of(at);
        yield Optional.empty();
      }
      case NodeEffect.RemoveContainer _,
          NodeEffect.DeleteVolume _,
          NodeEffect.Probe _,
          NodeEffect.Save _,
          NodeEffect.SetRoutes _,
          NodeEffect.AskFullOrder _,
          NodeEffect.Notice _ ->
          Optional.empty();
    };
  }

  // --- programs

  static PodProgram program(
      PodProgram.RestartPolicy restart,
      List<PodProgram.Container> init,
      PodProgram.Container... apps) {
    return new PodProgram(init, List.of(apps), restart, Duration.ofSeconds(30), Optional.empty());
  }

  static PodProgram.Container container(String name) {
    return container(name, false, Map.of());
  }

  static PodProgram.Container sidecar(String name) {
    return container(name, true, Map.of());
  }

  static PodProgram.Container sidecar(String name, ProbeKind kind) {
    return container(name, true, Map.of(kind, probe(Optional.empty())));
  }

  static PodProgram.Container container(
      String name, boolean sidecar, Map<ProbeKind, PodProgram.Probe> probes) {
    return new PodProgram.Container(
        name,
        "image",
        PodProgram.PullPolicy.IF_NOT_PRESENT,
        sidecar,
        Optional.ofNullable(probes.get(ProbeKind.STARTUP)),
        Optional.ofNullable(probes.get(ProbeKind.LIVENESS)),
        Optional.ofNullable(probes.get(ProbeKind.READINESS)));
  }

  /// It fails at once.
  static PodProgram.Probe probe(Optional<Duration> grace) {
    return new PodProgram.Probe(
        Duration.ZERO, Duration.ofSeconds(10), Duration.ofSeconds(1), 1, 1, grace);
  }
}
