package dev.reeve.core;

import dev.reeve.core.Effect.Request;
import dev.reeve.core.Effect.Request.Restoration;
import dev.reeve.core.model.ClusterSettings.Rollback;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Workload;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordFile.Rollback.Outcome;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.WorkloadState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// Brings the text back where the pods are already: a release that failed is out of the cluster at
/// once, and then out of the tracked branch, by a commit. That it failed is in the record before.
/// What such a commit brings is never answered with another.
final class Rollbacks {
  private Rollbacks() {}

  /// Whether the text that is in force names a release that failed and has not been dealt with.
  static boolean isWanted(Draft draft, Workload wanted, WorkloadState.Edit state) {
    if (draft.settings.rollback() == Rollback.OFF || state.stable.isEmpty()) {
      return false;
    }
    var failure = state.failure.filter(it -> it.release().hash().equals(wanted.release().hash()));
    return failure.isPresent()
        && !draft.restores.own().contains(failure.get().release().commit())
        && !isDealtWith(state, failure.get());
  }

  private static boolean isDealtWith(WorkloadState.Edit state, RecordFile.Failure failure) {
    return state.rollback.map(it -> it.of().equals(failure.release().commit())).orElse(false);
  }

  static Optional<Instant> due(Draft draft) {
    return mayAsk(draft) || draft.restores.inFlight().isPresent()
        ? draft.restores.due(draft.records.recorded())
        : Optional.empty();
  }

  /// A tip that is refused is someone's to mend first; the newest wins.
  private static boolean mayAsk(Draft draft) {
    return draft.lead == Root.Lead.LEADING
        && draft.accepted.map(DesiredState::commit).equals(Optional.of(draft.tip));
  }

  static void flush(Draft draft) {
    if (draft.restores.isOverdue(draft.now)) {
      draft.restores = draft.restores.failed(draft.now);
    }
    if (draft.restores.inFlight().isPresent()
        || !mayAsk(draft)
        || draft.now.isBefore(draft.restores.notBefore())) {
      return;
    }
    var keys = new ArrayList<ObjectKey>();
    var restorations = new ArrayList<Restoration>();
    for (ObjectKey key : draft.restores.ready(draft.records.recorded())) {
      var workload = draft.workloads.get(key);
      var failure = workload.flatMap(WorkloadState::failure);
      var stable = workload.flatMap(WorkloadState::stable);
      if (failure.isEmpty() || stable.isEmpty()) {
        continue;
      }
      // What failed of one commit goes back in one commit; others have their turn after it.
      var first = restorations.stream().map(it -> it.failed().commit()).findFirst();
      if (first.isEmpty() || first.get().equals(failure.get().release().commit())) {
        keys.add(key);
        restorations.add(
            new Restoration(
                key, failure.get().release(), stable.get().ref(), failure.get().message()));
      }
    }
    if (keys.isEmpty()) {
      return;
    }
    addDependents(draft, keys, restorations);
    long id = draft.mintRequest();
    draft.restores = draft.restores.asking(id, keys, draft.now);
    boolean propose = draft.settings.rollback() == Rollback.PROPOSE;
    draft.emit(new Request.Restore(id, draft.epoch, draft.tip, propose, restorations));
  }

  /// What came with the same commit and waits for one that failed has not begun, and goes back with
  /// it.
  private static void addDependents(
      Draft draft, List<ObjectKey> failed, List<Restoration> restorations) {
    var commit = restorations.getFirst().failed().commit();
    var back = new TreeSet<>(failed);
    boolean grows = true;
    while (grows) {
      grows = false;
      for (ObjectKey key : draft.waiting.publish().keys()) {
        var blocker = draft.waiting.get(key).orElseThrow();
        var workload = draft.workloads.get(key);
        var wanted = workload.flatMap(WorkloadState::desired).map(Workload::release);
        var stable = workload.flatMap(WorkloadState::stable);
        if (back.contains(blocker)
            && !back.contains(key)
            && wanted.isPresent()
            && stable.isPresent()
            && wanted.get().commit().equals(commit)) {
          back.add(key);
          grows = true;
          restorations.add(
              new Restoration(
                  key,
                  wanted.get().ref(),
                  stable.get().ref(),
                  "waits for " + blocker + ", which failed"));
        }
      }
    }
  }

  static void answered(Draft draft, Event.Answer answer) {
    var keys = draft.restores.inFlight().orElseThrow().keys();
    switch (answer) {
      case Event.Answer.Restored(var commit) -> {
        draft.restores = draft.restores.answered().owning(commit);
        said(
            draft,
            keys,
            Reason.ROLLBACK_COMMITTED,
            Outcome.COMMITTED,
            commit,
            "text rolled back by " + Commits.shortSha(commit));
      }
      case Event.Answer.Proposed(var branch, var why) -> {
        draft.restores = draft.restores.answered();
        said(
            draft,
            keys,
            Reason.ROLLBACK_PROPOSED,
            Outcome.PROPOSED,
            branch,
            "rollback proposed on branch " + branch + (why.isEmpty() ? "" : ": " + why));
      }
      case Event.Answer.Refused(var why) -> {
        draft.restores = draft.restores.answered();
        said(
            draft,
            keys,
            Reason.ROLLBACK_REFUSED,
            Outcome.REFUSED,
            why,
            "text cannot be rolled back: " + why);
      }
      case Event.Answer.Retry _,
          Event.Answer.Lost _,
          Event.Answer.Ok _,
          Event.Answer.Updated _,
          Event.Answer.Measured _,
          Event.Answer.Sampled _ ->
          draft.restores = draft.restores.failed(draft.now);
    }
  }

  private static void said(
      Draft draft,
      List<ObjectKey> keys,
      Reason reason,
      Outcome outcome,
      String detail,
      String say) {
    for (ObjectKey key : keys) {
      var workload = draft.workloads.get(key);
      if (workload.isEmpty() || workload.get().failure().isEmpty()) {
        continue;
      }
      var edit = workload.get().edit();
      var failed = workload.get().failure().get().release();
      edit.rollback = Optional.of(new RecordFile.Rollback(failed.commit(), outcome, detail));
      var built = edit.build();
      draft.workloads.put(key, built);
      draft.markWorkload(key);
      draft.decide(
          reason,
          Optional.of(key),
          key.namespace() + "/" + key.name() + ": " + say,
          failed.commit(),
          List.of(),
          key.recordPath(),
          built.file().map(it -> it));
    }
  }

  /// What a person should know of it, after why the release failed.
  static String told(RecordFile.Rollback rollback) {
    return switch (rollback.outcome()) {
      case COMMITTED -> "; rolled back by " + Commits.shortSha(rollback.detail());
      case PROPOSED -> "; rollback proposed on branch " + rollback.detail();
      case REFUSED -> "; its text stays: " + rollback.detail();
    };
  }
}
