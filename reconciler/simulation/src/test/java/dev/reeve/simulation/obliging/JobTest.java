package dev.reeve.simulation.obliging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.JobRules;
import dev.reeve.core.model.JobRules.FailureRule;
import dev.reeve.core.model.JobRules.SuccessRule;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.PodReport.Phase;
import dev.reeve.core.record.JobProgress;
import dev.reeve.core.state.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What Kubernetes documents of Jobs.
class JobTest {
  private static final ObjectKey JOB = new ObjectKey("Job", "default", "pi");

  private final Sketch cluster = new Sketch().node("a", 8_000).node("b", 8_000);

  @BeforeEach
  void podsRunUntilTheyAreEnded() {
    cluster.world.starts(it -> with(it, Phase.RUNNING, 0));
  }

  private static PodReport with(PodReport pod, Phase phase, int exitCode) {
    boolean isOver = phase != Phase.RUNNING;
    return new PodReport(
        pod.uid(),
        pod.name(),
        pod.workload(),
        pod.release(),
        pod.commit(),
        phase,
        !isOver,
        false,
        pod.ip(),
        pod.startedAt(),
        List.of(
            new ContainerReport(
                "app",
                false,
                "pi",
                "",
                "",
                isOver ? ContainerReport.State.TERMINATED : ContainerReport.State.RUNNING,
                !isOver,
                0,
                Optional.empty(),
                Optional.empty(),
                exitCode,
                "",
                "")),
        "",
        "");
  }

  private static JobRules rules(int completions, int parallelism) {
    return new JobRules(
        Optional.of(completions),
        parallelism,
        false,
        6,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        List.of(),
        false,
        List.of());
  }

  private static JobRules indexed(int completions, int parallelism) {
    return withIndexes(rules(completions, parallelism), Optional.empty(), Optional.empty());
  }

  private static JobRules withIndexes(
      JobRules rules, Optional<Integer> limitPerIndex, Optional<Integer> maxFailed) {
    return new JobRules(
        rules.completions(),
        rules.parallelism(),
        true,
        limitPerIndex.isPresent() ? Integer.MAX_VALUE : rules.backoffLimit(),
        limitPerIndex,
        maxFailed,
        rules.activeDeadline(),
        rules.ttl(),
        rules.suspended(),
        rules.failureRules(),
        rules.waitsForFailure(),
        rules.successRules());
  }

  private void push(JobRules rules, String version) {
    cluster
        .workload(
            JOB,
            1,
            new Strategy.Completing(rules, Optional.empty()),
            version,
            Workload.OnFailure.ROLLBACK)
        .push();
    cluster.pass(Duration.ofSeconds(3));
  }

  private List<String> running() {
    return cluster.state(JOB).pods().stream()
        .filter(it -> !it.isStopping() && it.phase() == Phase.RUNNING)
        .map(Pod::name)
        .sorted()
        .toList();
  }

  private JobProgress progress() {
    return cluster.state(JOB).job().orElseThrow();
  }

  private void end(String pod, int exitCode) {
    cluster.world.change(
        pod, it -> with(it, exitCode == 0 ? Phase.SUCCEEDED : Phase.FAILED, exitCode));
    cluster.pass(Duration.ofSeconds(2));
  }

  private String reason() {
    return progress().ending().map(JobProgress.Ending::reason).orElse("");
  }

  @Test
  void aSimpleJobRunsOnePodToCompletion() {
    push(rules(1, 1), "v1");
    assertThat(running()).hasSize(1).allMatch(it -> it.matches("pi-[a-z0-9]{5}"));
    assertThat(cluster.world.root().unhealthy().containsKey(JOB)).isTrue();

    end(running().getFirst(), 0);

    assertThat(reason()).isEqualTo("CompletionsReached");
    assertThat(cluster.world.root().unhealthy().isEmpty()).isTrue();
    assertThat(cluster.recorded())
        .anyMatch(it -> it.equals("JobCompleted default/pi: completed, 1 of 1 succeeded"));
  }

  @Test
  void aFixedCompletionCountRunsThatManyPodsAndNoMoreThanParallelismAtATime() {
    push(rules(3, 2), "v1");
    assertThat(running()).hasSize(2);

    end(running().getFirst(), 0);
    assertThat(running()).hasSize(2);
    end(running().getFirst(), 0);
    assertThat(running()).hasSize(1);
    end(running().getFirst(), 0);

    assertThat(progress().succeeded()).isEqualTo(3);
    assertThat(running()).isEmpty();
    assertThat(reason()).isEqualTo("CompletionsReached");
  }

  @Test
  void aWorkQueueIsDoneWhenOnePodHasSucceededAndAllHaveEnded() {
    push(
        new JobRules(
            Optional.empty(),
            3,
            false,
            6,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            List.of(),
            false,
            List.of()),
        "v1");
    assertThat(running()).hasSize(3);

    end(running().getFirst(), 0);
    assertThat(running()).hasSize(2);
    assertThat(reason()).isEmpty();
    end(running().getFirst(), 0);
    end(running().getFirst(), 0);

    assertThat(reason()).isEqualTo("CompletionsReached");
  }

  @Test
  void anIndexedJobHasAPodForEachIndexFromZero() {
    push(indexed(3, 3), "v1");
    assertThat(running().stream().map(it -> it.substring(0, 5)))
        .containsExactly("pi-0-", "pi-1-", "pi-2-");

    end(running().get(1), 0);
    end(running().getFirst(), 1);
    cluster.pass(Duration.ofSeconds(10));

    assertThat(progress().done()).containsExactly(1);
    assertThat(running().stream().map(it -> it.substring(0, 5))).containsExactly("pi-0-", "pi-2-");
  }

  @Test
  void failedPodsAreRecreatedWithAnExponentialBackOffDelayOf10s20s40s() {
    push(rules(1, 1), "v1");
    end(running().getFirst(), 1);

    cluster.pass(Duration.ofSeconds(6));
    assertThat(running()).isEmpty();
    cluster.pass(Duration.ofSeconds(3));
    assertThat(running()).hasSize(1);

    end(running().getFirst(), 1);
    cluster.pass(Duration.ofSeconds(16));
    assertThat(running()).isEmpty();
    cluster.pass(Duration.ofSeconds(3));
    assertThat(running()).hasSize(1);
  }

  @Test
  void theJobFailsWhenBackoffLimitIsReached() {
    var rules =
        new JobRules(
            Optional.of(1),
            1,
            false,
            1,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            List.of(),
            false,
            List.of());
    push(rules, "v1");
    end(running().getFirst(), 3);
    cluster.pass(Duration.ofSeconds(10));
    end(running().getFirst(), 3);

    assertThat(reason()).isEqualTo("BackoffLimitExceeded");
    assertThat(cluster.state(JOB).message()).contains("container app of pi-", "ended with 3");
    cluster.pass(Duration.ofMinutes(10));
    assertThat(running()).isEmpty();
  }

  @Test
  void onceActiveDeadlineSecondsIsReachedAllPodsAreTerminatedAndTheJobHasFailed() {
    var deadline = Optional.of(Duration.ofSeconds(60));
    push(
        new JobRules(
            Optional.of(2),
            2,
            false,
            6,
            Optional.empty(),
            Optional.empty(),
            deadline,
            Optional.empty(),
            false,
            List.of(),
            false,
            List.of()),
        "v1");

    cluster.pass(Duration.ofSeconds(50));
    assertThat(running()).hasSize(2);
    cluster.pass(Duration.ofSeconds(10));

    assertThat(running()).isEmpty();
    assertThat(reason()).isEqualTo("DeadlineExceeded");
  }

  @Test
  void aSuspendedJobHasNoPodsAndResumingStartsThemAndTheDeadlineAnew() {
    push(suspended(true), "v1");
    assertThat(running()).isEmpty();
    assertThat(cluster.world.root().unhealthy().isEmpty()).isTrue();

    push(suspended(false), "v1");
    assertThat(running()).hasSize(1);
    push(suspended(true), "v1");
    assertThat(running()).isEmpty();
    cluster.pass(Duration.ofMinutes(5));
    push(suspended(false), "v1");

    assertThat(running()).hasSize(1);
    assertThat(reason()).isEmpty();
  }

  private static JobRules suspended(boolean isSuspended) {
    return new JobRules(
        Optional.of(1),
        1,
        false,
        6,
        Optional.empty(),
        Optional.empty(),
        Optional.of(Duration.ofSeconds(60)),
        Optional.empty(),
        isSuspended,
        List.of(),
        false,
        List.of());
  }

  @Test
  void podFailurePolicyFailsTheJobAtOnceForAnExitCode() {
    push(failing(FailureRule.Action.FAIL_JOB, 42), "v1");
    end(running().getFirst(), 42);

    assertThat(reason()).isEqualTo("PodFailurePolicy");
  }

  @Test
  void podFailurePolicyIgnoresAnExitCode() {
    push(failing(FailureRule.Action.IGNORE, 42), "v1");
    for (int i = 0; i < 10; i++) {
      end(running().getFirst(), 42);
    }

    assertThat(progress().failed()).isZero();
    assertThat(running()).hasSize(1);
  }

  private static JobRules failing(FailureRule.Action action, int code) {
    return new JobRules(
        Optional.of(1),
        1,
        false,
        6,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        List.of(new FailureRule(action, Optional.empty(), true, List.of(code))),
        true,
        List.of());
  }

  @Test
  void backoffLimitPerIndexFailsTheIndexAndTheOthersGoOn() {
    push(withIndexes(rules(2, 2), Optional.of(0), Optional.empty()), "v1");
    end(running().getFirst(), 1);

    assertThat(progress().lost()).containsExactly(0);
    assertThat(reason()).isEmpty();
    end(running().getFirst(), 0);

    assertThat(reason()).isEqualTo("FailedIndexes");
  }

  @Test
  void maxFailedIndexesEndsTheJobEarly() {
    push(withIndexes(rules(4, 4), Optional.of(0), Optional.of(1)), "v1");
    end(running().getFirst(), 1);
    end(running().getFirst(), 1);

    assertThat(reason()).isEqualTo("MaxFailedIndexesExceeded");
    assertThat(running()).isEmpty();
  }

  @Test
  void successPolicyEndsTheJobWhenTheNamedIndexesHaveSucceeded() {
    var leader = new SuccessRule(new TreeSet<>(List.of(0)), Optional.of(1));
    var rules = indexed(3, 3);
    push(
        new JobRules(
            rules.completions(),
            3,
            true,
            6,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            List.of(),
            false,
            List.of(leader)),
        "v1");

    end(running().getFirst(), 0);

    assertThat(reason()).isEqualTo("SuccessPolicy");
    assertThat(running()).isEmpty();
  }

  @Test
  void ttlAfterFinishedTakesThePodsAndTheRecordStays() {
    push(
        new JobRules(
            Optional.of(1),
            1,
            false,
            6,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(Duration.ofSeconds(30)),
            false,
            List.of(),
            false,
            List.of()),
        "v1");
    end(running().getFirst(), 0);
    assertThat(cluster.state(JOB).pods().size()).isEqualTo(1);

    cluster.pass(Duration.ofSeconds(40));

    assertThat(cluster.state(JOB).pods().size()).isZero();
    cluster.restart().pass(Duration.ofMinutes(1));
    assertThat(running()).isEmpty();
    assertThat(reason()).isEqualTo("CompletionsReached");
  }

  @Test
  void aJobRunsOnceForEachReleaseWhateverIsRestarted() {
    push(rules(2, 1), "v1");
    end(running().getFirst(), 0);
    assertThat(progress().succeeded()).isEqualTo(1);

    cluster.restart().pass(Duration.ofSeconds(20));

    assertThat(progress().succeeded()).isEqualTo(1);
    assertThat(running()).hasSize(1);
    end(running().getFirst(), 0);
    cluster.restart().pass(Duration.ofSeconds(20));
    assertThat(reason()).isEqualTo("CompletionsReached");
    assertThat(running()).isEmpty();
  }

  @Test
  void aChangedJobReplacesTheOldOne() {
    push(rules(1, 1), "v1");
    push(rules(1, 1), "v2");

    assertThat(cluster.pods(JOB)).hasSize(1).allMatch(it -> it.endsWith("@v2"));
    end(running().getFirst(), 0);
    push(rules(1, 1), "v1");
    end(running().getFirst(), 0);
    // Both have run by now.
    push(rules(1, 1), "v2");
    assertThat(running()).isEmpty();
    assertThat(cluster.world.root().unhealthy().isEmpty()).isTrue();
  }

  @Test
  void aPodOfALostNodeHasNotFailedAndIsReplaced() {
    push(rules(1, 1), "v1");
    var node = cluster.state(JOB).pods().stream().findFirst().orElseThrow().node();

    cluster.world.silence(node);
    cluster.pass(Duration.ofSeconds(30));

    assertThat(cluster.pods(JOB)).hasSize(1);
    assertThat(cluster.state(JOB).pods().stream().findFirst().orElseThrow().node())
        .isNotEqualTo(node);
    assertThat(progress().failed()).isZero();
  }

  @Test
  void aPodThatHasEndedIsCountedOnceThoughItsNodeFallsSilentAndComesBack() {
    push(rules(2, 2), "v1");
    end(running().getFirst(), 0);
    for (String node : List.of("a", "b")) {
      cluster.world.silence(node);
      cluster.pass(Duration.ofSeconds(12));
      cluster.world.hear(node);
      cluster.pass(Duration.ofSeconds(5));
    }

    assertThat(progress().succeeded()).isEqualTo(1);
    assertThat(running()).hasSize(1);
  }

  @Test
  void aJobThatFailsGoesBackToTheOneBeforeWhichIsNotRunAgain() {
    push(rules(1, 1), "v1");
    end(running().getFirst(), 0);
    push(failing(FailureRule.Action.FAIL_JOB, 42), "v2");
    end(running().getFirst(), 42);

    cluster.pass(Duration.ofMinutes(1));

    assertThat(running()).isEmpty();
    assertThat(cluster.state(JOB).phase()).isEqualTo(dev.reeve.core.record.Phase.FAILED);
    assertThat(cluster.state(JOB).current().orElseThrow().hash()).isEqualTo("v1");
  }

  @Test
  void podsThatHaveEndedHoldNothingOfTheirNode() {
    var small = new Sketch().node("a", 150);
    small.world.starts(it -> it.workload().equals(JOB) ? with(it, Phase.RUNNING, 0) : it);
    var web = new ObjectKey("Deployment", "default", "web");
    small
        .workload(JOB, 1, new Strategy.Completing(rules(1, 1), Optional.empty()), "v1")
        .push()
        .pass(Duration.ofSeconds(5));
    small.workload(web, 1, new Strategy.Recreate(), "v1").push().pass(Duration.ofSeconds(5));
    assertThat(small.state(web).message()).startsWith("Unschedulable: 0/1 nodes are available");

    var job = small.world.podsOn("a").getFirst().name();
    small.world.change(job, it -> with(it, Phase.SUCCEEDED, 0));
    small.pass(Duration.ofSeconds(5));

    assertThat(small.world.podsOn("a")).extracting(PodReport::name).contains(job).hasSize(2);
    assertThat(small.pods(web)).hasSize(1);
    small.restart().pass(Duration.ofSeconds(30));
    assertThat(small.world.podsOn("a")).hasSize(2);
    assertThat(small.world.root().nodes().get("a").orElseThrow().requested().cpuMillis())
        .isEqualTo(100);
    small.without(JOB).push().pass(Duration.ofSeconds(10));
    assertThat(small.world.root().nodes().get("a").orElseThrow().requested().cpuMillis())
        .isEqualTo(100);
  }
}
