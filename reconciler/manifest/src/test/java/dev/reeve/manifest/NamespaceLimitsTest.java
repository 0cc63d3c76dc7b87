package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Resources;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// LimitRanges and ResourceQuotas as Kubernetes documents them.
class NamespaceLimitsTest {
  private static String range(String item) {
    return "apiVersion: v1\nkind: LimitRange\nmetadata: {name: r}\nspec:\n  limits:\n  - "
        + item
        + "\n";
  }

  private static String web(int replicas, String resources) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: %d
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers: [{name: web, image: x, resources: {%s}}]
    """
        .formatted(replicas, resources);
  }

  private static String quota(String hard) {
    return "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec:\n  hard: {"
        + hard
        + "}\n";
  }

  private static Resources requests(String item, String resources) {
    return Repository.with("r.yaml", range(item))
        .and("w.yaml", web(1, resources))
        .workload("Deployment/default/web")
        .release()
        .template()
        .requests();
  }

  private static List<String> problems(String other, String web) {
    return Repository.with("o.yaml", other).and("w.yaml", web).problems();
  }

  // --- what is not said

  @Test
  void aContainerThatAsksForNothingAsksForTheDefault() {
    var item = "{type: Container, defaultRequest: {cpu: 200m, memory: 64Mi}, default: {cpu: 1}}";

    assertThat(requests(item, "")).isEqualTo(new Resources(200, 64L << 20));
    assertThat(requests(item, "requests: {cpu: 50m}")).isEqualTo(new Resources(50, 64L << 20));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: Container, default: {cpu: 300m}} | 300",
        "{type: Container, max: {cpu: 2}} | 2000",
        "{type: Container, min: {cpu: 100m}} | 100"
      })
  void theDefaultRequestIsTheDefaultLimitOrTheBoundThatThereIs(String item, long millis) {
    assertThat(requests(item, "").cpuMillis()).isEqualTo(millis);
  }

  @Test
  void itIsAnotherReleaseAndTheTextStays() {
    var without = Repository.with("w.yaml", web(1, "")).workload("Deployment/default/web");
    var with =
        Repository.with("r.yaml", range("{type: Container, default: {cpu: 1}}"))
            .and("w.yaml", web(1, ""));

    assertThat(with.workload("Deployment/default/web").release().hash())
        .isNotEqualTo(without.release().hash());
  }

  // --- what each may ask for

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: Container, max: {cpu: 1}} | limits: {cpu: 2} | maximum cpu usage per Container is"
            + " 1, but limit is 2",
        "{type: Container, min: {memory: 64Mi}} | requests: {memory: 32Mi} | minimum memory usage"
            + " per Container is 64Mi, but request is 33554432",
        "{type: Container, maxLimitRequestRatio: {cpu: 2}} | requests: {cpu: 1}, limits: {cpu: 3}"
            + " | cpu max limit to request ratio per Container is 2",
        "{type: Pod, max: {cpu: 1}} | requests: {cpu: 1} | maximum cpu usage per Pod is 1. No limit"
            + " is specified"
      })
  void whatIsTooMuchOrTooLittleIsRefused(String item, String resources, String problem) {
    assertThat(problems(range(item), web(1, resources)))
        .singleElement()
        .asString()
        .startsWith("w.yaml:1")
        .endsWith(problem);
  }

  @Test
  void claimsHaveBoundsToo() {
    var claim =
        """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: data}
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
        """;

    assertThat(problems(range("{type: PersistentVolumeClaim, max: {storage: 5Gi}}"), claim))
        .containsExactly(
            "w.yaml:4:60: maximum storage usage per PersistentVolumeClaim is 5Gi, but limit is"
                + " 10737418240");
  }

  // --- what all may ask for together

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pods: 3 | exceeded quota: pods, requested: 4, limited: 3",
        "requests.cpu: 700m | exceeded quota: requests.cpu, requested: 0.8, limited: 700m",
        "cpu: 700m | exceeded quota: cpu, requested: 0.8, limited: 700m",
        "limits.memory: 3Gi | exceeded quota: limits.memory, requested: 4294967296, limited: 3Gi",
        "count/deployments.apps: 0 | exceeded quota: count/deployments.apps, requested: 1, limited:"
            + " 0"
      })
  void aCommitThatAsksForMoreThanTheQuotaIsRefused(String hard, String problem) {
    assertThat(
            problems(
                quota(hard), web(4, "requests: {cpu: 200m, memory: 1Gi}, limits: {memory: 1Gi}")))
        .containsExactly("o.yaml:5:" + (hard.indexOf(':') + 12) + ": " + problem);
  }

  @Test
  void whatIsWithinTheQuotaIsTaken() {
    assertThat(problems(quota("pods: 4, requests.cpu: 800m"), web(4, "requests: {cpu: 200m}")))
        .isEmpty();
  }

  @Test
  void aQuotaOfCpuWantsItToBeAskedFor() {
    assertThat(problems(quota("requests.cpu: 1"), web(1, "")))
        .singleElement()
        .asString()
        .startsWith("w.yaml:")
        .endsWith("failed quota: must specify requests.cpu");
  }

  @Test
  void anEditIsHeldAgainstTheQuota() {
    var before = Repository.with("o.yaml", quota("pods: 4")).and("w.yaml", web(4, "")).accepted();

    assertThat(
            Repository.with("o.yaml", quota("pods: 4"))
                .and("w.yaml", web(5, ""))
                .problems(Optional.of(before.catalog())))
        .hasSize(1);
  }
}
