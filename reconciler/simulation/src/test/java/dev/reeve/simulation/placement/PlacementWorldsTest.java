package dev.reeve.simulation.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ClusterSettings.Scheduling;
import dev.reeve.simulation.placement.RandomWorld.Rule;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The scheduler against the rules, in small worlds: each rule alone and each pair of rules.
///
/// Pods come and go and nodes change, so that what the scheduler remembers has every chance to be
/// wrong. One case is one decision.
class PlacementWorldsTest {
  private static final int CASES = Integer.getInteger("reeve.placement.cases", 5_000);

  private final PlacementTally tally = new PlacementTally();

  @Test
  void aNodeIsFoundWheneverTheRulesAllowOne() {
    long start = System.nanoTime();

    int combinations = 0;
    for (Rule one : Rule.values()) {
      for (Rule other : Rule.values()) {
        if (one.compareTo(other) <= 0) {
          play(EnumSet.of(one, other), combinations);
          combinations++;
        }
      }
    }

    System.out.printf(
        "placement: %d combinations of rules in %.1f s%n%s",
        combinations, (System.nanoTime() - start) / 1e9, tally);
    // The worlds are about what they say.
    for (Refusal each : Refusal.values()) {
      assertThat(tally.decisive(each)).as(each.name()).isGreaterThan(CASES / 5);
    }
    assertThat(tally.feasible()).isGreaterThan(20L * CASES);
    assertThat(tally.infeasible()).isGreaterThan(20L * CASES);
  }

  private void play(Set<Rule> rules, int combination) {
    long until = tally.cases() + CASES;
    for (int seed = 0; tally.cases() < until; seed++) {
      for (Scheduling scheduling : Scheduling.values()) {
        // The same world, to be packed and to be spread.
        var random = new SplittableRandom(seed * 1_000L + combination);
        var world = new RandomWorld(random, rules);
        new PlacementStory(rules + " seed " + seed, world, scheduling, tally).tell();
      }
    }
  }
}
