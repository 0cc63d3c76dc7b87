package dev.reeve.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrailersTest {
  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Title",
        "Title: looks like one",
        "Title\nReeve-Promote: a",
        "Title\n\nReeve-Promote: a",
        "Title\n\nReeve-Promote: a\n\n\n  \n",
        "Title\n\nReeve-Promote: a\n\nNo trailer here",
        "Title\n\nReeve-Promote: a\nand prose",
        "Title\n\nprose\nReeve-Promote: a",
        "Title\n\nBody\n\nReeve-Promote: a\nReeve-Promote: b\nreeve-abort: c",
        "Title\n\nReeve-Promote: a\n continued\n\tonce more\nReeve-Abort: b",
        "Title\n\n continued from nothing\nReeve-Abort: b",
        "Title\n\nReeve-Promote : spaced\nReeve Promote: two words\n",
        "Title\n\nReeve-Promote: spaced  \nSee http://example.org: it\n",
        "Title\n\nSigned-off-by: Ada <a@b>\nprose one\nprose two\nprose three",
        "Title\n\nSigned-off-by: Ada <a@b>\nprose one\nprose two\nprose three\nprose four",
        "Title\n\n(cherry picked from commit 0123)\nReeve-Promote: a",
        "Title\n\n(cherry picked from commit 0123)\nprose\nReeve-Promote: a",
        "Title\n\nReeve-Promote:\nReeve-Abort:a",
        "Title\n\nReeve-Promote: a\n---\nReeve-Abort: b",
        "Title\n\nReeve-Promote: a: b:c",
        "Title\n\n: nothing before\nReeve-Abort: b",
        "Title\n\nÜber: a\nReeve-Abort: b",
        "Title\n\nReeve-Promote: a\r\nReeve-Abort: b\r\n",
        "Title\n\n# Reeve-Promote: a\nReeve-Abort: b",
        "\n\nTitle\n\nReeve-Abort: b",
      })
  void areThoseThatGitSees(String message) {
    Person ada = Person.in(temp);
    ada.git("init", "-q");
    String commit = ada.commit(message);
    String git = ada.git("log", "-1", "--format=%(trailers:only,unfold)", commit);

    Trailers trailers = Trailers.parse(ada.git("log", "-1", "--format=%B", commit));

    String ours =
        trailers.all().stream()
            .map(trailer -> trailer.key() + ": " + trailer.value() + "\n")
            .collect(Collectors.joining());
    assertThat(ours.strip().replaceAll(" +\n", "\n"))
        .isEqualTo(git.strip().replaceAll(" +\n", "\n"));
  }
}
