package dev.reeve.core.state;

import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Verdict;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;

/// The whole state, immutable. Readers hold one as long as they like; a step makes the next.
///
/// @param epoch the one this control plane claimed or is claiming
/// @param lead whether it may order
/// @param open every node that the record names has reported or counts as lost: orders may begin
/// @param accepted the desired state in force; empty before the first
/// @param tip the newest commit read, accepted or not; empty before the first
/// @param verdicts of the newest commits, those of the tip and the accepted one among them
/// @param unhealthy workloads that are not as wanted, and why
/// @param unplaced workloads with pods that no node has room for
/// @param quarantined keys whose deciding failed, and how
/// @param podCounter pods minted in this epoch
/// @param requestCounter requests made in this epoch
/// @param slowEvictions when a zone under the brake last gave up a node
public record Root(
    ClusterSettings settings,
    Instant startedAt,
    long epoch,
    Lead lead,
    boolean open,
    Optional<DesiredState> accepted,
    String tip,
    PagedMap<String, Verdict> verdicts,
    PagedMap<ObjectKey, WorkloadState> workloads,
    PagedMap<String, NodeState> nodes,
    PagedMap<ObjectKey, String> dirtyWorkloads,
    PagedMap<String, String> dirtyNodes,
    PagedMap<Timer, String> timers,
    PagedMap<ObjectKey, String> unhealthy,
    PagedMap<ObjectKey, String> unplaced,
    PagedMap<ObjectKey, String> quarantined,
    RecordQueue records,
    NoteQueue notes,
    long podCounter,
    long requestCounter,
    SortedMap<String, Instant> slowEvictions) {

  /// Whether this control plane speaks for the cluster.
  public enum Lead {
    /// The record is not read yet: nothing is known, and nothing that nodes say can be understood.
    WAITING,
    /// Reads, and orders nothing: the epoch is not claimed yet.
    OBSERVING,
    LEADING,
    /// Keeps things running, but someone else wrote to the record: nothing is recorded, and what
    /// waits for a record holds.
    UNRECORDED,
    /// Another control plane has claimed a higher epoch.
    STEPPED_DOWN
  }

  /// The verdict on a commit, where it is still kept.
  public Optional<Verdict> verdict(String commit) {
    return verdicts.get(commit);
  }
}
