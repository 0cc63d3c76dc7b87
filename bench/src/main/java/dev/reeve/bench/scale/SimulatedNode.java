package dev.reeve.bench.scale;

import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.protocol.Routing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/// An obliging node: what it is told to run first starts and then runs, and is told of at most
/// fifty pods a message.
///
/// Confined to one thread.
public final class SimulatedNode {
  static final int PODS_IN_A_MESSAGE = 50;

  private final String name;
  private final NodeInfo info;
  private final Map<String, SimulatedPod.Kind> kinds;
  private final Map<Long, SimulatedPod> pods = new HashMap<>();
  private final ArrayDeque<SimulatedPod> toStart = new ArrayDeque<>();
  private final ArrayDeque<SimulatedPod> toRun = new ArrayDeque<>();
  private final List<String> gone = new ArrayList<>();
  private final int addresses;
  private boolean owesAnswer;
  private long sequence;
  private long epoch;
  private long generation;
  private long routed;
  private int numbers;
  private long acts;

  /// All nodes of a fleet, by name. What their pods have in common they share.
  public static Map<String, SimulatedNode> all(SortedMap<String, NodeInfo> infos) {
    var nodes = new LinkedHashMap<String, SimulatedNode>();
    var kinds = new HashMap<String, SimulatedPod.Kind>();
    infos.forEach((name, info) ->
        nodes.put(name, new SimulatedNode(name, info, kinds, nodes.size() * 1_024)));
    return nodes;
  }

  /// @param kinds shared by all nodes
  /// @param addresses the first of its pods' addresses
  private SimulatedNode(
      String name, NodeInfo info, Map<String, SimulatedPod.Kind> kinds, int addresses) {
    this.name = name;
    this.info = info;
    this.kinds = kinds;
    this.addresses = addresses;
  }

  public String name() {
    return name;
  }

  public int pods() {
    return pods.size();
  }

  /// How often it has started or stopped a pod.
  public long acts() {
    return acts;
  }

  /// Returns whether it can follow that order.
  public boolean take(Order order) {
    if (order.epoch() < epoch) {
      return true;
    }
    boolean follows = order.epoch() == epoch && order.base() == generation;
    if (order.scope() == Order.Scope.DELTA && !follows) {
      return false;
    }
    epoch = order.epoch();
    generation = order.generation();
    owesAnswer = true;
    if (order.scope() == Order.Scope.FULL) {
      var wanted = new HashSet<Long>();
      order.pods().forEach(pod -> wanted.add(id(pod.uid())));
      for (long id : new ArrayList<>(pods.keySet())) {
        if (!wanted.contains(id)) {
          pods.remove(id);
          acts++;
        }
      }
    }
    order.remove().forEach(removal -> stop(removal.uid()));
    order.pods().forEach(this::start);
    return true;
  }

  /// It does nothing with it but say that it has it.
  public void route(Routing routing) {
    routed = routing.version();
    owesAnswer = true;
  }

  private void start(PodOrder order) {
    long id = id(order.uid());
    if (pods.containsKey(id)) {
      return;
    }
    var kind =
        kinds.computeIfAbsent(
            order.workload() + " " + order.release(),
            key -> new SimulatedPod.Kind(order.workload(), order.release(), order.commit()));
    var pod = SimulatedPod.of(order, kind, addresses + numbers++);
    pods.put(id, pod);
    acts++;
    toStart.add(pod);
  }

  /// What was never there is gone too.
  private void stop(String uid) {
    if (pods.remove(id(uid)) != null) {
      acts++;
    }
    gone.add(uid);
  }

  private static long id(String uid) {
    // The latter half alone tells a cluster's pods apart.
    return Long.parseUnsignedLong(uid.substring(19, 23) + uid.substring(24), 16);
  }

  public boolean hasNews() {
    return owesAnswer || !toStart.isEmpty() || !toRun.isEmpty() || !gone.isEmpty();
  }

  /// What it says next.
  public Report news() {
    var said = new ArrayList<PodReport>();
    if (!toStart.isEmpty()) {
      while (said.size() < PODS_IN_A_MESSAGE && !toStart.isEmpty()) {
        var pod = toStart.remove();
        if (pods.containsKey(pod.uidLow())) {
          said.add(pod.starting());
          toRun.add(pod);
        }
      }
    } else {
      while (said.size() < PODS_IN_A_MESSAGE && !toRun.isEmpty()) {
        var pod = toRun.remove();
        if (pods.containsKey(pod.uidLow())) {
          said.add(pod.running());
        }
      }
    }
    return report(Report.Scope.DELTA, Optional.empty(), said);
  }

  /// Everything there is to say.
  public Report full() {
    var said = new ArrayList<PodReport>();
    pods.values().forEach(pod -> said.add(pod.running()));
    toStart.clear();
    toRun.clear();
    return report(Report.Scope.FULL, Optional.of(info), said);
  }

  private Report report(Report.Scope scope, Optional<NodeInfo> told, List<PodReport> said) {
    var report =
        new Report(
            "boot-" + name,
            sequence,
            sequence + 1,
            scope,
            epoch,
            generation,
            routed,
            told,
            said,
            scope == Report.Scope.FULL ? List.of() : gone);
    sequence++;
    owesAnswer = false;
    gone.clear();
    return report;
  }
}
