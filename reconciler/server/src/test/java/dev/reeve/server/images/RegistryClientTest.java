package dev.reeve.server.images;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.head;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.reeve.manifest.images.ImageName;
import dev.reeve.server.images.RegistryClient.Repository;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is said to a registry, and what becomes of its answers.
@Timeout(60)
class RegistryClientTest {
  private static final String TAGS = "/v2/team/web/tags/list";
  private static final String PASSWORD = "planted-5b1e";
  private static final String DIGEST = "sha256:" + "ab".repeat(32);

  private final WireMockServer server = server();
  private final WireMockServer other = server();
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
  private final RegistryClient client = new RegistryClient(workers);

  private static WireMockServer server() {
    return new WireMockServer(
        WireMockConfiguration.options().bindAddress("127.0.0.1").dynamicPort());
  }

  @BeforeEach
  void start() {
    server.start();
    other.start();
  }

  @AfterEach
  void stop() {
    client.close();
    workers.shutdownNow();
    server.stop();
    other.stop();
  }

  private Repository repository(Optional<Login> login) {
    return new Repository(
        ImageName.parse("127.0.0.1:" + server.port() + "/team/web"),
        login,
        false,
        Duration.ofSeconds(2));
  }

  private Repository repository() {
    return repository(Optional.empty());
  }

  private static Optional<Login> ann() {
    return Optional.of(new Login("ann", PASSWORD));
  }

  private List<String> tags(Repository repository) throws RegistryFailure {
    return client.tags(repository, "").orElseThrow().names();
  }

  @Test
  void tagsComePageByPage() throws Exception {
    server.stubFor(
        get(urlEqualTo(TAGS + "?n=1000"))
            .willReturn(
                okJson("{\"name\": \"team/web\", \"tags\": [\"1.0\", \"1.1\"]}")
                    .withHeader("Link", "<" + TAGS + "?last=1.1&n=1000>; rel=\"next\"")));
    server.stubFor(
        get(urlEqualTo(TAGS + "?last=1.1&n=1000"))
            .willReturn(okJson("{\"name\": \"team/web\", \"tags\": [\"1.2\", \"no tag\\n\"]}")));

    assertThat(tags(repository())).containsExactly("1.0", "1.1", "1.2");
  }

  @Test
  void aRepositoryWithoutTagsHasNone() throws Exception {
    server.stubFor(get(urlPathEqualTo(TAGS)).willReturn(okJson("{\"tags\": null}")));

    assertThat(tags(repository())).isEmpty();
  }

  @Test
  void aPageElsewhereIsNotAskedFor() {
    server.stubFor(
        get(urlPathEqualTo(TAGS))
            .willReturn(
                okJson("{\"tags\": []}")
                    .withHeader(
                        "Link", "<http://127.0.0.1:" + other.port() + TAGS + ">; rel=\"next\"")));

    assertThatThrownBy(() -> tags(repository())).hasMessageContaining("at another place");
    assertThat(other.getAllServeEvents()).isEmpty();
  }

  @Test
  void pagesWithoutAnEndAreGivenUp() {
    server.stubFor(
        get(urlPathEqualTo(TAGS))
            .willReturn(
                okJson("{\"tags\": [\"1\"]}")
                    .withHeader("Link", "<" + TAGS + "?last=1>; rel=\"next\"")));

    assertThatThrownBy(() -> tags(repository())).hasMessageContaining("more tags than");
  }

  @Test
  void whatHasNotChangedIsNotSentAgain() throws Exception {
    server.stubFor(
        get(urlPathEqualTo(TAGS))
            .withHeader("If-None-Match", absent())
            .willReturn(okJson("{\"tags\": [\"1\"]}").withHeader("ETag", "\"x1\"")));
    server.stubFor(
        get(urlPathEqualTo(TAGS))
            .withHeader("If-None-Match", equalTo("\"x1\""))
            .willReturn(aResponse().withStatus(304)));

    var first = client.tags(repository(), "").orElseThrow();
    assertThat(first.etag()).isEqualTo("\"x1\"");
    assertThat(client.tags(repository(), first.etag())).isEmpty();
  }

  @Test
  void aTokenIsFetchedWithTheLoginAndUsedAgain() throws Exception {
    server.stubFor(
        get(urlPathEqualTo(TAGS))
            .withHeader("Authorization", absent())
            .willReturn(
                aResponse()
                    .withStatus(401)
                    .withHeader(
                        "WWW-Authenticate",
                        "Bearer realm=\"http://127.0.0.1:"
                            + other.port()
                            + "/token\",service=\"registry.example.com\",scope=\"repository:team/web:pull\"")));
    server.stubFor(
        get(urlPathEqualTo(TAGS))
            .withHeader("Authorization", equalTo("Bearer t0ken"))
            .willReturn(okJson("{\"tags\": [\"1\"]}")));
    other.stubFor(
        get(urlEqualTo("/token?service=registry.example.com&scope=repository%3Ateam%2Fweb%3Apull"))
            .withBasicAuth("ann", PASSWORD)
            .willReturn(okJson("{\"token\": \"t0ken\", \"expires_in\": 300}")));

    assertThat(tags(repository(ann()))).containsExactly("1");
    assertThat(tags(repository(ann()))).containsExactly("1");
    other.verify(1, getRequestedFor(urlPathEqualTo("/token")));
    // The registry itself never saw the password.
    server.verify(
        0,
        getRequestedFor(urlPathEqualTo(TAGS))
            .withBasicAuth(
                new com.github.tomakehurst.wiremock.client.BasicCredentials("ann", PASSWORD)));
  }

  @Test
  void aRegistryThatAsksForIsGivenTheLoginItself() throws Exception {
    server.stubFor(
        get(urlPathEqualTo(TAGS))
            .willReturn(
                aResponse()
                    .withStatus(401)
                    .withHeader("WWW-Authenticate", "Basic realm=\"Registry\"")));
    server.stubFor(
        get(urlPathEqualTo(TAGS))
            .withBasicAuth("ann", PASSWORD)
            .willReturn(okJson("{\"tags\": [\"1\"]}")));

    assertThat(tags(repository(ann()))).containsExactly("1");
  }

  @Test
  void aWrongLoginIsSaidWithoutIt() {
    server.stubFor(
        get(urlPathEqualTo(TAGS))
            .willReturn(
                aResponse()
                    .withStatus(401)
                    .withHeader("WWW-Authenticate", "Basic realm=\"Registry\"")
                    .withBody("not " + PASSWORD)));

    assertThatThrownBy(() -> tags(repository(ann())))
        .hasMessageContaining("refuses the login of secretRef")
        .hasMessageNotContaining(PASSWORD);
    assertThatThrownBy(() -> tags(repository()))
        .hasMessageContaining("without a login (secretRef)");
    assertThat(ann().toString()).doesNotContain(PASSWORD);
    assertThat(repository(ann()).toString()).doesNotContain(PASSWORD);
  }

  @Test
  void aRedirectToAnotherHostGoesWithoutTheLogin() throws Exception {
    server.stubFor(
        get(urlPathEqualTo(TAGS))
            .willReturn(
                aResponse().withStatus(401).withHeader("WWW-Authenticate", "Basic realm=\"r\"")));
    server.stubFor(
        get(urlPathEqualTo(TAGS))
            .withBasicAuth("ann", PASSWORD)
            .willReturn(
                aResponse()
                    .withStatus(307)
                    .withHeader("Location", "http://127.0.0.1:" + other.port() + "/elsewhere")));
    other.stubFor(get(urlEqualTo("/elsewhere")).willReturn(okJson("{\"tags\": [\"1\"]}")));

    assertThat(tags(repository(ann()))).containsExactly("1");
    other.verify(1, getRequestedFor(urlEqualTo("/elsewhere")).withoutHeader("Authorization"));
  }

  @Test
  void theOtherHostIsNotGivenTheLoginEvenWhereItAsks() {
    server.stubFor(
        get(urlPathEqualTo(TAGS))
            .willReturn(
                aResponse()
                    .withStatus(302)
                    .withHeader("Location", "http://127.0.0.1:" + other.port() + "/elsewhere")));
    other.stubFor(
        get(urlEqualTo("/elsewhere"))
            .willReturn(
                aResponse().withStatus(401).withHeader("WWW-Authenticate", "Basic realm=\"r\"")));

    assertThatThrownBy(() -> tags(repository(ann()))).hasMessageContaining("refuses");
    other.verify(1, getRequestedFor(urlEqualTo("/elsewhere")).withoutHeader("Authorization"));
  }

  @Test
  void nothingGoesWithoutTlsToAnotherMachine() {
    server.stubFor(
        get(urlPathEqualTo(TAGS))
            .willReturn(
                aResponse().withStatus(302).withHeader("Location", "http://192.0.2.1/elsewhere")));

    assertThatThrownBy(() -> tags(repository())).hasMessageContaining("without TLS");
  }

  @Test
  void circlesOfRedirectsEnd() {
    server.stubFor(
        get(urlPathEqualTo(TAGS))
            .willReturn(aResponse().withStatus(302).withHeader("Location", TAGS)));

    assertThatThrownBy(() -> tags(repository())).hasMessageContaining("too many redirects");
  }

  @Test
  void aRegistryThatIsAskedTooOftenSaysForHowLong() {
    server.stubFor(
        get(urlPathEqualTo(TAGS))
            .willReturn(aResponse().withStatus(429).withHeader("Retry-After", "120")));

    var failure = catchThrowableOfType(RegistryFailure.class, () -> tags(repository()));

    assertThat(failure.pause()).isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void whatGoesWrongIsSaid() {
    server.stubFor(get(urlPathEqualTo(TAGS)).willReturn(aResponse().withStatus(404)));
    assertThatThrownBy(() -> tags(repository())).hasMessageContaining("no such repository");
    server.stubFor(get(urlPathEqualTo(TAGS)).willReturn(aResponse().withStatus(503)));
    assertThatThrownBy(() -> tags(repository())).hasMessageContaining("HTTP 503");
    server.stubFor(get(urlPathEqualTo(TAGS)).willReturn(aResponse().withBody("<html>")));
    assertThatThrownBy(() -> tags(repository())).hasMessageContaining("not JSON");
    server.stubFor(get(urlPathEqualTo(TAGS)).willReturn(aResponse().withFixedDelay(10_000)));
    assertThatThrownBy(() -> tags(repository())).hasMessageContaining("did not answer");
    server.stubFor(get(urlPathEqualTo(TAGS)).willReturn(aResponse().withBody(new byte[9 << 20])));
    assertThatThrownBy(() -> tags(repository())).hasMessageContaining("more than 8 MiB");
    var gone = repository();
    server.stop();
    assertThatThrownBy(() -> tags(gone)).hasMessageContaining("cannot be reached");
  }

  @Test
  void theDigestIsThatOfTheHeader() throws Exception {
    server.stubFor(
        head(urlEqualTo("/v2/team/web/manifests/1.0"))
            .willReturn(aResponse().withHeader("Docker-Content-Digest", DIGEST)));

    assertThat(client.digest(repository(), "1.0")).isEqualTo(DIGEST);
  }

  @Test
  void whereThereIsNoHeaderItIsThatOfTheManifest() throws Exception {
    server.stubFor(head(urlEqualTo("/v2/team/web/manifests/1.0")).willReturn(aResponse()));
    server.stubFor(get(urlEqualTo("/v2/team/web/manifests/1.0")).willReturn(okJson("{}")));

    assertThat(client.digest(repository(), "1.0"))
        .isEqualTo("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  }

  @Test
  void whenAnImageWasMadeStandsInItsConfig() throws Exception {
    var image = "sha256:" + "01".repeat(32);
    server.stubFor(
        get(urlEqualTo("/v2/team/web/manifests/1.0"))
            .willReturn(
                okJson(
                    """
                    {"manifests": [
                      {"digest": "sha256:%s", "platform": {"os": "windows", "architecture": "amd64"}},
                      {"digest": "sha256:%s", "platform": {"os": "linux", "architecture": "arm64"}},
                      {"digest": "%s", "platform": {"os": "linux", "architecture": "amd64"}}]}
                    """
                        .formatted("02".repeat(32), "03".repeat(32), image))));
    server.stubFor(
        get(urlEqualTo("/v2/team/web/manifests/" + image))
            .willReturn(okJson("{\"config\": {\"digest\": \"" + DIGEST + "\"}}")));
    server.stubFor(
        get(urlEqualTo("/v2/team/web/blobs/" + DIGEST))
            .willReturn(okJson("{\"created\": \"2026-05-01T12:00:00.5+02:00\"}")));

    assertThat(client.made(repository(), "1.0")).contains(Instant.parse("2026-05-01T10:00:00.5Z"));
  }

  @Test
  void theLoginIsThatOfTheRegistryOrOfTheLongestPathInIt() {
    var secret =
        Map.of(
            ".dockerconfigjson",
            """
            {"auths": {
              "https://index.docker.io/v1/": {"username": "hub", "password": "h"},
              "ghcr.io": {"auth": "Z2g6cGF0"},
              "ghcr.io/team": {"username": "team", "password": "t"}}}
            """
                .getBytes(StandardCharsets.UTF_8));

    assertThat(Login.find(secret, ImageName.parse("nginx"))).contains(new Login("hub", "h"));
    assertThat(Login.find(secret, ImageName.parse("ghcr.io/other/web")))
        .contains(new Login("gh", "pat"));
    assertThat(Login.find(secret, ImageName.parse("ghcr.io/team/web")))
        .contains(new Login("team", "t"));
    assertThat(Login.find(secret, ImageName.parse("quay.io/team/web"))).isEmpty();
    assertThat(Login.find(Map.of(), ImageName.parse("nginx"))).isEmpty();
  }
}
