package dev.reeve.cli;

import dev.reeve.agent.node.ControlPlaneLink;
import dev.reeve.agent.node.Join;
import dev.reeve.agent.node.NodeAgent;
import dev.reeve.agent.node.Settings;
import dev.reeve.agent.node.network.RoutedNetwork;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "agent",
    description = {
      "Run the agent of one node: it dials in to the control plane and drives a Docker engine.",
      "The first start needs a token of 'reeve token create'; then it has a certificate of its own."
    },
    mixinStandardHelpOptions = true)
final class AgentCommand implements Callable<Integer> {
  @Option(
      names = "--server",
      required = true,
      paramLabel = "URL",
      converter = Addresses.OfAgents.class,
      description = "The control plane, wss://HOST:7071 (or REEVE_AGENT_SERVER).")
  private URI server = URI.create("wss://localhost:7071");

  @Option(
      names = "--node",
      paramLabel = "NAME",
      description = "Name of this node (default: the host's name).")
  private Optional<String> node = Optional.empty();

  @Option(
      names = "--cluster",
      paramLabel = "NAME",
      defaultValue = "local",
      description = "Name of the cluster (default: ${DEFAULT-VALUE}).")
  private String cluster = "local";

  @Option(names = "--token-file", paramLabel = "FILE", description = "A join token.")
  private Optional<Path> token = Optional.empty();

  @Option(
      names = "--ca-hash",
      paramLabel = "HASH",
      description = "sha256:… of the cluster's authority.")
  private Optional<String> authorityHash = Optional.empty();

  @Mixin private EngineOptions engine = new EngineOptions();

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "What the node goes on with alone (default: ~/.local/share/reeve-agent).")
  private Optional<Path> dataDir = Optional.empty();

  @Option(
      names = "--address",
      paramLabel = "ADDRESS",
      description = {
        "Where others reach this node, shown as its address and told to its pods",
        "(default: the address from which it reaches the control plane)."
      })
  private Optional<String> address = Optional.empty();

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "A label of the node. May be repeated.")
  private List<String> labels = new ArrayList<>();

  @Mixin private DeviceOptions devices = new DeviceOptions();

  @Override
  public Integer call() throws Exception {
    var shutdown = new Shutdown();
    token.ifPresent(file -> ControlPlaneOptions.present("--token-file", file));
    if (!address.map(it -> it.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")).orElse(true)) {
      throw new Misused("--address is an IPv4 address, not '" + address.get() + "'");
    }
    var given = devices.read();
    var name = node.isPresent() ? node.get() : UpCommand.nodeName();
    var data = dataDir.orElseGet(() -> DataFolder.usual("reeve-agent"));
    try (var _ = DataFolder.hold(data)) {
      var identity = Join.identity(data, name, server, token, authorityHash);
      var more = new TreeMap<String, String>();
      for (String label : labels) {
        int at = label.indexOf('=');
        if (at < 1) {
          throw new Misused("--label is written KEY=VALUE, not '" + label + "'");
        }
        more.put(label.substring(0, at), label.substring(at + 1));
      }
      try (var _ =
          NodeAgent.start(
              settings(cluster, name, data, engine.dockerHost)
                  .withLabels(more)
                  .withDevices(given)
                  .withAddress(address.orElseGet(() -> addressTowards(server))),
              new ControlPlaneLink(server, name, identity))) {
        System.out.println("agent of node " + name + " is up, " + server);
        shutdown.await();
      }
    } finally {
      shutdown.done();
    }
    return 0;
  }

  /// The address that packets to a server leave from; none is sent. Empty where it is of no use to
  /// others, or not known.
  static String addressTowards(URI server) {
    try (var socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(server.getHost(), Math.max(1, server.getPort())));
      var local = socket.getLocalAddress();
      boolean isOfUse =
          local instanceof Inet4Address && !local.isLoopbackAddress() && !local.isAnyLocalAddress();
      return isOfUse ? local.getHostAddress() : "";
    } catch (SocketException e) {
      return "";
    }
  }

  /// The cluster's network where this process may set it up; else the engine's, and it is said why.
  private static Settings.Networking networking() {
    var missing = RoutedNetwork.unavailable();
    missing.ifPresent(it ->
        System.err.println(
            "reeve: pods are in a network of the engine's, and Services do not work: " + it));
    return missing.isEmpty() ? Settings.Networking.ROUTED : Settings.Networking.ENGINE;
  }

  /// Several agents may share a machine: what lies in memory is told apart by node.
  static Settings settings(String cluster, String node, Path data, String dockerHost) {
    return Settings.usual(cluster, node, data)
        .withDockerHost(dockerHost)
        .withRunDir(Settings.usualRunDir(cluster).resolve(node))
        .withVersion(VersionCommand.version())
        .withNetworking(networking());
  }
}
