package dev.reeve.core;

import dev.reeve.core.Effect.Notice.Severity;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.Stepping;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What goes to Git, and what is done when it is there.
final class Recording {
  private Recording() {}

  /// Claims an epoch: the first thing a control plane records, and until it is recorded it orders
  /// nothing.
  static void claim(Draft draft, long epoch, Reason reason) {
    draft.epoch = epoch;
    draft.lead = Root.Lead.OBSERVING;
    Orders.orderAllAnew(draft);
    Routings.tellAllAnew(draft);
    draft.decide(
        reason,
        Optional.empty(),
        "epoch " + epoch + " claimed",
        "",
        List.of(),
        RecordFile.Cluster.PATH,
        Optional.of(Commits.clusterFile(draft)));
  }

  static void answered(Draft draft, long request, Event.Answer answer) {
    var push = draft.records.inFlight();
    if (push.isPresent() && push.get().request() == request) {
      recordAnswered(draft, answer);
    }
    var restore = draft.restores.inFlight();
    if (restore.isPresent() && restore.get().request() == request) {
      Rollbacks.answered(draft, answer);
    }
    var update = draft.images.inFlight();
    if (update.isPresent() && update.get().request() == request) {
      Images.answered(draft, answer);
    }
    if (Autoscalers.isAsking(draft, request)) {
      Autoscalers.answered(draft, request, answer);
    } else if (draft.measuring.containsKey(request)) {
      Measuring.answered(draft, request, answer);
    }
    var notes = draft.notes.inFlight();
    if (notes.isPresent() && notes.get().request() == request) {
      draft.notes =
          answer instanceof Event.Answer.Ok
              ? draft.notes.succeeded()
              : draft.notes.failed(draft.now);
    }
  }

  private static void recordAnswered(Draft draft, Event.Answer answer) {
    switch (answer) {
      case Event.Answer.Ok _ -> {
        var awaiting = draft.records.inFlight().orElseThrow().awaiting();
        var joined = draft.records.inFlight().orElseThrow().joined();
        if (draft.records.failures() > 0) {
          draft.notice(
              Severity.NORMAL, Optional.empty(), Reason.GIT_BACK, "the record is written again");
        }
        draft.records = draft.records.succeeded();
        if (draft.lead == Root.Lead.OBSERVING) {
          draft.lead = Root.Lead.LEADING;
          draft.verdictIsDue = true;
        }
        awaiting.forEach(key -> recorded(draft, key));
        joined.forEach(name -> Joining.recorded(draft, name));
      }
      case Event.Answer.Retry(var cause) -> failed(draft, cause);
      case Event.Answer.Refused(var cause) -> failed(draft, cause);
      case Event.Answer.Restored _,
          Event.Answer.Updated _,
          Event.Answer.Proposed _,
          Event.Answer.Measured _,
          Event.Answer.Sampled _ ->
          throw new IllegalStateException("no answer to a record: " + answer);
      case Event.Answer.Lost(long theirs) -> {
        draft.records = draft.records.dropped();
        if (draft.lead == Root.Lead.OBSERVING && theirs < draft.epoch) {
          // The last words of a predecessor, most likely.
          draft.lead = Root.Lead.WAITING;
          draft.emit(new Effect.ReadRecord());
        } else if (theirs > draft.epoch || draft.lead == Root.Lead.OBSERVING) {
          draft.notice(
              Severity.WARNING,
              Optional.empty(),
              Reason.STEPPED_DOWN,
              "another control plane has claimed epoch " + theirs);
          draft.lead = Root.Lead.STEPPED_DOWN;
        } else {
          draft.notice(
              Severity.WARNING,
              Optional.empty(),
              Reason.RECORD_TAMPERED,
              "the record branch was changed by someone else; nothing is recorded any more");
          draft.lead = Root.Lead.UNRECORDED;
        }
      }
    }
  }

  /// A step or a promotion is in Git: it may be acted on.
  private static void recorded(Draft draft, ObjectKey key) {
    var workload = draft.workloads.get(key);
    if (workload.isEmpty()) {
      return;
    }
    var edit = workload.get().edit();
    if (isRecorded(draft, edit.promotion)) {
      edit.promotion = 0;
    }
    if (edit.stepping.map(it -> isRecorded(draft, it.decision())).orElse(false)) {
      edit.stepping = edit.stepping.map(Stepping::taken);
      // However long Git took: the step begins now.
      edit.progressAt = draft.now;
      edit.rests = false;
    }
    draft.workloads.put(key, edit.build());
    Nodes.startRecorded(draft, workload.get());
    draft.markWorkload(key);
  }

  private static boolean isRecorded(Draft draft, long decision) {
    return decision > 0 && decision <= draft.records.recorded();
  }

  private static void failed(Draft draft, String cause) {
    if (draft.records.failures() == 0) {
      draft.notice(
          Severity.WARNING,
          Optional.empty(),
          Reason.GIT_AWAY,
          "the record cannot be written, what waits for it waits: " + cause);
    }
    draft.records = draft.records.failed(draft.now);
  }

  /// Sends what waits, once its time has come.
  static void flush(Draft draft) {
    switch (draft.lead) {
      case WAITING, STEPPED_DOWN, UNRECORDED -> {
        draft.records = draft.records.dropped();
        return;
      }
      case OBSERVING, LEADING -> {}
    }
    if (draft.records.isOverdue(draft.now)) {
      failed(draft, "no answer");
    }
    if (draft.records.mayRetry(draft.now)) {
      long id = draft.mintRequest();
      draft.records = draft.records.retrying(id, draft.now);
      append(draft, id);
    } else if (draft.records.mayPush(draft.now)) {
      long id = draft.mintRequest();
      draft.records = draft.records.pushing(id, draft.records.commits(draft.epoch), draft.now);
      append(draft, id);
    }
    if (draft.notes.isOverdue(draft.now)) {
      draft.notes = draft.notes.failed(draft.now);
    }
    if (mayNote(draft) && draft.notes.mayPush(draft.now)) {
      long id = draft.mintRequest();
      draft.notes = draft.notes.pushing(id, draft.now);
      draft.emit(new Effect.Request.Annotate(id, draft.notes.inFlight().orElseThrow().notes()));
    }
  }

  /// When a note is to be written, or its answer is overdue. Notes of one that does not lead wait,
  /// however long, and are no reason to wake.
  static Optional<Instant> notesDue(Draft draft) {
    return mayNote(draft) || draft.notes.inFlight().isPresent()
        ? draft.notes.due()
        : Optional.empty();
  }

  private static boolean mayNote(Draft draft) {
    return draft.lead == Root.Lead.LEADING;
  }

  private static void append(Draft draft, long id) {
    draft.emit(new Effect.Request.Append(id, draft.records.inFlight().orElseThrow().commits()));
  }
}
