package dev.reeve.cli;

import dev.reeve.agent.node.ControlPlaneLink;
import dev.reeve.agent.node.Join;
import dev.reeve.agent.node.NodeAgent;
import dev.reeve.agent.node.NodeDevices;
import dev.reeve.cli.ControlPlaneOptions.Tracked;
import dev.reeve.git.EmbeddedGitServer;
import dev.reeve.git.EmbeddedRepository;
import dev.reeve.git.RemoteRepository;
import dev.reeve.server.ControlPlane;
import dev.reeve.server.authority.ClusterAuthority;
import dev.reeve.server.authority.JoinTokens;
import dev.reeve.server.web.Settings.Mount;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "up",
    description = {
      "Run everything on this machine: control plane, agent and a Git server.",
      "",
      "At the first start the manifests in DIR become the first commit of a repository that you can",
      "clone and push to; a push is synced at once. Ctrl-C stops Reeve and leaves containers running;",
      "the next 'up' finds them. 'reeve down' removes them."
    },
    mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "DIR",
      arity = "0..1",
      description = "Folder of manifests (default: manifests-example/).")
  private Optional<Path> manifests = Optional.empty();

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where everything is kept (default: ~/.local/share/reeve).")
  private Path dataDir = DataFolder.usual();

  @Option(
      names = "--cluster",
      paramLabel = "NAME",
      description = {
        "Name of the cluster (default: local, or with another data directory local- and six",
        "digits of its path). The data directory keeps it."
      })
  private Optional<String> cluster = Optional.empty();

  @Option(
      names = "--repo",
      paramLabel = "URL",
      description = "Follow this repository instead of an own one.")
  private Optional<String> repository = Optional.empty();

  @Mixin private ControlPlaneOptions options = new ControlPlaneOptions();

  @Mixin private EngineOptions engine = new EngineOptions();

  @Mixin private DeviceOptions devices = new DeviceOptions();

  @Override
  public Integer call() throws Exception {
    options.check();
    if (repository.isPresent() && manifests.isPresent()) {
      throw new Misused("DIR is for an own repository; with --repo there is none to put it in");
    }
    var given = devices.read();
    var shutdown = new Shutdown();
    try (var folder = DataFolder.hold(dataDir)) {
      var name = ClusterName.keep(dataDir, cluster);
      var authority = ClusterAuthority.open(folder.path("ca"), name);
      if (repository.isPresent()) {
        run(
            folder,
            name,
            authority,
            options.tracked(repository.get()),
            Optional.empty(),
            Optional.empty(),
            given,
            shutdown);
      } else {
        runEmbedded(folder, name, authority, given, shutdown);
      }
    } finally {
      shutdown.done();
    }
    return 0;
  }

  private void runEmbedded(
      DataFolder folder,
      String name,
      ClusterAuthority authority,
      NodeDevices given,
      Shutdown shutdown)
      throws Exception {
    var password = folder.secret("git-password");
    var plane = new AtomicReference<Runnable>(() -> {});
    if (!Files.exists(folder.path("config.git"))) {
      checkManifests(manifests.orElseGet(Example::shipped));
    }
    try (var embedded = EmbeddedRepository.open(folder.path("config.git"), "main")) {
      importManifests(embedded, name);
      var servlet = EmbeddedGitServer.servlet(embedded, password, () -> plane.get().run());
      run(
          folder,
          name,
          authority,
          new Tracked(embedded.remote(), embedded.branch(), ""),
          Optional.of(new Mount("/git/*", servlet)),
          Optional.of(plane),
          given,
          shutdown);
    }
  }

  /// An empty folder is a way to begin; one of other things is a mistake.
  private static void checkManifests(Path source) throws IOException {
    if (!Files.isDirectory(source)) {
      throw new CommandFailed("there is no folder of manifests " + source);
    }
    if (WorkTree.holdsManifests(source)) {
      return;
    }
    try (var all = Files.list(source)) {
      if (all.findAny().isPresent()) {
        throw new CommandFailed(
            source + " holds no manifests (*.yaml, *.yml, *.json): is it the right folder?");
      }
    }
    System.out.println(source + " is empty: nothing runs until you push manifests");
  }

  private void importManifests(EmbeddedRepository embedded, String name) throws IOException {
    var source = manifests.orElseGet(Example::shipped);
    try (var named = Example.named(source, Example.shipped(), name)) {
      embedded
          .importFolder(
              named.folder(),
              "Manifests of " + source.toAbsolutePath().normalize().getFileName(),
              Instant.now().truncatedTo(ChronoUnit.SECONDS))
          .ifPresent(commit ->
              System.out.println(
                  "first commit " + commit.substring(0, 7) + ": the files in " + source));
    }
  }

  private void run(
      DataFolder folder,
      String name,
      ClusterAuthority authority,
      Tracked tracked,
      Optional<Mount> git,
      Optional<AtomicReference<Runnable>> onPush,
      NodeDevices given,
      Shutdown shutdown)
      throws Exception {
    var settings =
        options.settings(
            name,
            folder.path("server"),
            tracked,
            "127.0.0.1",
            new ControlPlaneOptions.Web("127.0.0.1", List.of(), git));
    var node = nodeName();
    try (var plane = ControlPlane.start(settings, authority)) {
      onPush.ifPresent(it -> it.set(plane::lookAtGit));
      try (var _ = startAgent(folder, name, authority, given, node)) {
        greet(folder, name, node, git.isPresent(), tracked.repository());
        shutdown.await();
        System.out.println(
            "stopping; containers stay, 'reeve up' finds them again, 'reeve down' removes them");
      }
    }
  }

  private NodeAgent startAgent(
      DataFolder folder, String name, ClusterAuthority authority, NodeDevices given, String node)
      throws Exception {
    var data = folder.path("agent");
    var server = URI.create("wss://127.0.0.1:" + options.agentPort);
    var token = Files.createTempFile("reeve-token", "");
    try {
      Files.writeString(token, JoinTokens.create(authority, node));
      var identity =
          Join.identity(data, node, server, Optional.of(token), Optional.of(authority.hash()));
      return NodeAgent.start(
          AgentCommand.settings(name, node, data, engine.dockerHost).withDevices(given),
          new ControlPlaneLink(server, node, identity));
    } finally {
      Files.deleteIfExists(token);
    }
  }

  static String nodeName() throws IOException {
    var name = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
    var plain =
        name.replaceAll("\\..*", "").replaceAll("[^a-z0-9-]", "-").replaceAll("^-+|-+$", "");
    return plain.isEmpty() ? "node" : plain;
  }

  private void greet(
      DataFolder folder, String name, String node, boolean embedded, RemoteRepository remote)
      throws IOException {
    var web = "http://127.0.0.1:" + options.port + "/";
    System.out.println("Reeve is up: cluster " + name + ", node " + node);
    System.out.println("  dashboard   " + web);
    if (!embedded) {
      System.out.println("  repository  " + remote.url());
      System.out.println("  kubectl     kubectl --server " + web + " get pods -A -w");
      return;
    }
    var clone =
        "git clone http://reeve:"
            + folder.secret("git-password")
            + "@127.0.0.1:"
            + options.port
            + "/git/config.git";
    System.out.println("  repository  " + clone);
    System.out.println("Three things to try:");
    System.out.println("  1. watch     kubectl --server " + web + " get pods -A -w");
    System.out.println(
        "  2. change    clone, edit 'replicas' or 'image' in web.yaml, commit, push: it rolls out");
    System.out.println(
        "  3. break     docker kill a container, or push a typo and read the note: git fetch origin refs/notes/*:refs/notes/* && git notes --ref=reeve-"
            + name
            + " show");
    System.out.flush();
  }
}
