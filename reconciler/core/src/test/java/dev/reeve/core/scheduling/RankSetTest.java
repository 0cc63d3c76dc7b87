package dev.reeve.core.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RankSetTest {
  @ParameterizedTest(name = "capacity {0}")
  // Of one word and of several, of one word of words and of several; full ones, and one more.
  @ValueSource(ints = {1, 2, 63, 64, 65, 1_000, 4_096, 4_097, 10_000, 270_000})
  void isWalkedAsATreeSetIs(int capacity) {
    var random = new SplittableRandom(capacity);
    var expected = new TreeSet<Integer>();
    var set = new RankSet(capacity);

    for (int i = 0; i < 20_000; i++) {
      // Grows, then shrinks to nothing.
      if (random.nextInt(10) < (i < 10_000 ? 7 : 2)) {
        int rank = random.nextInt(capacity);
        if (expected.add(rank)) {
          set.add(rank);
        }
      } else if (!expected.isEmpty()) {
        int rank = fromOrFirst(expected, random.nextInt(capacity));
        expected.remove(rank);
        set.remove(rank);
      }
      int from = random.nextInt(capacity + 1);
      var next = expected.ceiling(from);

      assertThat(set.next(from)).as("from %d", from).isEqualTo(next == null ? -1 : next);
      assertThat(set.size()).isEqualTo(expected.size());
    }

    assertThat(walked(set)).isEqualTo(new ArrayList<>(expected));
  }

  private static int fromOrFirst(NavigableSet<Integer> set, int from) {
    var next = set.ceiling(from);
    return next == null ? set.first() : next;
  }

  private static List<Integer> walked(RankSet set) {
    var walked = new ArrayList<Integer>();
    for (int rank = set.next(0); rank >= 0; rank = set.next(rank + 1)) {
      walked.add(rank);
    }
    return walked;
  }

  @Test
  void ofNothingHasNothing() {
    assertThat(new RankSet(0).next(0)).isEqualTo(-1);
  }

  @Test
  void theLastIsFoundAcrossManyEmptyWords() {
    var set = new RankSet(1_000_000);
    set.add(999_999);

    assertThat(set.next(0)).isEqualTo(999_999);
    assertThat(set.next(999_999)).isEqualTo(999_999);
    assertThat(set.next(1_000_000)).isEqualTo(-1);
  }
}
