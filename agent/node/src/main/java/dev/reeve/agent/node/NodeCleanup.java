package dev.reeve.agent.node;

import dev.reeve.agent.node.docker.DockerEngine;
import dev.reeve.agent.node.network.RoutedNetwork;
import java.io.IOException;
import java.util.ArrayList;

/// Removes what an agent made on its node: the containers and the network of its cluster, known by
/// their label, and what it keeps in memory. Everything else stays, its data directory too.
public final class NodeCleanup {
  private NodeCleanup() {}

  /// Removes the volumes that pods had by claims, with all that is in them. For when no container
  /// uses them any more.
  public static void removeVolumes(Settings settings) throws EngineException {
    try (var engine = DockerEngine.at(settings.dockerHost())) {
      for (String volume : engine.volumes(Labels.ofCluster(settings.cluster()))) {
        engine.removeVolume(volume);
      }
    }
  }

  /// For when no agent runs there any more. May be run again.
  public static void removeAll(Settings settings) throws EngineException, IOException {
    var labels = Labels.ofCluster(settings.cluster());
    try (var engine = DockerEngine.at(settings.dockerHost())) {
      var threads = new ArrayList<Thread>();
      var failures = java.util.Collections.synchronizedList(new ArrayList<EngineException>());
      for (var each : engine.containers(labels)) {
        threads.add(
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    engine.remove(each.id());
                  } catch (EngineException e) {
                    failures.add(e);
                  }
                }));
      }
      for (var thread : threads) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted", e);
        }
      }
      if (!failures.isEmpty()) {
        throw failures.getFirst();
      }
      engine.removeNetworks(labels);
    }
    RoutedNetwork.removeAll(settings.cluster(), NodeStore.network(settings), settings.runDir());
    MemoryFolder.unmountBelow(settings.runDir());
    Disk.removeTree(settings.runDir());
  }
}
