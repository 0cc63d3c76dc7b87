package dev.reeve.server.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.Ingress;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Service;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.Routes.IngressState;
import dev.reeve.core.state.ServiceState;
import dev.reeve.core.state.WorkloadState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What the dashboard shows of Services: which Ingresses lead to each, and which pods serve it,
/// with their shares of its new connections. Bounded like the rest of the page.
///
/// Made anew for each page. Confined to one thread.
final class ServicesJson {
  private static final int SERVICES = 200;
  private static final int FRONTS = 10;
  private static final int PORTS = 10;
  private static final int RELEASES = 10;
  private static final int PODS = 50;

  /// So many pods of all Services together are what a browser draws without a pause.
  private static final int PODS_OF_ALL = 2_000;

  private final Root root;
  private int podsLeft = PODS_OF_ALL;

  /// Where an Ingress leads to a Service.
  ///
  /// @param host empty for any
  /// @param path empty for what fits no rule
  private record Front(
      String ingress,
      String host,
      String path,
      boolean isExact,
      boolean isSecure,
      Ingress.Backend backend,
      Optional<Ingress.Canary> canary) {}

  /// A pod that a Service selects.
  ///
  /// @param weight zero where it gets no new connections
  private record Target(String pod, String node, String state, long weight) {
    boolean isServing() {
      return weight > 0;
    }
  }

  /// Pods of one release, in the order in which they were made.
  ///
  /// @param role empty where nothing is known of it
  private record Share(ObjectKey workload, String release, String role, List<Target> targets) {
    long weight() {
      return targets.stream().mapToLong(Target::weight).sum();
    }
  }

  private ServicesJson(Root root) {
    this.root = root;
  }

  static void put(ObjectNode page, Root root) {
    new ServicesJson(root).put(page);
  }

  private void put(ObjectNode page) {
    List<ServiceState> shown = shown();
    Map<ObjectKey, List<Front>> fronts = fronts(shown);
    ArrayNode rows = page.putArray("services");
    page.put("moreServices", root.routes().services().size() - shown.size());
    for (ServiceState service : shown) {
      ObjectNode row = rows.addObject();
      service(row, service.given());
      fronts(row, fronts.getOrDefault(service.key(), List.of()));
      served(row, service);
    }
  }

  /// Those that nobody serves or whose traffic may move come first: they are looked for.
  private List<ServiceState> shown() {
    var first = new ArrayList<ServiceState>();
    var rest = new ArrayList<ServiceState>();
    for (ServiceState service : root.routes().services().values()) {
      if (first.size() == SERVICES) {
        break;
      }
      if (isUnserved(service) || isMoving(service)) {
        first.add(service);
      } else if (rest.size() < SERVICES) {
        rest.add(service);
      }
    }
    return Stream.concat(first.stream(), rest.stream()).limit(SERVICES).toList();
  }

  private static boolean isUnserved(ServiceState service) {
    return service.parts().isEmpty() && service.given().type() != Service.Type.EXTERNAL_NAME;
  }

  private boolean isMoving(ServiceState service) {
    for (ObjectKey workload : service.parts().keys()) {
      if (root.workloads().get(workload).map(ServicesJson::isUnderWay).orElse(false)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isUnderWay(WorkloadState workload) {
    return !workload.stable().map(Release::hash).equals(workload.current().map(Release::hash));
  }

  // --- what it is

  private static void service(ObjectNode row, Service service) {
    row.put("namespace", service.key().namespace())
        .put("name", service.key().name())
        .put("type", type(service))
        .put("address", service.clusterIp())
        .put("externalName", service.externalName())
        .put("selects", !service.selector().isEmpty());
    ArrayNode ports = row.putArray("ports");
    service.ports().stream()
        .limit(PORTS)
        .forEach(port ->
            ports
                .addObject()
                .put("name", port.name())
                .put("protocol", port.protocol().name())
                .put("port", port.port())
                .put("target", port.target())
                .put("nodePort", port.nodePort()));
    row.put("morePorts", Math.max(0, service.ports().size() - PORTS));
  }

  private static String type(Service service) {
    return switch (service.type()) {
      case CLUSTER_IP -> "ClusterIP";
      case HEADLESS -> "Headless";
      case NODE_PORT -> "NodePort";
      case EXTERNAL_NAME -> "ExternalName";
    };
  }

  // --- who leads to it

  private Map<ObjectKey, List<Front>> fronts(List<ServiceState> shown) {
    Map<ObjectKey, List<Front>> fronts = new HashMap<>();
    shown.forEach(it -> fronts.put(it.key(), new ArrayList<>()));
    for (IngressState state : root.routes().ingresses().values()) {
      Ingress ingress = state.ingress();
      Set<String> secure =
          ingress.tls().stream().flatMap(it -> it.hosts().stream()).collect(Collectors.toSet());
      for (Ingress.Rule rule : ingress.rules()) {
        for (Ingress.Path path : rule.paths()) {
          add(
              fronts,
              ingress,
              new Front(
                  ingress.key().name(),
                  rule.host(),
                  path.path(),
                  path.isExact(),
                  secure.contains(rule.host()),
                  path.backend(),
                  ingress.canary()));
        }
      }
      ingress
          .fallback()
          .ifPresent(it ->
              add(
                  fronts,
                  ingress,
                  new Front(ingress.key().name(), "", "", false, false, it, ingress.canary())));
    }
    return fronts;
  }

  private static void add(Map<ObjectKey, List<Front>> fronts, Ingress ingress, Front front) {
    var service = new ObjectKey("Service", ingress.key().namespace(), front.backend().service());
    fronts.computeIfPresent(
        service,
        (_, all) -> {
          all.add(front);
          return all;
        });
  }

  private static void fronts(ObjectNode row, List<Front> fronts) {
    ArrayNode rows = row.putArray("fronts");
    for (Front front : fronts.stream().limit(FRONTS).toList()) {
      Ingress.Backend backend = front.backend();
      ObjectNode one =
          rows.addObject()
              .put("ingress", front.ingress())
              .put("host", front.host())
              .put("path", front.path())
              .put("exact", front.isExact())
              .put("tls", front.isSecure())
              .put("port", backend.portName().isEmpty() ? "" + backend.port() : backend.portName());
      front
          .canary()
          .ifPresent(it ->
              one.putObject("canary")
                  .put("header", it.header())
                  .put("value", it.value())
                  .put("weight", it.weight()));
    }
    row.put("moreFronts", Math.max(0, fronts.size() - FRONTS));
  }

  // --- who serves it

  private void served(ObjectNode row, ServiceState service) {
    List<Share> shares = shares(service);
    long all = shares.stream().mapToLong(Share::weight).sum();
    ArrayNode rows = row.putArray("releases");
    // Each release gets its part of the room, so that a canary is seen beside a crowd.
    int room = PODS / Math.clamp(shares.size(), 1, RELEASES);
    for (Share share : shares.stream().limit(RELEASES).toList()) {
      List<Target> serving = share.targets().stream().filter(Target::isServing).toList();
      Stream<Target> idle = share.targets().stream().filter(it -> !it.isServing());
      ObjectNode release =
          rows.addObject()
              .put("kind", share.workload().kind())
              .put("workload", share.workload().name())
              .put("release", share.release())
              .put("role", share.role())
              .put("share", percent(share.weight(), all))
              .put("serving", serving.size());
      ArrayNode pods = release.putArray("pods");
      Stream.concat(serving.stream(), idle)
          .limit(Math.min(room, podsLeft))
          .forEach(it ->
              pods.addObject()
                  .put("name", it.pod())
                  .put("node", it.node())
                  .put("state", it.state())
                  .put("share", percent(it.weight(), all)));
      podsLeft -= pods.size();
      release.put("morePods", share.targets().size() - pods.size());
    }
    row.put("moreReleases", Math.max(0, shares.size() - RELEASES));
  }

  /// To a hundredth.
  private static double percent(long weight, long all) {
    return Math.round(weight * 10_000.0 / Math.max(1, all)) / 100.0;
  }

  private List<Share> shares(ServiceState service) {
    var shares = new ArrayList<Share>();
    service
        .parts()
        .forEach((key, endpoints) -> {
          Map<String, Endpoint> byPod = new LinkedHashMap<>();
          endpoints.forEach(it -> byPod.put(it.pod(), it));
          root.workloads().get(key).ifPresent(it -> shares.addAll(shares(service, it, byPod)));
          if (!byPod.isEmpty()) {
            var unknown =
                byPod.values().stream()
                    .map(it -> new Target(it.pod(), it.node(), "ready", weight(service, it)))
                    .toList();
            shares.add(new Share(key, "", "", unknown));
          }
        });
    return shares;
  }

  /// @param byPod loses those that are pods of the workload
  private List<Share> shares(
      ServiceState service, WorkloadState workload, Map<String, Endpoint> byPod) {
    Map<String, List<Target>> byRelease = new LinkedHashMap<>();
    for (Pod pod : workload.pods().values()) {
      if (service.given().selects(pod.release().template().constraints().labels())) {
        Optional<Endpoint> endpoint = Optional.ofNullable(byPod.remove(pod.name()));
        long weight = endpoint.map(it -> weight(service, it)).orElse(0L);
        byRelease
            .computeIfAbsent(pod.release().hash(), _ -> new ArrayList<>())
            .add(new Target(pod.name(), pod.node(), state(pod), weight));
      }
    }
    return byRelease.entrySet().stream()
        .map(it ->
            new Share(
                workload.key(),
                it.getKey(),
                RolloutJson.role(workload, it.getKey()),
                it.getValue()))
        .toList();
  }

  /// The name of a headless Service leads to all its pods alike, whatever their weights.
  private static long weight(ServiceState service, Endpoint endpoint) {
    boolean isOnlyNamed =
        service.given().type() == Service.Type.HEADLESS && endpoint.takesConnections();
    return isOnlyNamed ? 1 : endpoint.weight();
  }

  private String state(Pod pod) {
    if (pod.isStopping()) {
      return "going";
    }
    if (!root.nodes().get(pod.node()).map(NodeState::isReady).orElse(false)) {
      return "node not ready";
    }
    return pod.saysReady() ? "ready" : "not ready";
  }
}
