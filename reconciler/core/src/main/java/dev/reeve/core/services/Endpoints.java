package dev.reeve.core.services;

import dev.reeve.core.model.HeaderMatch;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Service;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy.Stepwise;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.rollouts.HeaderRoutes;
import dev.reeve.core.rollouts.Traffic;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.WorkloadState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Which pods of a workload serve a Service, and how much of it each gets.
public final class Endpoints {
  /// What one pod counts where all count alike.
  private static final int UNIT = 10_000;

  private static final int WHOLE = 100;

  private Endpoints() {}

  /// In the order in which they were made. Where releases of the workload share the traffic by
  /// weights, pods of each share the weight of theirs; a release that has a weight and no pod
  /// leaves it to the others.
  ///
  /// @param isReady whether a node is heard
  public static List<Endpoint> of(
      Service service, WorkloadState workload, Predicate<String> isReady) {
    var serving = new ArrayList<Pod>();
    for (Pod pod : workload.pods().values()) {
      if (serves(service, pod, isReady)) {
        serving.add(pod);
      }
    }
    if (serving.isEmpty()) {
      return List.of();
    }
    return weighed(service, workload, serving);
  }

  private static boolean serves(Service service, Pod pod, Predicate<String> isReady) {
    return !pod.isStopping()
        && (service.publishNotReady() || pod.saysReady())
        && pod.phase() == PodReport.Phase.RUNNING
        && service.selects(pod.labels())
        && isReady.test(pod.node())
        && pod.hasAddress();
  }

  private static List<Endpoint> weighed(
      Service service, WorkloadState workload, List<Pod> serving) {
    var numbers = new TreeMap<String, Integer>();
    serving.forEach(pod -> numbers.merge(pod.release().hash(), 1, Integer::sum));
    var shares = shares(service, workload);
    var weights = weights(workload, shares, numbers, serving.size());
    var front =
        isSplitInFront(service, workload)
            ? weights(workload, Traffic.of(workload), numbers, serving.size())
            : weights;
    var asked = HeaderRoutes.of(workload);
    var current = workload.current().map(Release::hash).orElse("");
    var endpoints = new ArrayList<Endpoint>(serving.size());
    for (Pod pod : serving) {
      var hash = pod.release().hash();
      int weight = weights.getOrDefault(hash, 0);
      int before = front.getOrDefault(hash, 0);
      var headers = hash.equals(current) ? asked : List.<HeaderMatch>of();
      if (weight > 0 || before > 0 || !headers.isEmpty()) {
        endpoints.add(endpoint(service, pod, weight, before, headers));
      }
    }
    return endpoints;
  }

  /// What each pod of a release counts.
  private static SortedMap<String, Integer> weights(
      WorkloadState workload,
      SortedMap<String, Integer> shares,
      SortedMap<String, Integer> numbers,
      int all) {
    boolean isShared =
        strategy(workload).isPresent()
            && numbers.keySet().stream().anyMatch(it -> shares.getOrDefault(it, 0) > 0);
    var weights = new TreeMap<String, Integer>();
    numbers.forEach((hash, number) -> {
      long share = (long) UNIT * all * shares.getOrDefault(hash, 0);
      weights.put(hash, isShared ? (int) (share / WHOLE / number) : UNIT);
    });
    return weights;
  }

  /// The Service of the stable release alone is what an Ingress names where traffic is routed: what
  /// comes by it is shared by weight, and what comes from pods is not.
  private static boolean isSplitInFront(Service service, WorkloadState workload) {
    return strategy(workload)
        .filter(it ->
            it.style() == Stepwise.Style.ROUTED || it.style() == Stepwise.Style.ROUTED_DYNAMIC)
        .map(it ->
            it.services().ofStable().equals(service.key().name())
                && !it.services().ofNew().equals(service.key().name()))
        .orElse(false);
  }

  /// A Rollout may name a Service for its stable release alone, and one for the new one.
  private static SortedMap<String, Integer> shares(Service service, WorkloadState workload) {
    var shares = new TreeMap<String, Integer>(Traffic.of(workload));
    var services = strategy(workload).map(Stepwise::services);
    if (services.isEmpty() || shares.size() < 2) {
      return shares;
    }
    var name = service.key().name();
    var current = workload.current().orElseThrow().hash();
    var stable = workload.stable().orElseThrow().hash();
    if (name.equals(services.get().ofNew())) {
      shares.put(current, WHOLE);
      shares.put(stable, 0);
    } else if (name.equals(services.get().ofStable())) {
      shares.put(current, 0);
      shares.put(stable, WHOLE);
    }
    return shares;
  }

  private static Optional<Stepwise> strategy(WorkloadState workload) {
    return workload
        .desired()
        .map(Workload::strategy)
        .filter(it -> it instanceof Stepwise)
        .map(it -> (Stepwise) it);
  }

  private static Endpoint endpoint(
      Service service, Pod pod, int weight, int front, List<HeaderMatch> headers) {
    var template = pod.release().template();
    var ports = new ArrayList<Integer>();
    for (Service.Port port : service.ports()) {
      ports.add(port(template, port));
    }
    var addressing = template.addressing();
    boolean isNamed = addressing.subdomain().equals(service.key().name());
    var hostname =
        isNamed ? addressing.hostname().isEmpty() ? pod.name() : addressing.hostname() : "";
    return new Endpoint(pod.name(), pod.ip(), pod.node(), weight, front, headers, hostname, ports);
  }

  private static int port(PodTemplate template, Service.Port port) {
    var target = port.target();
    if (!target.isEmpty() && Character.isDigit(target.charAt(0))) {
      return Integer.parseInt(target);
    }
    for (PodTemplate.NamedPort named : template.addressing().ports()) {
      if (named.name().equals(target) && named.protocol() == port.protocol()) {
        return named.number();
      }
    }
    return 0;
  }
}
