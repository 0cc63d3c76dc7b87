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

/// Images that are followed, as kubectl and Flux's tools find them.
class FollowedImagesWebTest {
  private static final String API = "/apis/image.toolkit.fluxcd.io/v1/";

  private final HttpClient client = HttpClient.newHttpClient();
  private final FakeCluster cluster = FakeCluster.leading("n1");
  private StatusWeb web;

  @BeforeEach
  void start() {
    cluster.push(
        "Follow the web",
        """
        apiVersion: image.toolkit.fluxcd.io/v1beta2
        kind: ImageRepository
        metadata: {name: web}
        spec: {image: ghcr.io/team/web, interval: 1m}
        ---
        apiVersion: image.toolkit.fluxcd.io/v1beta2
        kind: ImagePolicy
        metadata: {name: web}
        spec: {imageRepositoryRef: {name: web}, policy: {semver: {range: "*"}}}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: versions}
        data:
          web: 1.2.3 # {"$imagepolicy": "default:web:tag"}
        """);
    cluster.pass(Duration.ofSeconds(5));
    web = StatusWeb.start(Settings.local(0), cluster);
  }

  @AfterEach
  void stop() {
    web.close();
    client.shutdownNow();
  }

  private JsonNode get(String path) throws Exception {
    var uri = URI.create("http://127.0.0.1:" + web.port() + path);
    return Trees.MAPPER.readTree(
        client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body());
  }

  @Test
  void areListedInTheVersionThatThereIs() throws Exception {
    var repositories = get(API + "imagerepositories");

    assertThat(repositories.path("items")).hasSize(1);
    assertThat(repositories.at("/items/0/spec/image").asText()).isEqualTo("ghcr.io/team/web");
    assertThat(get(API + "namespaces/default/imagerepositories/web").path("apiVersion").asText())
        .isEqualTo("image.toolkit.fluxcd.io/v1");
  }

  @Test
  void aPolicyHasWhatTheTextNames() throws Exception {
    var status = get(API + "namespaces/default/imagepolicies/web").path("status");

    assertThat(status.at("/latestRef/name").asText()).isEqualTo("ghcr.io/team/web");
    assertThat(status.at("/latestRef/tag").asText()).isEqualTo("1.2.3");
    assertThat(status.at("/conditions/0/message").asText())
        .isEqualTo("the registry has not answered yet");
  }
}
