package dev.reeve.simulation.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ClusterSettings.Scheduling;
import dev.reeve.core.scheduling.Ledger;
import dev.reeve.core.scheduling.Ledger.Choice;
import dev.reeve.simulation.placement.PlacementRules.Broken;
import dev.reeve.simulation.placement.RandomWorld.Rule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReplayTest {
  private static final int NODES = Integer.getInteger("reeve.placement.nodes", 2_000);

  /// Rules that hold whatever came and went in between.
  private static final EnumSet<Refusal> LASTING =
      EnumSet.complementOf(EnumSet.of(Refusal.NO_DOMAIN, Refusal.SPREAD, Refusal.NEAR));

  @Test
  void saysOfEachPodWhatTheRulesSay() {
    for (int seed = 0; seed < 5_000; seed++) {
      var random = new SplittableRandom(seed);
      var about = EnumSet.noneOf(Rule.class);
      for (Rule rule : Rule.values()) {
        if (random.nextInt(3) == 0) {
          about.add(rule);
        }
      }
      var world = new RandomWorld(random, about);
      var replay = new Replay(world.nodes());
      var placed = new ArrayList<Placed>();

      for (int i = 0; i < 12; i++) {
        if (!placed.isEmpty() && world.chance(4)) {
          var gone = placed.remove(world.below(placed.size()));
          replay.remove(gone.pod(), gone.node());
        }
        var next = new Placed(world.pod(), world.someNode().name());
        var rules = new PlacementRules(world.nodes(), placed);

        assertThat(replay.place(next.pod(), next.node()))
            .as("%s, seed %d: %s among %s on %s", about, seed, next, placed, world.nodes())
            .isEqualTo(rules.refusals(next.pod()).get(next.node()));
        placed.add(next);
      }
      sameInAll(world, placed);
    }
  }

  /// What a replay finds of the lasting rules, all pods looked at together find, too.
  private static void sameInAll(RandomWorld world, List<Placed> placed) {
    var replay = new Replay(world.nodes());
    var one = new TreeSet<Refusal>();
    placed.forEach(it -> one.addAll(replay.place(it.pod(), it.node())));
    one.retainAll(LASTING);
    // Of two pods that must be apart, one is the first.
    one.remove(Refusal.KEPT_AWAY);
    var all = new TreeSet<Refusal>();
    for (Broken each : new PlacementRules(world.nodes(), placed).violations()) {
      all.add(each.rule());
    }
    if (all.contains(Refusal.APART)) {
      one.add(Refusal.APART);
    }

    assertThat(all).as("%s on %s", placed, world.nodes()).isEqualTo(one);
  }

  /// What the scheduler does with a whole cluster, pod by pod: ten for each node.
  @ParameterizedTest
  @EnumSource(Scheduling.class)
  void findsNothingWrongWithWhatTheSchedulerDoes(Scheduling scheduling) {
    var cluster = new LargeCluster(NODES, NODES / 10);
    var ledger = new Ledger(scheduling);
    cluster.nodes().forEach(ledger::put);
    var placed = new ArrayList<Placed>();
    long start = System.nanoTime();

    int nowhere = 0;
    for (PodFacts pod : cluster.kinds()) {
      var search = ledger.search(pod.workload(), pod.release(), pod.template(), 100);
      for (int i = 0; i < 100; i++) {
        if (!(search.next() instanceof Choice.Node(var node))) {
          nowhere++;
          break;
        }
        ledger.add(node, pod.workload(), pod.release(), pod.template());
        placed.add(new Placed(pod, node));
      }
    }
    long scheduled = System.nanoTime();
    var replay = new Replay(cluster.nodes());
    for (Placed each : placed) {
      assertThat(replay.place(each.pod(), each.node())).isEmpty();
    }
    long replayed = System.nanoTime();
    var violations = new PlacementRules(cluster.nodes(), placed).violations();
    long checked = System.nanoTime();

    System.out.printf(
        "%s: %d pods on %d nodes, %d workloads not whole: placed in %.1f s, replayed in %.1f s,"
            + " checked as a whole in %.1f s%n",
        scheduling,
        placed.size(),
        cluster.nodes().size(),
        nowhere,
        (scheduled - start) / 1e9,
        (replayed - scheduled) / 1e9,
        (checked - replayed) / 1e9);
    assertThat(violations).isEmpty();
    assertThat(placed).hasSizeGreaterThan(NODES * 8);
  }
}
