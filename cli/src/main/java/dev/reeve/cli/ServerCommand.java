package dev.reeve.cli;

import dev.reeve.server.ControlPlane;
import dev.reeve.server.authority.ClusterAuthority;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "server",
    description = {
      "Run a control plane.",
      "It must be given the repository, its credentials and the cluster's authority (--ca-dir);",
      "everything else on its disk is a cache."
    },
    mixinStandardHelpOptions = true)
final class ServerCommand implements Callable<Integer> {
  @Option(
      names = "--repo",
      required = true,
      paramLabel = "URL",
      description = "The repository: a path, https://… or ssh://…")
  private String repository = "";

  @Mixin private ControlPlaneOptions options = new ControlPlaneOptions();

  @Option(
      names = "--cluster",
      paramLabel = "NAME",
      defaultValue = "local",
      description = "Name of the cluster (default: ${DEFAULT-VALUE}).")
  private String cluster = "local";

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Caches (default: ~/.local/share/reeve-server).")
  private Optional<Path> dataDir = Optional.empty();

  @Option(
      names = "--ca-dir",
      paramLabel = "DIR",
      description =
          "Folder of the cluster's authority, made when it is not there (default: <data-dir>/ca).")
  private Optional<Path> authorityFolder = Optional.empty();

  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description = "Where the web listens (default: ${DEFAULT-VALUE}).")
  private String host = "127.0.0.1";

  @Option(
      names = "--allowed-host",
      paramLabel = "NAME",
      description = "A name by which the web may be asked for. May be repeated.")
  private List<String> allowedHosts = new ArrayList<>();

  @Option(
      names = "--agent-host",
      paramLabel = "HOST",
      defaultValue = "0.0.0.0",
      description = "Where agents dial in (default: ${DEFAULT-VALUE}).")
  private String agentHost = "0.0.0.0";

  @Override
  public Integer call() throws Exception {
    options.check();
    if (!InetAddress.getByName(host).isLoopbackAddress()) {
      throw new CommandFailed(
          "the web is plain HTTP and asks for nothing: it stays on loopback; put a proxy with TLS"
              + " and a login in front of it to show it to others");
    }
    var shutdown = new Shutdown();
    var data = dataDir.orElseGet(() -> DataFolder.usual("reeve-server"));
    try (var folder = DataFolder.hold(data)) {
      var authority =
          ClusterAuthority.open(authorityFolder.orElseGet(() -> folder.path("ca")), cluster);
      var settings =
          options.settings(
              cluster,
              data,
              options.tracked(repository),
              agentHost,
              new ControlPlaneOptions.Web(host, allowedHosts, Optional.empty()));
      try (var plane = ControlPlane.start(settings, authority)) {
        System.out.println(
            "control plane of cluster "
                + cluster
                + ": http://"
                + host
                + ":"
                + plane.webPort()
                + "/");
        System.out.println(
            "agents: wss://HOST:" + options.agentPort + " --ca-hash " + authority.hash());
        shutdown.await();
      }
    } finally {
      shutdown.done();
    }
    return 0;
  }
}
