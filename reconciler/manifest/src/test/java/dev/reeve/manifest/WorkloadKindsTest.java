package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bound;
import dev.reeve.core.model.CronRules.Concurrency;
import dev.reeve.core.model.JobRules.FailureRule;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// StatefulSets, DaemonSets, ReplicaSets, Jobs and CronJobs as they are read.
class WorkloadKindsTest {
  private static final String PODS =
      """
        selector: {matchLabels: {app: x}}
        template:
          metadata: {labels: {app: x}}
          spec:
            containers: [{name: x, image: x}]
      """;

  private static final String JOB_PODS =
      """
        template:
          spec:
            restartPolicy: Never
            containers: [{name: x, image: x}]
      """;

  private static Workload read(String apiVersion, String kind, String fields, String pods) {
    return Repository.with("x.yaml", text(apiVersion, kind, fields, pods))
        .state()
        .objects()
        .get(new ObjectKey(kind, "default", "x"))
        .flatMap(it -> it.workload())
        .orElseThrow();
  }

  private static String text(String apiVersion, String kind, String fields, String pods) {
    return "apiVersion: %s\nkind: %s\nmetadata: {name: x}\nspec:\n".formatted(apiVersion, kind)
        + fields.indent(2)
        + pods;
  }

  @Test
  void aStatefulSetHasKubernetesDefaults() {
    var set = read("apps/v1", "StatefulSet", "serviceName: db", PODS);

    assertThat(set.replicas()).isEqualTo(1);
    assertThat(set.strategy()).isEqualTo(new Strategy.Ordered(0, false, 0, Bound.pods(1), false));
    assertThat(set.onFailure()).isEqualTo(Workload.OnFailure.PAUSE);
    assertThat(set.release().template().addressing().subdomain()).isEqualTo("db");
  }

  @Test
  void aStatefulSetSaysHowItsPodsAreManaged() {
    var set =
        read(
            "apps/v1",
            "StatefulSet",
            """
            replicas: 5
            podManagementPolicy: Parallel
            ordinals: {start: 3}
            updateStrategy: {rollingUpdate: {partition: 2, maxUnavailable: 20%}}
            """,
            PODS);

    assertThat(set.replicas()).isEqualTo(5);
    assertThat(set.strategy())
        .isEqualTo(new Strategy.Ordered(3, true, 2, Bound.percent(20), false));
  }

  @Test
  void aDaemonSetToleratesWhatKubernetesMakesItTolerate() {
    var set = read("apps/v1", "DaemonSet", "", PODS);

    assertThat(set.strategy())
        .isEqualTo(new Strategy.EachNode(Bound.pods(0), Bound.pods(1), false));
    assertThat(set.release().template().constraints().tolerations())
        .extracting(it -> it.key())
        .contains(
            "node.kubernetes.io/not-ready",
            "node.kubernetes.io/unreachable",
            "node.kubernetes.io/unschedulable");
  }

  @Test
  void aDaemonSetThatSurgesMissesNone() {
    var set = read("apps/v1", "DaemonSet", "updateStrategy: {rollingUpdate: {maxSurge: 1}}", PODS);

    assertThat(set.strategy())
        .isEqualTo(new Strategy.EachNode(Bound.pods(1), Bound.pods(0), false));
  }

  @Test
  void aReplicaSetKeepsItsPods() {
    assertThat(read("apps/v1", "ReplicaSet", "replicas: 2", PODS).strategy())
        .isEqualTo(new Strategy.Keep());
  }

  @Test
  void aJobHasKubernetesDefaults() {
    var rules = ((Strategy.Completing) read("batch/v1", "Job", "", JOB_PODS).strategy()).rules();

    assertThat(rules.completions()).contains(1);
    assertThat(rules.parallelism()).isEqualTo(1);
    assertThat(rules.backoffLimit()).isEqualTo(6);
    assertThat(rules.indexed()).isFalse();
    assertThat(rules.ttl()).isEmpty();
  }

  @Test
  void aJobWithParallelismAloneIsAWorkQueue() {
    var job = read("batch/v1", "Job", "parallelism: 3", JOB_PODS);
    assertThat(((Strategy.Completing) job.strategy()).rules().completions()).isEmpty();
  }

  @Test
  void anIndexedJobTellsItsPodsTheirNumber() {
    var job =
        read(
            "batch/v1",
            "Job",
            """
            completions: 3
            completionMode: Indexed
            backoffLimitPerIndex: 1
            podFailurePolicy:
              rules:
                - {action: FailIndex, onExitCodes: {operator: In, values: [42]}}
            successPolicy: {rules: [{succeededIndexes: "0-1,2", succeededCount: 2}]}
            """,
            JOB_PODS);
    var rules = ((Strategy.Completing) job.strategy()).rules();

    assertThat(rules.backoffLimit()).isEqualTo(Integer.MAX_VALUE);
    assertThat(rules.failureRules())
        .containsExactly(
            new FailureRule(FailureRule.Action.FAIL_INDEX, Optional.empty(), true, List.of(42)));
    assertThat(rules.waitsForFailure()).isTrue();
    assertThat(rules.successRules().getFirst().indexes()).containsExactly(0, 1, 2);
    assertThat(new String(job.release().template().json().toArray(), StandardCharsets.UTF_8))
        .contains("JOB_COMPLETION_INDEX");
  }

  @Test
  void whatAJobComesToIsPartOfItsReleaseAndHowManyRunAtATimeIsNot() {
    var one = read("batch/v1", "Job", "completions: 3", JOB_PODS).release().hash();

    assertThat(read("batch/v1", "Job", "completions: 3\nparallelism: 2", JOB_PODS).release().hash())
        .isEqualTo(one);
    assertThat(read("batch/v1", "Job", "completions: 4", JOB_PODS).release().hash())
        .isNotEqualTo(one);
  }

  @Test
  void aCronJobSaysWhen() {
    var cron =
        read(
            "batch/v1",
            "CronJob",
            """
            schedule: "30 2 * * *"
            timeZone: Europe/Berlin
            concurrencyPolicy: Forbid
            startingDeadlineSeconds: 60
            jobTemplate:
              spec:
                template:
                  spec:
                    restartPolicy: OnFailure
                    containers: [{name: x, image: x}]
            """,
            "");
    var rules = ((Strategy.Scheduled) cron.strategy()).rules();

    assertThat(rules.schedule().next(Instant.parse("2026-07-01T00:00:00Z"), rules.zone()))
        .contains(Instant.parse("2026-07-01T00:30:00Z"));
    assertThat(rules.concurrency()).isEqualTo(Concurrency.FORBID);
    assertThat(rules.startingDeadline()).contains(Duration.ofMinutes(1));
    assertThat(rules.keptGood()).isEqualTo(3);
    assertThat(rules.keptBad()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          batch/v1 | Job         | completionMode: Indexed             | spec.completions is needed with completionMode: Indexed
          batch/v1 | Job         | backoffLimitPerIndex: 1             | spec.backoffLimitPerIndex needs completionMode: Indexed
          batch/v1 | Job         | maxFailedIndexes: 1                 | spec.maxFailedIndexes needs backoffLimitPerIndex
          batch/v1 | Job         | template: {spec: {containers: [{name: x, image: x}]}} | spec.template.spec.restartPolicy must be OnFailure or Never in a Job
          apps/v1  | StatefulSet | updateStrategy: {type: OnDelete, rollingUpdate: {partition: 1}} | spec.updateStrategy.rollingUpdate may not stand beside type: OnDelete
          apps/v1  | DaemonSet   | updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 1}} | spec.updateStrategy.rollingUpdate.maxUnavailable must be 0 where maxSurge is not
          apps/v1  | DaemonSet   | updateStrategy: {rollingUpdate: {maxUnavailable: 0}} | spec.updateStrategy.rollingUpdate must not have both bounds at 0
          batch/v1 | CronJob     | {schedule: 61 * * * *}              | spec.schedule is no schedule: "61" is not between 0 and 59 (minute)
          batch/v1 | CronJob     | {schedule: TZ=UTC 1 * * * *}        | spec.schedule must not name a time zone: write timeZone
          batch/v1 | CronJob     | {schedule: 1 * * * *, timeZone: Mars} | spec.timeZone "Mars" is no time zone such as Europe/Berlin
          """)
  void mistakes(String apiVersion, String kind, String fields, String message) {
    boolean isWhole = fields.startsWith("{") || fields.startsWith("template");
    var pods = isWhole ? "" : apiVersion.equals("batch/v1") ? JOB_PODS : PODS;
    var text =
        fields.startsWith("{")
            ? "apiVersion: %s\nkind: %s\nmetadata: {name: x}\nspec: %s\n"
                .formatted(apiVersion, kind, fields)
            : text(apiVersion, kind, fields, pods);

    assertThat(Repository.with("x.yaml", text).problems()).anyMatch(it -> it.contains(message));
  }
}
