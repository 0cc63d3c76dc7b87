package dev.reeve.core;

import dev.reeve.core.model.Command;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
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
        workload.isEmpty()
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
      return decision.retry(command);
    }
    boolean isInFlight =
        workload.current().map(Release::hash).equals(Optional.of(command.release()))
            && !workload.stable().map(Release::hash).equals(Optional.of(command.release()));
    if (!isInFlight) {
      return Optional.of("release " + command.release() + " is not in flight");
    }
    draft.markWorkload(command.key());
    return command.verb() == Command.Verb.ABORT
        ? decision.abort(command)
        : decision.promote(command);
  }
}
