package dev.reeve.agent.mind;

import dev.reeve.agent.mind.NodeEffect.ClearPod.Volumes;
import dev.reeve.agent.mind.PodProgram.ProbeKind;
import dev.reeve.agent.mind.PodProgram.RestartPolicy;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// One pod on this node. [#decide] looks at where it stands and says what is next; what happens is
/// folded in before.
final class PodRun {
  private enum Sandbox {
    NONE,
    STARTING,
    UP,
    /// All that is left of the pod is being removed, to start over or for good.
    CLEARING
  }

  final PodOrder order;
  final Optional<PodProgram> program;
  final List<ContainerRun> containers = new ArrayList<>();
  Optional<Instant> wakeAt = Optional.empty();
  private Sandbox sandbox = Sandbox.NONE;
  private String sandboxId = "";
  private String ip = "";
  private Instant sandboxAt = Instant.EPOCH;
  private BackOff sandboxBackOff = BackOff.waiting();
  private String sandboxTrouble = "";
  private boolean mustClear;
  private String clearReason = "";
  private Optional<String> removal = Optional.empty();
  private Optional<Instant> startedAt = Optional.empty();

  PodRun(PodOrder order, Optional<PodProgram> program) {
    this.order = order;
    this.program = program;
    program.ifPresent(it -> {
      it.init().forEach(container -> containers.add(new ContainerRun(container, true)));
      it.containers().forEach(container -> containers.add(new ContainerRun(container, false)));
    });
  }

  Optional<ContainerRun> container(String name) {
    return containers.stream().filter(it -> it.program.name().equals(name)).findFirst();
  }

  boolean isRemoving() {
    return removal.isPresent();
  }

  void remove(String reason) {
    if (removal.isEmpty()) {
      removal = Optional.of(reason);
      // A clearing under way keeps the volumes; another one follows that does not.
      mustClear = true;
    }
  }

  // --- what happened

  /// Folds in what the engine lists. Answers still under way from before are not waited for.
  void found(List<FoundContainer> listed, Instant now) {
    var policy = program.map(PodProgram::restart).orElse(RestartPolicy.ALWAYS);
    var pause = listed.stream().filter(FoundContainer::isSandbox).findFirst();
    boolean pauseRuns = pause.map(it -> it.state() == FoundContainer.State.RUNNING).orElse(false);
    for (ContainerRun run : containers) {
      run.pulling = false;
      var own =
          listed.stream()
              .filter(it -> it.container().equals(run.program.name()))
              .max((a, b) -> Integer.compare(a.attempt(), b.attempt()));
      if (own.isEmpty()) {
        lost(run, policy, now);
      } else {
        found(run, own.get(), policy, now);
      }
    }
    if (pauseRuns) {
      sandbox = Sandbox.UP;
      sandboxId = pause.get().id();
      ip = pause.get().ip();
      startedAt = startedAt.or(() -> pause.get().startedAt());
    } else {
      boolean somethingIsLeft = !listed.isEmpty();
      sandbox = Sandbox.NONE;
      mustClear |= somethingIsLeft;
      clearReason = "SandboxChanged";
    }
    if (isRemoving()) {
      mustClear = true;
    }
  }

  private static void lost(ContainerRun run, RestartPolicy policy, Instant now) {
    switch (run.stage) {
      case RUNNING -> run.died(137, false, now, policy, now);
      case STARTING -> run.stage = ContainerRun.Stage.WAITING;
      case WAITING, DONE -> {}
    }
  }

  private static void found(
      ContainerRun run, FoundContainer own, RestartPolicy policy, Instant now) {
    switch (own.state()) {
      case RUNNING -> {
        if (run.stage != ContainerRun.Stage.RUNNING || !run.id.equals(own.id())) {
          run.adopted(own, now);
        } else {
          for (ProbeKind kind : ProbeKind.values()) {
            run.probe(kind).ifPresent(probe -> probe.forgetFlight(now));
          }
          run.stopping = false;
        }
      }
      case EXITED -> {
        boolean isNews = run.id.isEmpty() || run.id.equals(own.id());
        if (isNews && run.stage != ContainerRun.Stage.DONE && !run.lastId.equals(own.id())) {
          run.started(own.id(), own.startedAt().orElse(now));
          run.attempt = own.attempt();
          run.restarts = Math.max(run.restarts, own.attempt());
          run.died(own.exitCode(), own.oomKilled(), own.finishedAt().orElse(now), policy, now);
        } else if (run.stage == ContainerRun.Stage.STARTING) {
          run.stage = ContainerRun.Stage.WAITING;
        }
      }
      case CREATED -> {
        if (run.stage == ContainerRun.Stage.STARTING || run.attempt <= own.attempt()) {
          run.attempt = own.attempt() + 1;
          if (run.stage != ContainerRun.Stage.DONE) {
            run.stage = ContainerRun.Stage.WAITING;
          }
        }
      }
    }
  }

  void sandboxStarted(String id, String address, Instant now) {
    if (sandbox == Sandbox.STARTING) {
      sandbox = Sandbox.UP;
      sandboxId = id;
      ip = address;
      sandboxTrouble = "";
      sandboxBackOff = BackOff.waiting();
      startedAt = startedAt.or(() -> Optional.of(now));
    }
  }

  void sandboxFailed(String message, Instant now) {
    if (sandbox == Sandbox.STARTING) {
      sandbox = Sandbox.NONE;
      sandboxTrouble = message;
      sandboxAt = sandboxBackOff.after(now);
      // What was half made must not stand in the way of the next try.
      mustClear = true;
      clearReason = "SandboxFailed";
    }
  }

  void containerStarted(ContainerRun run, int attempt, String id, Instant at) {
    if (run.stage == ContainerRun.Stage.STARTING && run.attempt == attempt) {
      run.started(id, at);
    }
  }

  void startFailed(ContainerRun run, int attempt, String reason, String message, Instant now) {
    if (run.stage == ContainerRun.Stage.STARTING && run.attempt == attempt) {
      run.startFailed(reason, message, now);
    }
  }

  /// Whether a container of this id belongs to this pod, and what its end means.
  boolean died(String id, int exitCode, boolean oomKilled, Instant at, Instant now) {
    if (id.equals(sandboxId)) {
      if (sandbox == Sandbox.UP) {
        sandbox = Sandbox.NONE;
        mustClear = true;
        clearReason = "SandboxChanged";
      }
      return true;
    }
    for (ContainerRun run : containers) {
      if (run.id.equals(id)) {
        if (run.stage == ContainerRun.Stage.RUNNING) {
          var policy = program.map(PodProgram::restart).orElse(RestartPolicy.ALWAYS);
          run.died(exitCode, oomKilled, at, policy, now);
        }
        return true;
      }
    }
    return false;
  }

  void cleared() {
    if (sandbox == Sandbox.CLEARING) {
      sandbox = Sandbox.NONE;
      sandboxId = "";
      ip = "";
      if (!isRemoving()) {
        containers.forEach(ContainerRun::startOver);
      }
    }
  }

  /// A removed pod of which nothing is left.
  boolean isGone() {
    return isRemoving() && sandbox == Sandbox.NONE && !mustClear;
  }

  void probed(
      ContainerRun run,
      int attempt,
      ProbeKind kind,
      NodeEvent.Probed.Outcome outcome,
      String message,
      Instant now) {
    if (run.stage != ContainerRun.Stage.RUNNING || run.attempt != attempt) {
      return;
    }
    run.probe(kind)
        .ifPresent(probe -> {
          probe.answered(outcome, now);
          if (kind == ProbeKind.READINESS && !run.stopping) {
            run.reason = probe.isPassing() ? "" : "Unready";
            run.message = probe.isPassing() ? "" : "readiness probe: " + message;
          }
          if (kind != ProbeKind.READINESS && probe.hasFailed() && !run.stopping) {
            run.reason = "Unhealthy";
            run.message =
                (kind == ProbeKind.STARTUP ? "startup probe: " : "liveness probe: ") + message;
          }
        });
  }

  // --- what is next

  void decide(Instant now, Consumer<NodeEffect> out) {
    wakeAt = Optional.empty();
    if (sandbox == Sandbox.CLEARING || sandbox == Sandbox.STARTING && !mustClear) {
      return;
    }
    if (mustClear) {
      if (sandbox == Sandbox.STARTING && !isRemoving()) {
        return;
      }
      mustClear = false;
      sandbox = Sandbox.CLEARING;
      out.accept(
          new NodeEffect.ClearPod(
              order.uid(),
              isRemoving() ? grace() : Duration.ZERO,
              isRemoving() ? Volumes.REMOVE : Volumes.KEEP,
              removal.orElse(clearReason)));
      return;
    }
    if (isRemoving() || program.isEmpty()) {
      return;
    }
    pull(now, out);
    if (sandbox == Sandbox.NONE) {
      if (hasFinished()) {
        return;
      }
      if (now.isBefore(sandboxAt)) {
        wakeBy(sandboxAt);
      } else {
        sandbox = Sandbox.STARTING;
        out.accept(new NodeEffect.StartSandbox(order));
      }
      return;
    }
    startWhatMay(now, out);
    probe(now, out);
  }

  private void pull(Instant now, Consumer<NodeEffect> out) {
    for (ContainerRun run : containers) {
      if (run.pulled || run.pulling || run.stage != ContainerRun.Stage.WAITING) {
        continue;
      }
      if (now.isBefore(run.pullAt)) {
        wakeBy(run.pullAt);
      } else {
        run.pulling = true;
        out.accept(
            new NodeEffect.Pull(
                order.uid(), run.program.name(), run.program.image(), run.program.pull()));
      }
    }
  }

  /// Init containers one by one, each after the one before has succeeded; then all others.
  private void startWhatMay(Instant now, Consumer<NodeEffect> out) {
    for (ContainerRun run : containers) {
      if (run.stage == ContainerRun.Stage.WAITING) {
        if (!run.pulled) {
          if (run.init) {
            return;
          }
          continue;
        }
        if (now.isBefore(run.startAt)) {
          wakeBy(run.startAt);
        } else {
          start(run, out);
        }
      }
      boolean hasSucceeded = run.stage == ContainerRun.Stage.DONE && run.exitCode == 0;
      if (run.init && !hasSucceeded) {
        return;
      }
    }
  }

  private void start(ContainerRun run, Consumer<NodeEffect> out) {
    run.stage = ContainerRun.Stage.STARTING;
    // The last ended attempt stays for its logs; the one before it goes.
    if (!run.lastId.isEmpty()) {
      out.accept(new NodeEffect.RemoveContainer(run.lastId));
      run.lastId = "";
    }
    out.accept(new NodeEffect.StartContainer(order, run.program.name(), run.attempt, sandboxId));
  }

  private void probe(Instant now, Consumer<NodeEffect> out) {
    for (ContainerRun run : containers) {
      for (var active : run.activeProbes().entrySet()) {
        var kind = active.getKey();
        var probe = active.getValue();
        if (kind != ProbeKind.READINESS && probe.hasFailed()) {
          run.stopping = true;
          out.accept(
              new NodeEffect.StopContainer(
                  order.uid(), run.program.name(), run.id, grace(), "Unhealthy"));
          break;
        }
        if (probe.takeIfDue(now)) {
          out.accept(
              new NodeEffect.Probe(
                  order.uid(),
                  run.program.name(),
                  run.attempt,
                  run.id,
                  ip,
                  kind,
                  probe.probe().timeout()));
        } else if (!probe.isInFlight()) {
          wakeBy(probe.nextAt());
        }
      }
    }
  }

  private Duration grace() {
    return program.map(PodProgram::grace).orElse(Duration.ofSeconds(30));
  }

  private void wakeBy(Instant at) {
    if (wakeAt.isEmpty() || at.isBefore(wakeAt.get())) {
      wakeAt = Optional.of(at);
    }
  }

  // --- what is said

  private boolean hasFinished() {
    return !containers.isEmpty()
        && apps().stream().allMatch(it -> it.stage == ContainerRun.Stage.DONE);
  }

  private List<ContainerRun> apps() {
    return containers.stream().filter(it -> !it.init).toList();
  }

  /// Taken over, and not all of it is known again.
  boolean isUnsure() {
    return containers.stream().anyMatch(ContainerRun::isUnsure);
  }

  boolean isReady() {
    return !isRemoving()
        && sandbox == Sandbox.UP
        && program.isPresent()
        && apps().stream().allMatch(ContainerRun::isReady);
  }

  PodReport report() {
    var reports = new ArrayList<ContainerReport>();
    containers.forEach(run -> reports.add(run.report()));
    var trouble = trouble();
    return new PodReport(
        order.uid(),
        order.name(),
        order.workload(),
        order.release(),
        order.commit(),
        phase(),
        isReady(),
        isRemoving(),
        ip,
        startedAt,
        reports,
        trouble.reason,
        trouble.message);
  }

  private record Trouble(String reason, String message) {}

  private Trouble trouble() {
    if (program.isEmpty()) {
      return new Trouble("InvalidTemplate", "the node cannot read the pod's template");
    }
    if (!sandboxTrouble.isEmpty()) {
      return new Trouble("FailedCreatePodSandBox", sandboxTrouble);
    }
    return new Trouble("", "");
  }

  private PodReport.Phase phase() {
    var apps = apps();
    boolean initFailed =
        containers.stream()
            .anyMatch(it -> it.init && it.stage == ContainerRun.Stage.DONE && it.exitCode != 0);
    if (initFailed) {
      return PodReport.Phase.FAILED;
    }
    if (apps.isEmpty() || !apps.stream().allMatch(it -> it.everStarted)) {
      return PodReport.Phase.PENDING;
    }
    if (apps.stream().allMatch(it -> it.stage == ContainerRun.Stage.DONE)) {
      return apps.stream().allMatch(it -> it.exitCode == 0)
          ? PodReport.Phase.SUCCEEDED
          : PodReport.Phase.FAILED;
    }
    return PodReport.Phase.RUNNING;
  }
}
