package dev.reeve.cli;

import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "rollback",
    description = {
      "Bring a workload's text back to what it was at a commit, and that of the ConfigMaps it uses,"
          + " unless they are live.",
      "Makes a commit that touches nothing else."
    },
    mixinStandardHelpOptions = true)
final class RollbackCommand implements Callable<Integer> {
  private static final Set<String> KINDS =
      Set.of(
          "Deployment",
          "StatefulSet",
          "DaemonSet",
          "ReplicaSet",
          "Rollout",
          "Pod",
          "Job",
          "CronJob");

  @Mixin private CommitOptions commits = new CommitOptions();

  @Parameters(paramLabel = "WORKLOAD", description = "[KIND/][NAMESPACE/]NAME.")
  private String workload = "";

  @Option(
      names = "--to",
      paramLabel = "REV",
      required = true,
      description = "A commit of the tracked branch, as git names it.")
  private String revision = "";

  @Override
  public Integer call() throws Exception {
    var name = WorkloadName.parse(workload);
    return commits.commit(
        CommitOptions.Target.TRACKED_BRANCH,
        (clone, base) -> {
          var now = CommitFiles.of(clone.git(), base, clone.path());
          var key = now.workload(name, KINDS);
          var commit = clone.commit(revision);
          var then = CommitFiles.of(clone.git(), commit, clone.path());
          var files = new TextOfThen(now, now, then).of(key);
          var to = RecordLog.shortened(commit);
          if (files.isEmpty()) {
            return Proposal.nothing(key + " is as it was at " + to + ": nothing to commit");
          }
          now.requireAccepted(clone.cluster(), files);
          return new Proposal("Roll back " + key + " to " + to, "", files);
        });
  }
}
