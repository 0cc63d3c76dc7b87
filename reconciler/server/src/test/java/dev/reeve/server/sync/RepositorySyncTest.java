package dev.reeve.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.Core;
import dev.reeve.core.Effect;
import dev.reeve.core.Event;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.Command;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Workload;
import dev.reeve.core.state.Root;
import dev.reeve.git.ConfigMirror;
import dev.reeve.git.GitOut;
import dev.reeve.git.RemoteRepository;
import dev.reeve.git.render.Limits;
import dev.reeve.git.render.Renderer;
import dev.reeve.git.render.Tools;
import dev.reeve.manifest.age.Identities;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
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
  private volatile Identities keys = Identities.NONE;
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
    sync = sync("mirror");
  }

  private RepositorySync sync(String mirror) throws Exception {
    return new RepositorySync(
        ConfigMirror.open(temp.resolve(mirror), new RemoteRepository(clone.url()), "main", "test"),
        outbox,
        contents,
        new RepositorySync.Settings("test", "", Duration.ofMinutes(10), () -> keys),
        "key".getBytes(StandardCharsets.UTF_8),
        () -> root,
        events::add);
  }

  @AfterEach
  void stop() throws InterruptedException {
    sync.close();
    outbox.close();
    // The other side of a push that was given up may still be writing.
    for (int i = 0; i < 500 && isReceiving(); i++) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private static boolean isReceiving() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(it -> it.getName().startsWith("JGit-Receive-Pack"));
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

  /// Trailers of the tracked branch.
  @Nested
  class Commanding {
    @Test
    void handsOnWhatTheCommitsSinceTheAcceptedOneAskFor() throws Exception {
      commit("one");
      sync.start();
      settle();

      var two = commit("two", "Reeve-Promote: Rollout/default/web@abc step 2");
      var three = commit("three", "reeve-abort: Rollout/default/web@abc");
      sync.look();

      assertThat(changed().commands())
          .containsExactly(
              command("Reeve-Promote", "Rollout/default/web@abc step 2", two),
              command("Reeve-Abort", "Rollout/default/web@abc", three));
    }

    @Test
    void handsNothingOnTwice() throws Exception {
      commit("one", "Reeve-Promote: Rollout/default/web@abc");
      sync.start();
      settle();
      var two = commit("two", "Reeve-Promote: Rollout/default/web@abc");
      sync.look();
      var first = changed();
      // Not taken up yet: what would be accepted with it is not known.
      var three = commit("three", "Reeve-Retry: Rollout/default/web@abc");
      sync.look();
      assertThat(events.poll(500, TimeUnit.MILLISECONDS)).isNull();
      take(first);
      var second = changed();
      take(second);
      commit("four");
      sync.look();
      var third = changed();

      assertThat(first.commands())
          .containsExactly(command("Reeve-Promote", "Rollout/default/web@abc", two));
      assertThat(second.commands())
          .containsExactly(command("Reeve-Retry", "Rollout/default/web@abc", three));
      assertThat(third.commands()).isEmpty();
    }

    @Test
    void handsOnWhatARefusedTipAskedForWithTheNextThatIsGood() throws Exception {
      commit("one");
      sync.start();
      settle();
      clone.write("web.yaml", "kind: [");
      var bad = clone.push("bad\n\nReeve-Abort: Rollout/default/web@abc");
      sync.look();
      take(next());

      commit("three");
      sync.look();

      assertThat(changed().commands())
          .containsExactly(command("Reeve-Abort", "Rollout/default/web@abc", bad));
    }

    @Test
    void warnsOfWhatItCannotRead() throws Exception {
      commit("one");
      sync.start();
      settle();

      var two = commit("two", "Reeve-Promote: web");
      sync.look();

      var changed = changed();
      assertThat(changed.commands()).isEmpty();
      assertThat(changed.state().warnings())
          .contains(
              two.substring(0, 7)
                  + ": Reeve-Promote: 'web' names no release (write Kind/namespace/name@hash)");
    }

    @Test
    void obeysNothingAfterTheHistoryWasRewritten() throws Exception {
      commit("one");
      sync.start();
      settle();

      var rewritten = clone.rewrite("other\n\nReeve-Abort: Rollout/default/web@abc");
      Event event = null;
      while (event == null) {
        sync.look();
        event = events.poll(100, TimeUnit.MILLISECONDS);
      }

      var changed = (Event.DesiredChanged) event;
      assertThat(changed.state().commit()).isEqualTo(rewritten);
      assertThat(changed.commands()).isEmpty();
    }
  }

  /// The branch where commands go when the tracked one takes no pushes.
  @Nested
  class CommandsBranch {
    private static final String BRANCH = "reeve-commands/test";
    private static final String ABC = "Rollout/default/web@abc";

    @Test
    void isReadFromItsFirstCommitAndNotBeforeTheStart() throws Exception {
      commit("one");
      var first = clone.command(BRANCH, Optional.empty(), "a\n\nReeve-Abort: " + ABC);
      var second = clone.command(BRANCH, Optional.of(first), "b\n\nReeve-Retry: " + ABC);

      sync.start();
      var started = next();
      assertThat(started).isInstanceOf(Event.Started.class);
      assertThat(events.poll(300, TimeUnit.MILLISECONDS)).isNull();
      take(started);

      assertThat(next()).isInstanceOf(Event.DesiredChanged.class);
      assertThat(next())
          .isEqualTo(
              new Event.Commanded(
                  second,
                  List.of(
                      command("Reeve-Abort", ABC, first), command("Reeve-Retry", ABC, second))));
    }

    @Test
    void isReadOnceOnly() throws Exception {
      commit("one");
      var first = clone.command(BRANCH, Optional.empty(), "a\n\nReeve-Abort: " + ABC);
      sync.start();
      settle();
      assertThat(root.commands()).isEqualTo(first);
      sync.look();
      assertThat(events.poll(300, TimeUnit.MILLISECONDS)).isNull();

      var second = clone.command(BRANCH, Optional.of(first), "b\n\nReeve-Retry: " + ABC);
      sync.look();
      var event = next();
      // Not taken up yet, and still not told again.
      var third = clone.command(BRANCH, Optional.of(second), "c\n\nReeve-Retry: web");
      sync.look();

      assertThat(event)
          .isEqualTo(new Event.Commanded(second, List.of(command("Reeve-Retry", ABC, second))));
      assertThat(next()).isEqualTo(new Event.Commanded(third, List.of()));
    }

    @Test
    void isObeyedNoFurtherAfterItWasRewritten() throws Exception {
      commit("one");
      clone.command(BRANCH, Optional.empty(), "a\n\nReeve-Abort: " + ABC);
      sync.start();
      settle();

      var other = clone.command(BRANCH, Optional.empty(), "b\n\nReeve-Retry: " + ABC);
      sync.look();

      assertThat(next()).isEqualTo(new Event.Commanded(other, List.of()));
    }

    @Test
    void saysNothingThatTheTrackedBranchSays() throws Exception {
      var one = commit("one", "Reeve-Abort: " + ABC);
      var own = clone.command(BRANCH, Optional.of(one), "b\n\nReeve-Retry: " + ABC);
      sync.start();
      take(next());

      assertThat(next()).isInstanceOf(Event.DesiredChanged.class);
      assertThat(next())
          .isEqualTo(new Event.Commanded(own, List.of(command("Reeve-Retry", ABC, own))));
    }

    @Test
    void ofAnotherClusterIsNotRead() throws Exception {
      commit("one");
      sync.start();
      settle();

      clone.command("reeve-commands/other", Optional.empty(), "a\n\nReeve-Abort: " + ABC);
      sync.look();

      assertThat(events.poll(500, TimeUnit.MILLISECONDS)).isNull();
    }
  }

  /// Files that SOPS has encrypted.
  @Nested
  class Encryption {
    @Test
    void isOpenedOnceItsKeyIsThere() throws Exception {
      clone.write("app.yaml", Encrypted.file("app-1.yaml"));
      var commit = clone.push("Secrets");
      sync.start();
      take(next());

      var refused = (Event.CommitRefused) next();
      take(refused);
      keys = Encrypted.key("b");
      sync.look();
      var stillRefused = (Event.CommitRefused) next();
      take(stillRefused);
      sync.look();
      assertThat(events.poll(500, TimeUnit.MILLISECONDS)).isNull();
      keys = keys.and(Encrypted.key("a"));
      sync.look();
      var changed = changed();
      take(changed);

      var recipient = Encrypted.key("a").recipients().getFirst();
      assertThat(refused.lines())
          .containsExactly(
              "app.yaml:21:1: the file is encrypted for "
                  + recipient
                  + ": no key was given (--age-key)");
      assertThat(stillRefused.lines()).singleElement().asString().contains(recipient);
      assertThat(changed.state().commit()).isEqualTo(commit);
      assertThat(root.accepted()).isPresent();
      var content = contents.of(web(changed.state()).release().config()).getFirst();
      assertThat(content.data()).containsEntry("password", Bytes.utf8("hunter2"));
    }

    @Test
    void withAnotherKeyIsNoOtherRelease() throws Exception {
      keys = Encrypted.key("a").and(Encrypted.key("b"));
      clone.write("web.yaml", Encrypted.file("app-1.yaml").split("\"sops\":")[0]);
      clone.write("login.yaml", Encrypted.file("login-a.yaml"));
      clone.push("For a");
      sync.start();
      settle();
      var before = web(root.accepted().orElseThrow());

      clone.write("login.yaml", Encrypted.file("login-b.yaml"));
      var tip = clone.push("For b");
      sync.look();
      var after = changed().state();

      assertThat(after.commit()).isEqualTo(tip);
      assertThat(web(after).release().hash()).isEqualTo(before.release().hash());
      assertThat(web(after).release().config()).isEqualTo(before.release().config());
    }

    /// Without what the accepted commit says, all pods that run would be nobody's.
    @Test
    void keepsAServerFromBeginningThatHasLostItsKey() throws Exception {
      keys = Encrypted.key("a");
      clone.write("app.yaml", Encrypted.file("app-1.yaml"));
      var commit = clone.push("Secrets");
      sync.start();
      settle();
      sync.close();
      events.clear();

      keys = Encrypted.key("b");
      sync = sync("other");
      sync.start();
      assertThat(events.poll(2, TimeUnit.SECONDS)).isNull();
      assertThat(sync.status()).contains("cannot be decrypted with the keys that there are");
      keys = Encrypted.key("a");
      sync.look();

      var started = (Event.Started) next();
      assertThat(started.accepted().map(DesiredState::commit)).contains(commit);
    }
  }

  /// Folders that a program renders which is not there.
  @Nested
  class Rendering {
    private RepositorySync syncWith(String mirror, Path programs) {
      var config =
          ConfigMirror.open(
              temp.resolve(mirror), new RemoteRepository(clone.url()), "main", "test");
      return new RepositorySync(
          config,
          outbox,
          contents,
          new RepositorySync.Settings("test", "", Duration.ofMinutes(10), () -> keys),
          new CommitReader(
              config,
              "",
              "test",
              "key".getBytes(StandardCharsets.UTF_8),
              new Renderer(new Tools(List.of(programs)), Limits.DEFAULT)),
          () -> root,
          events::add);
    }

    /// A kustomize that knows one answer.
    private void install(Path programs) throws Exception {
      Files.createDirectories(programs);
      var file = programs.resolve("kustomize");
      Files.writeString(
          file,
          """
          #!/bin/sh
          if [ "$1" = version ]; then echo v5.4.3; else cat app/web.yaml; fi
          """);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String kustomized() throws Exception {
      commit("one");
      clone.remove("web.yaml");
      clone.write("app/kustomization.yaml", "resources: [web.yaml]\n");
      clone.write("app/web.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n");
      return clone.push("Two");
    }

    @Test
    void isDoneOnceTheProgramIsThere() throws Exception {
      var programs = temp.resolve("programs");
      var commit = kustomized();
      sync.close();
      sync = syncWith("other", programs);
      sync.start();
      take(next());

      var refused = (Event.CommitRefused) next();
      take(refused);
      sync.look();
      assertThat(events.poll(500, TimeUnit.MILLISECONDS)).isNull();
      install(programs);
      sync.look();
      var changed = changed();

      assertThat(refused.lines()).singleElement().asString().contains("none on the PATH");
      assertThat(changed.state().commit()).isEqualTo(commit);
    }

    /// Without what the accepted commit says, all pods that run would be nobody's.
    @Test
    void keepsAServerFromBeginningThatHasLostTheProgram() throws Exception {
      var programs = temp.resolve("programs");
      install(programs);
      var commit = kustomized();
      sync.close();
      sync = syncWith("other", programs);
      sync.start();
      settle();
      sync.close();
      events.clear();

      var elsewhere = temp.resolve("elsewhere");
      sync = syncWith("third", elsewhere);
      sync.start();
      assertThat(events.poll(2, TimeUnit.SECONDS)).isNull();
      assertThat(sync.status()).contains("the accepted commit cannot be rendered (app/");
      install(elsewhere);
      sync.look();

      var started = (Event.Started) next();
      assertThat(started.accepted().map(DesiredState::commit)).contains(commit);
    }
  }

  private static Command command(String trailer, String value, String commit) {
    return Stream.of(Command.Verb.values())
        .filter(verb -> verb.trailer().equals(trailer))
        .map(verb -> Command.parse(verb, value, commit, "A <a@b>"))
        .findFirst()
        .orElseThrow();
  }

  private Event.DesiredChanged changed() throws InterruptedException {
    var event = next();
    assertThat(event).isInstanceOf(Event.DesiredChanged.class);
    return (Event.DesiredChanged) event;
  }

  private void take(Event event) {
    now = now.plusSeconds(2);
    core.step(event, now);
    root = core.root();
  }

  private static Workload web(DesiredState state) {
    return state.objects().get(WEB).orElseThrow().workload().orElseThrow();
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

  private String commit(String greeting, String... trailers) throws Exception {
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
    return clone.push(greeting + "\n\n" + String.join("\n", trailers));
  }
}
