package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Kubernetes' Pod Security Standards by the labels of a namespace.
class PodSecurityTest {
  private static final String SAFE =
      """
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: web
        image: x
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
      """;

  private static String namespace(String mode, String level) {
    return """
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop, labels: {pod-security.kubernetes.io/%s: %s}}
    """
        .formatted(mode, level);
  }

  private static String pod(String spec) {
    return "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\nspec:\n"
        + spec.indent(2);
  }

  private static List<String> problems(String mode, String level, String spec) {
    return Repository.with("ns.yaml", namespace(mode, level)).and("p.yaml", pod(spec)).problems();
  }

  private static String with(String more) {
    return "containers: [{name: web, image: x%s}]\n".formatted(more.isEmpty() ? "" : ", " + more);
  }

  @Test
  void anOrdinaryPodIsBaselineAndNotRestricted() {
    assertThat(problems("enforce", "baseline", with(""))).isEmpty();
    assertThat(problems("enforce", "restricted", with("")))
        .containsExactly(
            "p.yaml:5:16: violates PodSecurity \"restricted\": allowPrivilegeEscalation != false"
                + " (container \"web\" must set"
                + " securityContext.allowPrivilegeEscalation=false)",
            "p.yaml:5:16: violates PodSecurity \"restricted\": runAsNonRoot != true (pod or"
                + " container \"web\" must set securityContext.runAsNonRoot=true)",
            "p.yaml:5:16: violates PodSecurity \"restricted\": seccompProfile (pod or container"
                + " \"web\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or"
                + " \"Localhost\")",
            "p.yaml:5:16: violates PodSecurity \"restricted\": unrestricted capabilities"
                + " (container \"web\" must set securityContext.capabilities.drop=[\"ALL\"])");
  }

  @Test
  void aPodThatGivesUpWhatItDoesNotNeedIsRestricted() {
    assertThat(problems("enforce", "restricted", SAFE)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "securityContext: {privileged: true} | privileged",
        "securityContext: {capabilities: {add: [NET_ADMIN]}} | non-default capabilities",
        "securityContext: {seccompProfile: {type: Unconfined}} | seccompProfile",
        "securityContext: {appArmorProfile: {type: Unconfined}} | forbidden AppArmor profile",
        "ports: [{containerPort: 80, hostPort: 80}] | hostPort"
      })
  void whatBaselineForbidsAContainer(String more, String what) {
    assertThat(problems("enforce", "baseline", with(more)))
        .singleElement()
        .asString()
        .startsWith("p.yaml:5:")
        .contains("violates PodSecurity \"baseline\": " + what);
    assertThat(problems("enforce", "privileged", with(more))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hostNetwork: true | host namespaces (hostNetwork=true)",
        "hostPID: true | host namespaces (hostPID=true)",
        "hostIPC: true | host namespaces (hostIPC=true)",
        "volumes: [{name: v, hostPath: {path: /x}}] | hostPath volumes (volume \"v\")"
      })
  void whatBaselineForbidsAPod(String more, String what) {
    assertThat(problems("enforce", "baseline", with("") + more + "\n"))
        .singleElement()
        .asString()
        .startsWith("p.yaml:6:")
        .contains("violates PodSecurity \"baseline\": " + what);
  }

  @Test
  void aWarningIsNoRefusal() {
    var commit =
        Repository.with("ns.yaml", namespace("warn", "baseline"))
            .and("p.yaml", pod(with("") + "hostPID: true\n"));

    assertThat(commit.state().warnings())
        .singleElement()
        .asString()
        .contains("violates PodSecurity \"baseline\": host namespaces (hostPID=true)");
  }

  @Test
  void podsOfWorkloadsAreHeldAgainstItToo() {
    var deployment =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: shop}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              hostNetwork: true
              containers: [{name: web, image: x}]
        """;

    assertThat(
            Repository.with("ns.yaml", namespace("enforce", "baseline"))
                .and("web.yaml", deployment)
                .problems())
        .containsExactly(
            "web.yaml:9:20: violates PodSecurity \"baseline\": host namespaces"
                + " (hostNetwork=true)");
  }

  @Test
  void anEditIsHeldAgainstItAsACommitIs() {
    var before =
        Repository.with("ns.yaml", namespace("enforce", "baseline")).and("p.yaml", pod(with("")));
    var accepted = before.accepted();

    assertThat(
            Repository.with("ns.yaml", namespace("enforce", "baseline"))
                .and("p.yaml", pod(with("") + "hostPID: true\n"))
                .problems(Optional.of(accepted.catalog())))
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"enforce, strict", "enforce-version, '1.30'", "forbid, baseline"})
  void whatNobodyKnowsIsRefused(String mode, String value) {
    assertThat(Repository.with("ns.yaml", namespace(mode, "\"" + value + "\"")).problems())
        .singleElement()
        .asString()
        .startsWith("ns.yaml:3:");
  }
}
