package dev.reeve.manifest.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The right column is what kubectl 1.32 made of the left one.
class ScalarsTest {
  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "yes | true",
        "on | true",
        "Y | true",
        "off | false",
        "n | false",
        "NO | false",
        "012 | 10",
        "0o14 | 12",
        "0b11 | 3",
        "0x1F | 31",
        "1_000 | 1000",
        "1e3 | 1000",
        "1.10 | 1.1",
        "3.0 | 3",
        "+12 | 12",
        "-012 | -10",
        "08 | 8",
        ".5 | 0.5",
        "18446744073709551615 | 18446744073709551615",
        "18446744073709551616 | 18446744073709551616",
        "-9223372036854775808 | -9223372036854775808",
        "~ | null",
        "Null | null",
        "12:30:45 | \"12:30:45\"",
        "2026-01-01 | \"2026-01-01\"",
        "2026-01-01T00:00:00Z | \"2026-01-01T00:00:00Z\"",
        "yEs | \"yEs\"",
        "nULL | \"nULL\"",
        "_1 | \"_1\"",
        "0x | \"0x\"",
        "1e400 | \"1e400\"",
        "1.2.3 | \"1.2.3\"",
        "- | \"-\"",
        "+ | \"+\"",
        ". | \".\"",
      })
  void readsAPlainScalarAsKubectlDoes(String written, String json) {
    assertThat(Scalars.resolve(written).orElseThrow().toString()).isEqualTo(json);
  }

  @Test
  void readsNothingAsNull() {
    assertThat(Scalars.resolve("").orElseThrow().isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({".nan", ".inf", "-.INF", "+.Inf"})
  void hasNoJsonForWhatIsNoNumber(String written) {
    assertThat(Scalars.resolve(written)).isEmpty();
  }
}
