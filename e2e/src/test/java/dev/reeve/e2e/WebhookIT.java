package dev.reeve.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// Webhooks with real pushes behind them, where the poll alone would come far too late.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WebhookIT {
  private static final int WEB_PORT = 7172;
  private static final int AGENT_PORT = 7173;
  private static final String SECRET = "between-us-4c1d";
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir private static Path temp;
  private final Web web = new Web(WEB_PORT);
  private GitHost git;
  private Program server;
  private Repository clone;
  private int version;

  @BeforeAll
  void startAControlPlane() throws Exception {
    git = GitHost.start(temp.resolve("git"));
    clone = Repository.clone(List.of(), git.path(), temp.resolve("clone"));
    var first = push();
    var secret = temp.resolve("secret");
    Files.writeString(secret, SECRET + "\n");
    server =
        Program.java(
            List.of(),
            temp.resolve("server.log"),
            "server",
            "--repo",
            git.url(),
            "--data-dir",
            temp.resolve("server").toString(),
            "--ca-dir",
            temp.resolve("ca").toString(),
            "--port",
            String.valueOf(WEB_PORT),
            "--agent-port",
            String.valueOf(AGENT_PORT),
            "--poll",
            "600",
            "--webhook-secret",
            "github=" + secret);
    try {
      Program.await("the first commit is good", PATIENCE, () -> isNoted(first));
    } catch (AssertionError e) {
      throw new AssertionError(server.log(), e);
    }
  }

  @AfterAll
  void stopIt() throws Exception {
    if (server != null) {
      server.close();
    }
    if (git != null) {
      git.close();
    }
  }

  private String push() throws Exception {
    version++;
    clone.write(
        "settings.yaml",
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {version: "%d"}
        """
            .formatted(version));
    return clone.push("Version " + version);
  }

  private boolean isNoted(String commit) {
    return clone.note(commit).startsWith("success");
  }

  /// What GitHub sends for a push, as far as it matters here.
  private static String payload(String commit) {
    return """
    {"ref":"refs/heads/main","after":"%s","deleted":false,"forced":false,\
    "repository":{"full_name":"acme/config","default_branch":"main"},\
    "head_commit":{"id":"%s"}}\
    """
        .formatted(commit, commit);
  }

  private static String signature(String body, String secret) throws Exception {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
  }

  private HttpRequest.Builder delivery(String id, String body) {
    return web.to("/hooks/github")
        .header("Content-Type", "application/json")
        .header("User-Agent", "GitHub-Hookshot/1a2b3c4")
        .header("X-GitHub-Event", "push")
        .header("X-GitHub-Delivery", id)
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private HttpResponse<String> deliver(String id, String body, String secret) throws Exception {
    return web.send(delivery(id, body).header("X-Hub-Signature-256", signature(body, secret)));
  }

  private static String newId() {
    return UUID.randomUUID().toString();
  }

  @Test
  @Order(1)
  void aSignedPushIsSyncedAtOnce() throws Exception {
    for (int i = 0; i < 3; i++) {
      var commit = push();
      long start = System.nanoTime();

      var answer = deliver(newId(), payload(commit), SECRET);

      assertThat(answer.statusCode()).isEqualTo(202);
      assertThat(answer.body()).isEqualTo("looking at Git\n");
      Program.await("success is noted", PATIENCE, () -> isNoted(commit));
      System.out.println(
          "webhook to success noted (poll of 600 s): "
              + (System.nanoTime() - start) / 1_000_000
              + " ms");
      assertThat(clone.git("ls-remote", "origin", "refs/heads/reeve/*")).isNotEmpty();
    }
  }

  @Test
  @Order(2)
  void whatIsNotSignedIsNotBelieved() throws Exception {
    var commit = push();

    var wrong = deliver(newId(), payload(commit), "another secret");
    var missing = web.send(delivery(newId(), payload(commit)));
    var forged =
        web.send(
            delivery(newId(), payload(commit).replace("acme", "evil"))
                .header("X-Hub-Signature-256", signature(payload(commit), SECRET)));

    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(missing.statusCode()).isEqualTo(401);
    assertThat(forged.statusCode()).isEqualTo(401);
  }

  @Test
  @Order(3)
  void aDeliveryThatComesAgainIsIgnored() throws Exception {
    var id = newId();
    var first = push();
    deliver(id, payload(first), SECRET);
    Program.await("success is noted", PATIENCE, () -> isNoted(first));
    var second = push();

    var again = deliver(id, payload(first), SECRET);

    assertThat(again.statusCode()).isEqualTo(202);
    assertThat(again.body()).isEqualTo("ignored: seen before\n");
    assertThat(clone.note(second)).isEmpty();
    deliver(newId(), payload(second), SECRET);
    Program.await("success is noted", PATIENCE, () -> isNoted(second));
  }

  @Test
  @Order(4)
  void anotherBranchAndAPingMoveNothing() throws Exception {
    var elsewhere = payload("0".repeat(40)).replace("refs/heads/main", "refs/heads/topic");
    assertThat(deliver(newId(), elsewhere, SECRET).body()).isEqualTo("ignored: another branch\n");

    var ping = "{\"zen\":\"Keep it logically awesome.\"}";
    var answer =
        web.send(
            delivery(newId(), ping)
                .setHeader("X-GitHub-Event", "ping")
                .header("X-Hub-Signature-256", signature(ping, SECRET)));
    assertThat(answer.statusCode()).isEqualTo(200);
  }

  @Test
  @Order(5)
  void whatIsTooLargeIsNotRead() throws Exception {
    var large = "{\"ref\":\"refs/heads/main\",\"x\":\"" + "x".repeat(1 << 20) + "\"}";

    // One that is still sending when it is refused may lose the answer with its connection.
    var polite = delivery(newId(), large).expectContinue(true);

    assertThat(
            web.send(polite.header("X-Hub-Signature-256", signature(large, SECRET))).statusCode())
        .isEqualTo(413);
  }
}
