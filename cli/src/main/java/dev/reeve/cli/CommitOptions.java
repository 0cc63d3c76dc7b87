package dev.reeve.cli;

import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What all verbs that make a commit have in common.
final class CommitOptions {
  @Mixin private RepositoryOptions repository = new RepositoryOptions();

  @Option(names = "--dry-run", description = "Print the commit; make none, push nothing.")
  private boolean dryRun;

  @Option(names = "--no-push", description = "Make the commit, but do not push it.")
  private boolean noPush;

  @Option(
      names = {"-m", "--message"},
      paramLabel = "TEXT",
      description = "The commit's message, instead of the usual one.")
  private Optional<String> message = Optional.empty();

  /// What is to be committed on top of a commit.
  interface Change {
    /// @param base full name of the commit that it will stand on
    Proposal on(Clone clone, String base) throws IOException;
  }

  /// Where the commit goes.
  enum Target {
    TRACKED_BRANCH,
    COMMANDS_BRANCH
  }

  int commit(Target target, Change change) throws IOException, InterruptedException {
    try (var clone = repository.open(RepositoryOptions.Extent.TIPS)) {
      if (noPush && clone.kind() == Clone.Kind.TEMPORARY) {
        throw new Misused(
            "--no-push needs a clone of yours: call this in one, or name it by --repo");
      }
      var publication =
          new Publication(
              clone,
              dryRun
                  ? Publication.Mode.SHOW
                  : noPush ? Publication.Mode.COMMIT : Publication.Mode.PUSH,
              message);
      switch (target) {
        case TRACKED_BRANCH -> publication.onTrackedBranch(change);
        case COMMANDS_BRANCH -> publication.onCommandsBranch(change);
      }
    }
    return 0;
  }
}
