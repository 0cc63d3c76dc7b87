package dev.reeve.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reeve.git.RemoteRepository;
import dev.reeve.manifest.age.Identities;
import dev.reeve.server.ControlPlane;
import dev.reeve.server.authority.ClusterAuthority;
import dev.reeve.server.web.Settings;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a control plane shows of the time before it was started: its folder has only the newest
/// commit of the record then, until somebody looks.
class RecordedPastTest {
  private static final String WEB =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 1
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: "web:1"}]}
      """;

  @TempDir Path temp;

  @Test
  void isShownAfterARestart() throws Exception {
    var clone = Clone.make(temp);
    clone.write("web.yaml", WEB);
    clone.push("Begin");
    try (var first = start(clone)) {
      awaitDecision(first);
    }

    try (var second = start(clone)) {
      awaitDecision(second);
    }
  }

  private ControlPlane start(Clone clone) throws Exception {
    int agentPort;
    try (var free = new ServerSocket(0)) {
      agentPort = free.getLocalPort();
    }
    return ControlPlane.start(
        new ControlPlane.Settings(
            "test",
            temp.resolve("data"),
            new RemoteRepository(clone.url()),
            "main",
            "",
            Duration.ofSeconds(1),
            () -> Identities.NONE,
            Optional.empty(),
            "127.0.0.1",
            agentPort,
            Settings.local(0),
            "test"),
        ClusterAuthority.open(temp.resolve("authority"), "test"));
  }

  private static void awaitDecision(ControlPlane server) throws Exception {
    var until = Instant.now().plusSeconds(40);
    var seen = "";
    while (Instant.now().isBefore(until)) {
      JsonNode page = page(server);
      seen = page.path("history").toString();
      if (seen.contains("\"RolloutStarted\"")) {
        return;
      }
      Thread.sleep(200);
    }
    assertThat(seen).contains("\"RolloutStarted\"");
  }

  private static JsonNode page(ControlPlane server) throws Exception {
    try (var client = HttpClient.newHttpClient()) {
      var address = "http://127.0.0.1:" + server.webPort() + "/rollout/default/web.json";
      var request = HttpRequest.newBuilder(URI.create(address)).timeout(Duration.ofSeconds(10));
      return new ObjectMapper()
          .readTree(client.send(request.build(), BodyHandlers.ofString()).body());
    }
  }
}
