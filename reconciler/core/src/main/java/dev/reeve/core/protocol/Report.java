package dev.reeve.core.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a node says of itself. A full report names every pod the node has; a delta names those that
/// changed, and those that are gone.
///
/// @param boot names the agent's process; sequence numbers count within it
/// @param base the sequence number that a delta follows; what lies between base and sequence is in
///   it
/// @param epoch highest epoch of an order that the node has seen
/// @param generation of the last order that the node took over, in that epoch
/// @param deleted names of volumes that an order wanted deleted, and that are
/// @param routed version of the last routing that is in force on the node, in that epoch; zero for
///   none
public record Report(
    String boot,
    long base,
    long sequence,
    Scope scope,
    long epoch,
    long generation,
    long routed,
    Optional<NodeInfo> info,
    List<PodReport> pods,
    List<String> gone,
    List<String> deleted) {
  public enum Scope {
    FULL,
    DELTA
  }

  public Report {
    pods = List.copyOf(pods);
    gone = List.copyOf(gone);
    deleted = List.copyOf(deleted);
  }

  /// One of a node that has deleted no volumes.
  public Report(
      String boot,
      long base,
      long sequence,
      Scope scope,
      long epoch,
      long generation,
      long routed,
      Optional<NodeInfo> info,
      List<PodReport> pods,
      List<String> gone) {
    this(boot, base, sequence, scope, epoch, generation, routed, info, pods, gone, List.of());
  }

  /// This report with a newer one of the same process folded in: what a receiver keeps when it has
  /// not looked at the older one yet.
  public Report followedBy(Report newer) {
    if (newer.scope == Scope.FULL || !newer.boot.equals(boot)) {
      return newer;
    }
    var merged = new TreeMap<String, PodReport>();
    pods.forEach(pod -> merged.put(pod.uid(), pod));
    newer.gone.forEach(merged::remove);
    newer.pods.forEach(pod -> merged.put(pod.uid(), pod));
    var allGone = new TreeSet<>(gone);
    allGone.addAll(newer.gone);
    newer.pods.forEach(pod -> allGone.remove(pod.uid()));
    return new Report(
        boot,
        base,
        newer.sequence,
        scope,
        newer.epoch,
        newer.generation,
        newer.routed,
        newer.info.or(() -> info),
        new ArrayList<>(merged.values()),
        scope == Scope.FULL ? List.of() : new ArrayList<>(allGone),
        newer.deleted);
  }
}
