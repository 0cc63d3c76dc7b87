package dev.reeve.git;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextDiffTest {
  @Test
  void printsWhatIsTakenAwayAndWhatIsAdded() {
    assertThat(TextDiff.unified("a\nb\nc\n", "a\nB\nc\n"))
        .isEqualTo(
            """
            @@ -1,3 +1,3 @@
             a
            -b
            +B
             c
            """);
    assertThat(TextDiff.unified("a\n", "a\n")).isEmpty();
  }
}
