package dev.reeve.server.images;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.head;
import static com.github.tomakehurst.wiremock.client.WireMock.headRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.reeve.core.Core;
import dev.reeve.core.Effect;
import dev.reeve.core.Event;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.ImageTag;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.record.RecordTree;
import dev.reeve.manifest.Catalog;
import dev.reeve.manifest.CommitText;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.ManifestFile;
import dev.reeve.manifest.Manifests;
import dev.reeve.manifest.Reading;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// When registries are asked, and what the core is told.
@Timeout(60)
class ImagePollsTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final String TAGS = "/v2/team/web/tags/list";

  private final WireMockServer server =
      new WireMockServer(WireMockConfiguration.options().bindAddress("127.0.0.1").dynamicPort());
  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Core core = new Core("local", START);
  private volatile Catalog catalog = Catalog.empty();
  private final ImagePolls polls = new ImagePolls(core::root, () -> catalog, events::add);

  @BeforeEach
  void lead() {
    server.start();
    step(
        new Event.Started(
            ClusterSettings.defaults("local"),
            RecordTree.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty()));
  }

  @AfterEach
  void stop() {
    polls.close();
    server.stop();
  }

  private void step(Event event) {
    for (Effect effect : core.step(event, START)) {
      if (effect instanceof Effect.Request.Append append) {
        step(new Event.Answered(append.id(), new Event.Answer.Ok()));
      }
    }
  }

  /// @param repository fields of its spec, from a comma on
  private void push(String repository, String policy) {
    var text =
        """
        apiVersion: image.toolkit.fluxcd.io/v1
        kind: ImageRepository
        metadata: {name: web}
        spec: {image: "127.0.0.1:%d/team/web"%s}
        ---
        apiVersion: image.toolkit.fluxcd.io/v1
        kind: ImagePolicy
        metadata: {name: web}
        spec: {imageRepositoryRef: {name: web}, %s}
        """
            .formatted(server.port(), repository, policy);
    var file = ManifestFile.parse(text.getBytes(StandardCharsets.UTF_8), Format.YAML);
    var reading =
        Manifests.read(
            "local",
            new CommitText("c1", "", ""),
            new TreeMap<>(Map.of("images.yaml", file)),
            new byte[] {1},
            Optional.empty());
    assertThat(reading).isInstanceOf(Reading.Accepted.class);
    if (reading instanceof Reading.Accepted(var state, var read)) {
      catalog = read;
      step(new Event.DesiredChanged(state, List.of(), List.of(), List.of()));
    }
  }

  private List<ImageTag> found() throws InterruptedException {
    polls.look();
    var event = events.poll(20, TimeUnit.SECONDS);
    assertThat(event).isInstanceOf(Event.ImagesFound.class);
    var ranking = ((Event.ImagesFound) event).rankings().getFirst();
    assertThat(ranking.policy())
        .isEqualTo(ObjectKey.parse("ImagePolicy.image.toolkit.fluxcd.io/default/web"));
    return ranking.ranked();
  }

  @Test
  void theCoreIsToldOfTagsTheNewestFirst() throws Exception {
    server.stubFor(
        get(urlPathEqualTo(TAGS)).willReturn(okJson("{\"tags\": [\"1.0.0\", \"1.1.0\", \"x\"]}")));
    push("", "policy: {semver: {range: '*'}}");

    assertThat(found()).containsExactly(new ImageTag("1.1.0", ""), new ImageTag("1.0.0", ""));
  }

  @Test
  void ofOneRepositoryThereIsOneQuestionAtATimeAndNoneBeforeItsInterval() throws Exception {
    server.stubFor(
        get(urlPathEqualTo(TAGS))
            .willReturn(okJson("{\"tags\": [\"1.0.0\"]}").withFixedDelay(500)));
    push("", "policy: {semver: {range: '*'}}");

    polls.look();
    polls.look();
    assertThat(found()).hasSize(1);
    polls.look();

    server.verify(1, getRequestedFor(urlPathEqualTo(TAGS)));
  }

  @Test
  void onlyWhatIsChosenIsAskedForItsDigest() throws Exception {
    var digest = "sha256:" + "ab".repeat(32);
    server.stubFor(
        get(urlPathEqualTo(TAGS)).willReturn(okJson("{\"tags\": [\"1.0.0\", \"1.1.0\"]}")));
    server.stubFor(
        head(urlEqualTo("/v2/team/web/manifests/1.1.0"))
            .willReturn(aResponse().withHeader("Docker-Content-Digest", digest)));
    push("", "policy: {semver: {range: '*'}}, digestReflectionPolicy: Always");

    assertThat(found()).containsExactly(new ImageTag("1.1.0", digest), new ImageTag("1.0.0", ""));
    server.verify(1, headRequestedFor(urlPathMatching("/v2/team/web/manifests/.*")));
  }

  @Test
  void whatIsSuspendedIsNotAskedFor() {
    push(", suspend: true", "policy: {semver: {range: '*'}}");

    polls.look();

    assertThat(events).isEmpty();
    assertThat(server.getAllServeEvents()).isEmpty();
  }

  @Test
  void aFailureTellsTheCoreNothing() throws Exception {
    server.stubFor(get(urlPathEqualTo(TAGS)).willReturn(aResponse().withStatus(500)));
    push("", "policy: {semver: {range: '*'}}");

    polls.look();

    assertThat(events.poll(1, TimeUnit.SECONDS)).isNull();
    server.verify(1, getRequestedFor(urlPathEqualTo(TAGS)));
  }
}
