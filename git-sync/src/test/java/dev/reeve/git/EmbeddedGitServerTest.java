package dev.reeve.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedGitServerTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @TempDir Path temp;
  private final AtomicInteger pushes = new AtomicInteger();
  private EmbeddedRepository repository;
  private HttpRemote server;
  private String imported;

  @BeforeEach
  void start() throws IOException {
    Path manifests = Files.createDirectories(temp.resolve("manifests"));
    Files.writeString(manifests.resolve("web.yaml"), "kind: Deployment\n");
    repository = EmbeddedRepository.open(temp.resolve("config.git"), "main");
    imported = repository.importFolder(manifests, "First state\n", NOON).orElseThrow();
    server = new HttpRemote(repository, pushes::incrementAndGet);
  }

  @AfterEach
  void stop() {
    server.close();
    repository.close();
  }

  @Test
  void givesACloneToThoseWhoKnowThePassword() {
    Person ada = Person.cloneOf(server.urlWithPassword(), temp.resolve("ada"));

    assertThat(ada.tip()).isEqualTo(imported);
    assertThat(ada.folder().resolve("web.yaml")).hasContent("kind: Deployment\n");
  }

  @Test
  void takesAPushAndSaysSoAtOnce() {
    Person ada = Person.cloneOf(server.urlWithPassword(), temp.resolve("ada"));

    String pushed = ada.write("web.yaml", "kind: Job\n").commitAndPush("Another");

    assertThat(pushes).hasValue(1);
    assertThat(Person.in(repository.folder()).git("rev-parse", "main").strip()).isEqualTo(pushed);
  }

  @Test
  void takesARewrittenBranch() {
    Person ada = Person.cloneOf(server.urlWithPassword(), temp.resolve("ada"));
    ada.git("commit", "-q", "--amend", "-m", "First state, reworded");

    ada.push("-f", "origin", "HEAD");

    assertThat(pushes).hasValue(1);
  }

  @Test
  void isClosedToEverybodyElse() {
    String wrong = server.urlWithPassword().replace("horse", "house");

    assertThatThrownBy(() -> Person.cloneOf(wrong, temp.resolve("eve")))
        .hasMessageContaining("Authentication failed");
    assertThatThrownBy(() -> Person.cloneOf(server.url(), temp.resolve("eve")))
        .hasMessageContaining("could not read Username");
  }

  @Test
  void asksForThePasswordInTheWayOfHttp() throws Exception {
    var request = HttpRequest.newBuilder(URI.create(server.url() + "/info/refs")).build();

    try (var client = HttpClient.newHttpClient()) {
      var answer = client.send(request, HttpResponse.BodyHandlers.discarding());

      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().firstValue("WWW-Authenticate"))
          .hasValueSatisfying(value -> assertThat(value).startsWith("Basic realm="));
    }
  }

  @Test
  void servesNoOtherRepository() {
    String other = server.urlWithPassword().replace("config.git", "../config.git");

    assertThatThrownBy(() -> Person.cloneOf(other, temp.resolve("eve")))
        .hasMessageContaining("not found");
  }

  @Test
  void isPolledAndFetchedByAMirror() {
    try (var mirror = ConfigMirror.open(temp.resolve("mirror"), server.remote(), "main", "prod")) {
      assertThat(((Poll.Tip) mirror.poll()).commit()).isEqualTo(imported);
      assertThat(((Fetch.Fetched) mirror.fetch()).tip()).isEqualTo(imported);
      assertThat(mirror.keep(imported)).isEqualTo(new Kept.Done());
    }
  }

  @Test
  void tellsAMirrorWithAWrongPasswordWhy() {
    var remote =
        new RemoteRepository(
            server.url(), GitCredentials.password(server.url(), "reeve", "a guess"));

    try (var mirror = ConfigMirror.open(temp.resolve("mirror"), remote, "main", "prod")) {
      assertThat(mirror.poll())
          .isInstanceOfSatisfying(
              Poll.Unavailable.class,
              away -> assertThat(away.cause()).contains("not authorized").doesNotContain("guess"));
    }
  }
}
