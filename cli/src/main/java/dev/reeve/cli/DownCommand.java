package dev.reeve.cli;

import dev.reeve.agent.node.NodeCleanup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "down",
    description = {
      "Stop what 'reeve up' runs and remove what it made: containers, network, mounts.",
      "Repository and authority stay, unless --purge says otherwise. Nothing else is touched."
    },
    mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {
  private static final int PATIENCE_SECONDS = 30;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "As given to 'up' (default: ~/.local/share/reeve).")
  private Path dataDir = DataFolder.usual();

  @Mixin private EngineOptions engine = new EngineOptions();

  @Option(
      names = "--purge",
      description =
          "Remove the data directory too, with repository and authority; and all volumes.")
  private boolean purge;

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Override
  public Integer call() throws Exception {
    if (!Files.isDirectory(dataDir)) {
      throw new CommandFailed(dataDir + " does not exist: nothing was started with it");
    }
    if (purge && !yes && !isConfirmed()) {
      throw new CommandFailed("nothing was done");
    }
    var name = ClusterName.of(dataDir);
    stop();
    var settings =
        AgentCommand.settings(
            name, UpCommand.nodeName(), dataDir.resolve("agent"), engine.dockerHost);
    NodeCleanup.removeAll(settings);
    System.out.println("containers and network of cluster " + name + " are removed");
    if (purge) {
      NodeCleanup.removeVolumes(settings);
      delete(dataDir);
      System.out.println(dataDir + " is removed");
    }
    return 0;
  }

  private boolean isConfirmed() {
    var console = Optional.ofNullable(System.console());
    return console
        .map(it ->
            it.readLine("Remove %s, with the repository in it, and all volumes? [y/N] ", dataDir))
        .map(it -> it.strip().equalsIgnoreCase("y"))
        .orElseThrow(() -> new CommandFailed("--purge needs --yes where nobody can be asked"));
  }

  private void stop() throws IOException, InterruptedException {
    var holder = DataFolder.holder(dataDir);
    if (holder.isEmpty()) {
      return;
    }
    System.out.println("stopping process " + holder.get().pid());
    holder.get().destroy();
    try {
      holder.get().onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new CommandFailed(
          "process " + holder.get().pid() + " does not stop; stop it and try again", e);
    }
  }

  static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
