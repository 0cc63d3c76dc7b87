package dev.reeve.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.server.web.kubernetes.Trees;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Nodes, as kubectl finds them: what they say of themselves, and what the repository says of them.
class NodeWebTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private final FakeCluster cluster = FakeCluster.leading("n1", "n2");
  private StatusWeb web;

  @BeforeEach
  void start() {
    cluster.push(
        "Keep n1 for databases, and cordon it",
        """
        apiVersion: v1
        kind: Node
        metadata:
          name: n1
          labels: {disk: ssd}
        spec:
          unschedulable: true
          taints:
            - {key: dedicated, value: database, effect: NoExecute}
        """);
    cluster.pass(Duration.ofSeconds(5));
    web = StatusWeb.start(Settings.local(0), cluster);
  }

  @AfterEach
  void stop() {
    web.close();
    client.shutdownNow();
  }

  private JsonNode node(String name) throws Exception {
    var uri = URI.create("http://127.0.0.1:" + web.port() + "/api/v1/nodes/" + name);
    return Trees.MAPPER.readTree(
        client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body());
  }

  @Test
  void haveTheLabelsOfTheirManifestBesideTheirOwn() throws Exception {
    assertThat(node("n1").at("/metadata/labels/disk").asText()).isEqualTo("ssd");
    assertThat(node("n1").at("/metadata/labels/kubernetes.io~1hostname").asText()).isEqualTo("n1");
  }

  @Test
  void showTaintsAndThatTheyAreCordoned() throws Exception {
    assertThat(node("n1").path("spec"))
        .isEqualTo(
            Trees.MAPPER.readTree(
                """
                {
                  "podCIDR": "%1$s",
                  "podCIDRs": ["%1$s"],
                  "unschedulable": true,
                  "taints": [
                    {"key": "dedicated", "value": "database", "effect": "NoExecute"},
                    {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
                  ]
                }
                """
                    .formatted(
                        cluster.published().root().nodes().get("n1").orElseThrow().podNetwork())));
    assertThat(node("n2").path("spec").has("taints")).isFalse();
    assertThat(node("n2").path("spec").has("unschedulable")).isFalse();
  }

  @Test
  void sayWhichImagesTheyHave() throws Exception {
    assertThat(node("n2").at("/status/images"))
        .isEqualTo(
            Trees.MAPPER.readTree(
                """
                [{"names": ["ghcr.io/team/web:1"], "sizeBytes": 31000000}]
                """));
  }
}
