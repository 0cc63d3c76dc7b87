package dev.reeve.agent.mind;

import dev.reeve.agent.mind.PodProgram.Container;
import dev.reeve.agent.mind.PodProgram.ProbeKind;
import dev.reeve.agent.mind.PodProgram.RestartPolicy;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.ContainerReport.State;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// One container of a pod, through all its attempts.
final class ContainerRun {
  private static final String DEVICES_NOT_FREE = "DevicesNotFree";

  /// Where it stands between nothing and done.
  enum Stage {
    /// To be started as soon as image, sandbox and back-off allow.
    WAITING,
    STARTING,
    RUNNING,
    /// Ended, and not to be started again.
    DONE
  }

  /// What a container is to its pod.
  enum Role {
    /// Ends before the next one starts.
    INIT,
    /// Starts in its turn among the init containers, and runs on beside the others.
    SIDECAR,
    APP
  }

  final Container program;
  final Role role;
  Stage stage = Stage.WAITING;
  int attempt;
  int restarts;
  String id = "";
  String lastId = "";
  String imageId = "";
  Optional<Instant> startedAt = Optional.empty();
  Optional<Instant> finishedAt = Optional.empty();
  int exitCode;
  String reason = "ContainerCreating";
  String message = "";
  boolean pulled;
  boolean pulling;
  Instant pullAt = Instant.EPOCH;
  Instant startAt = Instant.EPOCH;
  boolean stopping;
  boolean everStarted;

  /// Why it does not get its devices; empty where it does.
  String lacking = "";

  /// Started once since the pod began, or began over.
  boolean begun;

  private int pullFailures;
  private BackOff pullBackOff = BackOff.waiting();
  private BackOff restartBackOff = BackOff.immediate();
  private Map<ProbeKind, ProbeRun> probes = new EnumMap<>(ProbeKind.class);

  ContainerRun(Container program, Role role) {
    this.program = program;
    this.role = role;
    if (role != Role.APP) {
      reason = "PodInitializing";
    }
  }

  void pulled(String image) {
    pulling = false;
    pulled = true;
    pullFailures = 0;
    imageId = image;
    pullBackOff = BackOff.waiting();
    reason = "ContainerCreating";
    message = "";
  }

  void pullFailed(String why, String text, Instant now) {
    pulling = false;
    pullAt = pullBackOff.after(now);
    // As the kubelet words it: the failure first, the waiting after it.
    reason = pullFailures > 0 && why.equals("ErrImagePull") ? "ImagePullBackOff" : why;
    pullFailures++;
    message = text;
  }

  void started(String container, Instant at) {
    stage = Stage.RUNNING;
    everStarted = true;
    begun = true;
    lastId = id.isEmpty() ? lastId : id;
    id = container;
    startedAt = Optional.of(at);
    finishedAt = Optional.empty();
    exitCode = 0;
    reason = "";
    message = "";
    stopping = false;
    probes = new EnumMap<>(ProbeKind.class);
    program.startup().ifPresent(it -> probes.put(ProbeKind.STARTUP, new ProbeRun(it, at)));
    program.liveness().ifPresent(it -> probes.put(ProbeKind.LIVENESS, new ProbeRun(it, at)));
    program.readiness().ifPresent(it -> probes.put(ProbeKind.READINESS, new ProbeRun(it, at)));
  }

  /// Taken over running, after the agent or the engine was away.
  void adopted(FoundContainer found, Instant now) {
    started(found.id(), found.startedAt().orElse(now));
    attempt = found.attempt();
    restarts = Math.max(restarts, found.attempt());
    imageId = found.imageId();
    pulled = true;
    probes = new EnumMap<>(ProbeKind.class);
    // It has run before: what a startup probe waits for lies behind it.
    program.liveness().ifPresent(it -> probes.put(ProbeKind.LIVENESS, ProbeRun.adopted(it, now)));
    program.readiness().ifPresent(it -> probes.put(ProbeKind.READINESS, ProbeRun.adopted(it, now)));
  }

  void startFailed(String why, String text, Instant now) {
    stage = Stage.WAITING;
    attempt++;
    reason = why;
    message = text;
    // An attempt that did not even start counts as one that ended at once.
    startAt = restartBackOff.after(now);
    if (!startAt.isAfter(now)) {
      startAt = restartBackOff.after(now);
    }
  }

  /// An end, and what the container said of it.
  record End(int exitCode, boolean oomKilled, String message, Instant at) {
    private String reason() {
      return oomKilled ? "OOMKilled" : exitCode == 0 ? "Completed" : "Error";
    }
  }

  void died(End end, RestartPolicy policy, Instant now) {
    startedAt.ifPresent(since -> restartBackOff.forgiveIfRan(Duration.between(since, end.at())));
    finishedAt = Optional.of(end.at());
    exitCode = end.exitCode();
    stopping = false;
    probes = new EnumMap<>(ProbeKind.class);
    if (!startsAgain(end.exitCode(), policy)) {
      stage = Stage.DONE;
      reason = end.reason();
      message = end.message();
      return;
    }
    stage = Stage.WAITING;
    attempt++;
    restarts++;
    startAt = restartBackOff.after(now);
    // The first restart comes at once and is nothing to talk about.
    reason = startAt.isAfter(now) ? "CrashLoopBackOff" : "ContainerCreating";
    message = startAt.isAfter(now) ? crash(end) : "";
  }

  private static String crash(End end) {
    var told = "the last attempt ended with exit code " + end.exitCode();
    return told + " (" + end.reason() + ")" + (end.message().isEmpty() ? "" : ": " + end.message());
  }

  private boolean startsAgain(int code, RestartPolicy policy) {
    return switch (policy) {
      case ALWAYS -> !(role == Role.INIT && code == 0);
      case ON_FAILURE -> code != 0;
      case NEVER -> false;
    };
  }

  /// The pod starts over in a new sandbox.
  void startOver() {
    if (everStarted) {
      attempt++;
      restarts++;
    }
    stage = Stage.WAITING;
    begun = false;
    id = "";
    lastId = "";
    startAt = Instant.EPOCH;
    stopping = false;
    startedAt = Optional.empty();
    reason = "ContainerCreating";
    message = "";
    probes = new EnumMap<>(ProbeKind.class);
  }

  /// Its container is not there any more, while those after it are: it must have succeeded.
  void tidiedAway() {
    if (role == Role.INIT && stage == Stage.WAITING && !begun) {
      stage = Stage.DONE;
      reason = "Completed";
    }
  }

  boolean isReady() {
    if (stage != Stage.RUNNING || !hasPassedStartup()) {
      return false;
    }
    var readiness = probes.get(ProbeKind.READINESS);
    return readiness == null || readiness.isPassing();
  }

  /// Whether the container after this one may start.
  boolean letsNextStart() {
    return switch (role) {
      case INIT -> stage == Stage.DONE && exitCode == 0;
      case SIDECAR -> stage == Stage.RUNNING && hasPassedStartup();
      case APP -> true;
    };
  }

  boolean hasPassedStartup() {
    var startup = probes.get(ProbeKind.STARTUP);
    return startup == null || startup.isPassing();
  }

  /// Taken over, and not yet known to be ready or not.
  boolean isUnsure() {
    var readiness = probes.get(ProbeKind.READINESS);
    return stage == Stage.RUNNING && readiness != null && !readiness.wasHeard();
  }

  Optional<ProbeRun> probe(ProbeKind kind) {
    return Optional.ofNullable(probes.get(kind));
  }

  /// Probes that run now: while a startup probe has not passed, only that one.
  Map<ProbeKind, ProbeRun> activeProbes() {
    if (stage != Stage.RUNNING || stopping) {
      return Map.of();
    }
    var active = new EnumMap<ProbeKind, ProbeRun>(ProbeKind.class);
    boolean startedUp = hasPassedStartup();
    probes.forEach((kind, run) -> {
      if ((kind == ProbeKind.STARTUP) != startedUp) {
        active.put(kind, run);
      }
    });
    return active;
  }

  ContainerReport report() {
    var state =
        switch (stage) {
          case WAITING, STARTING -> State.WAITING;
          case RUNNING -> State.RUNNING;
          case DONE -> State.TERMINATED;
        };
    boolean lacksDevices = stage == Stage.WAITING && pulled && !lacking.isEmpty();
    return new ContainerReport(
        program.name(),
        role != Role.APP,
        program.image(),
        imageId,
        id,
        state,
        role == Role.INIT ? letsNextStart() : isReady(),
        restarts,
        startedAt,
        finishedAt,
        exitCode,
        lacksDevices ? DEVICES_NOT_FREE : reason,
        lacksDevices ? lacking : message);
  }
}
