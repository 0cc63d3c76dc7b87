package dev.reeve.simulation;

import dev.reeve.core.Effect;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodRemoval;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.protocol.Routing.ServiceRoute;
import dev.reeve.core.rollouts.Traffic;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.simulation.Laws.Known;
import dev.reeve.simulation.Manifests.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The oracle of where traffic goes.
///
/// S6: nodes are told of no endpoint that is not ready, or is to stop; releases share a Service by
/// the weight of the recorded step; and before a pod is told to stop, no node that is heard sends
/// it anything, or it has been waited for long enough.
final class RouteLaws {
  /// Nodes are told a second after it was decided, at the latest.
  private static final Duration LONGEST_WITHDRAWAL = Duration.ofSeconds(2);

  /// Nodes that were heard this recently are waited for, without doubt.
  private static final Duration SURELY_HEARD = Duration.ofSeconds(8);

  /// Why a pod may be stopped though nothing was asked of any node before.
  private static final Set<String> AT_ONCE = Set.of("NodeLost", "Orphaned");

  private final Laws laws;

  /// What nodes were told last, by Service.
  private final SortedMap<ObjectKey, ServiceRoute> intended = new TreeMap<>();

  private final SortedMap<String, Instant> left = new TreeMap<>();
  private long version;
  private boolean toldNow;

  RouteLaws(Laws laws) {
    this.laws = laws;
  }

  void serverStarts() {
    intended.clear();
    left.clear();
    version = 0;
  }

  private SortedSet<String> served() {
    var all = new TreeSet<String>();
    intended.values().forEach(it -> it.endpoints().forEach(pod -> all.add(pod.pod())));
    return all;
  }

  void routes(Effect.Route effect, Instant now) {
    var routing = effect.routing();
    if (routing.version() < version) {
      throw new Violation("S6", "version " + routing.version() + " after " + version);
    }
    version = routing.version();
    toldNow = true;
    if (!effect.nodes().stream().allMatch(laws.nodes::containsKey)) {
      throw new Violation("S6", "routes for " + effect.nodes());
    }
    var before = served();
    if (routing.scope() == Order.Scope.FULL) {
      intended.clear();
    }
    routing.gone().forEach(intended::remove);
    routing.services().forEach(it -> intended.put(it.service().key(), it));
    before.removeAll(served());
    before.forEach(pod -> left.put(pod, now));
    var known = byName();
    for (ServiceRoute service : routing.services()) {
      for (Endpoint endpoint : service.endpoints()) {
        check(service, endpoint, known.get(endpoint.pod()), now);
      }
    }
  }

  private SortedMap<String, Known> byName() {
    var known = new TreeMap<String, Known>();
    laws.pods().forEach((uid, pod) -> known.put(laws.names.getOrDefault(uid, uid), pod));
    return known;
  }

  private void check(
      ServiceRoute service,
      Endpoint endpoint,
      @org.jspecify.annotations.Nullable Known pod,
      Instant now) {
    if (pod == null || !pod.ready || !laws.mayCountAsHeard(pod.node, now)) {
      throw new Violation(
          "S6", endpoint.pod() + " serves " + service.service().key() + ", and is not ready");
    }
    if (pod.stopping || pod.abandoned) {
      throw new Violation(
          "S6", endpoint.pod() + " serves " + service.service().key() + ", and is to stop");
    }
  }

  /// Of what nodes were told in this step, releases have the shares that are in force.
  void shares(Root root) {
    if (!toldNow) {
      return;
    }
    toldNow = false;
    for (WorkloadState workload : root.workloads().values()) {
      var number = Manifests.number(workload.key());
      if (number.isEmpty() || !Manifests.form(number.get()).hasSteps()) {
        continue;
      }
      var route = intended.get(Manifests.serviceKey(number.get()));
      if (route != null) {
        checkShares(workload.key(), route.endpoints(), Traffic.of(workload));
      }
    }
  }

  private void checkShares(
      ObjectKey key, List<Endpoint> endpoints, SortedMap<String, Integer> shares) {
    var known = byName();
    SortedMap<String, Long> weights = new TreeMap<>();
    for (Endpoint endpoint : endpoints) {
      var pod = known.get(endpoint.pod());
      if (pod != null) {
        weights.merge(pod.release, (long) endpoint.weight(), Long::sum);
      }
    }
    long all = weights.values().stream().mapToLong(it -> it).sum();
    // A release without a pod that serves leaves its share to the others.
    long due = weights.keySet().stream().mapToLong(it -> shares.getOrDefault(it, 0)).sum();
    if (all == 0 || due == 0) {
      return;
    }
    weights.forEach((release, weight) -> {
      long wanted = shares.getOrDefault(release, 0) * all;
      if (Math.abs(weight * due - wanted) > all) {
        throw new Violation(
            "S6", key + ": release " + release + " has " + weight + " of " + all + ", " + shares);
      }
    });
  }

  void stops(String uid, PodRemoval removal, Known pod, Instant now) {
    var name = laws.names.getOrDefault(uid, uid);
    if (AT_ONCE.contains(removal.reason())) {
      return;
    }
    if (served().contains(name)) {
      throw new Violation("S6", name + " is stopped, and nodes were not told");
    }
    var until = left.getOrDefault(name, Instant.EPOCH).plus(LONGEST_WITHDRAWAL);
    if (!now.isBefore(until)) {
      return;
    }
    for (SimulatedNode node : laws.nodes.values()) {
      boolean isWaitedFor = node.connected && laws.wasHeardWithin(node.name, SURELY_HEARD, now);
      if (isWaitedFor && sends(node, name)) {
        throw new Violation("S6", name + " is stopped, and " + node.name + " sends it traffic");
      }
    }
  }

  private static boolean sends(SimulatedNode node, String pod) {
    return node.routes.services().values().stream()
        .anyMatch(it -> it.endpoints().stream().anyMatch(at -> at.pod().equals(pod)));
  }

  // --- at the end

  /// L1: every node sends traffic to the pods that are ready, and to no other; and it knows which
  /// part of the pods' network is its own.
  void atTheEnd(Manifests manifests) {
    for (SimulatedNode node : laws.nodes.values()) {
      var told = List.copyOf(intended.values());
      if (node.connected && !List.copyOf(node.routes.services().values()).equals(told)) {
        throw new Violation(
            "L1", node.name + " has the routes " + node.routes.services() + ", not " + told);
      }
      if (node.connected && !node.routes.nodes().containsKey(node.name)) {
        throw new Violation("L1", node.name + " was given no addresses for its pods");
      }
    }
    for (Text text : manifests.texts().values()) {
      var route = intended.get(Manifests.serviceKey(text.workload()));
      if (route == null) {
        throw new Violation("L1", "no node knows of the Service of " + text.key());
      }
      if (!text.form().hasSteps()) {
        var serving = new TreeSet<String>();
        route.endpoints().forEach(it -> serving.add(it.pod()));
        var ready = new TreeSet<String>();
        byName()
            .forEach((name, pod) -> {
              if (pod.key.equals(text.key()) && pod.ready && !pod.stopping && !pod.abandoned) {
                ready.add(name);
              }
            });
        if (!serving.equals(ready)) {
          throw new Violation("L1", text.key() + " is served by " + serving + ", not " + ready);
        }
      }
    }
  }
}
