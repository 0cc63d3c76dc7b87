package dev.reeve.core.state;

import dev.reeve.core.autoscaling.Measured;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Verdict;
import dev.reeve.core.paged.PagedMap;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The whole state, immutable. Readers hold one as long as they like; a step makes the next.
///
/// @param epoch the one this control plane claimed or is claiming
/// @param lead whether it may order
/// @param open every node that the record names has reported or counts as lost: orders may begin
/// @param accepted the desired state in force; empty before the first
/// @param tip the newest commit read, accepted or not; empty before the first
/// @param commands the newest commit of the commands branch that was read; empty before the first
/// @param verdicts of the newest commits, those of the tip and the accepted one among them
/// @param unhealthy workloads that are not as wanted, and why
/// @param troubled those of them that something can be said of
/// @param failing those of them whose rollout has failed or does not come forward
/// @param failures workloads of which a release has failed
/// @param unplaced workloads with pods that no node has room for
/// @param daemons workloads that have a pod on each node
/// @param quarantined keys whose deciding failed, and how
/// @param waiting workloads whose new release waits for another workload to be healthy
/// @param measuring whose measurement a request is
/// @param volumes what pods claim
/// @param autoscalers how autoscalers stand, by the workload that each of them scales
/// @param usage what was measured of pods that an autoscaler looks at, by their ids
/// @param routes where traffic goes
/// @param images that are followed
/// @param podCounter pods minted in this epoch
/// @param requestCounter requests made in this epoch
/// @param slowEvictions when a zone under the brake last gave up a node
/// @param verdictIsDue something has changed that the verdict on the accepted commit depends on
public record Root(
    ClusterSettings settings,
    Instant startedAt,
    long epoch,
    Lead lead,
    boolean open,
    Optional<DesiredState> accepted,
    String tip,
    String commands,
    PagedMap<String, Verdict> verdicts,
    PagedMap<ObjectKey, WorkloadState> workloads,
    PagedMap<String, NodeState> nodes,
    PagedMap<ObjectKey, String> dirtyWorkloads,
    PagedMap<String, String> dirtyNodes,
    PagedMap<Timer, String> timers,
    PagedMap<ObjectKey, String> unhealthy,
    PagedMap<ObjectKey, String> troubled,
    PagedMap<ObjectKey, String> failing,
    PagedMap<ObjectKey, String> failures,
    PagedMap<ObjectKey, String> unplaced,
    PagedMap<ObjectKey, String> daemons,
    PagedMap<ObjectKey, String> quarantined,
    PagedMap<ObjectKey, ObjectKey> waiting,
    PagedMap<Long, ObjectKey> measuring,
    VolumeBook volumes,
    PagedMap<ObjectKey, AutoscalerState> autoscalers,
    PagedMap<Long, Measured> usage,
    RecordQueue records,
    NoteQueue notes,
    RestoreQueue restores,
    FollowedImages images,
    Routes routes,
    long podCounter,
    long requestCounter,
    SortedMap<String, Instant> slowEvictions,
    boolean verdictIsDue) {

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

  /// What a control plane knows before it has read the record: nothing.
  public static Root waiting(String cluster, Instant now) {
    return new Root(
        ClusterSettings.defaults(cluster),
        now,
        0,
        Lead.WAITING,
        false,
        Optional.empty(),
        "",
        "",
        PagedMap.empty(),
        PagedMap.empty(),
        PagedMap.empty(),
        PagedMap.empty(),
        PagedMap.empty(),
        PagedMap.empty(),
        PagedMap.empty(),
        PagedMap.empty(),
        PagedMap.empty(),
        PagedMap.empty(),
        PagedMap.empty(),
        PagedMap.empty(),
        PagedMap.empty(),
        PagedMap.empty(),
        PagedMap.empty(),
        VolumeBook.EMPTY,
        PagedMap.empty(),
        PagedMap.empty(),
        RecordQueue.start(),
        NoteQueue.start(),
        RestoreQueue.start(),
        FollowedImages.start(),
        Routes.NONE,
        0,
        0,
        new TreeMap<>(),
        false);
  }

  /// As if it started now, but for the nodes that are there to be asked and the numbers of requests
  /// whose answers may still come.
  public Root forgotten(Instant now) {
    var asked = PagedMap.<String, NodeState>empty().edit();
    nodes.keys().forEach(name -> asked.put(name, NodeState.of(name, now)));
    var fresh = waiting(settings.name(), now);
    return new Root(
        fresh.settings,
        startedAt,
        fresh.epoch,
        fresh.lead,
        fresh.open,
        fresh.accepted,
        fresh.tip,
        fresh.commands,
        fresh.verdicts,
        fresh.workloads,
        asked.publish(),
        fresh.dirtyWorkloads,
        fresh.dirtyNodes,
        fresh.timers,
        fresh.unhealthy,
        fresh.troubled,
        fresh.failing,
        fresh.failures,
        fresh.unplaced,
        fresh.daemons,
        fresh.quarantined,
        fresh.waiting,
        fresh.measuring,
        fresh.volumes,
        fresh.autoscalers,
        fresh.usage,
        fresh.records,
        fresh.notes,
        fresh.restores,
        images.forgotten(),
        fresh.routes,
        podCounter,
        requestCounter,
        fresh.slowEvictions,
        false);
  }

  /// The verdict on a commit, where it is still kept.
  public Optional<Verdict> verdict(String commit) {
    return verdicts.get(commit);
  }
}
