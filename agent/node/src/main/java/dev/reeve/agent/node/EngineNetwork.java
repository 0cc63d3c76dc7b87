package dev.reeve.agent.node;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.agent.node.network.HostPort;
import dev.reeve.agent.node.network.NetworkException;
import dev.reeve.agent.node.network.PodNetwork;
import dev.reeve.wire.ConfigContent;
import dev.reeve.wire.FromNode;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// A network of the engine's own: pods reach each other on this node, and what the engine does for
/// containers is done for them. For agents that may not touch the kernel's network.
final class EngineNetwork implements PodNetwork {
  private final String cluster;
  private final Engine engine;
  private boolean isThere;

  EngineNetwork(String cluster, Engine engine) {
    this.cluster = cluster;
    this.engine = engine;
  }

  @Override
  public synchronized Place place(String uid, List<HostPort> ports) throws NetworkException {
    var name = "reeve-" + cluster;
    try {
      if (!isThere) {
        engine.ensureNetwork(name, Labels.ofCluster(cluster));
        isThere = true;
      }
    } catch (EngineException e) {
      throw new NetworkException(e.summary());
    }
    return new Place(name, Optional.empty(), Collections.emptySortedMap());
  }

  @Override
  public void attach(String uid, int process) {
    // The engine has done it.
  }

  /// Someone may have removed the network.
  @Override
  public synchronized void missing() {
    isThere = false;
  }

  @Override
  public void detach(String uid) {
    // The engine does it.
  }

  @Override
  public void found(List<Found> pods) {
    // The engine knows them.
  }

  @Override
  public void keep(List<ConfigContent> certificates) {
    // There are no Ingresses.
  }

  @Override
  public void set(RouteTable routes, Runnable inForce) {
    inForce.run();
  }

  @Override
  public Optional<Names> names() {
    return Optional.empty();
  }

  @Override
  public Optional<FromNode.Served> served() {
    return Optional.empty();
  }

  @Override
  public void close() {
    // There is nothing to let go of.
  }
}
