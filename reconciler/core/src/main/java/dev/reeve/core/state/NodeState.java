package dev.reeve.core.state;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Resources;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.Routing;
import dev.reeve.core.record.RecordFile;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// One node: what it is, when it was heard, and what it was told.
///
/// @param identity fingerprint of the certificate it speaks with
/// @param info from its newest full report; what the record says before that
/// @param adopted its pods were taken over since this control plane started, or counted as lost
/// @param tokens join tokens it used that have not expired yet, with their ends
/// @param admission the token that it asked to join with, while that is not recorded
/// @param joining the decision that took it in must be recorded before anything is ordered there,
///   so that a successor knows where to ask; zero once it is
/// @param lastHeard by the receiver's own time
/// @param notReadySince present while it is not ready
/// @param boot the agent's process that spoke last
/// @param sequence of its last report
/// @param generation of the last order made for it, in this epoch
/// @param acknowledged the last generation it took over, in this epoch
/// @param orderedAt when the last order went out
/// @param fullOrder it must be given everything anew
/// @param unadopted its pods as reported before any desired state was known
/// @param orphans pods it must stop that nobody counts any more, with the word for why
/// @param wakeAt when it must be looked at again though nothing happened
/// @param settingsAt since when the repository says of it what it says
/// @param podNetwork from which its pods have their addresses; empty where it has none
/// @param routeVersion the version of the routing in which its own route last changed
/// @param routed the version of the routing that is in force there, in this epoch
/// @param routing the version that it was told of and has not taken over; zero for none
/// @param routingAt when it was told
/// @param requested by all its pods together
/// @param withheld pods that it is not told of before others, which make way for them, are gone,
///   and the decision that is to be recorded before, too: zero where none is
/// @param textsDue live config that its pods use may be newer than what it was told
/// @param starts pods to name in the next delta
/// @param stops pods to leave out in the next delta
public record NodeState(
    String name,
    String identity,
    Optional<NodeInfo> info,
    SortedMap<String, Instant> tokens,
    Optional<Admission> admission,
    boolean adopted,
    long joining,
    Instant lastHeard,
    Optional<Instant> notReadySince,
    String boot,
    long sequence,
    long generation,
    long acknowledged,
    Instant orderedAt,
    boolean fullOrder,
    List<PodReport> unadopted,
    PagedMap<String, String> orphans,
    Optional<Instant> wakeAt,
    Instant settingsAt,
    String podNetwork,
    long routeVersion,
    long routed,
    long routing,
    Instant routingAt,
    Resources requested,
    PagedMap<Long, ObjectKey> pods,
    PagedMap<Long, Long> withheld,
    boolean textsDue,
    PagedMap<Long, ObjectKey> starts,
    PagedMap<Long, ObjectKey> stops,
    PagedMap<String, String> texts) {

  /// @param sequence the decision that must be recorded before the token is taken
  public record Admission(String token, long sequence) {}

  public NodeState {
    tokens = Collections.unmodifiableSortedMap(tokens);
  }

  public static NodeState of(String name, Instant now) {
    return new NodeState(
        name,
        "",
        Optional.empty(),
        new TreeMap<>(),
        Optional.empty(),
        false,
        0,
        now,
        Optional.empty(),
        "",
        0,
        0,
        0,
        now,
        true,
        List.of(),
        PagedMap.empty(),
        Optional.empty(),
        now,
        "",
        0,
        0,
        0,
        now,
        Resources.NONE,
        PagedMap.empty(),
        PagedMap.empty(),
        false,
        PagedMap.empty(),
        PagedMap.empty(),
        PagedMap.empty());
  }

  public boolean isReady() {
    return adopted && joining == 0 && notReadySince.isEmpty() && info.isPresent();
  }

  /// Where traffic for its pods goes; empty where it has no network for pods.
  public Optional<Routing.NodeRoute> route() {
    return info.map(NodeInfo::address)
        .filter(it -> !podNetwork.isEmpty())
        .map(it -> new Routing.NodeRoute(name, podNetwork, it));
  }

  public String zone() {
    return info.map(NodeInfo::zone).orElse("");
  }

  public Edit edit() {
    return new Edit(this);
  }

  /// What the record branch says of it.
  public RecordFile.NodeFile file() {
    SortedMap<String, String> labels = new TreeMap<>();
    info.ifPresent(it -> labels.putAll(it.labels()));
    return new RecordFile.NodeFile(
        name,
        identity,
        podNetwork,
        info.map(NodeInfo::allocatable).orElse(Resources.NONE),
        info.map(NodeInfo::maxPods).orElse(0),
        labels,
        tokens);
  }

  /// A copy being changed. Confined to the step that makes it.
  public static final class Edit {
    private final String name;
    public String identity;
    public Optional<NodeInfo> info;
    public SortedMap<String, Instant> tokens;
    public Optional<Admission> admission;
    public boolean adopted;
    public long joining;
    public Instant lastHeard;
    public Optional<Instant> notReadySince;
    public String boot;
    public long sequence;
    public long generation;
    public long acknowledged;
    public Instant orderedAt;
    public boolean fullOrder;
    public List<PodReport> unadopted;
    public PagedMap<String, String> orphans;
    public Optional<Instant> wakeAt;
    public Instant settingsAt;
    public String podNetwork;
    public long routeVersion;
    public long routed;
    public long routing;
    public Instant routingAt;
    public Resources requested;
    public PagedMap<Long, ObjectKey> pods;
    public PagedMap<Long, Long> withheld;
    public boolean textsDue;
    public PagedMap<Long, ObjectKey> starts;
    public PagedMap<Long, ObjectKey> stops;
    public PagedMap<String, String> texts;

    private Edit(NodeState from) {
      name = from.name;
      identity = from.identity;
      info = from.info;
      tokens = from.tokens;
      admission = from.admission;
      adopted = from.adopted;
      joining = from.joining;
      lastHeard = from.lastHeard;
      notReadySince = from.notReadySince;
      boot = from.boot;
      sequence = from.sequence;
      generation = from.generation;
      acknowledged = from.acknowledged;
      orderedAt = from.orderedAt;
      fullOrder = from.fullOrder;
      unadopted = from.unadopted;
      orphans = from.orphans;
      wakeAt = from.wakeAt;
      settingsAt = from.settingsAt;
      podNetwork = from.podNetwork;
      routeVersion = from.routeVersion;
      routed = from.routed;
      routing = from.routing;
      routingAt = from.routingAt;
      requested = from.requested;
      pods = from.pods;
      withheld = from.withheld;
      textsDue = from.textsDue;
      starts = from.starts;
      stops = from.stops;
      texts = from.texts;
    }

    public String name() {
      return name;
    }

    public NodeState build() {
      return new NodeState(
          name,
          identity,
          info,
          tokens,
          admission,
          adopted,
          joining,
          lastHeard,
          notReadySince,
          boot,
          sequence,
          generation,
          acknowledged,
          orderedAt,
          fullOrder,
          unadopted,
          orphans,
          wakeAt,
          settingsAt,
          podNetwork,
          routeVersion,
          routed,
          routing,
          routingAt,
          requested,
          pods,
          withheld,
          textsDue,
          starts,
          stops,
          texts);
    }
  }
}
