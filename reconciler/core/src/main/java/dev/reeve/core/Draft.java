package dev.reeve.core;

import dev.reeve.core.Effect.Notice.Severity;
import dev.reeve.core.autoscaling.Measured;
import dev.reeve.core.disruption.ZoneBrake;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Verdict;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.scheduling.Ledger;
import dev.reeve.core.state.AutoscalerState;
import dev.reeve.core.state.Decision;
import dev.reeve.core.state.FollowedImages;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.NoteQueue;
import dev.reeve.core.state.RecordQueue;
import dev.reeve.core.state.RestoreQueue;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.Timer;
import dev.reeve.core.state.VolumeBook;
import dev.reeve.core.state.VolumeState;
import dev.reeve.core.state.WorkloadState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// One step under way: the next root as it takes shape, and the effects so far. Thrown away as a
/// whole when a decision fails.
final class Draft {
  final Root before;
  final Instant now;
  final Deciders deciders;
  final PagedMap.Editor<ObjectKey, WorkloadState> workloads;
  final PagedMap.Editor<String, NodeState> nodes;
  final PagedMap.Editor<ObjectKey, String> unplaced;
  final PagedMap.Editor<ObjectKey, String> daemons;
  final PagedMap.Editor<ObjectKey, ObjectKey> waiting;
  final PagedMap.Editor<Long, ObjectKey> measuring;
  final PagedMap.Editor<String, VolumeState> volumes;
  final PagedMap.Editor<ObjectKey, String> bound;
  final PagedMap.Editor<String, String> deleting;
  final PagedMap.Editor<ObjectKey, AutoscalerState> autoscalers;
  final PagedMap.Editor<Long, Measured> usage;
  ClusterSettings settings;
  long epoch;
  Root.Lead lead;
  boolean open;
  Optional<DesiredState> accepted;
  String tip;
  String commands;
  RecordQueue records;
  NoteQueue notes;
  RestoreQueue restores;
  FollowedImages images;
  final RouteBook routes;
  SortedMap<String, Instant> slowEvictions;
  boolean verdictIsDue;

  /// Nodes of each zone that are heard, and that are not; empty where that is to be counted anew.
  Optional<SortedMap<String, ZoneBrake.Zone>> zones = Optional.empty();

  /// StatefulSets that make claims, and of which the commit says something else.
  final List<ObjectKey> changedSets = new ArrayList<>();

  private final PagedMap.Editor<String, Verdict> verdicts;
  private final PagedMap.Editor<ObjectKey, String> dirtyWorkloads;
  private final PagedMap.Editor<String, String> dirtyNodes;
  private final PagedMap.Editor<Timer, String> timers;
  private final PagedMap.Editor<ObjectKey, String> unhealthy;
  private final PagedMap.Editor<ObjectKey, String> troubled;
  private final PagedMap.Editor<ObjectKey, String> failing;
  private final PagedMap.Editor<ObjectKey, String> failures;
  private final PagedMap.Editor<ObjectKey, String> quarantined;
  private final List<Effect> effects = new ArrayList<>();
  private long podCounter;
  private long requestCounter;
  private boolean workIsLeft;
  private Optional<ObjectKey> deciding = Optional.empty();

  private Optional<Ledger> ledger;

  Draft(Root before, Instant now, Deciders deciders, Optional<Ledger> ledger) {
    this.deciders = deciders;
    this.ledger = ledger;
    this.before = before;
    this.now = now;
    workloads = before.workloads().edit();
    nodes = before.nodes().edit();
    unplaced = before.unplaced().edit();
    daemons = before.daemons().edit();
    waiting = before.waiting().edit();
    measuring = before.measuring().edit();
    volumes = before.volumes().volumes().edit();
    bound = before.volumes().bound().edit();
    deleting = before.volumes().deleting().edit();
    autoscalers = before.autoscalers().edit();
    usage = before.usage().edit();
    settings = before.settings();
    epoch = before.epoch();
    lead = before.lead();
    open = before.open();
    accepted = before.accepted();
    tip = before.tip();
    commands = before.commands();
    records = before.records();
    notes = before.notes();
    restores = before.restores();
    images = before.images();
    routes = new RouteBook(before.routes());
    slowEvictions = before.slowEvictions();
    verdictIsDue = before.verdictIsDue();
    verdicts = before.verdicts().edit();
    dirtyWorkloads = before.dirtyWorkloads().edit();
    dirtyNodes = before.dirtyNodes().edit();
    timers = before.timers().edit();
    unhealthy = before.unhealthy().edit();
    troubled = before.troubled().edit();
    failing = before.failing().edit();
    failures = before.failures().edit();
    quarantined = before.quarantined().edit();
    podCounter = before.podCounter();
    requestCounter = before.requestCounter();
  }

  Root publish() {
    return new Root(
        settings,
        before.startedAt(),
        epoch,
        lead,
        open,
        accepted,
        tip,
        commands,
        verdicts.publish(),
        workloads.publish(),
        nodes.publish(),
        dirtyWorkloads.publish(),
        dirtyNodes.publish(),
        timers.publish(),
        unhealthy.publish(),
        troubled.publish(),
        failing.publish(),
        failures.publish(),
        unplaced.publish(),
        daemons.publish(),
        quarantined.publish(),
        waiting.publish(),
        measuring.publish(),
        new VolumeBook(volumes.publish(), bound.publish(), deleting.publish()),
        autoscalers.publish(),
        usage.publish(),
        records,
        notes,
        restores,
        images,
        routes.publish(),
        podCounter,
        requestCounter,
        slowEvictions,
        verdictIsDue);
  }

  /// What is placed where. Made when it is first needed, and kept from step to step.
  Ledger ledger() {
    var kept = ledgerIfKept();
    if (kept.isEmpty()) {
      kept = Optional.of(Nodes.ledger(this));
      ledger = kept;
    }
    return kept.get();
  }

  /// Empty where it would have to be made anew.
  Optional<Ledger> ledgerIfKept() {
    return ledger.filter(it -> !it.isStale() && it.scheduling() == settings.scheduling());
  }

  List<Effect> effects() {
    return List.copyOf(effects);
  }

  void emit(Effect effect) {
    effects.add(effect);
  }

  void notice(Severity severity, Optional<ObjectKey> about, Reason reason, String message) {
    emit(new Effect.Notice(severity, about, reason, message));
  }

  /// Orders may be made.
  boolean mayOrder() {
    return (lead == Root.Lead.LEADING || lead == Root.Lead.UNRECORDED)
        && open
        && accepted.isPresent();
  }

  long mintPod() {
    podCounter++;
    return podCounter;
  }

  /// Of this epoch, up to now.
  long podsMinted() {
    return podCounter;
  }

  long mintRequest() {
    requestCounter++;
    return epoch << 40 | requestCounter;
  }

  // --- what is to be decided

  void markWorkload(ObjectKey key) {
    routes.touch(key);
    if (!quarantined.containsKey(key)) {
      dirtyWorkloads.put(key, "");
    }
  }

  void markNode(String name) {
    dirtyNodes.put(name, "");
  }

  /// Nodes have changed: what found no room may find some, and what is on each may be on others.
  void markWhatSeeksNodes() {
    unplaced.publish().keys().forEach(this::markWorkload);
    daemons.publish().keys().forEach(this::markWorkload);
  }

  void markEverything() {
    workloads.publish().keys().forEach(this::markWorkload);
    nodes.publish().keys().forEach(this::markNode);
    verdictIsDue = true;
  }

  PagedMap<ObjectKey, String> takeDirtyWorkloads() {
    return dirtyWorkloads.publish();
  }

  PagedMap<String, String> takeDirtyNodes() {
    return dirtyNodes.publish();
  }

  /// Nothing is left that would have to be decided first.
  boolean isDecided() {
    return dirtyWorkloads.publish().isEmpty();
  }

  void settledWorkload(ObjectKey key) {
    dirtyWorkloads.remove(key);
  }

  void settledNode(String name) {
    dirtyNodes.remove(name);
  }

  void leaveRest() {
    workIsLeft = true;
  }

  void startDeciding(ObjectKey key) {
    deciding = Optional.of(key);
  }

  void endDeciding() {
    deciding = Optional.empty();
  }

  /// The key whose decision was under way when something was thrown.
  Optional<ObjectKey> deciding() {
    return deciding;
  }

  /// Leaves a key as it runs, until a commit changes it.
  void quarantine(ObjectKey key, String why) {
    quarantined.put(key, why);
    dirtyWorkloads.remove(key);
    unhealthy(key, "quarantined: " + why);
  }

  boolean quarantined(ObjectKey key) {
    return quarantined.containsKey(key);
  }

  void liftQuarantine(ObjectKey key) {
    quarantined.remove(key);
  }

  void unhealthy(ObjectKey key, String why) {
    if (!unhealthy.get(key).equals(Optional.of(why))) {
      unhealthy.put(key, why);
      if (why.isEmpty()) {
        troubled.remove(key);
      } else {
        troubled.put(key, "");
      }
      verdictIsDue = true;
    }
  }

  /// Keeps in mind which workloads a verdict has to name.
  void noteFailures(WorkloadState workload) {
    var key = workload.key();
    boolean isFailing =
        unhealthy.containsKey(key)
            && (workload.phase() == Phase.FAILED || workload.phase() == Phase.DEGRADED);
    note(failing, key, isFailing);
    note(failures, key, workload.failure().isPresent());
  }

  private static void note(
      PagedMap.Editor<ObjectKey, String> keys, ObjectKey key, boolean isAmong) {
    if (isAmong) {
      keys.put(key, "");
    } else {
      keys.remove(key);
    }
  }

  /// A workload is no more.
  void forget(ObjectKey key) {
    workloads.remove(key);
    daemons.remove(key);
    Autoscalers.forget(this, key);
    failures.remove(key);
  }

  PagedMap<ObjectKey, String> failures() {
    return failures.publish();
  }

  PagedMap<ObjectKey, String> failing() {
    return failing.publish();
  }

  PagedMap<ObjectKey, String> troubled() {
    return troubled.publish();
  }

  void healthy(ObjectKey key) {
    if (unhealthy.containsKey(key)) {
      unhealthy.remove(key);
      troubled.remove(key);
      failing.remove(key);
      verdictIsDue = true;
    }
  }

  PagedMap<ObjectKey, String> unhealthy() {
    return unhealthy.publish();
  }

  // --- time

  void setTimer(Timer timer) {
    timers.put(timer, "");
  }

  void clearTimer(Timer timer) {
    timers.remove(timer);
  }

  /// Marks everything whose deadline has come.
  void ring() {
    while (true) {
      var first = timers.publish().firstKey();
      if (first.isEmpty() || first.get().at().isAfter(now)) {
        return;
      }
      timers.remove(first.get());
      switch (first.get().kind()) {
        case WORKLOAD -> markWorkload(ObjectKey.parse(first.get().subject()));
        case AUTOSCALER -> markWorkload(ObjectKey.parse(first.get().subject()));
        case NODE -> Silence.deadline(this, first.get().subject());
      }
    }
  }

  /// Asks to be woken for the first of all deadlines.
  void arm() {
    if (workIsLeft) {
      emit(new Effect.Continue());
    }
    var earliest = timers.publish().firstKey().map(Timer::at);
    for (var due :
        List.of(
            records.due(),
            Recording.notesDue(this),
            Rollbacks.due(this),
            Images.due(this),
            routes.due())) {
      if (due.isPresent() && (earliest.isEmpty() || due.get().isBefore(earliest.get()))) {
        earliest = due;
      }
    }
    if (earliest.isPresent()) {
      var at = earliest.get().isAfter(now) ? earliest.get() : now.plus(Duration.ofMillis(1));
      emit(new Effect.WakeAt(at));
    }
  }

  // --- what is said

  /// Records a decision and returns its sequence number.
  long decide(
      Reason reason,
      Optional<ObjectKey> about,
      String subject,
      String commit,
      List<String> lines,
      String path,
      Optional<RecordFile> file) {
    long sequence = records.nextSequence();
    records =
        records.with(new Decision(sequence, reason, about, subject, commit, lines, path, file));
    notice(
        reason == Reason.ROLLOUT_FAILED || reason == Reason.NODE_LOST
            ? Severity.WARNING
            : Severity.NORMAL,
        about,
        reason,
        subject);
    return sequence;
  }

  /// Says a verdict, once for each change of it. A final one is not taken back, but for a failure
  /// that is told in more words.
  void judge(String commit, Verdict verdict) {
    var before = verdicts.get(commit);
    if (before.equals(Optional.of(verdict))) {
      return;
    }
    if (before.isPresent()
        && before.get().outcome().isFinal()
        && before.get().outcome() != verdict.outcome()) {
      return;
    }
    verdicts.put(commit, verdict);
    notes = notes.with(commit, verdict);
  }

  /// Takes over a verdict that is in Git already.
  void recall(String commit, Verdict verdict) {
    verdicts.put(commit, verdict);
  }

  Optional<Verdict> verdict(String commit) {
    return verdicts.get(commit);
  }

  /// A refused commit may be taken after all, once what refused it is approved.
  void reconsider(String commit) {
    verdicts.remove(commit);
  }

  void forgetVerdictsExcept(List<String> commits) {
    var kept = new TreeMap<String, Verdict>();
    commits.forEach(commit -> verdicts.get(commit).ifPresent(it -> kept.put(commit, it)));
    verdicts.publish().keys().stream()
        .filter(it -> !kept.containsKey(it))
        .forEach(verdicts::remove);
  }
}
