package dev.reeve.cli;

import dev.reeve.manifest.text.Json;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "pause",
    description = "Hold a workload's rollout where it is: commits spec.paused: true.",
    mixinStandardHelpOptions = true)
final class PauseCommand implements Callable<Integer> {
  static final Set<String> KINDS = Set.of("Deployment", "Rollout");
  static final List<String> PAUSED = List.of("spec", "paused");

  @Mixin private EditOptions edit = new EditOptions();

  @Override
  public Integer call() throws Exception {
    return edit.commit(
        KINDS,
        (key, _) ->
            new EditOptions.Edit(
                "Pause " + key, PAUSED, Json.bool(true), key + " is paused already"));
  }
}
