package dev.reeve.agent.node.network;

import dev.reeve.core.model.Cidr;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Gives the pods of a node their addresses. One that was given back is given out again as late as
/// can be: others may still think of the pod that had it.
///
/// Safe for many threads.
final class PodAddresses {
  private final Map<String, String> byPod = new HashMap<>();
  private final Set<String> taken = new HashSet<>();
  private long last;

  /// A pod that has its address already.
  synchronized void know(String uid, String ip) {
    var before = byPod.put(uid, ip);
    if (before != null) {
      taken.remove(before);
    }
    taken.add(ip);
  }

  /// The same for the same pod. The first address is the node's own, the last one is for all.
  ///
  /// @return empty where none is free
  synchronized Optional<String> give(String uid, Cidr pods) {
    var present = byPod.get(uid);
    if (present != null && pods.contains(present)) {
      return Optional.of(present);
    }
    long number = pods.size() - 2;
    for (long i = 1; i <= number; i++) {
      long at = (last + i - 1) % number + 1;
      var ip = pods.at(at);
      if (!taken.contains(ip)) {
        last = at;
        know(uid, ip);
        return Optional.of(ip);
      }
    }
    return Optional.empty();
  }

  synchronized void giveBack(String uid) {
    var ip = byPod.remove(uid);
    if (ip != null) {
      taken.remove(ip);
    }
  }
}
