package dev.reeve.core.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class CandidateOrderTest {
  private record Place(int bucket, int rank) {}

  @Test
  void isWalkedByBucketAndThenByRank() {
    var random = new SplittableRandom(1);
    int nodes = 500;
    var order = new CandidateOrder(nodes);
    var expected =
        new TreeSet<>(Comparator.comparingInt(Place::bucket).thenComparingInt(Place::rank));
    var buckets = new int[nodes];

    for (int i = 0; i < 20_000; i++) {
      int rank = i < nodes ? i : random.nextInt(nodes);
      int bucket = CandidateOrder.bucket(random.nextLong(1L << random.nextInt(1, 40)));
      expected.remove(new Place(buckets[rank], rank));
      expected.add(new Place(bucket, rank));
      buckets[rank] = bucket;
      order.put(rank, bucket);

      if (i % 1_000 == 0) {
        assertThat(walked(order)).containsExactlyElementsOf(expected);
      }
    }

    assertThat(walked(order)).containsExactlyElementsOf(expected).hasSize(nodes);
  }

  private static List<Place> walked(CandidateOrder order) {
    var walked = new ArrayList<Place>();
    for (int bucket = 0; bucket < CandidateOrder.BUCKETS; bucket++) {
      for (int rank = order.next(bucket, 0); rank >= 0; rank = order.next(bucket, rank + 1)) {
        walked.add(new Place(bucket, rank));
      }
    }
    return walked;
  }

  @Test
  void aLargerAmountIsNeverInASmallerBucket() {
    var random = new SplittableRandom(2);

    assertThat(CandidateOrder.bucket(Long.MIN_VALUE)).isZero();
    assertThat(CandidateOrder.bucket(-1)).isZero();
    assertThat(CandidateOrder.bucket(0)).isZero();
    assertThat(CandidateOrder.bucket(1)).isEqualTo(1);
    assertThat(CandidateOrder.bucket(Long.MAX_VALUE)).isEqualTo(CandidateOrder.BUCKETS - 1);
    for (long amount = 0; amount < 100_000; amount++) {
      assertThat(CandidateOrder.bucket(amount + 1))
          .isGreaterThanOrEqualTo(CandidateOrder.bucket(amount));
    }
    for (int i = 0; i < 100_000; i++) {
      long one = random.nextLong(1L << random.nextInt(1, 63));
      long other = random.nextLong(1L << random.nextInt(1, 63));
      assertThat(CandidateOrder.bucket(Math.max(one, other)))
          .isGreaterThanOrEqualTo(CandidateOrder.bucket(Math.min(one, other)));
    }
  }

  @Test
  void aSixteenthMoreIsInALargerBucket() {
    // Below sixteen, one more is.
    for (long amount = 1; amount < 1 << 20; amount += 1 + amount / 100) {
      assertThat(CandidateOrder.bucket(amount + Math.max(1, amount / 16)))
          .isGreaterThan(CandidateOrder.bucket(amount));
    }
  }
}
