package dev.reeve.bench.apps;

import dev.reeve.agent.node.ControlPlaneLink;
import dev.reeve.agent.node.Join;
import dev.reeve.agent.node.NodeAgent;
import dev.reeve.agent.node.Settings;
import dev.reeve.bench.stage.OwnServer;
import dev.reeve.bench.stage.Scratch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Real agents in this process, each over its own TLS connection, with an engine that only says it
/// runs something.
final class SimulatedNodes implements AutoCloseable {
  private final List<NodeAgent> agents;

  private SimulatedNodes(List<NodeAgent> agents) {
    this.agents = agents;
  }

  /// @param scratch in memory, as what real agents keep is on many disks
  static SimulatedNodes join(OwnServer server, int nodes, Scratch scratch)
      throws IOException, InterruptedException {
    var agents = new ArrayList<NodeAgent>();
    try {
      for (int i = 0; i < nodes; i++) {
        agents.add(join(server, "n" + i, scratch));
      }
      return new SimulatedNodes(agents);
    } catch (IOException | InterruptedException | RuntimeException e) {
      agents.forEach(NodeAgent::close);
      throw e;
    }
  }

  private static NodeAgent join(OwnServer server, String node, Scratch scratch)
      throws IOException, InterruptedException {
    var data = scratch.folder(node);
    var token = server.token(node, scratch.path(node + ".token"));
    try {
      var identity =
          Join.identity(
              data, node, server.agentDoor(), Optional.of(token), Optional.of(server.caHash()));
      return NodeAgent.start(
          Settings.usual(server.cluster(), node, data).withRunDir(scratch.folder(node + ".run")),
          new SimulatedEngine(),
          new ControlPlaneLink(server.agentDoor(), node, identity));
    } catch (Join.JoinException e) {
      throw new IOException("node " + node + " does not join: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    agents.forEach(NodeAgent::close);
  }
}
