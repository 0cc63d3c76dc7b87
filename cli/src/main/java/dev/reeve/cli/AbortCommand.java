package dev.reeve.cli;

import dev.reeve.core.model.Command.Reach;
import dev.reeve.core.model.Command.Verb;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "abort",
    description = {
      "End a rollout: its pods give way to the stable release, and its text goes back.",
      "Makes an empty commit with the trailer Reeve-Abort."
    },
    mixinStandardHelpOptions = true)
final class AbortCommand implements Callable<Integer> {
  @Mixin private CommandOptions command = new CommandOptions();

  @Override
  public Integer call() throws Exception {
    return command.commit((_, _, name, file) ->
        Proposal.ofTrailer(
            "Abort " + file.key(),
            CommandOptions.trailer(
                Verb.ABORT, file, CommandOptions.inFlight(name, file), new Reach.Next())));
  }
}
