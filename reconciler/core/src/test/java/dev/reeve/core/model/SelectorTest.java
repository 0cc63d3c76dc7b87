package dev.reeve.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Selector.Operator;
import dev.reeve.core.model.Selector.Requirement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorTest {
  private static boolean holds(Operator operator, String bound, Map<String, String> labels) {
    return new Selector(List.of(new Requirement("generation", operator, List.of(bound))))
        .matches(labels);
  }

  @ParameterizedTest(name = "{0} against {1}")
  @CsvSource({
    "6, 5, true, false",
    "5, 5, false, false",
    "4, 5, false, true",
    "10, 9, true, false",
    "007, 6, true, false",
    "x6, 5, false, false",
    "'', 5, false, false",
    // The largest there is, and one more: that is no number to Kubernetes either.
    "9223372036854775807, 5, true, false",
    "9223372036854775808, 5, false, false",
  })
  void comparesWholeNumbers(String label, String bound, boolean isGreater, boolean isLess) {
    var labels = Map.of("generation", label);

    assertThat(holds(Operator.GREATER_THAN, bound, labels)).isEqualTo(isGreater);
    assertThat(holds(Operator.LESS_THAN, bound, labels)).isEqualTo(isLess);
  }

  @Test
  void aLabelThatIsNotThereIsNeitherGreaterNorLess() {
    assertThat(holds(Operator.GREATER_THAN, "0", Map.of())).isFalse();
    assertThat(holds(Operator.LESS_THAN, "0", Map.of())).isFalse();
  }

  @Test
  void aLabelThatIsNotThereHasNoneOfTheValues() {
    assertThat(holds(Operator.NOT_IN, "5", Map.of())).isTrue();
    assertThat(holds(Operator.NOT_IN, "5", Map.of("generation", "5"))).isFalse();
    assertThat(holds(Operator.IN, "5", Map.of())).isFalse();
  }

  @Test
  void aSelectorOfNothingMatchesNothing() {
    assertThat(Selector.NOTHING.matches(Map.of())).isFalse();
    assertThat(Selector.NOTHING.matches(Map.of("", ""))).isFalse();
    assertThat(Selector.EVERYTHING.matches(Map.of())).isTrue();
  }
}
