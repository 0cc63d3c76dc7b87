package dev.reeve.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.HeaderMatch;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.Routing.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

/// A Rollout whose traffic an Ingress routes: where its Services lead at each step.
class RoutedRolloutTest {
  private static final HeaderMatch EARLY =
      new HeaderMatch("X-Early", HeaderMatch.Kind.EXACT, "yes");

  private final FakeCluster cluster = FakeCluster.leading("n1", "n2");

  private static String front(String image) {
    return """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: front, namespace: shop}
    spec:
      replicas: 2
      selector: {matchLabels: {app: front}}
      template:
        metadata: {labels: {app: front}}
        spec: {containers: [{name: app, image: %s}]}
      strategy:
        canary:
          stableService: front
          canaryService: preview
          trafficRouting: {managedRoutes: [{name: early}]}
          steps:
            - setCanaryScale: {replicas: 1}
            - setHeaderRoute:
                name: early
                match: [{headerName: X-Early, headerValue: {exact: "yes"}}]
            - pause: {duration: 1m}
            - setHeaderRoute: {name: early}
            - setWeight: 20
            - pause: {}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: front, namespace: shop}
    spec: {selector: {app: front}, ports: [{port: 80}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: preview, namespace: shop}
    spec: {selector: {app: front}, ports: [{port: 80}]}
    """
        .formatted(image);
  }

  private void begin() throws Exception {
    cluster.push("Open the shop", front("shop/front:1"));
    cluster.pass(Duration.ofSeconds(5));
    cluster.push("Paint the front", front("shop/front:2"));
    cluster.pass(Duration.ofSeconds(20));
  }

  private List<Endpoint> endpoints(String service) {
    return cluster
        .published()
        .root()
        .routes()
        .services()
        .get(new ObjectKey("Service", "shop", service))
        .orElseThrow()
        .endpoints();
  }

  /// Percent by release, the one under way and the stable one.
  private Map<String, Integer> shares(String service, ToIntFunction<Endpoint> share) {
    var workload =
        cluster
            .published()
            .root()
            .workloads()
            .get(new ObjectKey("Rollout", "shop", "front"))
            .orElseThrow();
    var current = workload.current().orElseThrow().hash();
    var endpoints = endpoints(service);
    int all = endpoints.stream().mapToInt(share).sum();
    var shares = new TreeMap<String, Integer>();
    for (Endpoint endpoint : endpoints) {
      var name = endpoint.pod().contains(current) ? "new" : "stable";
      shares.merge(name, share.applyAsInt(endpoint) * 100 / Math.max(1, all), Integer::sum);
    }
    return shares;
  }

  @Test
  void whoAsksByAHeaderIsLedToTheNewReleaseBeforeItHasAnyWeight() throws Exception {
    begin();

    assertThat(shares("front", Endpoint::front)).containsEntry("new", 0);
    assertThat(endpoints("front"))
        .filteredOn(it -> !it.headers().isEmpty())
        .singleElement()
        .satisfies(it -> {
          assertThat(it.headers()).containsExactly(EARLY);
          assertThat(it.takesConnections()).isFalse();
        });
  }

  @Test
  void anIngressSharesTheStableServiceByWeightAndPodsDoNot() throws Exception {
    begin();

    cluster.pass(Duration.ofMinutes(1));

    assertThat(endpoints("front")).allSatisfy(it -> assertThat(it.headers()).isEmpty());
    assertThat(shares("front", Endpoint::front)).isEqualTo(Map.of("new", 20, "stable", 80));
    assertThat(shares("front", Endpoint::weight)).isEqualTo(Map.of("new", 0, "stable", 100));
    assertThat(shares("preview", Endpoint::front)).isEqualTo(Map.of("new", 100));
  }
}
