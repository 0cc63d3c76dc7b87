package dev.reeve.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Autoscalers and what nodes measure, as the API shows them.
class AutoscalerWebTest {
  private static final String MANIFESTS =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers: [{name: web, image: "web:1", resources: {requests: {cpu: 100m}}}]
      ---
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: web}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        minReplicas: 2
        maxReplicas: 10
        metrics:
          - type: Resource
            resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}
          - type: Resource
            resource: {name: memory, target: {type: AverageValue, averageValue: 100Mi}}
      """;

  private FakeCluster cluster;
  private StatusWeb web;

  @BeforeEach
  void start() {
    cluster = FakeCluster.leading("n1", "n2");
    cluster.push("Scale", MANIFESTS);
    web = StatusWeb.start(Settings.local(0), cluster);
  }

  @AfterEach
  void stop() {
    web.close();
  }

  private JsonNode get(String path, String accept) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + web.port() + path))
            .header("Accept", accept)
            .build();
    var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new ObjectMapper().readTree(answer.body());
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    return get(path, "application/json");
  }

  @Test
  void theStatusSaysWhatWasMeasuredAndDecided() throws Exception {
    cluster.use("web", 90, 64 << 20);

    var status =
        get("/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/web").path("status");

    assertThat(status.path("desiredReplicas").asInt()).isEqualTo(3);
    assertThat(status.at("/currentMetrics/0/resource/current/averageUtilization").asInt())
        .isEqualTo(90);
    assertThat(status.at("/currentMetrics/1/resource/current/averageValue").asText())
        .isEqualTo("64Mi");
    assertThat(status.path("conditions"))
        .extracting(it -> it.path("type").asText() + "=" + it.path("status").asText())
        .contains("AbleToScale=True", "ScalingActive=True", "ScalingLimited=False");
    assertThat(get("/apis/apps/v1/namespaces/default/deployments/web").at("/spec/replicas").asInt())
        .isEqualTo(3);
  }

  @Test
  void theTableHasKubernetesColumns() throws Exception {
    cluster.use("web", 60, 64 << 20);

    var table =
        get(
            "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers",
            "application/json;as=Table;v=v1;g=meta.k8s.io");

    assertThat(table.path("columnDefinitions"))
        .extracting(it -> it.path("name").asText())
        .containsExactly("Name", "Reference", "Targets", "MinPods", "MaxPods", "Replicas", "Age");
    assertThat(table.at("/rows/0/cells/1").asText()).isEqualTo("Deployment/web");
    assertThat(table.at("/rows/0/cells/2").asText()).isEqualTo("cpu: 60%/60%, memory: 64Mi/100Mi");
    assertThat(table.at("/rows/0/cells/5").asInt()).isEqualTo(2);
  }

  @Test
  void whatIsNotMeasuredIsUnknown() throws Exception {
    var table =
        get(
            "/apis/autoscaling/v2/horizontalpodautoscalers",
            "application/json;as=Table;v=v1;g=meta.k8s.io");

    assertThat(table.at("/rows/0/cells/2").asText())
        .isEqualTo("cpu: <unknown>/60%, memory: <unknown>/100Mi");
  }

  @Test
  void whatIsUsedIsServedAsAMetricsServerServesIt() throws Exception {
    cluster.use("web", 90, 64 << 20);

    assertThat(get("/apis").path("groups"))
        .extracting(it -> it.path("name").asText())
        .contains("metrics.k8s.io");
    var pods = get("/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=app%3Dweb");
    assertThat(pods.path("kind").asText()).isEqualTo("PodMetricsList");
    assertThat(pods.path("items")).hasSize(2);
    assertThat(pods.at("/items/0/window").asText()).isEqualTo("15s");
    assertThat(pods.at("/items/0/containers/0/usage/cpu").asText()).isEqualTo("90m");
    assertThat(pods.at("/items/0/containers/0/usage/memory").asText()).isEqualTo("65536Ki");
    assertThat(get("/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods").path("items")).isEmpty();
    var nodes = get("/apis/metrics.k8s.io/v1beta1/nodes");
    assertThat(nodes.path("items"))
        .extracting(it -> it.at("/metadata/name").asText())
        .containsExactly("n1", "n2");
  }
}
