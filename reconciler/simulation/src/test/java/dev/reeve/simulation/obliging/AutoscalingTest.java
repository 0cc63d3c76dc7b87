package dev.reeve.simulation.obliging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.Event;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.autoscaling.Outcome;
import dev.reeve.core.autoscaling.Reading.Sample;
import dev.reeve.core.model.Autoscaler;
import dev.reeve.core.model.Autoscaler.Goal;
import dev.reeve.core.model.Autoscaler.Kind;
import dev.reeve.core.model.Autoscaler.Metric;
import dev.reeve.core.model.Autoscaler.Policy;
import dev.reeve.core.model.Autoscaler.Rules;
import dev.reeve.core.model.Autoscaler.Scope;
import dev.reeve.core.model.Autoscaler.Select;
import dev.reeve.core.model.Autoscaler.Source;
import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Step;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.model.Workload.Strategy.Stepwise;
import dev.reeve.core.protocol.NodeUsage;
import dev.reeve.core.protocol.NodeUsage.ContainerUsage;
import dev.reeve.core.protocol.NodeUsage.PodUsage;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.record.Autoscaled;
import dev.reeve.core.record.Scaling;
import dev.reeve.core.state.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// Autoscalers in a cluster: whose number holds when, and through what.
class AutoscalingTest {
  private static final ObjectKey WEB = new ObjectKey("Deployment", "default", "web");
  private static final ObjectKey HPA = new ObjectKey("HorizontalPodAutoscaler", "default", "web");
  private static final Duration LOOK = Duration.ofSeconds(15);
  private static final Strategy ROLLING =
      new Strategy.RollingUpdate(Bound.percent(25), Bound.percent(25));

  private final Sketch cluster = new Sketch().node("a", 8_000).node("b", 8_000).node("c", 8_000);
  private final SortedSet<String> unmeasured = new TreeSet<>();
  private final List<Integer> seen = new ArrayList<>();

  private static Rules rules(Duration window) {
    return new Rules(
        window,
        Select.MAX,
        List.of(new Policy(false, 4, LOOK), new Policy(true, 100, LOOK)),
        100_000);
  }

  /// Of a request of 100m: 60% are 60m.
  private static Metric cpu() {
    return new Metric(
        new Source.Resource(Kind.CPU, Optional.empty(), 100), new Goal.Utilization(60));
  }

  private static Metric queue() {
    return new Metric(
        new Source.Query("queue", Scope.EXTERNAL, Bytes.utf8("{}")), new Goal.AverageValue(10_000));
  }

  private AutoscalingTest autoscaled(int min, int max, Metric... metrics) {
    return autoscaled(WEB, min, max, metrics);
  }

  private AutoscalingTest autoscaled(ObjectKey target, int min, int max, Metric... metrics) {
    cluster.autoscalers.put(
        target,
        new Autoscaler(
            HPA,
            target,
            min,
            max,
            List.of(metrics),
            rules(Duration.ZERO),
            rules(Duration.ofMinutes(1))));
    return this;
  }

  private Sketch web(int replicas) {
    return cluster.workload(WEB, replicas, ROLLING, "v1");
  }

  /// Lets time pass in which all pods together use so much, each that is ready the same share.
  private void under(long millis, Duration time) {
    under(WEB, millis, time);
  }

  private void under(ObjectKey target, long millis, Duration time) {
    for (long left = time.toSeconds(); left > 0; left -= 5) {
      measure(target, millis);
      cluster.pass(Duration.ofSeconds(5));
      seen.add(cluster.pods(target).size());
    }
  }

  private void measure(ObjectKey target, long millis) {
    var measured = new ArrayList<Event.NodeMeasured>();
    var pods = cluster.state(target).pods().stream().filter(it -> !it.isStopping()).toList();
    long ready = Math.max(1, pods.stream().filter(Pod::saysReady).count());
    for (String node : List.of("a", "b", "c")) {
      var usages =
          pods.stream()
              .filter(it -> it.node().equals(node) && !unmeasured.contains(it.name()))
              .map(it -> usage(it, it.saysReady() ? millis / ready : 0))
              .toList();
      measured.add(new Event.NodeMeasured(node, new NodeUsage(0, 0, 5_000, usages)));
    }
    cluster.world.step(new Event.NodesMeasured(measured));
  }

  private static PodUsage usage(Pod pod, long millis) {
    return new PodUsage(pod.uid(), List.of(new ContainerUsage("app", millis, 1 << 20)));
  }

  private int pods() {
    return cluster.pods(WEB).size();
  }

  private List<String> decisions() {
    return cluster.recorded().stream()
        .filter(it -> it.startsWith("Autoscaled ") || it.startsWith("Scaled"))
        .toList();
  }

  private Outcome last() {
    return cluster.world.root().autoscalers().get(WEB).flatMap(it -> it.last()).orElseThrow();
  }

  private void given(int replicas, int min, int max) {
    autoscaled(min, max, cpu());
    web(replicas).push().settle();
    under(replicas * 60L, Duration.ofMinutes(2));
  }

  @Test
  void loadBringsPodsAndItsEndTakesThemAwayWithoutFlapping() {
    given(2, 2, 10);
    seen.clear();

    under(470, Duration.ofMinutes(3));
    assertThat(pods()).isEqualTo(8);
    under(150, Duration.ofMinutes(4));

    assertThat(pods()).isEqualTo(3);
    assertThat(decisions())
        .containsExactly(
            "Autoscaled default/web: scaled 2 -> 6 (cpu 235% of 60%)",
            "Autoscaled default/web: scaled 6 -> 8 (cpu 78% of 60%)",
            "Autoscaled default/web: scaled 8 -> 3 (cpu 18% of 60%)");
    assertThat(turns(seen)).isEqualTo(1);
  }

  /// How often a series changes its direction.
  private static int turns(List<Integer> series) {
    int turns = 0;
    int direction = 0;
    for (int i = 1; i < series.size(); i++) {
      int step = Integer.signum(series.get(i) - series.get(i - 1));
      turns += step != 0 && direction != 0 && step != direction ? 1 : 0;
      direction = step == 0 ? direction : step;
    }
    return turns;
  }

  @Test
  void withinTheToleranceNothingIsDecidedAndNothingRecorded() {
    given(4, 2, 10);
    int recorded = cluster.world.record().size();

    under(4 * 64, Duration.ofMinutes(10));

    assertThat(pods()).isEqualTo(4);
    assertThat(cluster.world.record()).hasSize(recorded);
  }

  @Test
  void theRecordSaysWhatWasDecidedAndByWhat() {
    given(2, 2, 10);

    under(240, Duration.ofSeconds(60));

    var commit =
        cluster.world.record().stream()
            .filter(it -> it.subject().contains("scaled"))
            .findFirst()
            .orElseThrow();
    assertThat(commit.reason().word()).isEqualTo("Autoscaled");
    assertThat(commit.lines()).hasSize(2).allMatch(it -> it.startsWith("+ web-v1-"));
    var autoscaled = cluster.state(WEB).autoscaled().orElseThrow();
    assertThat(autoscaled.by()).isEqualTo(HPA);
    assertThat(autoscaled.from()).isEqualTo(2);
    assertThat(autoscaled.to()).isEqualTo(4);
    assertThat(autoscaled.why()).isEqualTo("cpu 120% of 60%");
    assertThat(autoscaled.scalings()).extracting(Scaling::change).containsExactly(2);
  }

  @Nested
  class WhoseNumberHolds {
    @Test
    void gitsNumberIsTheFirstOnly() {
      given(3, 2, 10);
      under(480, Duration.ofMinutes(1));
      assertThat(pods()).isEqualTo(8);

      web(5).push();
      under(480, Duration.ofMinutes(1));

      assertThat(pods()).isEqualTo(8);
    }

    @Test
    void anAutoscalerThatComesLaterTakesOverWhatIsThere() {
      web(5).push().settle();

      autoscaled(2, 10, cpu());
      web(1).push();
      under(300, Duration.ofMinutes(1));

      assertThat(pods()).isEqualTo(5);
      assertThat(decisions()).isEmpty();
    }

    @Test
    void withoutTheAutoscalerItIsGitsNumberAgain() {
      given(2, 2, 10);
      under(480, Duration.ofMinutes(1));
      assertThat(pods()).isEqualTo(8);

      cluster.autoscalers.clear();
      cluster.push().settle();
      cluster.pass(Duration.ofMinutes(1));

      assertThat(pods()).isEqualTo(2);
      assertThat(cluster.state(WEB).autoscaled()).isEmpty();
      assertThat(cluster.world.root().autoscalers().isEmpty()).isTrue();
      assertThat(cluster.world.root().usage().isEmpty()).isTrue();
      assertThat(decisions()).last().isEqualTo("ScaledDown default/web: scaled 8 -> 2");
    }

    @Test
    void otherBoundsActAtOnce() {
      given(4, 2, 10);

      autoscaled(6, 10, cpu());
      cluster.push();
      assertThat(pods()).isEqualTo(6);

      autoscaled(1, 3, cpu());
      cluster.push();
      assertThat(cluster.state(WEB).recordedReplicas()).isEqualTo(3);
      cluster.pass(Duration.ofSeconds(5));
      assertThat(decisions())
          .containsExactly(
              "Autoscaled default/web: scaled 4 -> 6 (fewer than minReplicas)",
              "Autoscaled default/web: scaled 6 -> 3 (more than maxReplicas)");
    }

    @Test
    void whereGitAsksForNoneThereAreNone() {
      given(3, 2, 10);

      web(0).push();
      under(0, Duration.ofMinutes(1));
      assertThat(pods()).isZero();
      assertThat(last().conditions())
          .anyMatch(it -> it.reason().equals("ScalingDisabled") && !it.is());

      web(4).push();
      under(240, Duration.ofMinutes(1));
      assertThat(pods()).isEqualTo(4);
    }

    @Test
    void anObjectThatGoesTakesItsAutoscalersStateWithIt() {
      given(3, 2, 10);

      cluster.autoscalers.clear();
      cluster.without(WEB).push().settle();
      cluster.pass(Duration.ofMinutes(1));

      assertThat(cluster.world.root().workloads().containsKey(WEB)).isFalse();
      assertThat(cluster.world.root().autoscalers().isEmpty()).isTrue();
      assertThat(cluster.world.root().usage().isEmpty()).isTrue();
    }
  }

  @Nested
  class ThroughTrouble {
    @Test
    void aNewControlPlaneKeepsTheNumberAndTakesNoneAwayWithinTheWindow() {
      given(2, 2, 10);
      under(480, Duration.ofMinutes(1));
      assertThat(pods()).isEqualTo(8);
      var before = cluster.state(WEB).autoscaled();

      cluster.restart();
      cluster.pass(Duration.ofSeconds(5));
      assertThat(cluster.state(WEB).desired().map(Workload::replicas)).contains(8);
      assertThat(cluster.state(WEB).autoscaled()).isEqualTo(before);

      under(60, Duration.ofSeconds(50));
      assertThat(pods()).isEqualTo(8);
      under(60, Duration.ofMinutes(2));
      assertThat(pods()).isEqualTo(2);
    }

    @Test
    void whatWasScaledBeforeARestartCountsForPoliciesAfterIt() {
      autoscaled(2, 10, cpu());
      var slow =
          new Rules(
              Duration.ZERO,
              Select.MAX,
              List.of(new Policy(false, 1, Duration.ofMinutes(5))),
              100_000);
      cluster.autoscalers.put(
          WEB, new Autoscaler(HPA, WEB, 2, 10, List.of(cpu()), slow, rules(Duration.ZERO)));
      web(2).push().settle();
      under(600, Duration.ofMinutes(2));
      assertThat(pods()).isEqualTo(3);

      cluster.restart();
      under(600, Duration.ofMinutes(2));
      assertThat(pods()).isEqualTo(3);

      under(600, Duration.ofMinutes(3));
      assertThat(pods()).isEqualTo(4);
    }

    @Test
    void aRollbackBringsTheReleaseBackAndNotTheNumber() {
      autoscaled(2, 10, cpu());
      cluster.workload(WEB, 2, ROLLING, "v1", Workload.OnFailure.ROLLBACK).push().settle();
      under(480, Duration.ofMinutes(2));
      assertThat(pods()).isEqualTo(8);

      cluster.world.unready("v2");
      cluster.workload(WEB, 2, ROLLING, "v2", Workload.OnFailure.ROLLBACK).push();
      under(480, Duration.ofMinutes(11));

      assertThat(cluster.state(WEB).failed()).contains("v2");
      assertThat(cluster.pods(WEB)).hasSize(8).allMatch(it -> it.endsWith("@v1"));
    }

    @Test
    void aLostNodesPodsAreReplacedInTheNumberThatWasDecided() {
      given(2, 2, 10);
      under(360, Duration.ofMinutes(2));
      assertThat(pods()).isEqualTo(6);
      cluster.world.silence("a");

      under(360, Duration.ofMinutes(2));

      assertThat(cluster.nodesOf("web")).hasSize(6).doesNotContain("a");
    }

    @Test
    void withoutMeasurementsItIsHeld() {
      given(2, 2, 10);
      under(480, Duration.ofMinutes(1));

      cluster.pass(Duration.ofMinutes(10));

      assertThat(pods()).isEqualTo(8);
      assertThat(last().conditions()).anyMatch(it -> it.type().equals("ScalingActive") && !it.is());
    }

    @Test
    void podsThatAreNotMeasuredMakeItCarefulInEitherDirection() {
      given(4, 1, 10);
      cluster.state(WEB).pods().stream().limit(2).forEach(it -> unmeasured.add(it.name()));

      // Those that are measured: 15% of 60%; the others count in full: (30 + 200) / 4 = 57%.
      under(60, Duration.ofMinutes(3));
      assertThat(pods()).isEqualTo(4);
    }

    @Test
    void podsThatAreNotReadyYetDampenWhatComesNext() {
      given(2, 2, 20);
      cluster.world.starts(AutoscalingTest::unready);

      under(360, Duration.ofSeconds(30));
      int first = pods();
      under(360, Duration.ofMinutes(2));

      // New pods do nothing yet: the same load asks for no more on their account.
      assertThat(first).isEqualTo(6);
      assertThat(pods()).isEqualTo(6);
    }
  }

  private static PodReport unready(PodReport pod) {
    return new PodReport(
        pod.uid(),
        pod.name(),
        pod.workload(),
        pod.release(),
        pod.commit(),
        pod.phase(),
        false,
        pod.stopping(),
        pod.ip(),
        pod.startedAt(),
        pod.containers(),
        pod.reason(),
        pod.message());
  }

  @Nested
  class Queries {
    @Test
    void aProviderIsAskedAtEachLook() {
      autoscaled(1, 10, queue());
      cluster.world.queries(query -> new Answer.Sampled(List.of(new Sample("", 70_000))));

      web(2).push().settle();
      cluster.pass(Duration.ofSeconds(40));

      assertThat(pods()).isEqualTo(7);
      assertThat(decisions()).last().asString().contains("(queue ");
      assertThat(cluster.world.root().measuring().isEmpty()).isTrue();
    }

    @Test
    void oneThatIsAwayHoldsTheNumber() {
      autoscaled(1, 10, queue(), cpu());
      cluster.world.queries(query -> new Answer.Retry("connection refused"));
      web(4).push().settle();

      under(20, Duration.ofMinutes(5));

      assertThat(pods()).isEqualTo(4);
      assertThat(last().conditions())
          .anyMatch(it -> it.message().equals("queue: connection refused"));
    }
  }

  @Nested
  class OtherKinds {
    @Test
    void aStatefulSetGrowsAndShrinksAtItsEnd() {
      var database = new ObjectKey("StatefulSet", "default", "db");
      autoscaled(database, 1, 5, cpu());
      cluster
          .workload(database, 2, new Strategy.Ordered(0, false, 0, Bound.pods(1), false), "v1")
          .push()
          .settle();

      under(database, 240, Duration.ofMinutes(2));
      assertThat(cluster.pods(database))
          .containsExactly("db-0@v1", "db-1@v1", "db-2@v1", "db-3@v1");

      under(database, 60, Duration.ofMinutes(3));
      assertThat(cluster.pods(database)).containsExactly("db-0@v1");
    }

    @Test
    void aCanaryIsScaledAsAWholeAndKeepsItsShare() {
      var shop = new ObjectKey("Rollout", "default", "shop");
      autoscaled(shop, 2, 20, cpu());
      cluster.workload(shop, 4, canary(), "v1").push().settle();
      under(shop, 240, Duration.ofMinutes(1));
      cluster.workload(shop, 4, canary(), "v2").push().settle();
      assertThat(cluster.pods(shop)).filteredOn(it -> it.endsWith("@v2")).hasSize(1);

      under(shop, 480, Duration.ofMinutes(2));

      assertThat(cluster.pods(shop)).hasSize(8);
      assertThat(cluster.pods(shop)).filteredOn(it -> it.endsWith("@v2")).hasSize(2);
    }

    private Strategy canary() {
      return new Stepwise(
          Stepwise.Style.RATIO,
          Bound.percent(25),
          Bound.pods(0),
          List.of(new Step.SetWeight(25), new Step.Pause(Optional.empty())),
          Optional.empty(),
          0,
          Bound.percent(100),
          Duration.ZERO,
          Optional.of(Duration.ZERO),
          1,
          0,
          true);
    }
  }

  @Test
  void lookingAtEverythingAgainChangesNothing() {
    given(2, 2, 10);
    under(240, Duration.ofMinutes(1));
    int recorded = cluster.world.record().size();

    cluster.world.step(new Event.Resynced());

    assertThat(pods()).isEqualTo(4);
    assertThat(cluster.world.record()).hasSize(recorded);
    assertThat(cluster.state(WEB).autoscaled().map(Autoscaled::to)).contains(4);
  }
}
