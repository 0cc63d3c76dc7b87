package dev.reeve.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bytes;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.ee10.servlet.ServletApiRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitOutTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @TempDir Path temp;
  private Path remote;
  private GitOut out;
  private OutBranch record;

  @BeforeEach
  void aRemoteWithoutARecord() {
    remote = Person.bare(temp.resolve("remote.git"));
    out = open("out", new RemoteRepository(remote.toString()));
    record = out.record();
  }

  @AfterEach
  void close() {
    out.close();
  }

  private GitOut open(String folder, RemoteRepository of) {
    return GitOut.open(temp.resolve(folder), of, "prod");
  }

  private String git(String... arguments) {
    return Person.in(remote).git(arguments).strip();
  }

  static RecordCommit commit(String subject, String path, String text) {
    return new RecordCommit(
        subject + "\n", NOON, new TreeMap<>(Map.of(path, Optional.of(Bytes.utf8(text)))));
  }

  static RecordCommit deletion(String path) {
    return new RecordCommit("Forget\n", NOON, new TreeMap<>(Map.of(path, Optional.empty())));
  }

  private static String tip(RecordPush push) {
    assertThat(push).isInstanceOf(RecordPush.Pushed.class);
    return ((RecordPush.Pushed) push).tip();
  }

  private String pushed(Optional<String> expected, RecordCommit... commits) {
    return tip(record.append(expected, List.of(commits)));
  }

  /// Text that is rolled back, again and again, in between what others push.
  @Nested
  class TheTrackedBranch {
    @Test
    void isWrittenOnHoweverLongTheRecordHasBecome() {
      // Housekeeping after every fiftieth push would hold a lock for a moment.
      git("config", "receive.autogc", "false");
      var person = Person.cloneOf(remote.toString(), temp.resolve("clone"));
      var recorded = Optional.<String>empty();
      for (int i = 0; i < 12; i++) {
        for (int j = 0; j < 9; j++) {
          recorded = Optional.of(pushed(recorded, commit("Step", "cluster.yaml", i + "-" + j)));
        }
        person.write("web.yaml", "version: " + i + "\n").commit("Version " + i);
        var bad = person.push();

        var back =
            out.branch("main")
                .append(Optional.of(bad), List.of(commit("Roll back", "web.yaml", "good\n")));

        assertThat(back)
            .as("after %d commits of the record", 9 * (i + 1))
            .isInstanceOf(RecordPush.Pushed.class);
        person.git("pull", "-q", "--ff-only");
        assertThat(person.tip()).isEqualTo(tip(back));
      }
    }
  }

  @Nested
  class TheRecord {
    @Test
    void isEmptyAtFirst() {
      assertThat(record.read()).isEqualTo(new RecordRead.Empty());
    }

    @Test
    void isReadableWithGit() {
      String one = pushed(Optional.empty(), commit("Epoch 1", "cluster.yaml", "epoch: 1\n"));
      String web = "namespaces/default/deployment/web.yaml";
      String two =
          pushed(
              Optional.of(one),
              commit("default/web: progressing", web, "phase: Progressing\n"),
              commit("default/web: healthy", web, "phase: Healthy\n"));

      assertThat(git("log", "--format=%s by %an <%ae> at %cI", "reeve/prod", "--", web))
          .isEqualTo(
              """
              default/web: healthy by Reeve <reeve@prod> at 2026-01-01T12:00:00+00:00
              default/web: progressing by Reeve <reeve@prod> at 2026-01-01T12:00:00+00:00\
              """);
      assertThat(git("rev-parse", "reeve/prod")).isEqualTo(two);
      assertThat(git("show", "reeve/prod:cluster.yaml")).isEqualTo("epoch: 1");
      assertThat(git("fsck", "--strict")).isEmpty();
    }

    @Test
    void isReadBackByAnotherProcessAndWrittenOnFromThere() {
      String one = pushed(Optional.empty(), commit("Epoch 1", "cluster.yaml", "epoch: 1\n"));
      String two = pushed(Optional.of(one), commit("Node", "nodes/a.yaml", "node: a\n"));

      try (GitOut successor = open("successor", new RemoteRepository(remote.toString()))) {
        SortedMap<String, Bytes> files =
            new TreeMap<>(
                Map.of(
                    "cluster.yaml", Bytes.utf8("epoch: 1\n"),
                    "nodes/a.yaml", Bytes.utf8("node: a\n")));
        assertThat(successor.record().read()).isEqualTo(new RecordRead.Recorded(two, files));
        String three =
            tip(
                successor
                    .record()
                    .append(Optional.of(two), List.of(commit("Epoch 2", "cluster.yaml", "2"))));

        assertThat(git("rev-list", "--count", "reeve/prod")).isEqualTo("3");
        assertThat(record.read())
            .isInstanceOfSatisfying(
                RecordRead.Recorded.class, read -> assertThat(read.tip()).isEqualTo(three));
      }
    }

    @Test
    void isWrittenOnWithoutHavingBeenRead() {
      String one = pushed(Optional.empty(), commit("Epoch 1", "cluster.yaml", "epoch: 1\n"));

      try (GitOut successor = open("successor", new RemoteRepository(remote.toString()))) {
        RecordCommit next = commit("Epoch 2", "cluster.yaml", "epoch: 2\n");

        assertThat(successor.record().append(Optional.of(one), List.of(next)))
            .isInstanceOf(RecordPush.Pushed.class);
      }
    }

    @Test
    void losesFilesAndTheFoldersTheyLeaveEmpty() {
      String one =
          pushed(
              Optional.empty(),
              commit("Web", "namespaces/a/deployment/web.yaml", "a"),
              commit("Node", "nodes/a.yaml", "a"));

      String two = pushed(Optional.of(one), deletion("namespaces/a/deployment/web.yaml"));
      String three = pushed(Optional.of(two), deletion("nodes/a.yaml"));

      assertThat(git("ls-tree", "-r", "--name-only", two)).isEqualTo("nodes/a.yaml");
      assertThat(git("ls-tree", "-r", "--name-only", three)).isEmpty();
      assertThat(git("fsck", "--strict")).isEmpty();
    }

    @Test
    void ordersNamesAsGitDoes() {
      pushed(
          Optional.empty(),
          commit("1", "a/b.yaml", "1"),
          commit("2", "a.yaml", "2"),
          commit("3", "a-b", "3"),
          commit("4", "a0", "4"),
          commit("5", "ａ", "5"),
          commit("6", "😀", "6"));

      assertThat(git("fsck", "--strict")).isEmpty();
      assertThat(git("ls-tree", "--name-only", "-z", "reeve/prod").split("\0"))
          .containsExactly("a-b", "a.yaml", "a", "a0", "ａ", "😀");
    }

    @Test
    void losesTheSwapWhenSomebodyWasFaster() {
      String one = pushed(Optional.empty(), commit("Epoch 1", "cluster.yaml", "epoch: 1\n"));
      Person eve = Person.cloneOf(remote.toString(), temp.resolve("eve"));
      eve.git("checkout", "-q", "reeve/prod");
      String evil = eve.write("cluster.yaml", "epoch: 7\n").commitAndPush("Epoch 7");

      RecordPush push =
          record.append(Optional.of(one), List.of(commit("Epoch 2", "cluster.yaml", "2")));

      assertThat(push).isEqualTo(new RecordPush.Lost(Optional.of(evil)));
      assertThat(git("rev-parse", "reeve/prod")).isEqualTo(evil);
    }

    @Test
    void isNotStartedWhereThereIsOneAlready() {
      String one = pushed(Optional.empty(), commit("Epoch 1", "cluster.yaml", "epoch: 1\n"));

      RecordPush push =
          record.append(Optional.empty(), List.of(commit("Another", "cluster.yaml", "other")));

      assertThat(push).isEqualTo(new RecordPush.Lost(Optional.of(one)));
    }

    @Test
    void isLostWhenItWasDeleted() {
      String one = pushed(Optional.empty(), commit("Epoch 1", "cluster.yaml", "epoch: 1\n"));
      git("update-ref", "-d", "refs/heads/reeve/prod");

      RecordPush push =
          record.append(Optional.of(one), List.of(commit("Epoch 2", "cluster.yaml", "2")));

      assertThat(push).isEqualTo(new RecordPush.Lost(Optional.empty()));
    }

    @Test
    void isLostWhenItWasRewritten() {
      String one = pushed(Optional.empty(), commit("Epoch 1", "cluster.yaml", "epoch: 1\n"));
      String two = pushed(Optional.of(one), commit("Epoch 2", "cluster.yaml", "epoch: 2\n"));
      git("update-ref", "refs/heads/reeve/prod", one);

      RecordPush push =
          record.append(Optional.of(two), List.of(commit("Epoch 3", "cluster.yaml", "3")));

      assertThat(push).isEqualTo(new RecordPush.Lost(Optional.of(one)));
    }

    @Test
    void takesTheSameCommitsOnceOnly() {
      RecordCommit claim = commit("Epoch 1", "cluster.yaml", "epoch: 1\n");
      RecordCommit step = commit("Step 1", "web.yaml", "step: 1\n");

      String one = pushed(Optional.empty(), claim);
      String again = pushed(Optional.empty(), claim);
      String more = pushed(Optional.empty(), claim, step);

      assertThat(again).isEqualTo(one);
      assertThat(git("rev-parse", "reeve/prod")).isEqualTo(more);
      assertThat(git("log", "--format=%s", "reeve/prod")).isEqualTo("Step 1\nEpoch 1");
    }

    @Test
    void takesThemOnceThoughASuccessorPushesThemAgain() {
      String base = pushed(Optional.empty(), commit("Epoch 1", "cluster.yaml", "epoch: 1\n"));
      RecordCommit step = commit("Step 1", "web.yaml", "step: 1\n");
      String one = pushed(Optional.of(base), step);

      try (GitOut successor = open("successor", new RemoteRepository(remote.toString()))) {
        assertThat(successor.record().append(Optional.of(base), List.of(step)))
            .isEqualTo(new RecordPush.Pushed(one));
      }
    }

    @Test
    void isFoundUnderTheCommitsOfOthers() {
      RecordCommit claim = commit("Epoch 1", "cluster.yaml", "epoch: 1\n");
      String one = pushed(Optional.empty(), claim);
      Person eve = Person.cloneOf(remote.toString(), temp.resolve("eve"));
      eve.git("checkout", "-q", "reeve/prod");
      eve.commit("On top");
      eve.commitAndPush("On top of that");

      assertThat(pushed(Optional.empty(), claim)).isEqualTo(one);
    }

    @Test
    void isUnavailableWhenTheRemoteIs() throws IOException {
      String one = pushed(Optional.empty(), commit("Epoch 1", "cluster.yaml", "epoch: 1\n"));
      Files.move(remote, temp.resolve("elsewhere.git"));

      assertThat(record.read()).isInstanceOf(RecordRead.Unavailable.class);
      assertThat(record.append(Optional.of(one), List.of(commit("2", "cluster.yaml", "2"))))
          .isInstanceOf(RecordPush.Unavailable.class);
    }

    @Test
    void goesOnAfterItsWorkshopWasRenewed() {
      try (GitOut small =
          GitOut.open(temp.resolve("small"), new RemoteRepository(remote.toString()), "prod", 2)) {
        Optional<String> tip = Optional.empty();
        for (int i = 0; i < 7; i++) {
          RecordCommit next = commit("Step " + i, "web-" + i + ".yaml", "step: " + i);
          tip = Optional.of(tip(small.push(tip, List.of(next), new TreeMap<>(), NOON).record()));
        }

        assertThat(git("rev-list", "--count", "reeve/prod")).isEqualTo("7");
        assertThat(git("ls-tree", "--name-only", "reeve/prod").lines()).hasSize(7);
        assertThat(git("fsck", "--strict")).isEmpty();
      }
    }
  }

  @Nested
  class Notices {
    private Person ada;

    @BeforeEach
    void someCommits() {
      ada = Person.cloneOf(remote.toString(), temp.resolve("ada"));
      ada.write("web.yaml", "a").commitAndPush("One");
    }

    private NotesPush write(String commit, String text) {
      return out.notes().write(new TreeMap<>(Map.of(commit, text)), NOON);
    }

    @Test
    void areShownByGit() {
      String one = ada.tip();
      String two = ada.commitAndPush("Two");

      NotesPush written =
          out.notes().write(new TreeMap<>(Map.of(one, "superseded\n", two, "pending\n")), NOON);

      assertThat(written).isInstanceOf(NotesPush.Written.class);
      assertThat(git("notes", "--ref=reeve-prod", "show", one)).isEqualTo("superseded");
      assertThat(git("notes", "--ref=reeve-prod", "show", two)).isEqualTo("pending");
    }

    @Test
    void areReplacedAndReadBack() {
      write(ada.tip(), "pending\n");
      write(ada.tip(), "success\n");

      assertThat(out.notes().read(ada.tip())).contains("success\n");
      assertThat(git("notes", "--ref=reeve-prod", "show", ada.tip())).isEqualTo("success");
    }

    @Test
    void areReadWhereverGitPutThem() {
      ada.git("notes", "--ref=reeve-prod", "add", "-m", "by hand", ada.tip());
      ada.push("origin", "refs/notes/reeve-prod");

      assertThat(out.notes().read(ada.tip())).contains("by hand\n");
      assertThat(out.notes().read("0123456789012345678901234567890123456789")).isEmpty();
    }

    @Test
    void areLaidOnTopOfWhatOthersWroteMeanwhile() {
      String one = ada.tip();
      String two = ada.commitAndPush("Two");
      write(one, "pending\n");
      ada.git("fetch", "-q", "origin", "refs/notes/*:refs/notes/*");
      ada.git("notes", "--ref=reeve-prod", "add", "-m", "by hand", two);
      ada.push("origin", "refs/notes/reeve-prod");

      write(one, "success\n");

      assertThat(git("notes", "--ref=reeve-prod", "show", one)).isEqualTo("success");
      assertThat(git("notes", "--ref=reeve-prod", "show", two)).isEqualTo("by hand");
    }

    @Test
    void makeNoCommitWhenTheySayNothingNew() {
      NotesPush first = write(ada.tip(), "pending\n");

      NotesPush second = write(ada.tip(), "pending\n");

      assertThat(second).isEqualTo(first);
    }

    @Test
    void areFoundAmongManyHundred() {
      SortedMap<String, String> many = new TreeMap<>();
      for (int i = 0; i < 600; i++) {
        many.put(String.format("%08x%032d", i * 7_000_003, i), "note " + i + "\n");
      }
      many.put(ada.tip(), "success\n");

      out.notes().write(many, NOON);

      assertThat(git("notes", "--ref=reeve-prod", "show", ada.tip())).isEqualTo("success");
      assertThat(git("notes", "--ref=reeve-prod", "list").lines()).hasSize(601);
    }

    @Test
    void goOutTogetherWithTheRecord() {
      OutPush push =
          out.push(
              Optional.empty(),
              List.of(commit("Epoch 1", "cluster.yaml", "epoch: 1\n")),
              new TreeMap<>(Map.of(ada.tip(), "success\n")),
              NOON);

      assertThat(push.record()).isInstanceOf(RecordPush.Pushed.class);
      assertThat(push.notes()).containsInstanceOf(NotesPush.Written.class);
      assertThat(git("notes", "--ref=reeve-prod", "show", ada.tip())).isEqualTo("success");
    }
  }

  /// What only happens with a server in between.
  @Nested
  class OverHttp {
    private final AtomicInteger faults = new AtomicInteger();
    private EmbeddedRepository repository;
    private HttpRemote server;

    @BeforeEach
    void start() {
      repository = EmbeddedRepository.open(temp.resolve("config.git"), "main");
      server = new HttpRemote(repository, () -> {});
      remote = repository.folder();
      out.close();
      out = open("over-http", server.remote());
      record = out.record();
    }

    @AfterEach
    void stop() {
      server.close();
      repository.close();
    }

    private static boolean isPush(HttpServletRequest request) {
      return request.getRequestURI().endsWith("/git-receive-pack")
          && request.getMethod().equals("POST");
    }

    /// The server does its work, and the line goes dead before it has said so.
    private Filter answerOfPushesLost(Runnable meanwhile) {
      return (request, response, chain) -> {
        if (!isPush((HttpServletRequest) request)) {
          chain.doFilter(request, response);
          return;
        }
        faults.incrementAndGet();
        chain.doFilter(request, new MutedResponse((HttpServletResponse) response));
        meanwhile.run();
        ((ServletApiRequest) unwrapped(request))
            .getRequest()
            .getConnectionMetaData()
            .getConnection()
            .getEndPoint()
            .close();
      };
    }

    private static ServletRequest unwrapped(ServletRequest request) {
      return request instanceof ServletRequestWrapper wrapper
          ? unwrapped(wrapper.getRequest())
          : request;
    }

    @Test
    void readsAndWritesOnTopOfAShallowTip() {
      String one = pushed(Optional.empty(), commit("Epoch 1", "cluster.yaml", "epoch: 1\n"));
      String two = pushed(Optional.of(one), commit("Step", "web.yaml", "step: 1\n"));

      try (GitOut successor = open("successor", server.remote())) {
        assertThat(successor.record().read()).isInstanceOf(RecordRead.Recorded.class);
        tip(successor.record().append(Optional.of(two), List.of(commit("2", "web.yaml", "2"))));
      }

      assertThat(git("log", "--format=%s", "reeve/prod")).isEqualTo("2\nStep\nEpoch 1");
      assertThat(temp.resolve("successor/shallow")).exists();
    }

    @Test
    void commitsADecisionOnceThoughTheAnswerWasLost() {
      String one = pushed(Optional.empty(), commit("Epoch 1", "cluster.yaml", "epoch: 1\n"));
      server.onEachRequest(answerOfPushesLost(() -> {}));

      String two = pushed(Optional.of(one), commit("Step", "web.yaml", "step: 1\n"));

      assertThat(faults.get()).isPositive();
      assertThat(git("log", "--format=%H", "reeve/prod")).isEqualTo(two + "\n" + one);
    }

    @Test
    void findsItsCommitUnderAnothersWhenTheAnswerWasLost() {
      String one = pushed(Optional.empty(), commit("Epoch 1", "cluster.yaml", "epoch: 1\n"));
      Person eve = Person.in(temp.resolve("eve"));
      eve.git("init", "-q");
      server.onEachRequest(
          answerOfPushesLost(() -> {
            eve.git("fetch", "-q", remote.toString(), "reeve/prod");
            eve.git("checkout", "-q", "FETCH_HEAD");
            eve.commit("On top");
            eve.git("push", "-q", remote.toString(), "HEAD:reeve/prod");
          }));

      String two = pushed(Optional.of(one), commit("Step", "web.yaml", "step: 1\n"));

      assertThat(git("log", "--format=%s", "reeve/prod")).contains("On top\nStep\nEpoch 1");
      assertThat(git("rev-list", "reeve/prod").lines()).contains(two);
    }

    @Test
    void saysUnavailableWhenNothingArrived() {
      String one = pushed(Optional.empty(), commit("Epoch 1", "cluster.yaml", "epoch: 1\n"));
      server.onEachRequest((request, response, chain) -> {
        if (isPush((HttpServletRequest) request)) {
          ((HttpServletResponse) response).sendError(503);
        } else {
          chain.doFilter(request, response);
        }
      });

      RecordPush push = record.append(Optional.of(one), List.of(commit("2", "a.yaml", "2")));

      assertThat(push).isInstanceOf(RecordPush.Unavailable.class);
      assertThat(git("rev-parse", "reeve/prod")).isEqualTo(one);
    }

    @Test
    void givesUpOnAServerThatNeverAnswers() {
      var isOver = new CountDownLatch(1);
      server.onEachRequest((_, _, _) -> {
        try {
          isOver.await();
        } catch (InterruptedException stopped) {
          Thread.currentThread().interrupt();
        }
      });
      var impatient =
          new RemoteRepository(server.url(), server.remote().credentials(), Duration.ofSeconds(1));

      try (GitOut waiting = open("waiting", impatient)) {
        assertThat(waiting.record().read()).isInstanceOf(RecordRead.Unavailable.class);
      } finally {
        isOver.countDown();
      }
    }

    @Test
    void isRefusedWithoutThePassword() {
      try (GitOut stranger = open("stranger", new RemoteRepository(server.url()))) {
        RecordPush push =
            stranger.record().append(Optional.empty(), List.of(commit("1", "a.yaml", "1")));

        assertThat(push)
            .isInstanceOfSatisfying(
                RecordPush.Refused.class,
                refused -> assertThat(refused.why()).contains("not authorized"));
      }
    }
  }
}
