package dev.reeve.core;

import dev.reeve.core.model.Ingress;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Service;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.PolicyState;
import dev.reeve.core.state.Routes;
import dev.reeve.core.state.Routes.IngressState;
import dev.reeve.core.state.Routes.Position;
import dev.reeve.core.state.Routes.Waiting;
import dev.reeve.core.state.Routes.Withdrawal;
import dev.reeve.core.state.ServiceState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// The routes as a step changes them: keeps what is looked up by true to what is looked up.
final class RouteBook {
  /// Deletions that are remembered, for nodes that have not heard of them.
  private static final int REMEMBERED = 4096;

  final PagedMap.Editor<ObjectKey, ServiceState> services;
  final PagedMap.Editor<ObjectKey, IngressState> ingresses;
  final PagedMap.Editor<ObjectKey, PolicyState> policies;
  final PagedMap.Editor<String, ObjectKey> addresses;
  final PagedMap.Editor<Integer, ObjectKey> nodePorts;
  final PagedMap.Editor<Long, String> podNetworks;
  final PagedMap.Editor<Withdrawal, Waiting> withdrawals;
  private final PagedMap.Editor<String, List<ObjectKey>> bySelector;
  private final PagedMap.Editor<ObjectKey, List<ObjectKey>> byWorkload;
  private final PagedMap.Editor<Long, ObjectKey> changes;
  private final PagedMap.Editor<Position, Position> idle;
  private final PagedMap.Editor<Position, Position> told;
  private final PagedMap.Editor<Long, Long> withdrawing;
  private long version;
  private long floor;
  private int namedNodes;

  /// Workloads whose pods, or whose weights, may have changed in this step.
  private final SortedSet<ObjectKey> touched = new TreeSet<>();

  RouteBook(Routes before) {
    services = before.services().edit();
    ingresses = before.ingresses().edit();
    policies = before.policies().edit();
    bySelector = before.bySelector().edit();
    byWorkload = before.byWorkload().edit();
    addresses = before.addresses().edit();
    nodePorts = before.nodePorts().edit();
    podNetworks = before.podNetworks().edit();
    version = before.version();
    floor = before.floor();
    namedNodes = before.namedNodes();
    changes = before.changes().edit();
    idle = before.idle().edit();
    told = before.told().edit();
    withdrawals = before.withdrawals().edit();
    withdrawing = before.withdrawing().edit();
  }

  Routes publish() {
    return new Routes(
        services.publish(),
        ingresses.publish(),
        policies.publish(),
        bySelector.publish(),
        byWorkload.publish(),
        addresses.publish(),
        nodePorts.publish(),
        podNetworks.publish(),
        version,
        floor,
        namedNodes,
        changes.publish(),
        idle.publish(),
        told.publish(),
        withdrawals.publish(),
        withdrawing.publish());
  }

  long version() {
    return version;
  }

  long floor() {
    return floor;
  }

  // --- what is to be looked at

  void touch(ObjectKey workload) {
    if (services.size() > 0 || policies.size() > 0) {
      touched.add(workload);
    }
  }

  List<ObjectKey> takeTouched() {
    var all = List.copyOf(touched);
    touched.clear();
    return all;
  }

  // --- Services

  List<ObjectKey> withLabel(String namespace, String key, String value) {
    return bySelector.get(label(namespace, key, value)).orElse(List.of());
  }

  List<ObjectKey> servedBy(ObjectKey workload) {
    return byWorkload.get(workload).orElse(List.of());
  }

  private static String label(String namespace, String key, String value) {
    return namespace + " " + key + "=" + value;
  }

  /// The label of a selector by which the Service is found: the last one, which tends to say more
  /// than the first.
  private static Optional<String> label(Service service) {
    return service.selector().isEmpty()
        ? Optional.empty()
        : Optional.of(
            label(
                service.key().namespace(),
                service.selector().lastKey(),
                service.selector().lastEntry().getValue()));
  }

  /// Puts a Service in the place of what it was; what it was given is not this one's concern.
  void put(ServiceState now) {
    var before = services.get(now.key());
    services.put(now.key(), now);
    var oldLabel = before.map(ServiceState::desired).flatMap(RouteBook::label);
    var newLabel = label(now.desired());
    if (!oldLabel.equals(newLabel)) {
      oldLabel.ifPresent(it -> leave(bySelector, it, now.key()));
      newLabel.ifPresent(it -> join(bySelector, it, now.key()));
    }
    var oldParts = before.map(ServiceState::parts).orElseGet(PagedMap::empty);
    PagedMap.difference(
        oldParts,
        now.parts(),
        (workload, old, present) -> {
          if (old == null) {
            join(byWorkload, workload, now.key());
          } else if (present == null) {
            leave(byWorkload, workload, now.key());
          }
        });
  }

  void remove(ServiceState gone) {
    services.remove(gone.key());
    label(gone.desired()).ifPresent(it -> leave(bySelector, it, gone.key()));
    gone.parts().keys().forEach(workload -> leave(byWorkload, workload, gone.key()));
    changed(gone.key(), gone.version());
  }

  // --- Ingresses

  void put(Ingress ingress) {
    var before = ingresses.get(ingress.key());
    if (before.isEmpty() || !before.get().ingress().equals(ingress)) {
      long version = changed(ingress.key(), before.map(IngressState::version).orElse(0L));
      ingresses.put(ingress.key(), new IngressState(ingress, version));
    }
  }

  void removeIngress(ObjectKey key) {
    ingresses
        .get(key)
        .ifPresent(gone -> {
          ingresses.remove(key);
          changed(key, gone.version());
        });
  }

  private static <K extends Comparable<K>> void join(
      PagedMap.Editor<K, List<ObjectKey>> index, K at, ObjectKey service) {
    var all = new TreeSet<>(index.get(at).orElse(List.of()));
    all.add(service);
    index.put(at, List.copyOf(all));
  }

  private static <K extends Comparable<K>> void leave(
      PagedMap.Editor<K, List<ObjectKey>> index, K at, ObjectKey service) {
    var left = new ArrayList<>(index.get(at).orElse(List.of()));
    left.remove(service);
    if (left.isEmpty()) {
      index.remove(at);
    } else {
      index.put(at, List.copyOf(left));
    }
  }

  // --- versions

  /// Something has changed that nodes must hear of.
  ///
  /// @param before the version in which it last did; zero for never
  /// @return the version in which it does now
  long changed(ObjectKey what, long before) {
    if (before > 0) {
      changes.remove(before);
    } else if (what.kind().equals("Node")) {
      namedNodes++;
    }
    version++;
    changes.put(version, what);
    int spare = changes.size() - named() - REMEMBERED;
    if (spare > REMEMBERED) {
      for (long old : changes.publish().firstKeys(spare)) {
        forgetIfGone(old);
      }
    }
    return version;
  }

  private int named() {
    return services.size() + ingresses.size() + policies.size() + namedNodes;
  }

  private void forgetIfGone(long old) {
    var what = changes.get(old).orElseThrow();
    if (!what.kind().equals("Node")
        && !services.containsKey(what)
        && !ingresses.containsKey(what)
        && !policies.containsKey(what)) {
      changes.remove(old);
      floor = Math.max(floor, old);
    }
  }

  /// What has changed since a version, in the order of the changes.
  List<ObjectKey> changesSince(long base) {
    var since = new ArrayList<ObjectKey>();
    changes.publish().valuesFrom(base + 1).forEach(since::add);
    return since;
  }

  // --- nodes

  /// A node is another than it was before.
  void moved(Optional<NodeState> before, NodeState after) {
    var from = before.filter(NodeState::isReady);
    boolean isSame =
        from.isPresent()
            && after.isReady()
            && from.get().routed() == after.routed()
            && from.get().routing() == after.routing();
    if (isSame) {
      return;
    }
    from.ifPresent(it -> side(it).remove(position(it)));
    if (after.isReady()) {
      side(after).put(position(after), position(after));
    }
  }

  private PagedMap.Editor<Position, Position> side(NodeState node) {
    return node.routing() == 0 ? idle : told;
  }

  private static Position position(NodeState node) {
    return new Position(node.routed(), node.name());
  }

  /// Ready nodes that have not been told of everything, and were told of nothing that they have not
  /// taken over.
  List<Position> behind() {
    var behind = new ArrayList<Position>();
    for (Position position : idle.publish().values()) {
      if (position.routed() >= version) {
        break;
      }
      behind.add(position);
    }
    return behind;
  }

  // --- pods that are to stop

  void withdraw(long pod, String node, Instant until) {
    withdrawn(pod);
    withdrawing.put(pod, version);
    withdrawals.put(new Withdrawal(version, pod), new Waiting(node, until));
  }

  boolean isWithdrawing(long pod) {
    return withdrawing.containsKey(pod);
  }

  void withdrawn(long pod) {
    withdrawing
        .get(pod)
        .ifPresent(at -> {
          withdrawing.remove(pod);
          withdrawals.remove(new Withdrawal(at, pod));
        });
  }

  /// Nodes of pods that may stop now: no node sends them anything, or it has been waited for long
  /// enough.
  SortedSet<String> released(Instant now) {
    var nodes = new TreeSet<String>();
    if (withdrawals.size() == 0) {
      return nodes;
    }
    long takenOver = publish().takenOver();
    while (true) {
      var first = withdrawals.publish().firstKey();
      if (first.isEmpty()) {
        return nodes;
      }
      var waiting = withdrawals.get(first.get()).orElseThrow();
      if (first.get().version() > takenOver && waiting.until().isAfter(now)) {
        return nodes;
      }
      withdrawn(first.get().pod());
      nodes.add(waiting.node());
    }
  }

  Optional<Instant> due() {
    return withdrawals.publish().stream().findFirst().map(Waiting::until);
  }
}
