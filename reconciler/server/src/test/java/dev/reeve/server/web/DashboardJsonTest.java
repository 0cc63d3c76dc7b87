package dev.reeve.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.server.web.kubernetes.Catalogue;
import dev.reeve.server.web.kubernetes.History;
import dev.reeve.server.web.kubernetes.Overview;
import dev.reeve.server.web.kubernetes.Trees;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// Who serves what, as the dashboard is told.
class DashboardJsonTest {
  private final FakeCluster cluster = FakeCluster.leading("n1", "n2");

  @Nested
  class AServiceInTheMiddleOfACanary {
    @Test
    void tellsWhichReleaseGetsHowMuchThroughWhichDoor() throws Exception {
      Canary.begin(cluster, Canary.ENTRANCE);

      JsonNode front = page().path("services").path(0);

      assertThat(front.path("namespace").asText()).isEqualTo("shop");
      assertThat(front.path("name").asText()).isEqualTo("front");
      assertThat(front.path("address").asText()).startsWith("10.96.");
      assertThat(front.path("ports").path(0).path("port").asInt()).isEqualTo(80);
      assertThat(front.path("fronts")).hasSize(1);
      JsonNode door = front.path("fronts").path(0);
      assertThat(door.path("ingress").asText()).isEqualTo("door");
      assertThat(door.path("host").asText()).isEqualTo("shop.example");
      assertThat(door.path("path").asText()).isEqualTo("/buy");
      assertThat(door.path("tls").asBoolean()).isTrue();
      JsonNode releases = front.path("releases");
      assertThat(texts(releases, "role")).containsExactly("stable", "new");
      assertThat(texts(releases, "share")).containsExactly("75.0", "25.0");
      assertThat(releases.path(0).path("release")).isNotEqualTo(releases.path(1).path("release"));
      assertThat(releases.path(0).path("pods")).hasSize(3);
      assertThat(texts(releases.path(0).path("pods"), "node")).contains("n1", "n2");
    }

    @Test
    void leavesTheShareOfAPodThatIsNotReadyToTheOthersOfItsRelease() throws Exception {
      Canary.begin(cluster, Canary.ENTRANCE);
      String stable =
          page().path("services").path(0).path("releases").path(0).path("release").asText();

      cluster.change(pod -> pod.release().equals(stable), FakeCluster.unready());

      JsonNode releases = page().path("services").path(0).path("releases");
      assertThat(texts(releases, "share")).containsExactly("75.0", "25.0");
      assertThat(texts(releases, "serving")).containsExactly("2", "1");
      assertThat(texts(releases.path(0).path("pods"), "share"))
          .containsExactly("37.5", "37.5", "0.0");
      assertThat(texts(releases.path(0).path("pods"), "state"))
          .containsExactly("ready", "ready", "not ready");
    }

    @Test
    void comesBeforeServicesWhoseTrafficDoesNotMove() throws Exception {
      Canary.begin(cluster, Canary.ENTRANCE, Shop.web("shop/web:1", 1));

      assertThat(texts(page().path("services"), "name")).containsExactly("front", "web");
    }
  }

  @Test
  void tellsOfAPodThatIsGoingThatItGetsNothingNew() throws Exception {
    cluster.push("Sell things", Shop.web("shop/web:1", 2));
    cluster.isSlowToStop = true;

    cluster.push("Sell less", Shop.web("shop/web:1", 1));

    JsonNode pods = page().path("services").path(0).path("releases").path(0).path("pods");
    assertThat(texts(pods, "state")).containsExactly("ready", "going");
    assertThat(texts(pods, "share")).containsExactly("100.0", "0.0");
  }

  @Test
  void tellsOfAServiceThatNobodyServes() throws Exception {
    cluster.push("Sell nothing", Shop.web(FakeCluster.UNPULLABLE, 1));
    cluster.pass(Duration.ofSeconds(5));

    JsonNode web = page().path("services").path(0);

    assertThat(web.path("selects").asBoolean()).isTrue();
    assertThat(web.path("releases")).isEmpty();
  }

  @Test
  void sharesAHeadlessServiceAlike() throws Exception {
    var headless =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: front, namespace: shop}
        spec: {clusterIP: None, selector: {app: front}, ports: [{port: 80}]}
        """;
    Canary.begin(cluster, headless);
    String stable =
        page().path("services").path(0).path("releases").path(0).path("release").asText();

    cluster.change(pod -> pod.release().equals(stable), FakeCluster.unready());

    JsonNode front = page().path("services").path(0);
    assertThat(front.path("type").asText()).isEqualTo("Headless");
    assertThat(texts(front.path("releases"), "share")).containsExactly("66.67", "33.33");
  }

  @Nested
  class InALargeCluster {
    @Test
    void showsSoManyServicesThoseThatNobodyServesFirst() throws Exception {
      cluster.push("Sell things", Shop.web("shop/web:1", 1), doors(250, "web"), unserved("zzz"));

      JsonNode page = page();

      assertThat(page.path("services")).hasSize(200);
      assertThat(page.path("services").path(0).path("name").asText()).isEqualTo("zzz");
      assertThat(page.path("services").path(1).path("name").asText()).isEqualTo("door-100");
      assertThat(page.path("moreServices").asInt()).isEqualTo(52);
    }

    @Test
    void showsSoManyPodsOfEachAndOfAll() throws Exception {
      cluster.push("Sell much", Shop.web("shop/web:1", 60), doors(60, "web"));

      JsonNode services = page().path("services");

      JsonNode first = services.path(0).path("releases").path(0);
      assertThat(first.path("pods")).hasSize(50);
      assertThat(first.path("morePods").asInt()).isEqualTo(10);
      assertThat(first.path("serving").asInt()).isEqualTo(60);
      assertThat(first.path("share").asDouble()).isEqualTo(100);
      JsonNode last = services.path(60).path("releases").path(0);
      assertThat(last.path("pods")).isEmpty();
      assertThat(last.path("morePods").asInt()).isEqualTo(60);
    }

    private static String doors(int count, String app) {
      return IntStream.range(100, 100 + count)
          .mapToObj(it -> service("door-" + it, app))
          .collect(Collectors.joining("---\n"));
    }

    private static String unserved(String name) {
      return service(name, "nothing");
    }

    private static String service(String name, String app) {
      return """
      apiVersion: v1
      kind: Service
      metadata: {name: %s}
      spec: {selector: {app: %s}, ports: [{port: 80}]}
      """
          .formatted(name, app);
    }
  }

  private JsonNode page() throws IOException {
    var json =
        new DashboardJson(
            cluster, new History(cluster), new Overview(new Catalogue(cluster::usage)));
    return Trees.MAPPER.readTree(json.newest());
  }

  private static List<String> texts(JsonNode rows, String field) {
    return IntStream.range(0, rows.size())
        .mapToObj(it -> rows.path(it).path(field).asText())
        .toList();
  }
}
