package dev.reeve.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reeve.server.web.kubernetes.Trees;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StatusWebTest {
  private static final String SECRET = "It's a Secret to Everybody";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private FakeCluster cluster;
  private StatusWeb web;

  @BeforeEach
  void start() {
    cluster = FakeCluster.leading("n1", "n2");
    cluster.push("Sell things", Shop.web("shop/web:1", 2), Shop.DATABASE);
    web =
        StatusWeb.start(
            new Settings(
                "127.0.0.1",
                0,
                List.of("reeve.example"),
                new TreeMap<>(Map.of("github", SECRET, "generic", SECRET)),
                Optional.empty()),
            cluster);
  }

  @AfterEach
  void stop() {
    web.close();
    client.shutdownNow();
  }

  /// `kubectl rollout status` waits for it.
  @Test
  void aCommitThatKeepsTheReleaseIsObserved() throws Exception {
    cluster.push("Sell more of the same", Shop.web("shop/web:1", 3), Shop.DATABASE);

    var shown = json(get("/apis/apps/v1/namespaces/default/deployments/web"));

    assertThat(shown.path("metadata").path("generation").asInt()).isEqualTo(2);
    assertThat(shown.path("status").path("observedGeneration").asInt()).isEqualTo(2);
  }

  @Nested
  class Watching {
    private static final String PODS = "/api/v1/namespaces/default/pods";

    @Test
    void beginsWhereTheListEnded() throws Exception {
      String version = version(get(PODS));
      cluster.change("web", FakeCluster.unready());

      JsonNode event = events(PODS + "?watch=true&resourceVersion=" + version, 1).getFirst();

      assertThat(event.path("type").asText()).isEqualTo("MODIFIED");
      assertThat(event.path("object").path("kind").asText()).isEqualTo("Pod");
      assertThat(event.path("object").path("status").path("containerStatuses")).hasSize(1);
    }

    @Test
    void tellsOfPodsThatComeAndGo() throws Exception {
      String version = version(get(PODS));
      cluster.push("Sell more", Shop.web("shop/web:2", 2), Shop.DATABASE);

      var events = events(PODS + "?watch=true&resourceVersion=" + version, 4);

      assertThat(events.stream().map(it -> it.path("type").asText()))
          .containsExactly("DELETED", "DELETED", "ADDED", "ADDED");
    }

    @Test
    void tellsOfAllThatIsThereToOneWhoHasSeenNothing() throws Exception {
      assertThat(events(PODS + "?watch=true", 2))
          .allSatisfy(it -> assertThat(it.path("type").asText()).isEqualTo("ADDED"));
    }

    @Test
    void countsAnObjectThatLeavesTheSelectionAsDeleted() throws Exception {
      String path = PODS + "?watch=true&fieldSelector=status.phase%3DRunning&resourceVersion=";
      String version = version(get(PODS));
      cluster.change(
          "web",
          pod ->
              new dev.reeve.core.protocol.PodReport(
                  pod.uid(),
                  pod.name(),
                  pod.workload(),
                  pod.release(),
                  pod.commit(),
                  dev.reeve.core.protocol.PodReport.Phase.PENDING,
                  false,
                  false,
                  pod.ip(),
                  pod.startedAt(),
                  pod.containers(),
                  "",
                  ""));

      assertThat(events(path + version, 1).getFirst().path("type").asText()).isEqualTo("DELETED");
    }

    @Test
    void saysGoneToOneWhoseVersionIsOfAnotherTime() throws Exception {
      var answer = get(PODS + "?watch=true&resourceVersion=17");

      assertThat(answer.statusCode()).isEqualTo(410);
      assertThat(json(answer).path("reason").asText()).isEqualTo("Expired");
    }

    @Test
    void endsAfterTheTimeAskedFor() throws Exception {
      var answer = get(PODS + "?watch=true&timeoutSeconds=1&resourceVersion=" + version(get(PODS)));

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEmpty();
    }

    @Test
    void endsWhenTheServerStops() throws Exception {
      var answer = client.send(request(PODS + "?watch=true").build(), BodyHandlers.ofInputStream());

      long before = System.nanoTime();
      web.close();

      try (InputStream body = answer.body()) {
        body.readAllBytes();
      } catch (IOException cutShort) {
        // An end as good as any other.
      }
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
    }

    private List<JsonNode> events(String path, int count) throws Exception {
      var answer = client.send(request(path).build(), BodyHandlers.ofInputStream());
      try (var lines =
          new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
        var events = new java.util.ArrayList<JsonNode>();
        for (int i = 0; i < count; i++) {
          events.add(JSON.readTree(lines.readLine()));
        }
        return events;
      }
    }
  }

  @Test
  void cutsAListAndGoesOnBehindTheCut() throws Exception {
    JsonNode first = json(get("/api/v1/pods?limit=2"));
    String next = first.path("metadata").path("continue").asText();
    JsonNode rest = json(get("/api/v1/pods?limit=2&continue=" + next));

    assertThat(first.path("items")).hasSize(2);
    assertThat(rest.path("items")).hasSize(1);
    assertThat(rest.path("metadata").has("continue")).isFalse();
  }

  @Test
  void showsNoSecretAnywhere() throws Exception {
    for (String path :
        List.of(
            "/api/v1/secrets",
            "/dashboard.json",
            "/metrics",
            "/api/v1/namespaces/data/secrets/login")) {
      assertThat(get(path).body()).doesNotContain("hunter2", "aHVudGVyMg");
    }
  }

  @Test
  void isDeafToNamesThatAreNotItsOwn() throws Exception {
    assertThat(asHost("evil.example")).contains("421");
    assertThat(asHost("localhost:" + web.port())).contains("200");
    assertThat(asHost("[::1]:" + web.port())).contains("200");
    assertThat(asHost("REEVE.example")).contains("200");
  }

  @Test
  void isReadyOnlyWhenItLeads() throws Exception {
    assertThat(get("/readyz").body()).isEqualTo("ok");
    assertThat(get("/healthz").body()).isEqualTo("ok");
    try (var other = StatusWeb.start(Settings.local(0), new FakeCluster("n1"))) {
      var answer =
          client.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + other.port() + "/readyz"))
                  .build(),
              BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).contains("not leading");
    }
  }

  @Test
  void asksForTheContainerOfAPodThatHasSeveral() throws Exception {
    var answer = get("/api/v1/namespaces/data/pods/" + cluster.firstPod("db") + "/log");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(json(answer).path("message").asText())
        .contains("a container name must be specified", "[postgres, exporter]");
  }

  @Test
  void saysWhyALogCannotBeRead() throws Exception {
    var answer =
        get("/api/v1/namespaces/default/pods/" + cluster.firstPod("web") + "/log?previous=true");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(json(answer).path("message").asText()).contains("previous terminated container");
  }

  @Test
  void countsWhatPrometheusReads() throws Exception {
    assertThat(get("/metrics").body())
        .contains("reeve_pods{phase=\"Running\"} 3.0", "reeve_nodes{ready=\"true\"} 2.0", "jvm_");
  }

  @Nested
  class Webhooks {
    private static final String PUSH =
        "{\"ref\":\"refs/heads/main\",\"repository\":{\"full_name\":\"acme/shop\"}}";

    @Test
    void lookAtGitOnceForEachDelivery() throws Exception {
      assertThat(github("1", "push", PUSH).statusCode()).isEqualTo(202);
      assertThat(github("1", "push", PUSH).body()).contains("seen before");
      assertThat(github("2", "push", PUSH).body()).contains("looking at Git");
      assertThat(cluster.looksAtGit).hasValue(2);
    }

    @Test
    void ofAnotherBranchAreIgnored() throws Exception {
      var answer = github("1", "push", PUSH.replace("main", "other"));

      assertThat(answer.statusCode()).isEqualTo(202);
      assertThat(cluster.looksAtGit).hasValue(0);
    }

    @Test
    void ofTheCommandsBranchAreHeard() throws Exception {
      var commands = "reeve-commands/" + cluster.info().cluster();

      assertThat(github("1", "push", PUSH.replace("main", commands)).body())
          .contains("looking at Git");
      assertThat(github("2", "push", PUSH.replace("main", commands + "-b")).body())
          .contains("ignored");
    }

    @Test
    void thatOnlyPingAreAnswered() throws Exception {
      assertThat(github("1", "ping", "{}").statusCode()).isEqualTo(200);
    }

    @Test
    void withoutAGoodSignatureAreTurnedAway() throws Exception {
      assertThat(post("/hooks/github", PUSH, Map.of()).statusCode()).isEqualTo(401);
      assertThat(
              post("/hooks/github", PUSH, Map.of("X-Hub-Signature-256", "sha256=" + hmac("other")))
                  .statusCode())
          .isEqualTo(401);
      assertThat(
              post("/hooks/github", PUSH, Map.of("X-Hub-Signature-256", "sha256=zz")).statusCode())
          .isEqualTo(401);
      assertThat(cluster.looksAtGit).hasValue(0);
    }

    @Test
    void signedInTheGenericWayAreHeard() throws Exception {
      var signature = Map.of("X-Signature", "sha256=" + hmac("at 12:00"));

      assertThat(post("/hooks/generic", "at 12:00", signature).body()).contains("looking at Git");
      assertThat(post("/hooks/generic", "at 12:00", signature).body()).contains("seen before");
    }

    @Test
    void thatAreTooLargeAreNotReadToTheirEnd() throws Exception {
      byte[] large = new byte[(1 << 20) + 1];
      var withLength =
          client.send(
              request("/hooks/github").POST(BodyPublishers.ofByteArray(large)).build(),
              BodyHandlers.ofString());
      assertThat(withLength.statusCode()).isEqualTo(413);

      var without =
          client.send(
              request("/hooks/github")
                  .POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(large)))
                  .build(),
              BodyHandlers.ofString());
      assertThat(without.statusCode()).isEqualTo(413);
    }

    @Test
    void ofProvidersThatAreNotServedAreToldSo() throws Exception {
      assertThat(post("/hooks/gitlab", "{}", Map.of()).statusCode()).isEqualTo(404);
      assertThat(post("/hooks/gitlab", "{}", Map.of()).body()).contains("not supported yet");
    }

    @Test
    void thatComeTooOftenAreSlowedDown() throws Exception {
      for (int i = 0; i < 30; i++) {
        assertThat(post("/hooks/github", "{}", Map.of()).statusCode()).isEqualTo(401);
      }

      assertThat(post("/hooks/github", "{}", Map.of()).statusCode()).isEqualTo(429);
    }

    private HttpResponse<String> github(String id, String event, String body) throws Exception {
      return post(
          "/hooks/github",
          body,
          Map.of(
              "X-GitHub-Delivery", id,
              "X-GitHub-Event", event,
              "X-Hub-Signature-256", "sha256=" + hmac(body)));
    }

    private String hmac(String body) throws Exception {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
    }

    private HttpResponse<String> post(String path, String body, Map<String, String> headers)
        throws Exception {
      var request = request(path).POST(BodyPublishers.ofString(body));
      headers.forEach(request::header);
      return client.send(request.build(), BodyHandlers.ofString());
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + web.port() + path))
        .timeout(Duration.ofSeconds(20));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path).build(), BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> answer) throws Exception {
    return Trees.MAPPER.readTree(answer.body());
  }

  private static String version(HttpResponse<String> list) throws Exception {
    return json(list).path("metadata").path("resourceVersion").asText();
  }

  /// The status line that a client gets who asks by a name; Java's own client lets nobody choose.
  private String asHost(String host) throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), web.port())) {
      socket
          .getOutputStream()
          .write(
              ("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .findFirst()
          .orElse("");
    }
  }
}
