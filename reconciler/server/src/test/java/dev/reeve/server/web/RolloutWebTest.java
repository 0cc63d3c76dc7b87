package dev.reeve.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.Event;
import dev.reeve.core.record.Measurement.Outcome;
import dev.reeve.server.web.kubernetes.Trees;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// A Rollout in the middle of a canary, as everything that looks at it finds it.
class RolloutWebTest {
  private static final String ARGO = "/apis/argoproj.io/v1alpha1/";
  private static final String FRONT = ARGO + "namespaces/shop/rollouts/front";
  private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

  private final HttpClient client = HttpClient.newHttpClient();
  private FakeCluster cluster;
  private StatusWeb web;

  @BeforeEach
  void start() {
    cluster = Canary.paused();
    web = StatusWeb.start(Settings.local(0), cluster);
  }

  @AfterEach
  void stop() {
    web.close();
    client.shutdownNow();
  }

  @Nested
  class InKubernetesApi {
    @Test
    void hasArgosStatus() throws Exception {
      JsonNode status = json(FRONT).path("status");

      assertThat(status.path("phase").asText()).isEqualTo("Paused");
      assertThat(status.path("message").asText()).contains("step 3 of 5", "25%");
      assertThat(status.path("currentStepIndex").asInt()).isEqualTo(2);
      assertThat(status.path("replicas").asInt()).isEqualTo(4);
      assertThat(status.path("updatedReplicas").asInt()).isEqualTo(1);
      assertThat(status.path("availableReplicas").asInt()).isEqualTo(4);
      assertThat(status.path("observedGeneration").asText()).isEqualTo("1");
      assertThat(status.path("abort").asBoolean()).isFalse();
      assertThat(status.path("pauseConditions").path(0).path("reason").asText())
          .isEqualTo("CanaryPauseStep");
      JsonNode weights = status.path("canary").path("weights");
      assertThat(weights.path("canary").path("weight").asInt()).isEqualTo(25);
      assertThat(weights.path("canary").path("podTemplateHash"))
          .isEqualTo(status.path("currentPodHash"));
      assertThat(weights.path("stable").path("weight").asInt()).isEqualTo(75);
      assertThat(weights.path("stable").path("podTemplateHash"))
          .isEqualTo(status.path("stableRS"))
          .isNotEqualTo(status.path("currentPodHash"));
      assertThat(condition(status, "Available")).isEqualTo("True");
      assertThat(condition(status, "Healthy")).isEqualTo("False");
    }

    private static String condition(JsonNode status, String type) {
      for (JsonNode condition : status.path("conditions")) {
        if (condition.path("type").asText().equals(type)) {
          return condition.path("status").asText();
        }
      }
      return "";
    }

    @Test
    void isDegradedWhenItFailsAndHealthyWithTheOldTextAgain() throws Exception {
      cluster.push("Close it", Canary.web(FakeCluster.UNPULLABLE), Canary.NAMESPACE);
      cluster.pass(Duration.ofMinutes(12));
      JsonNode status = json(FRONT).path("status");

      assertThat(status.path("phase").asText()).isEqualTo("Degraded");
      assertThat(status.path("abort").asBoolean()).isTrue();

      cluster.push("As it was", Canary.web("shop/front:1"), Canary.NAMESPACE);
      cluster.pass(Duration.ofMinutes(1));
      status = json(FRONT).path("status");

      assertThat(status.path("phase").asText()).isEqualTo("Healthy");
      assertThat(status.path("stableRS")).isEqualTo(status.path("currentPodHash"));
    }

    @Test
    void printsArgosColumns() throws Exception {
      JsonNode table = Trees.MAPPER.readTree(get(ARGO + "rollouts", TABLE).body());
      var names = new ArrayList<String>();
      table.path("columnDefinitions").forEach(it -> names.add(it.path("name").asText()));
      var cells = new ArrayList<String>();
      table.path("rows").path(0).path("cells").forEach(it -> cells.add(it.asText()));

      assertThat(names)
          .containsExactly(
              "Name",
              "Desired",
              "Current",
              "Up-to-date",
              "Available",
              "Age",
              "Status",
              "Step",
              "Weight");
      cells.remove(5);
      assertThat(cells).containsExactly("front", "4", "4", "1", "4", "Paused", "2/5", "25");
    }

    @Test
    void showsItsAnalyses() throws Exception {
      JsonNode runs = json(ARGO + "namespaces/shop/analysisruns");
      String hash = json(FRONT).path("status").path("currentPodHash").asText();
      JsonNode run = json(ARGO + "namespaces/shop/analysisruns/front-" + hash + "-step-1");
      JsonNode result = run.path("status").path("metricResults").path(0);

      assertThat(runs.path("items")).hasSize(1);
      assertThat(run.path("status").path("phase").asText()).isEqualTo("Successful");
      assertThat(run.path("metadata").path("labels").path("step-index").asText()).isEqualTo("1");
      assertThat(run.path("metadata").path("ownerReferences").path(0).path("kind").asText())
          .isEqualTo("Rollout");
      assertThat(run.path("spec").path("metrics").path(0).path("successCondition").asText())
          .isEqualTo("result < 0.05");
      assertThat(result.path("successful").asInt()).isEqualTo(3);
      assertThat(result.path("failed").asInt()).isEqualTo(1);
      assertThat(result.path("measurements").findValuesAsText("value"))
          .containsExactly("0.01", "0.09", "no answer", "0.02");
      assertThat(json(ARGO + "analysistemplates").path("items")).hasSize(1);
      assertThat(json(ARGO + "clusteranalysistemplates").path("items")).isEmpty();
    }

    @Test
    void keepsTheAnalysisOfAReleaseThatFailedByIt() throws Exception {
      cluster.measurements.clear();
      cluster.measurements.add(new Event.Answer.Measured(Outcome.FAILED, "0.5", "too many"));
      cluster.push("Repaint it", Canary.web("shop/front:3"), Canary.NAMESPACE);
      String failed = json(FRONT).path("status").path("currentPodHash").asText();
      cluster.pass(Duration.ofMinutes(2));

      JsonNode run = json(ARGO + "namespaces/shop/analysisruns/front-" + failed + "-step-1");
      JsonNode status = json(FRONT).path("status");

      assertThat(run.path("status").path("phase").asText()).isEqualTo("Failed");
      assertThat(status.path("abort").asBoolean()).isTrue();
      assertThat(status.path("canary").path("weights").path("canary").path("weight").asInt())
          .isZero();
      assertThat(json("/rollout/shop/front.json").path("analyses").path(0).path("release").asText())
          .isEqualTo(failed);
    }

    @Test
    void showsBlueAndGreen() throws Exception {
      cluster.push("Begin anew", Canary.blueGreen("shop/front:1"), Canary.NAMESPACE);
      cluster.push("Paint it", Canary.blueGreen("shop/front:7"), Canary.NAMESPACE);
      cluster.pass(Duration.ofSeconds(30));
      JsonNode status = json(FRONT).path("status");
      String preview = status.path("blueGreen").path("previewSelector").asText();

      assertThat(status.path("pauseConditions").path(0).path("reason").asText())
          .isEqualTo("BlueGreenPause");
      assertThat(status.path("blueGreen").path("activeSelector"))
          .isEqualTo(status.path("stableRS"));
      assertThat(preview).isEqualTo(status.path("currentPodHash").asText());
      assertThat(json(podsOf(preview)).findValuesAsText("role")).containsOnly("preview");
      assertThat(json(podsOf(status.path("stableRS").asText())).findValuesAsText("role"))
          .containsOnly("active");
    }

    @Test
    void watchesItsAnalyses() throws Exception {
      String version =
          json(ARGO + "analysisruns").path("metadata").path("resourceVersion").asText();
      cluster.push("Repaint it", Canary.web("shop/front:3"), Canary.NAMESPACE);
      var answer =
          client.send(
              request(ARGO + "analysisruns?watch=true&timeoutSeconds=2&resourceVersion=" + version)
                  .build(),
              BodyHandlers.ofLines());

      assertThat(answer.body().toList())
          .anySatisfy(it -> assertThat(it).contains("\"ADDED\"", "-step-1"));
    }

    @Test
    void tiesItsPodsToItByReplicaSets() throws Exception {
      JsonNode status = json(FRONT).path("status");
      String latest = status.path("currentPodHash").asText();
      String stable = status.path("stableRS").asText();
      JsonNode set = json("/apis/apps/v1/namespaces/shop/replicasets/front-" + latest);
      JsonNode pods = json(podsOf(latest));
      JsonNode olds = json(podsOf(stable));

      assertThat(set.path("metadata").path("ownerReferences").path(0).path("kind").asText())
          .isEqualTo("Rollout");
      assertThat(set.path("metadata").path("ownerReferences").path(0).path("uid"))
          .isEqualTo(json(FRONT).path("metadata").path("uid"));
      assertThat(pods.path("items")).hasSize(1);
      assertThat(olds.path("items")).hasSize(3);
      JsonNode pod = pods.path("items").path(0).path("metadata");
      assertThat(pod.path("ownerReferences").path(0).path("uid"))
          .isEqualTo(set.path("metadata").path("uid"));
      assertThat(pod.path("labels").path("role").asText()).isEqualTo("canary");
      assertThat(pod.path("annotations").path("seen").asText()).isEqualTo("new");
      assertThat(olds.path("items").path(0).path("metadata").path("labels").path("role").asText())
          .isEqualTo("stable");
    }

    private static String podsOf(String hash) {
      return "/api/v1/namespaces/shop/pods?labelSelector=rollouts-pod-template-hash%3D" + hash;
    }

    @Test
    void isFoundByDiscovery() throws Exception {
      assertThat(json("/apis/argoproj.io/v1alpha1").findValuesAsText("kind"))
          .contains("Rollout", "AnalysisRun", "AnalysisTemplate", "ClusterAnalysisTemplate");
      assertThat(get("/openapi/v3/apis/argoproj.io/v1alpha1", "application/json").body())
          .contains("analysisruns/{name}");
    }
  }

  @Nested
  class OnItsPage {
    @Test
    void saysWhereItStandsAndHowToGoOn() throws Exception {
      JsonNode page = json("/rollout/shop/front.json");

      assertThat(page.path("steps").findValuesAsText("state"))
          .containsExactly("done", "done", "current", "ahead", "ahead");
      assertThat(page.path("steps").findValuesAsText("kind"))
          .containsExactly("setWeight", "analysis", "pause", "setWeight", "pause");
      assertThat(page.path("step").path("pauseUntil").asText()).isEmpty();
      assertThat(page.path("promote").asText())
          .matches("reeve promote Rollout/shop/front@[a-z0-9]+");
      assertThat(page.path("releases").findValuesAsText("role")).containsExactly("new", "stable");
      assertThat(page.path("releases").findValuesAsText("weight")).containsExactly("25", "75");
      assertThat(page.path("releases").path(1).path("pods")).hasSize(3);
    }

    @Test
    void tellsNumbersFromTexts() throws Exception {
      JsonNode metric =
          json("/rollout/shop/front.json").path("analyses").path(0).path("metrics").path(0);

      assertThat(metric.path("limits").path("failed").asInt()).isEqualTo(1);
      assertThat(metric.path("measurements").findValuesAsText("number"))
          .containsExactly("0.01", "0.09", "0.02");
      assertThat(metric.path("measurements").path(1).path("outcome").asText()).isEqualTo("Failed");
    }

    @Test
    void tellsHowItCameToThat() throws Exception {
      cluster.differ("-image: shop/front:1\n+image: shop/front:2\n");
      JsonNode page = json("/rollout/shop/front.json");

      assertThat(page.path("history").path(0).path("reason").asText()).isEqualTo("RolloutPaused");
      assertThat(page.path("diff").path("text").asText()).contains("+image: shop/front:2");
      assertThat(page.path("diff").path("from").path("commit"))
          .isNotEqualTo(page.path("diff").path("to").path("commit"));
    }

    @Test
    void saysWhyItFailed() throws Exception {
      cluster.push("Close it", Canary.web(FakeCluster.UNPULLABLE), Canary.NAMESPACE);
      cluster.pass(Duration.ofMinutes(12));
      JsonNode page = json("/rollout/shop/front.json");

      assertThat(page.path("failure").path("message").asText()).isNotEmpty();
      assertThat(page.path("rollback").path("outcome").asText()).isEqualTo("refused");
      assertThat(page.path("rollback").path("detail").asText()).isEqualTo("nothing to write to");
      assertThat(page.path("promote").asText()).isEmpty();
    }

    @Test
    void isThereForADeploymentToo() throws Exception {
      cluster.push(
          "Sell things", Shop.web("shop/web:1", 2), Canary.web("shop/front:2"), Canary.NAMESPACE);
      JsonNode page = json("/rollout/default/web.json");

      assertThat(page.path("kind").asText()).isEqualTo("Deployment");
      assertThat(page.path("steps")).isEmpty();
      assertThat(page.path("releases").path(0).path("pods")).hasSize(2);
      assertThat(get("/rollout/default/web.json?kind=Rollout", "*/*").statusCode()).isEqualTo(404);
    }

    @Test
    void mayNotLoadAnythingFromElsewhere() throws Exception {
      var page = get("/rollout/shop/front", "text/html");

      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.headers().firstValue("Content-Security-Policy"))
          .hasValueSatisfying(it -> assertThat(it).contains("default-src 'none'"));
    }
  }

  @Test
  void isInShortOnTheDashboard() throws Exception {
    JsonNode row = json("/dashboard.json").path("workloads").path(0);

    assertThat(row.path("step").path("index").asInt()).isEqualTo(2);
    assertThat(row.path("step").path("kind").asText()).isEqualTo("pause");
    assertThat(row.path("weight").asInt()).isEqualTo(25);
    assertThat(row.path("analyses").path(0).path("outcome").asText()).isEqualTo("Successful");
  }

  @Test
  void isCountedForPrometheus() throws Exception {
    var metrics = List.of(get("/metrics", "*/*").body().split("\n"));

    assertThat(metrics)
        .contains(
            "reeve_rollout_step{name=\"front\",namespace=\"shop\"} 2.0",
            "reeve_rollout_weight{name=\"front\",namespace=\"shop\"} 25.0",
            "reeve_rollout_phase{name=\"front\",namespace=\"shop\",phase=\"Paused\"} 1.0",
            "reeve_measurements_total{metric=\"error-rate\",name=\"front\",namespace=\"shop\","
                + "outcome=\"Failed\"} 1.0",
            "reeve_measurements_total{metric=\"error-rate\",name=\"front\",namespace=\"shop\","
                + "outcome=\"Successful\"} 3.0");
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + web.port() + path))
        .timeout(Duration.ofSeconds(20));
  }

  private HttpResponse<String> get(String path, String accept) throws Exception {
    return client.send(request(path).header("Accept", accept).build(), BodyHandlers.ofString());
  }

  private JsonNode json(String path) throws Exception {
    return Trees.MAPPER.readTree(get(path, "application/json").body());
  }
}
