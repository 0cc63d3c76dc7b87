package dev.reeve.agent.node.network;

import dev.reeve.core.model.Hash;
import java.util.List;

/// A pod of this node that has an address.
///
/// @param ports of the node that lead into it
record AttachedPod(String uid, String ip, List<HostPort> ports) {
  /// What the names of the pods' devices begin with.
  static final String DEVICE = "rv";

  AttachedPod {
    ports = List.copyOf(ports);
  }

  /// The node's end of the pod's link.
  String device() {
    return DEVICE + Hash.start().add(uid).name();
  }
}
