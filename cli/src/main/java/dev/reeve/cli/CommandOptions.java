package dev.reeve.cli;

import dev.reeve.core.model.Command;
import dev.reeve.core.record.RecordFile;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A verb that is a trailer: it speaks of one release of one workload.
final class CommandOptions {
  @Mixin private CommitOptions commits = new CommitOptions();

  @Parameters(
      paramLabel = "WORKLOAD",
      description =
          "[KIND/][NAMESPACE/]NAME[@HASH]; without HASH the release that the record names.")
  private String workload = "";

  @Option(
      names = "--commands-branch",
      description = "Push to reeve-commands/<cluster>, where the branch itself takes no pushes.")
  private boolean commandsBranch;

  /// What a verb makes of the workload's record.
  interface Verb {
    Proposal of(Clone clone, String base, WorkloadName name, RecordFile.WorkloadFile file);
  }

  int commit(Verb verb) throws IOException, InterruptedException {
    var name = WorkloadName.parse(workload);
    return commits.commit(
        commandsBranch ? CommitOptions.Target.COMMANDS_BRANCH : CommitOptions.Target.TRACKED_BRANCH,
        (clone, base) -> verb.of(clone, base, name, clone.recorded(name)));
  }

  static String trailer(
      Command.Verb verb, RecordFile.WorkloadFile file, String release, Command.Reach reach) {
    return verb.trailer() + ": " + new Command(verb, file.key(), release, reach, "", "").value();
  }

  /// The release that is named, or the one that is being rolled out.
  static String inFlight(WorkloadName name, RecordFile.WorkloadFile file) {
    if (name.release().isPresent()) {
      return name.release().get();
    }
    var release = file.release().hash();
    if (file.failed().contains(release)) {
      throw new CommandFailed("release %s of %s has failed already".formatted(release, file.key()));
    }
    if (file.stable().filter(it -> it.hash().equals(release)).isPresent()) {
      throw new CommandFailed(
          "nothing is being rolled out of %s: release %s is stable".formatted(file.key(), release));
    }
    return release;
  }
}
