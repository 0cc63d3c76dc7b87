package dev.reeve.cli;

import dev.reeve.manifest.text.Json;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "scale",
    description = "Write how many pods a workload has, and commit that.",
    mixinStandardHelpOptions = true)
final class ScaleCommand implements Callable<Integer> {
  private static final Set<String> KINDS =
      Set.of("Deployment", "StatefulSet", "ReplicaSet", "Rollout");

  @Mixin private EditOptions edit = new EditOptions();

  @Option(names = "--replicas", paramLabel = "N", required = true, description = "How many.")
  private int replicas;

  @Override
  public Integer call() throws Exception {
    if (replicas < 0) {
      throw new Misused("--replicas is a number from 0, not " + replicas);
    }
    return edit.commit(
        KINDS,
        (key, _) ->
            new EditOptions.Edit(
                "Scale " + key + " to " + replicas,
                List.of("spec", "replicas"),
                Json.number(replicas),
                key + " has " + replicas + " replicas already"));
  }
}
