package dev.reeve.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is written here is taken by Git's own server, which has hooks and another temper.
class GitHttpBackendTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @TempDir Path temp;
  private Path bare;
  private Person ada;
  private GitHttpBackend server;
  private GitOut out;

  @BeforeEach
  void start() throws IOException {
    bare = Person.bare(temp.resolve("remote.git"));
    ada = Person.cloneOf(bare.toString(), temp.resolve("ada"));
    ada.write("web.yaml", "a").commitAndPush("One");
    server = new GitHttpBackend(temp);
    out = GitOut.open(temp.resolve("out"), server.remote("remote.git"), "prod");
  }

  @AfterEach
  void stop() {
    out.close();
    server.close();
  }

  private void hook(String name, String script) {
    Path file =
        Person.in(bare).write("hooks/" + name, "#!/bin/sh\n" + script).folder().resolve("hooks");
    assertThat(file.resolve(name).toFile().setExecutable(true)).isTrue();
  }

  private static RecordCommit commit(String subject) {
    return GitOutTest.commit(subject, "cluster.yaml", subject);
  }

  private String log() {
    return Person.in(bare).git("log", "--format=%s", "reeve/prod").strip();
  }

  @Test
  void takesCommitsOnTopOfAShallowTip() {
    var one = (RecordPush.Pushed) out.record().append(Optional.empty(), List.of(commit("1")));
    out.record().append(Optional.of(one.tip()), List.of(commit("2")));

    try (GitOut successor =
        GitOut.open(temp.resolve("successor"), server.remote("remote.git"), "prod")) {
      var read = (RecordRead.Recorded) successor.record().read();
      successor.record().append(Optional.of(read.tip()), List.of(commit("3"), commit("4")));
    }

    assertThat(log()).isEqualTo("4\n3\n2\n1");
    assertThat(Person.in(bare).git("fsck", "--strict")).isEmpty();
  }

  @Test
  void saysWhatAHookRefused() {
    hook("pre-receive", "echo the record is frozen >&2; exit 1\n");

    RecordPush push = out.record().append(Optional.empty(), List.of(commit("1")));

    assertThat(push)
        .isInstanceOfSatisfying(
            RecordPush.Refused.class,
            refused -> assertThat(refused.why()).contains("hook", "the record is frozen"));
  }

  @Test
  void takesTheRecordThoughTheNotesAreRefused() {
    hook("update", "case $1 in refs/notes/*) exit 1;; esac\n");

    OutPush push =
        out.push(
            Optional.empty(),
            List.of(commit("1")),
            new TreeMap<>(Map.of(ada.tip(), "success\n")),
            NOON);

    assertThat(push.record()).isInstanceOf(RecordPush.Pushed.class);
    assertThat(push.notes()).containsInstanceOf(NotesPush.Refused.class);
  }

  @Test
  void takesTheNotesThoughTheRecordIsRefused() {
    hook("update", "case $1 in refs/heads/reeve/*) exit 1;; esac\n");

    OutPush push =
        out.push(
            Optional.empty(),
            List.of(commit("1")),
            new TreeMap<>(Map.of(ada.tip(), "success\n")),
            NOON);

    assertThat(push.record()).isInstanceOf(RecordPush.Refused.class);
    assertThat(push.notes()).containsInstanceOf(NotesPush.Written.class);
  }

  @Test
  void losesTheSwapToAWriterBetweenTheAdvertisementAndThePush() {
    // The hook runs after the server told its refs and before it takes the new one.
    hook(
        "pre-receive",
        "unset GIT_QUARANTINE_PATH; git update-ref refs/heads/reeve/prod refs/heads/main\n");

    RecordPush push = out.record().append(Optional.empty(), List.of(commit("1")));

    assertThat(push).isEqualTo(new RecordPush.Lost(Optional.of(ada.tip())));
  }

  @Test
  void laysNotesOnTopOfThoseOfAFasterWriter() {
    ada.git("notes", "--ref=reeve-prod", "add", "-m", "by hand", ada.tip());
    ada.push("origin", "refs/notes/reeve-prod:refs/heads/faster");
    String other = ada.commitAndPush("Two");
    hook(
        "pre-receive",
        """
        unset GIT_QUARANTINE_PATH
        git show-ref -q refs/notes/reeve-prod || \
          git update-ref refs/notes/reeve-prod refs/heads/faster
        """);

    NotesPush written = out.notes().write(new TreeMap<>(Map.of(other, "pending\n")), NOON);

    assertThat(written).isInstanceOf(NotesPush.Written.class);
    assertThat(Person.in(bare).git("notes", "--ref=reeve-prod", "list").lines()).hasSize(2);
    assertThat(out.notes().read(other)).contains("pending\n");
  }

  @Test
  void isPolledAndFetchedByAMirrorThatKeepsCommits() {
    try (var mirror =
        ConfigMirror.open(temp.resolve("mirror"), server.remote("remote.git"), "main", "prod")) {
      assertThat(((Poll.Tip) mirror.poll()).commit()).isEqualTo(ada.tip());
      assertThat(((Fetch.Fetched) mirror.fetch()).tip()).isEqualTo(ada.tip());
      assertThat(mirror.keep(ada.tip())).isEqualTo(new Kept.Done());
      assertThat(mirror.fetch()).isInstanceOf(Fetch.Fetched.class);
      assertThat(mirror.release(ada.tip())).isEqualTo(new Kept.Done());
    }
  }
}
