package dev.reeve.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.Core;
import dev.reeve.core.Effect;
import dev.reeve.core.Event;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Workload;
import dev.reeve.core.state.Root;
import dev.reeve.git.ConfigMirror;
import dev.reeve.git.GitOut;
import dev.reeve.git.RemoteRepository;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The tracked branch as it is watched, over a real repository; the core behind it takes an event
/// when the test says so.
class RepositorySyncTest {
  private static final ObjectKey WEB = ObjectKey.parse("Deployment/default/web");

  @TempDir private Path temp;
  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final ConfigContents contents = new ConfigContents();
  private final Core core = new Core("test", Instant.parse("2026-01-01T00:00:00Z"));
  private volatile Root root = core.root();
  private Instant now = Instant.parse("2026-01-01T00:00:01Z");
  private Clone clone;
  private RepositorySync sync;
  private GitOutbox outbox;

  @BeforeEach
  void watch() throws Exception {
    clone = Clone.make(temp);
    var remote = new RemoteRepository(clone.url());
    outbox =
        new GitOutbox(
            GitOut.open(temp.resolve("out"), remote, "test"), "main", "test", events::add);
    sync =
        new RepositorySync(
            ConfigMirror.open(temp.resolve("mirror"), remote, "main", "test"),
            outbox,
            contents,
            new RepositorySync.Settings("test", "", Duration.ofMinutes(10)),
            "key".getBytes(StandardCharsets.UTF_8),
            () -> root,
            events::add);
  }

  @AfterEach
  void stop() {
    sync.close();
    outbox.close();
  }

  /// A look ends with housekeeping, which must not throw away what the same look has brought.
  @Test
  void keepsTheContentsOfACommitThatTheCoreHasNotTakenYet() throws Exception {
    commit("one");
    sync.start();
    settle();

    commit("two");
    sync.look();
    var changed = next();
    commit("three");
    sync.look();
    // The look for the second commit is over when the third is found.
    assertThat(next()).isInstanceOf(Event.DesiredChanged.class);

    assertThat(changed).isInstanceOf(Event.DesiredChanged.class);
    var uses = web(((Event.DesiredChanged) changed).state()).release().config();
    assertThat(uses).hasSize(1);
    assertThat(contents.of(uses)).hasSize(1);
  }

  private static Workload web(DesiredState state) {
    return Objects.requireNonNull(state.objects().get(WEB)).workload().orElseThrow();
  }

  /// The core takes whatever comes, until a commit is accepted and all is recorded.
  private void settle() throws InterruptedException {
    while (root.accepted().isEmpty() || !root.records().isIdle() || !root.notes().isIdle()) {
      now = now.plusSeconds(2);
      var event = events.poll(100, TimeUnit.MILLISECONDS);
      for (Effect effect : core.step(event == null ? new Event.Woken() : event, now)) {
        if (effect instanceof Effect.Request request) {
          outbox.send(request);
        }
      }
      root = core.root();
    }
  }

  private Event next() throws InterruptedException {
    var event = events.poll(20, TimeUnit.SECONDS);
    assertThat(event).as("an event").isNotNull();
    return Objects.requireNonNull(event);
  }

  private void commit(String greeting) throws Exception {
    clone.write(
        "web.yaml",
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: web}
        data: {greeting: %s}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: web, image: "web:1", envFrom: [{configMapRef: {name: web}}]}]
        """
            .formatted(greeting));
    var _ = clone.push(greeting);
  }
}
