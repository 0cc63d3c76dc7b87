package dev.reeve.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.reeve.core.model.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConfigMirrorTest {
  private static final Poll.OtherRefs NO_OTHERS =
      new Poll.OtherRefs(Optional.empty(), Optional.empty());

  @TempDir Path temp;
  private Path remote;
  private Person ada;
  private ConfigMirror mirror;

  @BeforeEach
  void adaHasPushedADeployment() {
    remote = Person.bare(temp.resolve("remote.git"));
    ada = Person.cloneOf(remote.toString(), temp.resolve("ada"));
    ada.write("apps/web.yaml", "kind: Deployment\n").commitAndPush("Run web");
    mirror = open();
  }

  @AfterEach
  void close() {
    mirror.close();
  }

  private ConfigMirror open() {
    return ConfigMirror.open(
        temp.resolve("mirror"), new RemoteRepository(remote.toString()), "main", "prod");
  }

  private Fetch.Fetched fetched() {
    return (Fetch.Fetched) mirror.fetch();
  }

  @Nested
  class Polling {
    @Test
    void tellsTheTipWithoutFetchingIt() {
      assertThat(mirror.poll()).isEqualTo(new Poll.Tip(ada.tip(), NO_OTHERS));

      assertThat(mirror.commit(ada.tip())).isEmpty();
    }

    @Test
    void seesTheRecordAndTheCommandsOfThisClusterOnly() {
      ada.push("origin", "HEAD:refs/heads/reeve/prod", "HEAD:refs/heads/reeve-commands/prod");
      ada.push("origin", "HEAD:refs/heads/reeve/production", "HEAD:refs/heads/reeve/test");

      var others = new Poll.OtherRefs(Optional.of(ada.tip()), Optional.of(ada.tip()));
      assertThat(mirror.poll()).isEqualTo(new Poll.Tip(ada.tip(), others));
    }

    @Test
    void saysThatTheBranchIsMissing() {
      ada.push("origin", ":main");

      assertThat(mirror.poll()).isEqualTo(new Poll.BranchMissing(NO_OTHERS));
    }

    @Test
    void saysThatTheRemoteIsAway() throws IOException {
      Files.move(remote, temp.resolve("elsewhere.git"));

      assertThat(mirror.poll())
          .isInstanceOfSatisfying(
              Poll.Unavailable.class, away -> assertThat(away.cause()).contains("not found"));
    }
  }

  @Nested
  class Fetching {
    @Test
    void bringsTheTipIn() {
      assertThat(mirror.fetch()).isEqualTo(new Fetch.Fetched(ada.tip(), Optional.empty()));

      assertThat(mirror.commit(ada.tip()).map(CommitInfo::subject)).contains("Run web");
    }

    @Test
    void bringsTheCommandsInWhereThereAreAny() {
      String command = ada.commit("Promote web");
      ada.push("origin", "HEAD:refs/heads/reeve-commands/prod");

      assertThat(fetched().commands()).contains(command);
      assertThat(mirror.commit(command)).isPresent();
    }

    @Test
    void bringsTheCommandsInThoughTheTrackedBranchStands() {
      String first = ada.commit("Promote web");
      ada.push("origin", "HEAD:refs/heads/reeve-commands/prod");
      mirror.fetch();
      ada.git("commit", "-q", "--allow-empty", "--amend", "-m", "Abort web");
      ada.push("-f", "origin", "HEAD:refs/heads/reeve-commands/prod");

      assertThat(mirror.poll())
          .isInstanceOfSatisfying(
              Poll.Tip.class, it -> assertThat(it.others().commands()).contains(ada.tip()));
      assertThat(fetched().commands()).contains(ada.tip());
      assertThat(mirror.isAncestor(first, ada.tip())).isFalse();
    }

    @Test
    void followsARewrittenBranch() {
      mirror.fetch();
      String before = ada.tip();
      ada.git("commit", "-q", "--amend", "-m", "Run web, reworded");
      ada.push("-f", "origin", "HEAD");

      assertThat(fetched().tip()).isEqualTo(ada.tip());
      assertThat(mirror.isAncestor(before, ada.tip())).isFalse();
    }

    @Test
    void keepsWhatItHadWhenTheBranchIsDeleted() {
      mirror.fetch();
      ada.push("origin", ":main");

      assertThat(mirror.fetch()).isEqualTo(new Fetch.BranchMissing());
      assertThat(mirror.commit(ada.tip())).isPresent();
    }

    @Test
    void keepsWhatItHadWhenTheRemoteIsAway() throws IOException {
      mirror.fetch();
      Files.move(remote, temp.resolve("elsewhere.git"));

      assertThat(mirror.fetch()).isInstanceOf(Fetch.Unavailable.class);
      assertThat(mirror.commit(ada.tip())).isPresent();
    }

    @Test
    void goesOnInTheSameFolderAfterARestart() {
      mirror.fetch();
      mirror.close();

      mirror = open();

      assertThat(mirror.commit(ada.tip())).isPresent();
    }

    @Test
    void startsOverWhenTheFolderIsOfAnotherRepository() {
      mirror.fetch();
      mirror.close();
      Path other = Person.bare(temp.resolve("other.git"));
      Person eve = Person.cloneOf(other.toString(), temp.resolve("eve"));
      String commit = eve.write("a.yaml", "a: 1\n").commitAndPush("Something else");

      mirror =
          ConfigMirror.open(
              temp.resolve("mirror"), new RemoteRepository(other.toString()), "main", "prod");

      assertThat(mirror.commit(ada.tip())).isEmpty();
      assertThat(fetched().tip()).isEqualTo(commit);
    }
  }

  /// Ways in which a folder was found after power cuts and helpful people.
  enum Damage {
    NO_HEAD {
      @Override
      void to(Path mirror) throws IOException {
        Files.delete(mirror.resolve("HEAD"));
      }
    },
    EMPTY_CONFIG {
      @Override
      void to(Path mirror) throws IOException {
        Files.writeString(mirror.resolve("config"), "[core\n");
      }
    },
    NO_OBJECTS {
      @Override
      void to(Path mirror) throws IOException {
        for (Path file : regularFiles(mirror.resolve("objects"))) {
          Files.delete(file);
        }
      }
    },
    CUT_OBJECTS {
      @Override
      void to(Path mirror) throws IOException {
        for (Path file : regularFiles(mirror.resolve("objects"))) {
          file.toFile().setWritable(true);
          Files.write(file, new byte[] {1, 2, 3});
        }
      }
    },
    EMPTY_REF {
      @Override
      void to(Path mirror) throws IOException {
        Files.writeString(mirror.resolve("refs/heads/main"), "");
      }
    },
    LEFT_LOCK {
      @Override
      void to(Path mirror) throws IOException {
        Files.writeString(mirror.resolve("refs/heads/main.lock"), "");
      }
    },
    A_FILE_IN_ITS_PLACE {
      @Override
      void to(Path mirror) throws IOException {
        Folders.delete(mirror);
        Files.writeString(mirror, "mine");
      }
    };

    abstract void to(Path mirror) throws IOException;

    private static List<Path> regularFiles(Path folder) throws IOException {
      try (Stream<Path> walk = Files.walk(folder)) {
        return walk.filter(Files::isRegularFile).toList();
      }
    }
  }

  @Nested
  class Damaged {
    @ParameterizedTest
    @EnumSource(Damage.class)
    void isMendedByARestart(Damage damage) throws IOException {
      mirror.fetch();
      mirror.close();
      damage.to(temp.resolve("mirror"));
      String next = ada.write("apps/db.yaml", "kind: StatefulSet\n").commitAndPush("Run db");

      mirror = open();

      assertThat(fetched().tip()).isEqualTo(next);
      assertThat(mirror.files(next, "").orElseThrow())
          .extracting(TreeFile::path)
          .containsExactly("apps/db.yaml", "apps/web.yaml");
    }

    @ParameterizedTest
    @EnumSource(
        value = Damage.class,
        names = {"NO_OBJECTS", "EMPTY_REF"})
    void isMendedByAFetch(Damage damage) throws IOException {
      mirror.fetch();
      damage.to(temp.resolve("mirror"));
      String next = ada.write("apps/db.yaml", "kind: StatefulSet\n").commitAndPush("Run db");

      assertThat(fetched().tip()).isEqualTo(next);
      assertThat(mirror.files(next, "").orElseThrow()).hasSize(2);
    }

    @Test
    void isMadeAnewByTheFetchAfterAFileCouldNotBeRead() throws IOException {
      mirror.fetch();
      Path leftover = Files.writeString(temp.resolve("mirror/leftover"), "");

      assertThatThrownBy(() -> mirror.blob("0123456789012345678901234567890123456789", 100))
          .isInstanceOf(DamagedMirrorException.class);

      assertThat(fetched().tip()).isEqualTo(ada.tip());
      assertThat(leftover).doesNotExist();
    }
  }

  @Nested
  class Reading {
    @Test
    void listsTheFilesUnderAPathInOrder() {
      ada.write("apps/a/b.yaml", "b").write("apps/a.yaml", "a").write("other/c.yaml", "c");
      String commit = ada.commitAndPush("More");
      mirror.fetch();

      assertThat(mirror.files(commit, "./apps/").orElseThrow())
          .extracting(TreeFile::path)
          .containsExactly("apps/a.yaml", "apps/a/b.yaml", "apps/web.yaml");
      assertThat(mirror.files(commit, "").orElseThrow()).hasSize(4);
      assertThat(mirror.files(commit, "apps/a.yaml").orElseThrow()).hasSize(1);
    }

    @Test
    void saysThatAPathIsMissing() {
      assertThat(mirror.files(fetched().tip(), "nowhere")).isEmpty();
      assertThat(mirror.files(fetched().tip(), "apps/web.yaml/deeper")).isEmpty();
    }

    @Test
    void tellsFilesFromLinksAndSubmodules() throws IOException {
      Files.createSymbolicLink(ada.folder().resolve("link.yaml"), Path.of("apps/web.yaml"));
      ada.git("add", "-A");
      ada.git("update-index", "--add", "--cacheinfo", "160000," + ada.tip() + ",charts");
      ada.git("commit", "-q", "-m", "Links");
      String commit = ada.push();
      mirror.fetch();

      assertThat(mirror.files(commit, "").orElseThrow())
          .extracting(TreeFile::path, TreeFile::kind)
          .containsExactly(
              tuple("apps/web.yaml", TreeFile.Kind.REGULAR),
              tuple("charts", TreeFile.Kind.SUBMODULE),
              tuple("link.yaml", TreeFile.Kind.SYMLINK));
    }

    @Test
    void readsAFileUpToALimit() {
      TreeFile web = mirror.files(fetched().tip(), "apps").orElseThrow().getFirst();

      assertThat(web.size()).isEqualTo(17);
      assertThat(mirror.blob(web.id(), 17))
          .isEqualTo(new Blob.Content(Bytes.utf8("kind: Deployment\n")));
      assertThat(mirror.blob(web.id(), 16)).isEqualTo(new Blob.TooLarge(17, 16));
    }

    @Test
    void tellsWhoCommittedWhatAndWhen() {
      CommitInfo commit = mirror.commit(fetched().tip()).orElseThrow();

      assertThat(commit.author()).isEqualTo("Ada <ada@example.org>");
      assertThat(commit.at().getEpochSecond())
          .isEqualTo(Long.parseLong(ada.git("log", "-1", "--format=%ct").strip()));
      assertThat(commit.parents()).isEmpty();
    }

    @Test
    void tellsOnlyWhatChanged() {
      ada.write("apps/old/a.yaml", "a").write("apps/swap", "file").write("apps/same.yaml", "s");
      ada.write("outside.yaml", "o");
      String before = ada.commitAndPush("Before");
      ada.delete("apps/old").delete("apps/swap");
      ada.write("apps/swap/inner.yaml", "i").write("apps/web.yaml", "changed");
      ada.write("outside.yaml", "other");
      String after = ada.commitAndPush("After");
      mirror.fetch();

      TreeChanges changes = mirror.changes(before, after, "apps");

      assertThat(changes.written())
          .extracting(TreeFile::path)
          .containsExactly("apps/swap/inner.yaml", "apps/web.yaml");
      assertThat(changes.removed()).containsExactly("apps/old/a.yaml", "apps/swap");
    }
  }

  @Nested
  class History {
    @Test
    void walksTheFirstParentsOldestFirst() {
      String base = ada.tip();
      String one = ada.commit("One");
      ada.git("checkout", "-q", "-b", "side", base);
      String side = ada.commit("Side");
      ada.git("checkout", "-q", "main");
      ada.git("merge", "-q", "--no-ff", "-m", "Merge side", "side");
      String merge = ada.push();
      mirror.fetch();

      assertThat(mirror.firstParentRange(base, merge))
          .extracting(CommitInfo::sha)
          .containsExactly(one, merge);
      assertThat(mirror.firstParentRange(merge, merge)).isEmpty();
      assertThat(mirror.isAncestor(side, merge)).isTrue();
      assertThat(mirror.isAncestor(merge, side)).isFalse();
      assertThat(mirror.isAncestor(merge, merge)).isTrue();
    }

    @Test
    void readsTheTrailersOfACommit() {
      ada.commitAndPush(
          "Promote web\n\nIt looks well.\n\nReeve-Promote: Rollout/default/web@abc\n");

      assertThat(mirror.trailers(fetched().tip()).values("reeve-promote"))
          .containsExactly("Rollout/default/web@abc");
    }

    @Test
    void doesNotKnowACommitThatIsNoneOrNotThere() {
      mirror.fetch();

      assertThat(mirror.commit("0123456789012345678901234567890123456789")).isEmpty();
      assertThat(mirror.commit("main")).isEmpty();
    }
  }

  @Nested
  class Keeping {
    @Test
    void aKeptCommitOutlivesItsBranchAndIsFetchedByANewMirror() throws IOException {
      String applied = fetched().tip();
      assertThat(mirror.keep(applied)).isEqualTo(new Kept.Done());
      ada.git("commit", "-q", "--amend", "-m", "Another history");
      ada.push("-f", "origin", "HEAD");
      Person.in(remote).git("gc", "-q", "--prune=now");
      mirror.close();
      Folders.delete(temp.resolve("mirror"));

      mirror = open();
      mirror.fetch();

      assertThat(mirror.kept()).containsExactly(applied);
      assertThat(mirror.files(applied, "").orElseThrow()).hasSize(1);
    }

    @Test
    void aReleasedCommitIsLetGo() {
      String applied = fetched().tip();
      mirror.keep(applied);

      assertThat(mirror.release(applied)).isEqualTo(new Kept.Done());
      assertThat(mirror.release(applied)).isEqualTo(new Kept.Done());

      assertThat(mirror.kept()).isEmpty();
      assertThat(Person.in(remote).git("for-each-ref", "refs/reeve")).isEmpty();
    }

    @Test
    void isRefusedByARepositoryThatSaysNo() {
      // A directory in the way of the ref, the nearest thing to a protected namespace in a file.
      String applied = fetched().tip();
      Person.in(remote).git("update-ref", "refs/reeve/prod/keep", applied);

      assertThat(mirror.keep(applied)).isNotInstanceOf(Kept.Done.class);
    }
  }

  @Test
  void packsItselfWithoutLosingAnything() {
    mirror.fetch();

    mirror.tidy();

    assertThat(mirror.files(fetched().tip(), "").orElseThrow()).hasSize(1);
  }

  @Test
  void refusesAnAddressWithAPassword() {
    assertThatThrownBy(() -> new RemoteRepository("https://ada:secret@example.org/a.git"))
        .hasMessageContaining("--git-credentials")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() ->
            new RemoteRepository("https://example.org/a.git", GitCredentials.none(), Duration.ZERO))
        .hasMessageContaining("time limit");
  }
}
