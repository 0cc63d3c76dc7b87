package dev.reeve.agent.node.network;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.wire.ConfigContent;
import dev.reeve.wire.FromNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/// How the pods of a node get into the network. Safe for many threads.
public interface PodNetwork extends AutoCloseable {

  /// Where a pod that does not run on the host's network is put.
  ///
  /// @param mode what the engine is told: a network of its own, or `none`
  /// @param address of the pod; empty where the engine gives it one
  /// @param labels for the container that holds the network, by which it is known after a restart
  record Place(String mode, Optional<String> address, SortedMap<String, String> labels) {}

  /// Finds a place for a pod. Waits a moment for what is needed for that.
  ///
  /// @param ports of the node that are to lead into the pod
  Place place(String uid, List<HostPort> ports) throws NetworkException;

  /// Puts a pod that runs now in its place.
  ///
  /// @param process that is in the pod's network
  void attach(String uid, int process) throws NetworkException;

  /// The engine says that it does not know the mode of a place.
  void missing();

  /// A pod is gone, with its network.
  void detach(String uid);

  /// Pods that were found on the node, running. Said once at least, before pods are placed.
  void found(List<Found> pods);

  /// @param process that is in the pod's network
  /// @param labels those that [#place] gave it among them
  record Found(String uid, int process, SortedMap<String, String> labels) {}

  /// The contents of certificates, before the routes that name them are set.
  void keep(List<ConfigContent> certificates) throws IOException;

  /// Makes traffic go so. What was asked for and is not done yet is given up.
  ///
  /// @param inForce told once it does
  void set(RouteTable routes, Runnable inForce);

  /// The server that pods ask for names; empty where they ask the one of the node.
  Optional<Names> names();

  /// @param server its address
  /// @param domain under which the cluster's names are
  record Names(String server, String domain) {}

  /// What went through this node since this was last asked; empty where nothing did, or nobody
  /// counts. For one thread.
  Optional<FromNode.Served> served();

  /// Lets go of it. What pods use stays.
  @Override
  void close();
}
