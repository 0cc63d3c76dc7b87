package dev.reeve.cli;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.Command.Reach;
import dev.reeve.core.model.Command.Verb;
import dev.reeve.core.model.Release;
import dev.reeve.core.record.RecordFile;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "retry",
    description = {
      "Try a failed release again. Makes a commit with the trailer Reeve-Retry;",
      "where its text was rolled back, the same commit restores it."
    },
    mixinStandardHelpOptions = true)
final class RetryCommand implements Callable<Integer> {
  @Mixin private CommandOptions command = new CommandOptions();

  @Override
  public Integer call() throws Exception {
    return command.commit(RetryCommand::proposal);
  }

  private static Proposal proposal(
      Clone clone, String base, WorkloadName name, RecordFile.WorkloadFile file) {
    var newest = file.failure().map(RecordFile.Failure::release);
    String hash =
        name.release()
            .or(() -> newest.map(Release.Ref::hash))
            .orElseThrow(() -> new CommandFailed("no release of " + file.key() + " has failed"));
    if (!file.failed().contains(hash)) {
      throw new CommandFailed("release %s of %s has not failed".formatted(hash, file.key()));
    }
    // Of an older one the record does not say which commit had its text.
    SortedMap<String, Bytes> files =
        newest.filter(it -> it.hash().equals(hash)).isPresent()
            ? restored(clone, base, file)
            : new TreeMap<>();
    return new Proposal(
        "Retry " + file.key(),
        CommandOptions.trailer(Verb.RETRY, file, hash, new Reach.Next()),
        files);
  }

  private static SortedMap<String, Bytes> restored(
      Clone clone, String base, RecordFile.WorkloadFile file) {
    var failed = file.failure().orElseThrow().release();
    var now = CommitFiles.of(clone.git(), base, clone.path());
    var then = CommitFiles.of(clone.git(), clone.commit(failed.commit()), clone.path());
    if (now.hasReleaseOf(then, file.key())) {
      return new TreeMap<>();
    }
    // What was changed since the text went back is kept. Where no commit of Reeve's took it back, a
    // person did, to what was stable.
    String left =
        file.rollback()
            .filter(it -> it.outcome() == RecordFile.Rollback.Outcome.COMMITTED)
            .map(RecordFile.Rollback::detail)
            .or(() -> file.stable().map(Release.Ref::commit))
            .map(clone::commit)
            .orElse(base);
    var files =
        new TextOfThen(now, CommitFiles.of(clone.git(), left, clone.path()), then).of(file.key());
    now.requireAccepted(clone.cluster(), files);
    return files;
  }
}
