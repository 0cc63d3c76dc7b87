package dev.reeve.core;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Verdict;
import dev.reeve.core.scheduling.Ledger;
import dev.reeve.core.state.Root;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The control plane's mind. Start reading here: an event folds facts into the state and marks what
/// they touch; then everything marked is decided anew from the state alone; what comes out is a
/// list of effects, in a defined order, that the edges carry out.
///
/// The laws that hold across steps: the same events give the same effects, byte for byte; no order
/// leaves before the epoch is claimed in Git and every recorded node was heard or counts as lost;
/// what cannot be derived again waits for its record.
///
/// Confined to one thread. [#root] may be read by any thread that gets it safely published.
public final class Core {
  /// Pods looked at or started in one step, and then told of, before the rest is left to the next.
  private static final int WORK = 20_000;

  private final Deciders deciders;
  private Root root;

  /// Derived from the root; empty where it has to be made anew.
  private Optional<Ledger> ledger = Optional.empty();

  public Core(String cluster, Instant now) {
    this(cluster, now, Deciders.REAL);
  }

  /// For trying what other decisions would come to.
  public Core(String cluster, Instant now, Deciders deciders) {
    this.deciders = deciders;
    root = Root.waiting(cluster, now);
  }

  /// The state as it is after the last step.
  public Root root() {
    return root;
  }

  /// Takes one event in and says what is to be done.
  ///
  /// @param now never earlier than in the step before
  public List<Effect> step(Event event, Instant now) {
    if (event instanceof Event.Started) {
      root = root.forgotten(now);
      ledger = Optional.empty();
    }
    // Each round that fails takes one key out of play, so this ends.
    while (true) {
      var draft = new Draft(root, now, deciders, ledger);
      // A step that fails leaves it half changed.
      ledger = Optional.empty();
      try {
        fold(event, draft);
        decide(draft);
        root = draft.publish();
        ledger = draft.ledgerIfKept();
        return draft.effects();
      } catch (RuntimeException failure) {
        var culprit = draft.deciding();
        if (culprit.isEmpty()) {
          if (event instanceof Event.NodesReported(var reports) && reports.size() > 1) {
            // One of them cannot be taken in; the others shall not be lost with it.
            return eachAlone(reports, now);
          }
          // The event itself cannot be taken in: it is dropped, and the state stays as it was.
          return List.of(
              new Effect.Notice(
                  Effect.Notice.Severity.WARNING,
                  Optional.empty(),
                  Reason.QUARANTINED,
                  "dropped " + event.getClass().getSimpleName() + ": " + failure));
        }
        root = quarantine(culprit.get(), failure, now);
      }
    }
  }

  private List<Effect> eachAlone(List<Event.NodeReport> reports, Instant now) {
    var effects = new ArrayList<Effect>();
    reports.forEach(it -> effects.addAll(step(new Event.NodesReported(List.of(it)), now)));
    return effects;
  }

  private Root quarantine(ObjectKey key, RuntimeException failure, Instant now) {
    var draft = new Draft(root, now, deciders, Optional.empty());
    draft.quarantine(key, String.valueOf(failure));
    return draft.publish();
  }

  private static void fold(Event event, Draft draft) {
    switch (event) {
      case Event.Started started -> Commits.start(draft, started);
      case Event.DesiredChanged changed -> Commits.desiredChanged(draft, changed);
      case Event.Commanded commanded -> Commands.came(draft, commanded);
      case Event.CommitRefused refused -> Commits.refused(draft, refused);
      case Event.NodesReported(var reports) -> reports.forEach(it -> Reports.reported(draft, it));
      case Event.JoinAsked asked -> Joining.asked(draft, asked);
      case Event.NodesHeard heard -> Reports.heard(draft, heard.nodes());
      case Event.NodesMeasured measured -> Autoscalers.measured(draft, measured.nodes());
      case Event.FullOrderAsked asked -> {
        Orders.fullOrderAsked(draft, asked.node());
        Routings.tellAnew(draft, asked.node());
      }
      case Event.Stalled stalled -> Reports.stalled(draft, stalled.gap());
      case Event.Answered answered ->
          Recording.answered(draft, answered.request(), answered.answer());
      case Event.Resynced _ -> {
        draft.markEverything();
        Volumes.reviewAll(draft);
      }
      case Event.ImagesFound found -> Images.found(draft, found);
      case Event.Woken _ -> {}
    }
  }

  private static void decide(Draft draft) {
    draft.ring();
    Silence.openWhenAllAreKnown(draft);
    // Who serves what is known before anything is stopped, however much a step has brought to
    // light.
    Services.drain(draft);
    Workloads.drain(draft, WORK);
    Services.drain(draft);
    Volumes.delete(draft);
    // Nodes are told what is decided while the rest is not.
    Orders.drain(draft, WORK);
    Routings.drain(draft);
    Commits.judge(draft);
    Rollbacks.flush(draft);
    Images.flush(draft);
    Recording.flush(draft);
    draft.arm();
  }

  /// For the tests of the deciders: the verdict on a commit as of now.
  Optional<Verdict> verdict(String commit) {
    return root.verdict(commit);
  }
}
