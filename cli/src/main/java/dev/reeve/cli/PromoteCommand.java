package dev.reeve.cli;

import dev.reeve.core.model.Command.Reach;
import dev.reeve.core.model.Command.Verb;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "promote",
    description = {
      "Go on with a rollout: past the pause or analysis it waits at, to a step, or to the end.",
      "Makes an empty commit with the trailer Reeve-Promote."
    },
    mixinStandardHelpOptions = true)
final class PromoteCommand implements Callable<Integer> {
  @Mixin private CommandOptions command = new CommandOptions();

  @Option(names = "--step", paramLabel = "N", description = "To the step with this index, from 0.")
  private Optional<Integer> step = Optional.empty();

  @Option(names = "--full", description = "Past all steps, pauses and analyses.")
  private boolean full;

  @Override
  public Integer call() throws Exception {
    if (full && step.isPresent()) {
      throw new Misused("--full and --step exclude each other");
    }
    if (step.filter(it -> it < 0 || it > 999_999).isPresent()) {
      throw new Misused("a step is a number from 0, not " + step.get());
    }
    Reach reach =
        full ? new Reach.Full() : step.<Reach>map(Reach.ToStep::new).orElseGet(Reach.Next::new);
    return command.commit((_, _, name, file) ->
        Proposal.ofTrailer(
            "Promote " + file.key(),
            CommandOptions.trailer(
                Verb.PROMOTE, file, CommandOptions.inFlight(name, file), reach)));
  }
}
