package dev.reeve.core.disruption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.disruption.ZoneBrake.Pace;
import dev.reeve.core.disruption.ZoneBrake.Zone;
import dev.reeve.core.model.ObjectKey;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class DisruptionTest {
  private static SortedSet<ObjectKey> keys(String kind, String namespace, int count) {
    var keys = new TreeSet<ObjectKey>();
    for (int i = 0; i < count; i++) {
      keys.add(new ObjectKey(kind, namespace, "o" + i));
    }
    return keys;
  }

  @Nested
  class Budget {
    @Test
    void aShareOfTheObjectsMayGo() {
      var present = keys("Deployment", "a", 100);

      assertThat(PruneBudget.allows(present, keys("Deployment", "a", 30), 30)).isTrue();
      assertThat(PruneBudget.allows(present, keys("Deployment", "a", 31), 30)).isFalse();
    }

    @Test
    void fiveMayAlwaysGo() {
      assertThat(PruneBudget.allows(keys("Deployment", "a", 6), keys("Deployment", "a", 5), 30))
          .isTrue();
    }

    @Test
    void butNotTheLastOfANamespace() {
      var present = keys("Deployment", "a", 4);
      present.addAll(keys("Deployment", "b", 1));

      assertThat(PruneBudget.allows(present, keys("Deployment", "b", 1), 10)).isFalse();
      assertThat(PruneBudget.allows(present, keys("Deployment", "a", 4), 30)).isFalse();
    }

    @Test
    void norWhatLosesMoreThanItself() {
      var present = keys("Deployment", "a", 4);
      present.addAll(keys("StatefulSet", "a", 1));

      assertThat(PruneBudget.allows(present, keys("StatefulSet", "a", 1), 10)).isFalse();
    }
  }

  @Nested
  class Brake {
    private Pace pace(String zone, Object... zones) {
      var all = new TreeMap<String, Zone>();
      for (int i = 0; i < zones.length; i += 2) {
        all.put((String) zones[i], (Zone) zones[i + 1]);
      }
      return ZoneBrake.pace(all, zone);
    }

    @Test
    void oneOfTwoNodesIsReplaced() {
      assertThat(pace("a", "a", new Zone(1, 1))).isEqualTo(Pace.NORMAL);
    }

    @Test
    void mostOfASmallZoneIsNot() {
      assertThat(pace("a", "a", new Zone(2, 3))).isEqualTo(Pace.NOT_AT_ALL);
    }

    @Test
    void mostOfALargeZoneIsSlowly() {
      assertThat(pace("a", "a", new Zone(40, 60))).isEqualTo(Pace.SLOWLY);
    }

    @Test
    void aWhollyLostZoneIsWhileAnotherStands() {
      assertThat(pace("a", "a", new Zone(0, 9), "b", new Zone(1, 0))).isEqualTo(Pace.NORMAL);
      assertThat(pace("a", "a", new Zone(0, 9), "b", new Zone(0, 1))).isEqualTo(Pace.NOT_AT_ALL);
    }
  }
}
