package dev.reeve.agent.node.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharesTest {
  @Test
  void areExactWhereTheyCanBe() {
    assertThat(Shares.of(List.of(90, 10))).containsExactly(9, 1);
    assertThat(Shares.of(List.of(9900, 9900, 2200))).containsExactly(9, 9, 2);
    assertThat(Shares.of(List.of(7))).containsExactly(1);
  }

  @Test
  void areRoundedByTheLargestRemainder() {
    var shares = Shares.of(List.of(1_000_003, 1, 499_999));

    assertThat(shares.stream().mapToInt(it -> it).sum()).isEqualTo(10_000);
    assertThat(shares.get(1)).isEqualTo(1);
    assertThat(shares.get(0)).isBetween(6_666, 6_667);
  }

  @Test
  void leaveNobodyOut() {
    assertThat(Shares.of(Collections.nCopies(12_345, 3))).hasSize(12_345).containsOnly(1);
  }
}
