package dev.reeve.server.web.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgesTest {
  @ParameterizedTest
  @CsvSource({
    "PT0S, 0s",
    "PT119S, 119s",
    "PT2M, 2m",
    "PT9M59S, 9m59s",
    "PT10M1S, 10m",
    "PT3H, 3h",
    "PT7H59M, 7h59m",
    "PT47H, 47h",
    "P7DT23H, 7d23h",
    "P8D, 8d",
    "P731D, 2y1d",
    "P3000D, 8y"
  })
  void printsATimeSpanAsKubectlDoes(Duration span, String printed) {
    assertThat(Ages.brief(span)).isEqualTo(printed);
  }
}
