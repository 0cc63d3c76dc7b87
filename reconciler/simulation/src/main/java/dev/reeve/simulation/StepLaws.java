package dev.reeve.simulation;

import dev.reeve.core.Effect;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.model.Command;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.record.AnalysisRun;
import dev.reeve.core.record.Measurement.Outcome;
import dev.reeve.core.record.MetricRun;
import dev.reeve.core.record.RecordCommit;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.StepProgress;
import dev.reeve.core.rollouts.Traffic;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.simulation.Manifests.Form;
import dev.reeve.simulation.Manifests.Text;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The oracles of rollouts by steps: what pods and traffic may be at the step that Git names, and
/// that no step is skipped, taken twice or left early, nor a measurement counted twice.
final class StepLaws {
  private final SimulatedGit git;
  private final SortedMap<ObjectKey, RecordFile.WorkloadFile> last = new TreeMap<>();
  private final SortedMap<String, SortedSet<Integer>> weights = new TreeMap<>();
  private final SortedMap<String, Integer> answers = new TreeMap<>();
  private final SortedMap<String, Integer> failures = new TreeMap<>();
  private final SortedMap<String, Integer> errorsInRow = new TreeMap<>();
  private final SortedSet<String> mayFail = new TreeSet<>();
  private final SortedSet<String> measuredBad = new TreeSet<>();
  private final SortedSet<String> promoted = new TreeSet<>();

  StepLaws(SimulatedGit git) {
    this.git = git;
  }

  // --- pods

  /// S6: a canary has no more pods than the recorded step gives it.
  void starts(String pod, String release, Text text, long present) {
    var recorded = git.recorded(text.key());
    boolean isUnderWay =
        recorded.isPresent()
            && recorded.get().stable().isPresent()
            && !recorded.get().stable().get().hash().equals(release);
    if (!isUnderWay || !text.form().hasSteps() || !release.equals(text.release())) {
      return;
    }
    var steps = recorded.get().steps();
    if (steps.isEmpty() || !recorded.get().release().hash().equals(release)) {
      throw new Violation("S6", pod + " is started before its rollout is recorded");
    }
    int most = most(text, steps.get());
    if (present > most) {
      throw new Violation(
          "S6", pod + " is the " + present + "th of its release at " + steps.get() + ", " + most);
    }
  }

  private static int most(Text text, StepProgress steps) {
    int byWeight = Math.ceilDiv(text.replicas() * steps.weight(), 100);
    return switch (text.form()) {
      case BLUE_GREEN -> text.replicas();
      case ROUTED -> Math.max(1, byWeight);
      case CANARY, SURGING, LACKING, RECREATING, IMPORTANT, NUMBERED -> byWeight;
    };
  }

  /// S7: the stable release keeps the pods that its weight needs, until Git says that it is not the
  /// stable one any more.
  void stops(String uid, String release, Text text, long left) {
    var recorded = git.recorded(text.key());
    boolean isStable =
        recorded.isPresent()
            && recorded.get().stable().map(it -> it.hash().equals(release)).orElse(false)
            && !recorded.get().release().hash().equals(release)
            && recorded.get().release().hash().equals(text.release());
    if (!isStable || !text.form().hasSteps()) {
      return;
    }
    int weight = recorded.get().steps().map(StepProgress::weight).orElse(0);
    int needed =
        text.form().doublesPods() ? text.replicas() : text.replicas() * (100 - weight) / 100;
    if (left < needed) {
      throw new Violation(
          "S7",
          "stopping " + uid + " leaves " + left + " stable pods of " + needed + " at " + weight);
    }
  }

  /// How many pods of the wanted release there may at least be: fewer are too few to scale down.
  int fewest(Text text) {
    var steps = git.recorded(text.key()).flatMap(RecordFile.WorkloadFile::steps);
    return text.form().hasSteps() && steps.isPresent() && !steps.get().isAtEnd()
        ? text.replicas() * steps.get().weight() / 100
        : text.replicas();
  }

  /// S6: the traffic in force is one that Git knows of, and all of it goes somewhere.
  void traffic(Root root) {
    for (WorkloadState workload : root.workloads().values()) {
      if (workload.stepping().isEmpty() || workload.current().isEmpty()) {
        continue;
      }
      var shares = Traffic.of(workload);
      if (shares.values().stream().mapToInt(Integer::intValue).sum() != 100) {
        throw new Violation("S6", workload.key() + " has traffic " + shares);
      }
      var current = workload.current().get().hash();
      boolean isUnderWay = workload.stable().map(it -> !it.hash().equals(current)).orElse(false);
      int weight = shares.getOrDefault(current, 0);
      if (isUnderWay
          && weight > 0
          && !weights
              .getOrDefault(workload.key() + "@" + current, new TreeSet<>())
              .contains(weight)) {
        throw new Violation(
            "S6", workload.key() + " has " + weight + "% of the traffic, and no record says so");
      }
    }
  }

  // --- the record

  /// What one push says. All its commits say of a file what the newest of them decided.
  void recorded(List<RecordCommit> commits, Instant now) {
    var byHand = new TreeSet<ObjectKey>();
    SortedMap<ObjectKey, RecordFile.WorkloadFile> files = new TreeMap<>();
    for (RecordCommit commit : commits) {
      if (commit.reason() == Reason.PROMOTED) {
        byHand.addAll(commit.resources());
      }
      for (var file : commit.files().values()) {
        if (file.isPresent() && file.get() instanceof RecordFile.WorkloadFile workload) {
          files.put(workload.key(), workload);
        }
      }
    }
    files.forEach((key, file) -> {
      promoted(Optional.ofNullable(last.get(key)), file);
      file.steps().ifPresent(steps -> recorded(file, steps, byHand.contains(key), now));
      last.put(key, file);
    });
  }

  private void recorded(
      RecordFile.WorkloadFile file, StepProgress steps, boolean isPromoted, Instant now) {
    weights
        .computeIfAbsent(file.key() + "@" + file.release().hash(), key -> new TreeSet<>())
        .add(steps.weight());
    var before = last.get(file.key());
    if (before == null
        || before.steps().isEmpty()
        || !before.release().equals(file.release())
        || !before.startedAt().equals(file.startedAt())) {
      return;
    }
    var from = before.steps().get();
    boolean isMoved = from.index() != steps.index();
    boolean isEnded = steps.isAtEnd() && file.stable().equals(Optional.of(file.release()));
    if (steps.index() < from.index()) {
      throw new Violation("S12", file.key() + " goes back from step " + from + " to " + steps);
    }
    if (isMoved && !isPromoted && !isEnded && steps.index() != from.index() + 1) {
      throw new Violation("S12", file.key() + " skips from step " + from + " to " + steps);
    }
    boolean isEarly = from.pauseUntil().map(it -> now.isBefore(it.minusMillis(100))).orElse(false);
    if (isMoved && isEarly && !isPromoted && !isEnded) {
      throw new Violation("S12", file.key() + " leaves its pause early: " + from + " at " + now);
    }
    if (!isMoved
        && steps.pauseUntil().isPresent()
        && !from.pauseUntil().equals(steps.pauseUntil())) {
      throw new Violation("S12", file.key() + " pauses anew: " + from + " and " + steps);
    }
    for (AnalysisRun run : steps.runs()) {
      for (MetricRun metric : run.metrics()) {
        counted(file, from, run, metric, isEnded);
      }
    }
  }

  private void counted(
      RecordFile.WorkloadFile file,
      StepProgress before,
      AnalysisRun run,
      MetricRun metric,
      boolean isEnded) {
    int count = metric.count() + metric.errors();
    int earlier =
        before.run(run.name()).stream()
            .filter(it -> it.startedAt().equals(run.startedAt()))
            .flatMap(it -> it.metrics().stream())
            .filter(it -> it.name().equals(metric.name()))
            .mapToInt(it -> it.count() + it.errors())
            .sum();
    // A pod's end is an answer that nobody asked a provider for.
    boolean isByPod = metric.name().equals(Manifests.BY_POD);
    int given =
        isByPod
            ? count
            : answers.getOrDefault(name(file.key(), file.release().hash(), run.name()), 0);
    if (count < earlier) {
      throw new Violation("S12", file.key() + " forgets what was measured: " + metric);
    }
    // What was measured of a release that is given up stays under the one that is back.
    if (count > given && !isEnded) {
      throw new Violation(
          "S12", file.key() + " counts " + count + " measurements of " + given + ": " + metric);
    }
  }

  // --- measurements

  void measured(Effect.Request.Measure request, Answer answer) {
    var name = name(request.key(), request.latest(), request.run());
    answers.merge(name, 1, Integer::sum);
    boolean isError = !(answer instanceof Answer.Measured);
    errorsInRow.merge(name, 1, (sum, one) -> isError ? sum + one : 0);
    if (answer instanceof Answer.Measured said && said.outcome() == Outcome.FAILED) {
      failures.merge(name, 1, Integer::sum);
    }
    if (errorsInRow.getOrDefault(name, 0) > Manifests.ERRORS_TOLERATED
        || failures.getOrDefault(name, 0) > 1) {
      mayFail.add(request.key() + "@" + request.latest());
    }
    if (failures.getOrDefault(name, 0) > 1) {
      measuredBad.add(request.key() + "@" + request.latest());
    }
  }

  /// S7: what was measured as bad takes the place of nothing, unless a person says so.
  private void promoted(Optional<RecordFile.WorkloadFile> before, RecordFile.WorkloadFile file) {
    boolean isNews =
        file.stable().equals(Optional.of(file.release()))
            && before.map(it -> !it.stable().equals(file.stable())).orElse(false);
    var named = file.key() + "@" + file.release().hash();
    if (isNews && measuredBad.contains(named) && !promoted.contains(named)) {
      throw new Violation("S7", named + " is stable, though its measurements failed");
    }
  }

  /// No answer is one too: after a minute it counts as an error.
  void unanswered(Effect.Request.Measure request) {
    measured(request, new Answer.Retry("too late"));
  }

  private static String name(ObjectKey key, String release, String run) {
    return key + "@" + release + "/" + run;
  }

  void commanded(Command command) {
    var named = command.key() + "@" + command.release();
    switch (command.verb()) {
      case ABORT -> mayFail.add(named);
      case PROMOTE -> promoted.add(named);
      case RETRY -> measuredBad.remove(named);
      case FENCE -> {}
    }
  }

  /// Whether a release may have been given up though its pods are well.
  boolean mayHaveFailed(ObjectKey key, String release) {
    return mayFail.contains(key + "@" + release);
  }

  /// Forms whose pods may be there twice.
  static long bound(Text text, long others) {
    int surge = text.form() == Form.RECREATING ? 0 : text.surge();
    return text.replicas() + surge + (text.form().doublesPods() ? others : 0);
  }
}
