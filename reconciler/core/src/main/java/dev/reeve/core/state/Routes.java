package dev.reeve.core.state;

import dev.reeve.core.model.Ingress;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Where traffic goes, and who was told of it.
///
/// @param bySelector Services by their namespace and one label that their pods must have
/// @param byWorkload Services that a workload's pods serve
/// @param addresses who has which address
/// @param nodePorts who has which port of the nodes; UDP's have 65,536 added
/// @param podNetworks which node has which part of the pods' network, by its index
/// @param version counts changes, in this epoch
/// @param floor what was before that version is not known any more: who is at less is told all
/// @param namedNodes how many nodes are among the changes
/// @param changes what changed in which version, each thing with its last change only: Services,
///   and nodes as objects of the kind Node
/// @param idle ready nodes that were told nothing they have not taken over
/// @param told ready nodes that have not taken over yet what they were told
/// @param withdrawals pods that were endpoints, and to which some node may still send something
/// @param withdrawing of these the version in which they were taken out
public record Routes(
    PagedMap<ObjectKey, ServiceState> services,
    PagedMap<ObjectKey, IngressState> ingresses,
    PagedMap<ObjectKey, PolicyState> policies,
    PagedMap<String, List<ObjectKey>> bySelector,
    PagedMap<ObjectKey, List<ObjectKey>> byWorkload,
    PagedMap<String, ObjectKey> addresses,
    PagedMap<Integer, ObjectKey> nodePorts,
    PagedMap<Long, String> podNetworks,
    long version,
    long floor,
    int namedNodes,
    PagedMap<Long, ObjectKey> changes,
    PagedMap<Position, Position> idle,
    PagedMap<Position, Position> told,
    PagedMap<Withdrawal, Waiting> withdrawals,
    PagedMap<Long, Long> withdrawing) {

  /// @param version of the routing in which it last changed
  public record IngressState(Ingress ingress, long version) {}

  /// Where a node stands.
  public record Position(long routed, String node) implements Comparable<Position> {
    @Override
    public int compareTo(Position other) {
      int order = Long.compare(routed, other.routed);
      return order != 0 ? order : node.compareTo(other.node);
    }
  }

  /// A pod, and the version in which it was taken out of what it served.
  public record Withdrawal(long version, long pod) implements Comparable<Withdrawal> {
    @Override
    public int compareTo(Withdrawal other) {
      int order = Long.compare(version, other.version);
      return order != 0 ? order : Long.compare(pod, other.pod);
    }
  }

  /// @param until no longer than that
  public record Waiting(String node, Instant until) {}

  public static final Routes NONE =
      new Routes(
          PagedMap.empty(),
          PagedMap.empty(),
          PagedMap.empty(),
          PagedMap.empty(),
          PagedMap.empty(),
          PagedMap.empty(),
          PagedMap.empty(),
          PagedMap.empty(),
          0,
          0,
          0,
          PagedMap.empty(),
          PagedMap.empty(),
          PagedMap.empty(),
          PagedMap.empty(),
          PagedMap.empty());

  /// The version that every ready node has taken over, at least.
  public long takenOver() {
    long least = version;
    for (var nodes : List.of(idle, told)) {
      least = Math.min(least, nodes.firstKey().map(Position::routed).orElse(least));
    }
    return least;
  }

  /// When a pod is stopped whether or not all nodes have taken it out.
  public Optional<Instant> due() {
    return withdrawals.stream().findFirst().map(Waiting::until);
  }
}
