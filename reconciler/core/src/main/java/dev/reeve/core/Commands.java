package dev.reeve.core;

import dev.reeve.core.model.Command;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.state.WorkloadState;
import java.util.List;
import java.util.Optional;

/// What people ask for by trailers: obeyed once, in order, and recorded with the commit that asked.
/// A command for a release that is not in flight any more is recorded as ignored.
final class Commands {
  private Commands() {}

  /// Commits of the commands branch are read up to a tip.
  static void came(Draft draft, Event.Commanded commanded) {
    draft.commands = commanded.tip();
    commanded.commands().forEach(command -> obey(draft, command));
    draft.decide(
        Reason.COMMIT_ACCEPTED,
        Optional.empty(),
        "commands " + Commits.shortSha(commanded.tip()),
        commanded.tip(),
        List.of(),
        RecordFile.Cluster.PATH,
        Optional.of(Commits.clusterFile(draft)));
  }

  static void obey(Draft draft, Command command) {
    var workload = draft.workloads.get(command.key());
    var ignored =
        command.verb() == Command.Verb.FENCE
            ? fence(draft, command)
            : workload.isEmpty()
                ? Optional.of("there is no " + command.key())
                : tried(draft, command, workload.get());
    if (ignored.isPresent()) {
      draft.decide(
          Reason.COMMAND_IGNORED,
          workload.map(WorkloadState::key),
          command.verb().trailer()
              + " "
              + command.value()
              + " of "
              + Commits.shortSha(command.commit())
              + " ignored: "
              + ignored.get(),
          command.commit(),
          List.of(),
          RecordFile.Cluster.PATH,
          Optional.of(Commits.clusterFile(draft)));
    }
  }

  /// A command that cannot be carried out must not keep the commit that carries it from being
  /// taken.
  private static Optional<String> tried(Draft draft, Command command, WorkloadState workload) {
    try {
      return obey(draft, command, workload);
    } catch (RuntimeException e) {
      return Optional.of("it cannot be carried out: " + e);
    }
  }

  private static Optional<String> obey(Draft draft, Command command, WorkloadState workload) {
    var decision = new WorkloadDecision(draft, workload);
    if (command.verb() == Command.Verb.RETRY) {
      return retry(decision, command);
    }
    boolean isInFlight =
        workload.current().map(Release::hash).equals(Optional.of(command.release()))
            && !workload.stable().map(Release::hash).equals(Optional.of(command.release()));
    if (!isInFlight) {
      return Optional.of("release " + command.release() + " is not in flight");
    }
    draft.markWorkload(command.key());
    return command.verb() == Command.Verb.ABORT
        ? abort(decision, command)
        : promote(decision, command);
  }

  /// Goes on with the rollout; empty where it is done, else why not.
  private static Optional<String> promote(WorkloadDecision at, Command command) {
    var wanted = at.before.desired();
    var target = at.before.current();
    var stepping = at.before.stepping();
    if (wanted.isEmpty() || target.isEmpty() || stepping.isEmpty()) {
      return Optional.of("it has no steps");
    }
    var progress = stepping.get().progress();
    boolean isPlanned = at.steps(wanted.get(), target.get()).map(Steps::isPlanned).orElse(false);
    if (!isPlanned) {
      return Optional.of("its steps have changed");
    }
    if (progress.isAtEnd() || at.hasFailed(wanted.get())) {
      return Optional.of("release " + command.release() + " is not under way");
    }
    int to =
        switch (command.reach()) {
          case Command.Reach.Next _ -> progress.index() + 1;
          case Command.Reach.ToStep(var index) -> index;
          case Command.Reach.Full _ -> progress.count();
        };
    if (to <= progress.index() || to > progress.count()) {
      return Optional.of(
          "it is at step " + progress.index() + " of " + progress.count() + " already");
    }
    if (command.reach() instanceof Command.Reach.Next && at.before.phase() != Phase.PAUSED) {
      return Optional.of("it is not paused");
    }
    at.steps(wanted.get(), target.get()).ifPresent(it -> it.promote(to, by(command)));
    at.finish();
    return Optional.empty();
  }

  /// Gives the release under way up.
  private static Optional<String> abort(WorkloadDecision at, Command command) {
    var wanted = at.before.desired();
    if (wanted.isEmpty() || at.before.current().isEmpty() || at.hasFailed(wanted.get())) {
      return Optional.of("release " + command.release() + " is not under way");
    }
    at.fail(at.before.current().get(), "aborted by " + by(command));
    at.finish();
    return Optional.empty();
  }

  /// Lets a failed release be tried again.
  private static Optional<String> retry(WorkloadDecision at, Command command) {
    if (!at.before.failed().contains(command.release())) {
      return Optional.of("release " + command.release() + " has not failed");
    }
    at.next.retry(command.release());
    at.announce(
        Reason.RETRIED, "release " + command.release() + " may be tried again, by " + by(command));
    at.draft.markWorkload(at.key);
    at.finish();
    return Optional.empty();
  }

  /// What ran on a node that is off is gone, also what there may be one of only. Only a silent node
  /// can be off.
  private static Optional<String> fence(Draft draft, Command command) {
    var node =
        draft.nodes.get(command.key().name()).filter(it -> command.key().kind().equals("Node"));
    if (node.isEmpty()) {
      return Optional.of("there is no " + command.key());
    }
    if (!node.get().identity().equals(command.release())) {
      return Optional.of("it is " + node.get().identity() + " by now");
    }
    if (node.get().notReadySince().isEmpty()) {
      return Optional.of("the node is heard");
    }
    Silence.fence(draft, node.get(), by(command));
    return Optional.empty();
  }

  private static String by(Command command) {
    return command.author().replaceAll(" *<.*", "") + " in " + Commits.shortSha(command.commit());
  }
}
