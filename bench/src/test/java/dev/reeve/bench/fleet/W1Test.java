package dev.reeve.bench.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class W1Test {
  private static final Pattern REPLICAS = Pattern.compile("replicas: (\\d+)");

  @Test
  void wantsAsManyPodsAsAskedFor() {
    assertThat(pods(20_000)).isEqualTo(20_000);
    assertThat(pods(250)).isEqualTo(250);
    assertThat(pods(1)).isEqualTo(1);
  }

  private static int pods(int asked) {
    return REPLICAS
        .matcher(W1.manifests("w1", asked))
        .results()
        .mapToInt(it -> Integer.parseInt(it.group(1)))
        .sum();
  }
}
