package dev.reeve.agent.mind;

import dev.reeve.agent.mind.ContainerRun.End;
import dev.reeve.agent.mind.ContainerRun.Role;
import dev.reeve.agent.mind.ContainerRun.Stage;
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
  private static final String DEADLINE_EXCEEDED = "DeadlineExceeded";

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
  private boolean deadlineExceeded;
  private Optional<DeviceBook.Shortage> shortage = Optional.empty();

  PodRun(PodOrder order, Optional<PodProgram> program) {
    this.order = order;
    this.program = program;
    program.ifPresent(it -> {
      it.init()
          .forEach(container ->
              containers.add(
                  new ContainerRun(container, container.sidecar() ? Role.SIDECAR : Role.INIT)));
      it.containers().forEach(container -> containers.add(new ContainerRun(container, Role.APP)));
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
    var pause = listed.stream().filter(FoundContainer::isSandbox).findFirst();
    boolean pauseRuns = pause.map(it -> it.state() == FoundContainer.State.RUNNING).orElse(false);
    startedAt = startedAt.or(() -> pause.flatMap(FoundContainer::startedAt));
    // The apps first: whether they have ended decides over the sidecars.
    for (ContainerRun run : containers.reversed()) {
      run.pulling = false;
      var own =
          listed.stream()
              .filter(it -> it.container().equals(run.program.name()))
              .max((a, b) -> Integer.compare(a.attempt(), b.attempt()));
      if (own.isEmpty()) {
        lost(run, now);
      } else {
        found(run, own.get(), now);
      }
    }
    for (ContainerRun run : containers.subList(0, Math.max(0, furthestBegun()))) {
      run.tidiedAway();
    }
    noteDeadline(now);
    if (pauseRuns) {
      sandbox = Sandbox.UP;
      sandboxId = pause.get().id();
      ip = pause.get().ip();
    } else {
      boolean somethingIsLeft = !listed.isEmpty();
      sandbox = Sandbox.NONE;
      mustClear |= somethingIsLeft && !isOver();
      clearReason = "SandboxChanged";
    }
    if (isRemoving()) {
      mustClear = true;
    }
  }

  private void lost(ContainerRun run, Instant now) {
    switch (run.stage) {
      case RUNNING -> run.died(new End(137, false, "", now), policy(run), now);
      case STARTING -> run.stage = Stage.WAITING;
      case WAITING, DONE -> {}
    }
  }

  private void found(ContainerRun run, FoundContainer own, Instant now) {
    switch (own.state()) {
      case RUNNING -> {
        if (run.stage != Stage.RUNNING || !run.id.equals(own.id())) {
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
        if (isNews && run.stage != Stage.DONE && !run.lastId.equals(own.id())) {
          run.started(own.id(), own.startedAt().orElse(now));
          run.attempt = own.attempt();
          run.restarts = Math.max(run.restarts, own.attempt());
          run.imageId = own.imageId();
          var end =
              new End(own.exitCode(), own.oomKilled(), own.message(), own.finishedAt().orElse(now));
          run.died(end, policy(run), now);
        } else if (run.stage == Stage.STARTING) {
          run.stage = Stage.WAITING;
        }
      }
      case CREATED -> {
        if (run.stage == Stage.STARTING || run.attempt <= own.attempt()) {
          run.attempt = own.attempt() + 1;
          if (run.stage != Stage.DONE) {
            run.stage = Stage.WAITING;
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
    if (run.stage == Stage.STARTING && run.attempt == attempt) {
      run.started(id, at);
    }
  }

  void startFailed(ContainerRun run, int attempt, String reason, String message, Instant now) {
    if (run.stage == Stage.STARTING && run.attempt == attempt) {
      run.startFailed(reason, message, now);
    }
  }

  /// Whether a container of this id belongs to this pod, and what its end means.
  boolean died(NodeEvent.Died died, Instant now) {
    if (died.id().equals(sandboxId)) {
      if (sandbox == Sandbox.UP) {
        sandbox = Sandbox.NONE;
        mustClear = !isOver();
        clearReason = "SandboxChanged";
      }
      return true;
    }
    for (ContainerRun run : containers) {
      if (run.id.equals(died.id())) {
        if (run.stage == Stage.RUNNING) {
          noteDeadline(now);
          var end = new End(died.exitCode(), died.oomKilled(), died.message(), died.at());
          run.died(end, policy(run), now);
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
    if (run.stage != Stage.RUNNING || run.attempt != attempt) {
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

  void decide(Instant now, DeviceBook devices, Consumer<NodeEffect> out) {
    wakeAt = Optional.empty();
    shortage = Optional.empty();
    noteDeadline(now);
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
              sidecarsBackwards(),
              isRemoving() ? Volumes.REMOVE : Volumes.KEEP,
              removal.orElse(clearReason)));
      return;
    }
    if (isRemoving() || program.isEmpty()) {
      return;
    }
    if (isOver()) {
      stopTheRest(out);
      return;
    }
    deadline().ifPresent(this::wakeBy);
    pull(now, out);
    if (containers.stream().anyMatch(it -> it.stage == Stage.WAITING)) {
      shortage = devices.assign(order.uid(), containers);
    }
    if (sandbox == Sandbox.NONE) {
      if (shortage.isPresent()) {
        // Whoever lets devices go has this decided again.
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
    startWhatMay(now, devices, out);
    probe(now, out);
  }

  /// Why its containers do not get their devices, as it was when this was last decided.
  Optional<DeviceBook.Shortage> shortage() {
    return shortage;
  }

  /// @param words why containers do not get their devices; empty where they do
  void lacks(String words) {
    for (ContainerRun run : containers) {
      run.lacking = run.program.devices().isEmpty() ? "" : words;
    }
  }

  private void pull(Instant now, Consumer<NodeEffect> out) {
    for (ContainerRun run : containers) {
      if (run.pulled || run.pulling || run.stage != Stage.WAITING) {
        continue;
      }
      if (now.isBefore(run.pullAt)) {
        wakeBy(run.pullAt);
      } else {
        run.pulling = true;
        out.accept(
            new NodeEffect.Pull(
                order.uid(),
                run.program.name(),
                run.program.image(),
                run.program.pull(),
                run.imageId));
      }
    }
  }

  /// Init containers in their order, each after the one before has succeeded, or runs beside it;
  /// then all others. What lies behind the furthest that was started holds nothing up any more: a
  /// sidecar is started again beside the others, and an init container is not run twice.
  private void startWhatMay(Instant now, DeviceBook devices, Consumer<NodeEffect> out) {
    int furthest = furthestBegun();
    for (int i = 0; i < containers.size(); i++) {
      var run = containers.get(i);
      boolean isPassed = i < furthest;
      if (run.stage == Stage.WAITING && !(isPassed && run.role == Role.INIT)) {
        startIfDue(run, now, devices, out);
      }
      if (!isPassed && !run.letsNextStart()) {
        return;
      }
    }
  }

  /// Its place among the containers; -1 for none.
  private int furthestBegun() {
    for (int i = containers.size() - 1; i >= 0; i--) {
      if (containers.get(i).begun) {
        return i;
      }
    }
    return -1;
  }

  private void startIfDue(
      ContainerRun run, Instant now, DeviceBook devices, Consumer<NodeEffect> out) {
    boolean lacksDevices = shortage.isPresent() && !run.program.devices().isEmpty();
    if (!run.pulled || lacksDevices) {
      return;
    }
    if (now.isBefore(run.startAt)) {
      wakeBy(run.startAt);
    } else {
      start(run, devices.of(order.uid(), run.program.name()), out);
    }
  }

  private void start(ContainerRun run, DeviceSet devices, Consumer<NodeEffect> out) {
    run.stage = Stage.STARTING;
    // The last ended attempt stays for its logs; the one before it goes.
    if (!run.lastId.isEmpty()) {
      out.accept(new NodeEffect.RemoveContainer(run.lastId));
      run.lastId = "";
    }
    out.accept(
        new NodeEffect.StartContainer(
            order, run.program.name(), run.attempt, sandboxId, run.imageId, devices));
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
                  order.uid(),
                  run.program.name(),
                  run.id,
                  probe.probe().grace().orElse(grace()),
                  "Unhealthy"));
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

  // --- how it ends

  /// Nothing is started any more: the apps have ended for good, an init container has failed for
  /// good, or the pod's time is up.
  private boolean isOver() {
    return !containers.isEmpty()
        && (deadlineExceeded
            || hasFailedInit()
            || apps().stream().allMatch(it -> it.stage == Stage.DONE));
  }

  /// Over, and nothing runs any more.
  boolean hasEnded() {
    return isOver()
        && containers.stream()
            .noneMatch(it -> it.stage == Stage.RUNNING || it.stage == Stage.STARTING);
  }

  private boolean hasFailedInit() {
    return containers.stream()
        .anyMatch(it -> it.role == Role.INIT && it.stage == Stage.DONE && it.exitCode != 0);
  }

  private void stopTheRest(Consumer<NodeEffect> out) {
    var running =
        containers.stream().filter(it -> it.stage == Stage.RUNNING && !it.stopping).toList();
    if (running.isEmpty()) {
      return;
    }
    running.forEach(it -> it.stopping = true);
    out.accept(
        new NodeEffect.StopPod(
            order.uid(),
            grace(),
            sidecarsBackwards(),
            deadlineExceeded ? DEADLINE_EXCEEDED : "Completed"));
  }

  private List<String> sidecarsBackwards() {
    return containers.reversed().stream()
        .filter(it -> it.role == Role.SIDECAR)
        .map(it -> it.program.name())
        .toList();
  }

  private Optional<Instant> deadline() {
    return program
        .flatMap(PodProgram::deadline)
        .flatMap(allowed -> startedAt.map(it -> it.plus(allowed)));
  }

  /// What ended after the deadline did so because of it, also where that was found out later.
  private void noteDeadline(Instant now) {
    deadlineExceeded |= deadline().map(it -> !lastAlive(now).isBefore(it)).orElse(false);
  }

  /// Now, or where it is over, when what decided that has ended; sidecars may take longer.
  private Instant lastAlive(Instant now) {
    if (!isOver()) {
      return now;
    }
    var role = hasFailedInit() ? Role.INIT : Role.APP;
    return containers.stream()
        .filter(it -> it.role == role)
        .flatMap(it -> it.finishedAt.stream())
        .max(Instant::compareTo)
        .orElse(now);
  }

  private RestartPolicy policy(ContainerRun run) {
    if (isOver()) {
      return RestartPolicy.NEVER;
    }
    return run.role == Role.SIDECAR
        ? RestartPolicy.ALWAYS
        : program.map(PodProgram::restart).orElse(RestartPolicy.ALWAYS);
  }

  // --- what is said

  private List<ContainerRun> apps() {
    return containers.stream().filter(it -> it.role == Role.APP).toList();
  }

  /// Taken over, and not all of it is known again.
  boolean isUnsure() {
    return containers.stream().anyMatch(ContainerRun::isUnsure);
  }

  boolean isReady() {
    return !isRemoving()
        && sandbox == Sandbox.UP
        && program.isPresent()
        && !deadlineExceeded
        && containers.stream().allMatch(it -> it.role == Role.INIT || it.isReady());
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
    if (deadlineExceeded) {
      return new Trouble(
          DEADLINE_EXCEEDED, "Pod was active on the node longer than the specified deadline");
    }
    if (!sandboxTrouble.isEmpty()) {
      return new Trouble("FailedCreatePodSandBox", sandboxTrouble);
    }
    return new Trouble("", "");
  }

  /// What sidecars make of it does not count, but that they are still there does.
  private PodReport.Phase phase() {
    var apps = apps();
    if (hasEnded() && (deadlineExceeded || hasFailedInit())) {
      return PodReport.Phase.FAILED;
    }
    if (apps.isEmpty() || !apps.stream().allMatch(it -> it.everStarted)) {
      return PodReport.Phase.PENDING;
    }
    if (!hasEnded()) {
      return PodReport.Phase.RUNNING;
    }
    return apps.stream().allMatch(it -> it.exitCode == 0)
        ? PodReport.Phase.SUCCEEDED
        : PodReport.Phase.FAILED;
  }
}
