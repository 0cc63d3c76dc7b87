package dev.reeve.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PodIdsTest {
  @Test
  void aUidLeadsBackToItsId() {
    for (long epoch : new long[] {1, 2, 77, 4_000_000}) {
      for (long counter = 1; counter < 2_000; counter += 13) {
        long id = PodIds.id(epoch, counter);

        assertThat(PodIds.idOf("prod", PodIds.uid("prod", id))).hasValue(id);
      }
    }
  }

  @Test
  void aUidLooksLikeOne() {
    assertThat(PodIds.uid("prod", PodIds.id(3, 4)))
        .matches("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  }

  @Test
  void noTwoPodsOfAnEpochShareAUid() {
    var uids = new TreeSet<String>();

    for (long counter = 1; counter <= 10_000; counter++) {
      uids.add(PodIds.uid("prod", PodIds.id(1, counter)));
    }

    assertThat(uids).hasSize(10_000);
  }

  @Test
  void anotherClustersUidIsNotTakenForOurs() {
    var theirs = PodIds.uid("staging", PodIds.id(1, 1));

    assertThat(PodIds.idOf("prod", theirs)).isEmpty();
    assertThat(PodIds.idOf("prod", "not a uid")).isEmpty();
    assertThat(PodIds.idOf("prod", "00000000-0000-0000-0000-00000000000g")).isEmpty();
  }
}
