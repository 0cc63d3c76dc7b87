package dev.reeve.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalCloneTest {
  @TempDir Path temp;
  private RemoteRepository remote;
  private String tip = "";

  @BeforeEach
  void aRecordOfThreeCommits() {
    remote = new RemoteRepository(Person.bare(temp.resolve("remote.git")).toString());
    try (GitOut out = GitOut.open(temp.resolve("first"), remote, "prod")) {
      var pushed =
          out.record()
              .append(
                  Optional.empty(),
                  List.of(
                      GitOutTest.commit("One", "a.yaml", "a: 1\n"),
                      GitOutTest.commit("Two", "a.yaml", "a: 2\n"),
                      GitOutTest.commit("Three\n\nReeve-Reason: Tried", "b.yaml", "b: 1\n")));
      assertThat(pushed).isInstanceOfSatisfying(RecordPush.Pushed.class, it -> tip = it.tip());
    }
  }

  private List<String> subjects(LocalClone clone, int atMost) throws IOException {
    return clone.newest(tip, atMost).stream().map(it -> it.commit().subject()).toList();
  }

  @Test
  void readsCommitsAndFilesBesideTheirWriter() throws IOException {
    var clone = new LocalClone(temp.resolve("first"));
    var newest = clone.newest(tip, 2);

    assertThat(subjects(clone, 2)).containsExactly("Three", "Two");
    assertThat(newest.getFirst().trailers().values("Reeve-Reason")).containsExactly("Tried");
    assertThat(clone.file(newest.getLast().commit().sha(), "a.yaml", 100))
        .hasValueSatisfying(
            it -> assertThat(new String(it, StandardCharsets.UTF_8)).isEqualTo("a: 2\n"));
    assertThat(clone.file(newest.getLast().commit().sha(), "a.yaml", 3)).isEmpty();
    assertThat(clone.file(newest.getLast().commit().sha(), "b.yaml", 100)).isEmpty();
    assertThat(clone.file("0".repeat(40), "a.yaml", 100)).isEmpty();
  }

  @Test
  void seesOlderCommitsOnceTheyAreFetched() throws IOException {
    var clone = new LocalClone(temp.resolve("second"));
    try (GitOut out = GitOut.open(temp.resolve("second"), remote, "prod")) {
      assertThat(subjects(clone, 10)).isEmpty();
      out.record().read();
      assertThat(subjects(clone, 10)).containsExactly("Three");

      out.record().deepen(2);
      assertThat(subjects(clone, 10)).containsExactly("Three", "Two");

      out.record().deepen(10);
      assertThat(subjects(clone, 10)).containsExactly("Three", "Two", "One");
    }
  }
}
