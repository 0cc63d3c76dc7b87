package dev.reeve.cli;

import dev.reeve.manifest.text.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "resume",
    description = "Go on with a paused rollout: commits spec.paused: false.",
    mixinStandardHelpOptions = true)
final class ResumeCommand implements Callable<Integer> {
  @Mixin private EditOptions edit = new EditOptions();

  @Override
  public Integer call() throws Exception {
    return edit.commit(
        PauseCommand.KINDS,
        (key, now) -> {
          if (!now.path("spec").path("paused").asBoolean()) {
            throw new CommandFailed(key + " is not paused");
          }
          return new EditOptions.Edit(
              "Resume " + key, PauseCommand.PAUSED, Json.bool(false), key + " is not paused");
        });
  }
}
