package dev.reeve.cli;

import dev.reeve.manifest.text.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "restart",
    description = {
      "Replace a workload's pods by new ones of the same text, within its bounds.",
      "Commits the time, where kubectl writes it: as an annotation of the pods, or a Rollout's restartAt."
    },
    mixinStandardHelpOptions = true)
final class RestartCommand implements Callable<Integer> {
  private static final Set<String> KINDS =
      Set.of("Deployment", "StatefulSet", "DaemonSet", "Rollout");
  private static final List<String> ANNOTATION =
      List.of("spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt");
  private static final List<String> OF_ROLLOUT = List.of("spec", "restartAt");

  @Mixin private EditOptions edit = new EditOptions();

  @Override
  public Integer call() throws Exception {
    var now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    return edit.commit(
        KINDS,
        (key, _) ->
            new EditOptions.Edit(
                "Restart " + key,
                key.kind().equals("Rollout") ? OF_ROLLOUT : ANNOTATION,
                Json.text(now),
                key + " was restarted at " + now + " already"));
  }
}
