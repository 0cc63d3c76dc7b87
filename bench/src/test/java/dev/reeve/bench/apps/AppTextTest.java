package dev.reeve.bench.apps;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AppTextTest {
  @Test
  void eachAppHasItsOwnValues() {
    var text = new AppText("app-${INDEX}: ${PODS:=0} pods of ${MCPU}, again app-${INDEX}\n");

    assertThat(text.of(7, 1)).isEqualTo("app-7: 1 pods of 1m, again app-7\n");
  }

  @Test
  void theOwnTextLeavesNothingOpen() throws Exception {
    assertThat(AppText.chosen().of(7, 1)).contains("name: \"app-7\"").doesNotContain("${");
  }
}
