package dev.reeve.agent.node.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Cidr;
import org.junit.jupiter.api.Test;

class PodAddressesTest {
  private static final Cidr SMALL = Cidr.parse("10.244.3.0/29");
  private final PodAddresses addresses = new PodAddresses();

  @Test
  void aPodKeepsItsAddress() {
    assertThat(addresses.give("a", SMALL)).contains("10.244.3.1");
    assertThat(addresses.give("b", SMALL)).contains("10.244.3.2");
    assertThat(addresses.give("a", SMALL)).contains("10.244.3.1");
  }

  @Test
  void oneThatWasGivenBackIsGivenOutAgainAsLateAsCanBe() {
    addresses.give("a", SMALL);
    addresses.giveBack("a");

    assertThat(addresses.give("b", SMALL)).contains("10.244.3.2");
  }

  @Test
  void whatAPodHasAlreadyIsNobodyElses() {
    addresses.know("found", "10.244.3.1");

    assertThat(addresses.give("a", SMALL)).contains("10.244.3.2");
  }

  @Test
  void thereAreNoMoreThanThereAre() {
    for (int i = 0; i < 6; i++) {
      assertThat(addresses.give("pod" + i, SMALL)).isPresent();
    }
    assertThat(addresses.give("one more", SMALL)).isEmpty();
  }
}
