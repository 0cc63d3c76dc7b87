package dev.reeve.simulation;

import dev.reeve.agent.mind.NodeEffect;
import dev.reeve.core.Effect;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.model.Command;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PruneApproval;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Verdict;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodRemoval;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.protocol.VolumeOrder;
import dev.reeve.core.record.RecordCommit;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.state.Root;
import dev.reeve.simulation.Manifests.Flavour;
import dev.reeve.simulation.Manifests.Text;
import dev.reeve.simulation.SimulatedNode.Container;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The oracles. They read what passes between the parts, the simulated nodes and the bytes in Git;
/// they work out from the manifests themselves what should be, and share nothing with the core but
/// the records of the protocol.
final class Laws {
  private static final Duration UNHEARD = Duration.ofSeconds(10);
  private static final Duration NEARLY_UNHEARD = Duration.ofSeconds(8);
  private static final Duration LOST = Duration.ofSeconds(15);
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /// What one step may be late by.
  private static final Duration LATE = Duration.ofMillis(100);

  /// Wakes in a second that still have a reason each.
  private static final int OFTEN = 100;

  private static final int PRUNE_PERCENT = 30;
  private static final int PRUNE_ALWAYS = 5;

  /// What is known of a pod from what was ordered and reported, and from nothing else.
  static final class Known {
    final ObjectKey key;
    final String release;
    final String node;
    boolean ready;
    boolean stopping;
    boolean abandoned;

    Known(ObjectKey key, String release, String node) {
      this.key = key;
      this.release = release;
      this.node = node;
    }
  }

  final SimulatedGit git;
  final StepLaws steps;
  final EvictionLaws evictions = new EvictionLaws(this);
  final RouteLaws routes = new RouteLaws(this);
  private final Coverage coverage;
  private final SortedMap<String, Text> releases = new TreeMap<>();
  final SortedMap<String, SimulatedNode> nodes;
  private final SortedMap<String, Known> pods = new TreeMap<>();
  private final SortedMap<String, Instant> lastHeard = new TreeMap<>();
  private final SortedMap<String, Instant> backAt = new TreeMap<>();
  private final SortedMap<String, long[]> lastReported = new TreeMap<>();
  private final SortedSet<String> wasLost = new TreeSet<>();
  private final SortedSet<String> reportedInThisLife = new TreeSet<>();
  private final SortedMap<ObjectKey, SortedSet<String>> stables = new TreeMap<>();
  final SortedMap<String, Integer> startLines = new TreeMap<>();
  final SortedMap<String, Integer> stopLines = new TreeMap<>();
  private final SortedSet<String> unrecordedStarts = new TreeSet<>();
  private final SortedSet<String> unrecordedStops = new TreeSet<>();
  final SortedSet<String> excused = new TreeSet<>();
  final SortedMap<String, String> names = new TreeMap<>();
  final SortedSet<String> everStopped = new TreeSet<>();
  private final SortedSet<String> ordered = new TreeSet<>();
  private final SortedSet<String> deletedVolumes = new TreeSet<>();

  /// By release, what was pulled for it.
  private final SortedMap<String, SortedSet<String>> images = new TreeMap<>();

  final SortedMap<String, Instant> firstOrdered = new TreeMap<>();
  private final SortedSet<String> admitted = new TreeSet<>();
  private final SortedSet<String> rollbacks = new TreeSet<>();
  private final SortedSet<String> rolledBack = new TreeSet<>();
  private final SortedSet<String> everWell = new TreeSet<>();
  private final SortedSet<String> failedBefore = new TreeSet<>();
  private Instant wokenSince = Instant.EPOCH;
  private int wokenOften;
  private Optional<Manifests> accepted = Optional.empty();
  private long highestEpoch;

  Laws(SimulatedGit git, SortedMap<String, SimulatedNode> nodes, Coverage coverage) {
    this.git = git;
    this.coverage = coverage;
    steps = new StepLaws(git);
    this.nodes = nodes;
  }

  // --- what is expected

  /// S11, and what every other law measures against: the manifests in force.
  void desired(Manifests next, List<PruneApproval> approvals, List<Command> commands) {
    next.texts().values().forEach(text -> releases.put(text.release(), text));
    for (Command command : commands) {
      steps.commanded(command);
      if (command.verb() == Command.Verb.RETRY) {
        // What a person has tried again may fail again.
        rolledBack.removeIf(it -> it.startsWith(command.key() + "@" + command.release()));
      }
    }
    if (accepted.isEmpty() || mayReplace(accepted.get(), next, approvals)) {
      accepted.map(Manifests::commit).filter(this::hasFailed).ifPresent(failedBefore::add);
      accepted = Optional.of(next);
      noteWell();
    }
  }

  /// The manifests in force.
  Optional<Manifests> accepted() {
    return accepted;
  }

  /// By uid.
  SortedMap<String, Known> pods() {
    return Collections.unmodifiableSortedMap(pods);
  }

  private static boolean mayReplace(
      Manifests present, Manifests next, List<PruneApproval> approvals) {
    var deletions = new TreeSet<ObjectKey>();
    for (Text text : present.texts().values()) {
      if (!next.texts().containsKey(text.workload())) {
        deletions.add(text.key());
        deletions.add(Manifests.serviceKey(text.workload()));
      }
    }
    approvals.forEach(approval -> deletions.removeAll(approval.deletions()));
    int count = deletions.size();
    if (count == 0 || count * 100 <= present.objects() * PRUNE_PERCENT) {
      return true;
    }
    boolean somethingIsLeft = present.objects() - count > 0;
    return count <= PRUNE_ALWAYS
        && somethingIsLeft
        && deletions.stream().noneMatch(Manifests::isNumbered);
  }

  void serverStarts(Instant now) {
    lastHeard.clear();
    nodes.keySet().forEach(name -> lastHeard.put(name, now));
    wasLost.clear();
    reportedInThisLife.clear();
    routes.serverStarts();
    excused.addAll(unrecordedStarts);
    excused.addAll(unrecordedStops);
    unrecordedStarts.clear();
    unrecordedStops.clear();
    accepted =
        git.files.get(RecordFile.Cluster.PATH) instanceof RecordFile.Cluster cluster
            ? git.at(cluster.commit())
            : Optional.empty();
    pods.values().forEach(it -> it.ready = false);
  }

  // --- what passes by

  /// A node that was silent for long counts as heard again when it has said how it stands.
  void heard(String node, Instant now) {
    noteLost(now);
    noteBack(node, now);
    if (mayCountAsHeard(node, now)) {
      lastHeard.put(node, now);
    }
  }

  /// What happened while it was silent it does not know at once.
  private void noteBack(String node, Instant now) {
    if (!now.isBefore(lastHeard.getOrDefault(node, now).plus(NEARLY_UNHEARD))) {
      backAt.put(node, now);
    }
  }

  private void noteLost(Instant now) {
    lastHeard.forEach((node, at) -> {
      if (!now.isBefore(at.plus(LOST))) {
        wasLost.add(node);
      }
    });
  }

  private boolean isHeard(String node, Instant now) {
    return now.isBefore(lastHeard.getOrDefault(node, Instant.EPOCH).plus(UNHEARD));
  }

  boolean wasHeardWithin(String node, Duration time, Instant now) {
    return reportedInThisLife.contains(node)
        && now.isAfter(backAt.getOrDefault(node, Instant.EPOCH).plus(time))
        && now.isBefore(lastHeard.getOrDefault(node, Instant.EPOCH).plus(time));
  }

  /// The core hears of signs of life once a second, so it may take a silence for a second shorter.
  boolean mayCountAsHeard(String node, Instant now) {
    return isHeard(node, now.minusSeconds(2));
  }

  void delivered(String node, Report report, Instant now) {
    var last = lastReported.get(node);
    if (last != null
        && (report.epoch() < last[0]
            || report.epoch() == last[0] && report.generation() < last[1])) {
      throw new Violation(
          "S10",
          node + " went back to epoch " + report.epoch() + " generation " + report.generation());
    }
    lastReported.put(node, new long[] {report.epoch(), report.generation()});
    if (report.scope() == Report.Scope.FULL) {
      noteBack(node, now);
      lastHeard.put(node, now);
    }
    boolean isFirst = report.scope() == Report.Scope.FULL && reportedInThisLife.add(node);
    var present = new TreeSet<String>();
    for (PodReport pod : report.pods()) {
      present.add(pod.uid());
      names.put(pod.uid(), pod.name());
      var known =
          pods.computeIfAbsent(pod.uid(), uid -> new Known(pod.workload(), pod.release(), node));
      known.ready = pod.ready();
      known.stopping |= pod.stopping();
      if (isFirst) {
        // A new control plane takes up what it finds.
        known.stopping = pod.stopping();
        known.abandoned = false;
      }
    }
    report.pods().stream().filter(PodReport::ready).forEach(this::noteProven);
    noteWell();
    report.gone().forEach(pods::remove);
    if (report.scope() == Report.Scope.FULL) {
      pods.entrySet()
          .removeIf(it ->
              it.getValue().node.equals(node)
                  && !present.contains(it.getKey())
                  && (isFirst || it.getValue().stopping || wasLost.contains(node)));
    }
  }

  /// A release all of whose pods were ready at once may be gone back to, even before Git knows.
  private void noteProven(PodReport pod) {
    long ready =
        pods.values().stream().filter(it -> it.ready && it.release.equals(pod.release())).count();
    var text = accepted.flatMap(it -> it.text(pod.workload()));
    if (text.isPresent() && ready >= text.get().replicas()) {
      stables.computeIfAbsent(pod.workload(), key -> new TreeSet<>()).add(pod.release());
    }
  }

  /// S1, S2, S9, S11, S15 at the moment an order leaves the core.
  void orders(String node, Order order, Instant now) {
    noteLost(now);
    if (order.epoch() < highestEpoch) {
      throw new Violation("S10", "an order of epoch " + order.epoch() + " after " + highestEpoch);
    }
    highestEpoch = order.epoch();
    if (git.epoch() != order.epoch()) {
      throw new Violation("S10", "an order of epoch " + order.epoch() + " before it is recorded");
    }
    for (PodRemoval removal : order.remove()) {
      removes(node, removal, now);
    }
    for (PodOrder pod : order.pods()) {
      var known = pods.get(pod.uid());
      if (known == null) {
        starts(node, pod, now);
      }
    }
  }

  private void removes(String node, PodRemoval removal, Instant now) {
    var known = pods.get(removal.uid());
    boolean everStoppedBefore = !everStopped.add(removal.uid());
    if (known == null) {
      return;
    }
    routes.stops(removal.uid(), removal, known, now);
    if (known.stopping) {
      // Ordered to stop before its node fell silent: nobody counts on its end any more.
      known.abandoned |= removal.reason().equals("NodeLost") && wasLost.contains(node);
      return;
    }
    decides(node, removal, known, everStoppedBefore, now);
  }

  /// Pods that it was decided to stop count as stopped from then on, though they are told only once
  /// no node sends them anything.
  void decides(Root root, Instant now) {
    root.routes()
        .withdrawals()
        .forEach((at, waiting) -> {
          var pod =
              root.nodes()
                  .get(waiting.node())
                  .flatMap(it -> it.pods().get(at.pod()))
                  .flatMap(root.workloads()::get)
                  .flatMap(it -> it.pods().get(at.pod()));
          var known = pod.map(it -> pods.get(it.uid())).orElse(null);
          if (known != null && pod.get().isStopping() && !known.stopping) {
            var because = pod.get().removal().orElseThrow().because().word();
            var removal = new PodRemoval(pod.get().uid(), because);
            decides(waiting.node(), removal, known, everStopped.contains(removal.uid()), now);
          }
        });
  }

  private void decides(
      String node, PodRemoval removal, Known known, boolean everStoppedBefore, Instant now) {
    var text = accepted.flatMap(it -> it.text(known.key));
    switch (removal.reason()) {
      case "Pruned" -> {
        if (text.isPresent()) {
          throw new Violation("S11", known.key + " is pruned, though its text stands");
        }
      }
      case "NodeLost" -> {
        known.abandoned = true;
        if (!wasLost.contains(node)) {
          throw new Violation("S9", removal.uid() + " is lost with " + node + ", which was heard");
        }
      }
      case "Orphaned" -> {
        if (text.isPresent() && !everStoppedBefore && !wasLost.contains(node) && !known.abandoned) {
          throw new Violation("S9", removal.uid() + " of " + known.key + " is no orphan");
        }
        known.abandoned = true;
      }
      case "Superseded" -> {
        checkSuperseded(removal.uid(), known, text, now);
        checkAvailability(removal.uid(), known, text, now);
        text.ifPresent(it ->
            steps.stops(removal.uid(), known.release, it, present(known.key, known.release) - 1));
      }
      case "ScaledDown" -> {
        checkScaledDown(removal.uid(), known, text);
        checkAvailability(removal.uid(), known, text, now);
      }
      case "Drained" -> {
        evictions.drains(removal.uid(), known, now, coverage);
        checkAvailability(removal.uid(), known, text, now);
        text.filter(it -> known.ready)
            .ifPresent(it ->
                steps.stops(
                    removal.uid(), known.release, it, present(known.key, known.release) - 1));
      }
      case "ImageDiffers" -> {
        if (images.getOrDefault(known.release, new TreeSet<>()).size() < 2) {
          throw new Violation("S16", removal.uid() + " has the image that all others have");
        }
        checkAvailability(removal.uid(), known, text, now);
      }
      case "Preempted" -> evictions.preempts(removal.uid(), known, now, coverage);
      case "Tainted" -> evictions.taints(removal.uid(), known, coverage);
      case "Measured" -> {
        if (!known.key.kind().equals("Pod")) {
          throw new Violation("S12", removal.uid() + " of " + known.key + " does not measure");
        }
      }
      default -> throw new Violation("S12", "a pod is stopped for no reason: " + removal);
    }
    known.stopping = true;
    evictions.stops(removal.uid());
    unrecordedStops.add(removal.uid());
  }

  /// S4: what a node was told to run, and is not known to have ended, fits on it together.
  private void checkRoom(String node, PodOrder pod) {
    int there =
        pods.values().stream()
            .filter(it -> it.node.equals(node) && !it.abandoned)
            .mapToInt(it -> Manifests.millis(it.key))
            .sum();
    if (there > SimulatedNode.CAPACITY) {
      throw new Violation("S4", "with " + pod.name() + ", " + there + "m are asked of " + node);
    }
  }

  /// A good release may fail only when faults kept its pods away for as long as it may take.
  private void checkSuperseded(String uid, Known known, Optional<Text> text, Instant now) {
    if (text.isEmpty()) {
      throw new Violation("S12", uid + " is superseded, though nothing takes its place");
    }
    boolean isWanted = text.get().release().equals(known.release);
    boolean mayHaveFailed =
        text.get().flavour() != Flavour.GOOD
            || steps.mayHaveFailed(known.key, known.release)
            || !now.isBefore(firstOrdered.getOrDefault(known.release, now).plus(DEADLINE));
    if (isWanted && !mayHaveFailed) {
      throw new Violation(
          "S15", uid + " of the wanted release " + known.release + " is superseded");
    }
  }

  private void checkScaledDown(String uid, Known known, Optional<Text> text) {
    boolean isNew = text.map(it -> it.release().equals(known.release)).orElse(false);
    int wanted = text.map(it -> isNew ? steps.fewest(it) : it.replicas()).orElse(0);
    // Those of a StatefulSet go from the highest number on, of whichever release they are.
    boolean isNumbered = Manifests.isNumbered(known.key);
    long present = isNumbered ? present(known.key) : present(known.key, known.release);
    if (present <= (isNumbered ? text.map(Text::replicas).orElse(0) : wanted)) {
      throw new Violation(
          "S9", uid + " is scaled down, " + present + " of " + wanted + " being there");
    }
  }

  private long present(ObjectKey key) {
    return pods.values().stream()
        .filter(it -> it.key.equals(key) && !it.stopping && !it.abandoned)
        .count();
  }

  private long present(ObjectKey key, String release) {
    return pods.values().stream()
        .filter(
            it -> it.key.equals(key) && it.release.equals(release) && !it.stopping && !it.abandoned)
        .count();
  }

  private void checkAvailability(String uid, Known known, Optional<Text> text, Instant now) {
    if (text.isEmpty() || !known.ready || !isHeard(known.node, now)) {
      return;
    }
    if (text.get().recreates() && !text.get().release().equals(known.release)
        || text.get().recreates()) {
      return;
    }
    long ready =
        pods.entrySet().stream()
            .filter(it ->
                it.getValue().key.equals(known.key)
                    && it.getValue().ready
                    && !it.getValue().stopping
                    && !it.getValue().abandoned
                    && mayCountAsHeard(it.getValue().node, now)
                    && !it.getKey().equals(uid))
            .count();
    int needed = text.get().replicas() - text.get().unavailable();
    if (ready < needed) {
      throw new Violation(
          "S1", "stopping " + uid + " leaves " + ready + " of " + needed + " of " + known.key);
    }
  }

  private void starts(String node, PodOrder pod, Instant now) {
    var key = pod.workload();
    var text = accepted.flatMap(it -> it.text(key));
    if (key.kind().equals("Pod")) {
      measures(node, pod);
      return;
    }
    if (text.isEmpty()) {
      throw new Violation("S15", pod.name() + " is started, though no accepted commit names it");
    }
    boolean isWanted = text.get().release().equals(pod.release());
    boolean isStable = stables.getOrDefault(key, new TreeSet<>()).contains(pod.release());
    // A node that reports before it hears of an order is told of the same pods again.
    boolean isNew = ordered.add(pod.uid());
    if (isNew && !isWanted && !isStable) {
      throw new Violation(
          "S15", pod.name() + " is started of a release that is neither wanted nor stable");
    }
    names.put(pod.uid(), pod.name());
    pods.put(pod.uid(), new Known(key, pod.release(), node));
    checkRoom(node, pod);
    unrecordedStarts.add(pod.uid());
    firstOrdered.putIfAbsent(pod.release(), now);
    long present =
        pods.entrySet().stream()
            .filter(it ->
                it.getValue().key.equals(key)
                    && !it.getValue().abandoned
                    && isHeard(it.getValue().node, now)
                    && !isBeyond(names.getOrDefault(it.getKey(), ""), text.get()))
            .count();
    long others =
        pods.values().stream()
            .filter(it ->
                it.key.equals(key)
                    && !it.abandoned
                    && !it.release.equals(pod.release())
                    && isHeard(it.node, now))
            .count();
    long ofRelease =
        pods.values().stream()
            .filter(it ->
                it.key.equals(key)
                    && it.release.equals(pod.release())
                    && !it.stopping
                    && !it.abandoned
                    && !evictions.mustLeave(it)
                    && isHeard(it.node, now))
            .count();
    steps.starts(pod.name(), pod.release(), text.get(), ofRelease);
    long bound = StepLaws.bound(text.get(), others);
    if (present > bound) {
      throw new Violation(
          "S2", pod.name() + " is the " + present + "th pod of " + key + ", " + bound + " allowed");
    }
  }

  /// A number that is no longer wanted goes in its turn, and holds up nothing.
  private static boolean isBeyond(String pod, Text text) {
    return Manifests.isNumbered(text.key())
        && pod.matches(".*-[0-9]+")
        && Integer.parseInt(pod.substring(pod.lastIndexOf('-') + 1)) >= text.replicas();
  }

  /// S15: a pod that measures belongs to a Rollout that is under way.
  private void measures(String node, PodOrder pod) {
    boolean isWanted =
        accepted.map(it -> it.texts().values()).orElse(List.of()).stream()
            .filter(it -> pod.name().startsWith(it.key().name() + "-"))
            .anyMatch(it ->
                git.recorded(it.key()).map(recorded -> recorded.steps().isPresent()).orElse(false));
    if (!isWanted) {
      throw new Violation("S15", pod.name() + " measures for no Rollout");
    }
    names.put(pod.uid(), pod.name());
    pods.put(pod.uid(), new Known(pod.workload(), pod.release(), node));
    unrecordedStarts.add(pod.uid());
  }

  /// S13: text is restored only of what failed, is recorded as failed, and once.
  void restores(Effect.Request.Restoration restoration, Text present, Text stable) {
    var key = restoration.key();
    boolean hasFailed = isRecordedAsFailed(present);
    // What waited for one that failed, and came with it, goes back with it.
    boolean waits =
        present.form() == Manifests.Form.LACKING
            && accepted
                .flatMap(it -> it.text(Manifests.key(Manifests.FIRST)))
                .map(this::isRecordedAsFailed)
                .orElse(false);
    if (!hasFailed && !waits) {
      throw new Violation("S13", key + " is rolled back, and no failure is recorded");
    }
    if (!stables.getOrDefault(key, new TreeSet<>()).contains(stable.release())) {
      throw new Violation("S13", key + " is rolled back to what was never stable");
    }
  }

  private boolean isRecordedAsFailed(Text text) {
    return git.recorded(text.key()).map(it -> it.failed().contains(text.release())).orElse(false);
  }

  /// S13: once for each failure, and never for what a rollback brought.
  void restored(ObjectKey key, Release.Ref failed, String commit) {
    if (rollbacks.contains(failed.commit())) {
      throw new Violation("S13", commit + " answers " + failed.commit() + ", which is our own");
    }
    if (!rolledBack.add(key + "@" + failed.hash() + "/" + failed.commit())) {
      throw new Violation("S13", key + " is rolled back twice from " + failed);
    }
    rollbacks.add(commit);
  }

  /// L5: success is said only of a commit all of whose pods were ready at some moment.
  void says(String commit, Verdict verdict) {
    noteWell();
    boolean isInForce = accepted.map(it -> it.commit().equals(commit)).orElse(false);
    if (verdict.outcome() == Verdict.Outcome.SUCCESS && isInForce && !everWell.contains(commit)) {
      throw new Violation("L5", commit + " is a success, and never was all ready");
    }
    if (verdict.outcome() == Verdict.Outcome.SUPERSEDED && failedBefore.contains(commit)) {
      throw new Violation("L5", commit + " is said to be superseded, and had failed before");
    }
  }

  private boolean hasFailed(String commit) {
    return git.files.values().stream()
        .anyMatch(it ->
            it instanceof RecordFile.WorkloadFile file
                && file.failure()
                    .map(failure -> failure.release().commit().equals(commit))
                    .orElse(false));
  }

  private void noteWell() {
    if (accepted.isPresent() && accepted.get().texts().values().stream().allMatch(this::isReady)) {
      everWell.add(accepted.get().commit());
    }
  }

  private boolean isReady(Text text) {
    long ready =
        pods.values().stream()
            .filter(it ->
                it.key.equals(text.key())
                    && it.release.equals(text.release())
                    && it.ready
                    && !it.stopping)
            .count();
    return ready >= text.replicas();
  }

  /// S12: a token serves once, and the record says so before it does.
  void admitted(String node, String token) {
    var file = git.files.get("nodes/" + node + ".yaml");
    boolean isRecorded =
        file instanceof RecordFile.NodeFile recorded && recorded.tokens().containsKey(token);
    if (!isRecorded) {
      throw new Violation("S12", node + " is let in before it is recorded: " + token);
    }
    if (!admitted.add(token)) {
      throw new Violation("S12", node + " is let in twice: " + token);
    }
  }

  /// S12: what is recorded, and that epochs only rise.
  void recorded(List<RecordCommit> commits, Instant now) {
    steps.recorded(commits, now);
    for (RecordCommit commit : commits) {
      if (commit.epoch() < highestEpoch) {
        throw new Violation("S12", "epoch " + commit.epoch() + " recorded after " + highestEpoch);
      }
      for (String line : commit.lines()) {
        if (line.startsWith("+ ") || line.startsWith("- ")) {
          var name = line.split(" ")[1];
          (line.startsWith("+") ? startLines : stopLines).merge(name, 1, Integer::sum);
        }
      }
      commit
          .files()
          .values()
          .forEach(file -> {
            if (file.isPresent() && file.get() instanceof RecordFile.WorkloadFile workload) {
              workload
                  .stable()
                  .ifPresent(it ->
                      stables
                          .computeIfAbsent(workload.key(), key -> new TreeSet<>())
                          .add(it.hash()));
            }
          });
    }
    unrecordedStarts.removeIf(uid -> startLines.containsKey(names.getOrDefault(uid, "")));
    unrecordedStops.removeIf(uid -> stopLines.containsKey(names.getOrDefault(uid, "")));
  }

  /// S9: a container is stopped by its own node only when it does not do its work.
  void stopsContainer(SimulatedNode node, NodeEffect.StopContainer stop) {
    var container = node.containers.get(stop.id());
    if (container != null && container.running && container.flavour.runs()) {
      throw new Violation("S9", node.name + " stops a healthy container: " + stop);
    }
  }

  /// S9: a pod is taken down only by order, or when its network is gone.
  void clearsPod(SimulatedNode node, NodeEffect.ClearPod clear) {
    if (clear.volumes() == NodeEffect.ClearPod.Volumes.KEEP) {
      boolean hasNetwork =
          node.of(clear.uid()).stream().anyMatch(it -> it.isSandbox() && it.running);
      if (hasNetwork && !clear.reason().equals("SandboxFailed")) {
        throw new Violation("S9", node.name + " clears a pod whose network stands: " + clear);
      }
    } else if (!everStopped.contains(clear.uid())
        && node.of(clear.uid()).stream().anyMatch(it -> it.running)) {
      throw new Violation("S9", node.name + " removes a pod that nobody told it to: " + clear);
    }
  }

  /// L4: the core asks to be woken for every deadline that it has, and is.
  void onTime(Root root, Instant now) {
    root.timers()
        .firstKey()
        .filter(timer -> timer.at().isBefore(now.minus(LATE)))
        .ifPresent(timer -> {
          throw new Violation("L4", "overdue: " + timer + " at " + now);
        });
  }

  /// L4: no deadline is asked for over and over that nothing comes of.
  void woken(Instant now) {
    if (!now.isBefore(wokenSince.plusSeconds(1))) {
      wokenSince = now;
      wokenOften = 0;
    }
    wokenOften++;
    if (wokenOften > OFTEN) {
      throw new Violation("L4", "woken " + wokenOften + " times in a second");
    }
  }

  // --- the core's steps

  void stepBegins() {
    evictions.stepBegins();
  }

  void stepEnds(Instant now) {
    evictions.stepEnds(now, coverage);
  }

  // --- rollouts by steps

  void traffic(Root root) {
    steps.traffic(root);
    routes.shares(root);
  }

  void measured(Effect.Request.Measure request, Answer answer) {
    steps.measured(request, answer);
  }

  void unanswered(Effect.Request.Measure request) {
    steps.unanswered(request);
  }

  /// How a release behaves that was wanted at some time.
  Flavour flavour(String release) {
    var text = releases.get(release);
    return text == null ? Flavour.GOOD : text.flavour();
  }

  // --- config and secrets

  /// S3: no two pods of one identity are alive, wherever they are and whoever can see them.
  void lives(Container container) {
    for (VolumeOrder volume : container.volumes) {
      if (deletedVolumes.contains(volume.source().handle())) {
        throw new Violation(
            "S3", container.pod + " uses " + volume.volume() + ", which is deleted");
      }
      if (!Manifests.isShared(volume.claim())) {
        usesAlone(container, volume);
      }
    }
    if (!Manifests.isNumbered(container.workload)) {
      return;
    }
    for (SimulatedNode node : nodes.values()) {
      for (Container other : node.containers.values()) {
        if (other.running && other.pod.equals(container.pod) && !other.uid.equals(container.uid)) {
          throw new Violation(
              "S3", container.pod + " lives twice: " + container.id + " and " + other.id);
        }
      }
    }
  }

  /// S3: a volume for one node is used on one.
  private void usesAlone(Container container, VolumeOrder volume) {
    for (SimulatedNode node : nodes.values()) {
      for (Container other : node.containers.values()) {
        boolean usesIt = other.volumes.stream().anyMatch(it -> it.volume().equals(volume.volume()));
        if (other.running && usesIt && !node.containers.containsKey(container.id)) {
          throw new Violation(
              "S3",
              volume.volume() + " is used on two nodes: " + container.id + " and " + other.id);
        }
      }
    }
  }

  /// S3: nor is one deleted that is used.
  void deletes(String handle) {
    deletedVolumes.add(handle);
    for (SimulatedNode node : nodes.values()) {
      for (Container other : node.containers.values()) {
        if (other.running
            && other.volumes.stream().anyMatch(it -> it.source().handle().equals(handle))) {
          throw new Violation("S3", "volume " + handle + " of " + other.id + " is deleted");
        }
      }
    }
  }

  void pulls(String release, String image) {
    images.computeIfAbsent(release, fresh -> new TreeSet<>()).add(image);
  }

  /// S5: a pod sees the config that came with its release.
  void runs(Container container) {
    if (container.isSandbox()) {
      return;
    }
    var text = releases.get(container.release);
    if (text != null && !container.config.equals(text.config())) {
      throw new Violation(
          "S5", container.pod + " sees " + container.config + ", not " + text.config());
    }
  }

  /// S14: no value of a Secret leaves with anything that is said or recorded.
  void leaves(Effect effect) {
    for (String text : said(effect)) {
      if (text.contains(Manifests.SECRET)) {
        throw new Violation("S14", "a secret leaves: " + text);
      }
    }
  }

  /// What an effect says to the world; orders and queries go to those who may know.
  private static List<String> said(Effect effect) {
    var texts = new ArrayList<String>();
    switch (effect) {
      case Effect.Request.Append append -> texts.add(append.toString());
      case Effect.Request.Annotate annotate -> texts.add(annotate.toString());
      case Effect.Request.Restore restore -> texts.add(restore.toString());
      case Effect.Request.UpdateImages update -> texts.add(update.toString());
      case Effect.Notice notice -> texts.add(notice.message());
      case Effect.Order _,
          Effect.Route _,
          Effect.AskReport _,
          Effect.JoinAnswered _,
          Effect.ReadRecord _,
          Effect.Request.Measure _,
          Effect.Request.Query _,
          Effect.WakeAt _,
          Effect.Continue _ -> {}
    }
    return texts;
  }
}
