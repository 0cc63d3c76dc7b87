package dev.reeve.cli;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.text.Json;
import java.util.List;
import java.util.Optional;
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
        this::requireNoAutoscaler,
        (key, _) ->
            new EditOptions.Edit(
                "Scale " + key + " to " + replicas,
                List.of("spec", "replicas"),
                Json.number(replicas),
                key + " has " + replicas + " replicas already"));
  }

  /// What it writes would change nothing. Zero would: it turns scaling off.
  private void requireNoAutoscaler(CommitFiles files, ObjectKey key) {
    var autoscaler = replicas > 0 ? files.autoscalerOf(key) : Optional.<ObjectKey>empty();
    if (autoscaler.isPresent()) {
      throw new CommandFailed(
          "%s is scaled by %s: change minReplicas or maxReplicas there%s"
              .formatted(
                  key,
                  autoscaler.get(),
                  files.fileOf(autoscaler.get()).map(it -> " (" + it + ")").orElse("")));
    }
  }
}
