package dev.reeve.core.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntCountsTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void countsAsATreeMapDoes(long seed) {
    var random = new SplittableRandom(seed);
    var expected = new TreeMap<Integer, Integer>();
    var counts = new IntCounts();

    for (int i = 0; i < 40_000; i++) {
      // Near each other, and with a stride that puts many in the same places of a table.
      int key = random.nextInt(seed % 2 == 0 ? 300 : 40) * (seed % 3 == 0 ? 1 << 16 : 1);
      // Grows, then shrinks to nothing, so that gaps are closed.
      boolean grows = random.nextInt(10) < (i < 20_000 ? 7 : 2);
      int delta = grows ? 1 + random.nextInt(3) : -expected.getOrDefault(key, 0);
      counts.add(key, delta);
      expected.merge(key, delta, Integer::sum);
      expected.remove(key, 0);

      assertThat(counts.get(key)).isEqualTo(expected.getOrDefault(key, 0));
      if (i % 500 == 0) {
        sameAs(expected, counts);
      }
    }

    sameAs(expected, counts);
  }

  private static void sameAs(SortedMap<Integer, Integer> expected, IntCounts counts) {
    var walked = new TreeMap<Integer, Integer>();
    counts.forEach((key, count) -> assertThat(walked.put(key, count)).isNull());
    assertThat(walked).isEqualTo(expected);
    assertThat(counts.size()).isEqualTo(expected.size());
    expected.forEach((key, count) -> assertThat(counts.get(key)).isEqualTo(count));
  }

  @Test
  void aKeyThatWasNeverCountedIsZero() {
    var counts = new IntCounts();

    assertThat(counts.get(0)).isZero();
    assertThat(counts.size()).isZero();
  }

  @Test
  void nothingAddedIsNothingKept() {
    var counts = new IntCounts();

    counts.add(7, 0);

    assertThat(counts.size()).isZero();
    assertThat(counts.get(7)).isZero();
  }

  @Test
  void countsMayBeBelowZero() {
    var counts = new IntCounts();

    counts.add(7, -2);
    assertThat(counts.get(7)).isEqualTo(-2);

    counts.add(7, 2);
    assertThat(counts.size()).isZero();
  }
}
