package dev.reeve.bench.failure;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodRemoval;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.protocol.Routing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// A node that does what it is told, and can be cut off: its containers run on then, and serve
/// nobody.
final class FailingNode {
  /// A pod that it was told to run.
  static final class Running {
    final PodOrder order;
    boolean ready;
    boolean stopping;

    Running(PodOrder order) {
      this.order = order;
    }

    ObjectKey workload() {
      return order.workload();
    }

    boolean serves() {
      return ready && !stopping;
    }
  }

  final String name;
  private final NodeInfo info;
  private final TreeMap<String, Running> pods = new TreeMap<>();
  private final TreeSet<String> changed = new TreeSet<>();
  private final TreeSet<String> gone = new TreeSet<>();
  private long epoch;
  private long generation;
  private long routed;
  private long sequence;
  boolean isAway;
  boolean isToReport;

  FailingNode(String name, NodeInfo info) {
    this.name = name;
    this.info = info;
  }

  Collection<Running> pods() {
    return pods.values();
  }

  /// What an order comes to.
  record Taken(List<Running> starts, List<Running> stops) {}

  /// Empty where it does not follow from what it was told before.
  Optional<Taken> take(Order order) {
    boolean follows = order.epoch() == epoch && order.base() == generation;
    if (order.scope() == Order.Scope.DELTA && !follows) {
      return Optional.empty();
    }
    epoch = order.epoch();
    generation = order.generation();
    var starts = new ArrayList<Running>();
    for (PodOrder pod : order.pods()) {
      if (!pods.containsKey(pod.uid())) {
        var running = new Running(pod);
        pods.put(pod.uid(), running);
        starts.add(running);
      }
    }
    var leaving = new TreeSet<String>();
    order.remove().stream().map(PodRemoval::uid).forEach(leaving::add);
    if (order.scope() == Order.Scope.FULL) {
      leaving.addAll(pods.keySet());
      order.pods().forEach(pod -> leaving.remove(pod.uid()));
    }
    var stops = new ArrayList<Running>();
    for (String uid : leaving) {
      var running = pods.get(uid);
      if (running == null) {
        // What was never there is gone too.
        gone.add(uid);
      } else if (!running.stopping) {
        running.stopping = true;
        stops.add(running);
      }
    }
    return Optional.of(new Taken(starts, stops));
  }

  void route(Routing routing) {
    routed = routing.version();
  }

  void isReady(Running pod) {
    pod.ready = true;
    changed.add(pod.order.uid());
  }

  void isGone(Running pod) {
    pods.remove(pod.order.uid());
    changed.remove(pod.order.uid());
    gone.add(pod.order.uid());
  }

  Report news(Instant now) {
    var said = new ArrayList<PodReport>();
    for (String uid : changed) {
      Optional.ofNullable(pods.get(uid)).map(it -> said(it, now)).ifPresent(said::add);
    }
    return report(Report.Scope.DELTA, Optional.empty(), said, new ArrayList<>(gone));
  }

  Report full(Instant now) {
    var said = pods.values().stream().map(it -> said(it, now)).toList();
    return report(Report.Scope.FULL, Optional.of(info), said, List.of());
  }

  private Report report(
      Report.Scope scope, Optional<NodeInfo> told, List<PodReport> said, List<String> ended) {
    long base = sequence++;
    changed.clear();
    gone.clear();
    isToReport = false;
    return new Report(
        "boot-" + name, base, sequence, scope, epoch, generation, routed, told, said, ended);
  }

  private static PodReport said(Running pod, Instant now) {
    return new PodReport(
        pod.order.uid(),
        pod.order.name(),
        pod.order.workload(),
        pod.order.release(),
        pod.order.commit(),
        PodReport.Phase.RUNNING,
        pod.ready,
        pod.stopping,
        "10.0.0.1",
        Optional.of(now),
        List.of(),
        "",
        "");
  }
}
