package dev.reeve.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpansionTest {

  /// The cases of Kubernetes' own tests of it.
  @ParameterizedTest
  @CsvSource({
    "$(A), foo",
    "___$(B)___, ___bar___",
    "$(A)-$(B), foo-bar",
    "$(NONE), $(NONE)",
    "$$(A), $(A)",
    "$$$(A), $foo",
    "$$$$(A), $$(A)",
    "f00-$, f00-$",
    "$A, $A",
    "$(A, $(A",
    "--$($$, --$($",
  })
  void expandsAsKubernetesDoes(String text, String expected) {
    assertThat(Expansion.expand(text, Map.of("A", "foo", "B", "bar"))).isEqualTo(expected);
  }
}
