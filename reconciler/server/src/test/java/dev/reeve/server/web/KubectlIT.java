package dev.reeve.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The API as the real kubectl finds it.
class KubectlIT {
  private static final String READ_ONLY =
      "read-only: commit to https://git.example/acme/shop.git (branch main, path deploy)";

  @TempDir static Path cache;

  private FakeCluster cluster;
  private StatusWeb web;

  @BeforeAll
  static void isThere() {
    boolean found =
        List.of(System.getenv().getOrDefault("PATH", "").split(":")).stream()
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "kubectl")));
    assertThat(found).as("kubectl on the PATH").isTrue();
  }

  @BeforeEach
  void start() {
    cluster = FakeCluster.leading("n1", "n2");
    cluster.push("Sell things", Shop.web("shop/web:1", 2), Shop.DATABASE);
    web = StatusWeb.start(Settings.local(0), cluster);
  }

  @AfterEach
  void stop() {
    web.close();
  }

  @Test
  void printsPodsWithTheColumnsThatKubernetesHas() throws Exception {
    assertThat(kubectl("get", "pods").lines().toList())
        .hasSize(3)
        .first()
        .asString()
        .matches("NAME +READY +STATUS +RESTARTS +AGE");
    assertThat(kubectl("get", "pods", "-o", "wide")).contains("NODE", "IP", "10.244.0.");
    assertThat(kubectl("get", "pods", "-A")).contains("data", "2/2", "default", "1/1");
    assertThat(kubectl("get", "pods", "-A", "--chunk-size=1").lines()).hasSize(4);
  }

  @Test
  void printsACrashLoopAsKubernetesDoes() throws Exception {
    cluster.change("web", FakeCluster.crashed());

    assertThat(kubectl("get", "pods")).containsPattern("0/1 +CrashLoopBackOff +3 \\(.* ago\\)");
  }

  @Test
  void selectsByLabelsAndFields() throws Exception {
    assertThat(kubectl("get", "pods", "-A", "-l", "app in (db),!legacy", "-o", "name").lines())
        .singleElement()
        .asString()
        .startsWith("pod/db-");
    assertThat(kubectl("get", "pods", "-A", "--field-selector", "spec.nodeName=nowhere"))
        .contains("No resources found");
    assertThat(kubectl("get", "pods", "--field-selector", "status.colour=red"))
        .contains("field label not supported");
  }

  @Test
  void printsEveryFormOfOutput() throws Exception {
    assertThat(kubectl("get", "deploy", "web", "-o", "yaml")).contains("availableReplicas: 2");
    assertThat(kubectl("get", "deploy", "web", "-o", "jsonpath={.status.readyReplicas}"))
        .isEqualTo("2");
    assertThat(kubectl("get", "all"))
        .contains("pod/", "service/web", "deployment.apps/web", "replicaset.apps/");
    assertThat(kubectl("get", "svc"))
        .containsPattern("web +ClusterIP +10\\.96\\.[0-9.]+ +<none> +80/TCP");
    assertThat(kubectl("get", "ns")).containsPattern("data +Active");
    assertThat(kubectl("get", "nodes", "-o", "wide")).containsPattern("n1 +Ready");
    assertThat(kubectl("get", "events")).contains("RolloutCompleted", "deployment/web");
    assertThat(kubectl("events")).contains("RolloutCompleted");
    assertThat(kubectl("api-resources")).containsPattern("deployments +deploy +apps/v1 +true");
  }

  @Test
  void describesWhatIsThere() throws Exception {
    String pod = "pod/" + cluster.firstPod("web");

    assertThat(kubectl("describe", pod)).contains("Controlled By:  ReplicaSet/web-", "QoS Class:");
    assertThat(kubectl("describe", "deploy", "web"))
        .contains("2 desired | 2 updated | 2 total | 2 available", "NewReplicaSetAvailable")
        .containsPattern("NewReplicaSet: +web-\\w+ \\(2/2 replicas created\\)");
    assertThat(kubectl("describe", "node", "n1")).contains("Non-terminated Pods:", "cpu");
  }

  @Test
  void hidesTheValuesOfSecrets() throws Exception {
    assertThat(kubectl("get", "secret", "-n", "data", "login", "-o", "yaml"))
        .contains("password: Kioq")
        .doesNotContain("hunter2", "aHVudGVyMg", "last-applied");
  }

  @Test
  void followsARolloutToItsEnd() throws Exception {
    cluster.push("Sell more", Shop.web("shop/web:2", 2), Shop.DATABASE);

    assertThat(kubectl("rollout", "status", "deploy/web")).contains("successfully rolled out");
    assertThat(kubectl("wait", "--for=condition=Available", "deploy/web", "--timeout=10s"))
        .contains("condition met");
  }

  @Test
  void saysThatARolloutHasFailed() throws Exception {
    cluster.push("Break it", Shop.web(FakeCluster.UNPULLABLE, 2), Shop.DATABASE);
    cluster.pass(java.time.Duration.ofMinutes(11));

    assertThat(kubectl("rollout", "status", "deploy/web", "--timeout=10s"))
        .contains("exceeded its progress deadline");
  }

  @Test
  void showsARolloutAsArgoDoes() throws Exception {
    String[] shop = {Shop.web("shop/web:1", 2), Shop.DATABASE};
    Canary.begin(cluster, shop);

    assertThat(kubectl("get", "rollouts", "-A"))
        .containsPattern("NAMESPACE +NAME +DESIRED +CURRENT +UP-TO-DATE +AVAILABLE +AGE")
        .containsPattern("shop +front +4 +4 +1 +4 ");
    assertThat(kubectl("get", "ro", "-n", "shop", "-o", "wide"))
        .containsPattern("STATUS +STEP +WEIGHT")
        .containsPattern("Paused +2/5 +25");
    assertThat(kubectl("get", "rollout", "front", "-n", "shop", "-o", "yaml"))
        .contains("reason: CanaryPauseStep", "weight: 25");
    assertThat(kubectl("describe", "rollout", "front", "-n", "shop"))
        .contains("Current Step Index:", "RolloutPaused");
    assertThat(kubectl("get", "analysisruns", "-n", "shop"))
        .containsPattern("NAME +STATUS +AGE")
        .containsPattern("front-\\w+-step-1 +Successful");
    assertThat(kubectl("get", "analysistemplates", "-A")).contains("errors");
    assertThat(kubectl("get", "rs", "-n", "shop").lines()).hasSize(3);
    assertThat(kubectl("get", "pods", "-n", "shop", "-l", "role=canary").lines()).hasSize(2);

    cluster.push("Go back", Canary.with("shop/front:1", shop));

    assertThat(
            kubectl(
                "wait",
                "--for=jsonpath={.status.phase}=Healthy",
                "rollout/front",
                "-n",
                "shop",
                "--timeout=10s"))
        .contains("condition met");
  }

  @Test
  void watchesWhatHappens() throws Exception {
    Process watch = start("get", "pods", "-w", "--request-timeout=8s");
    try (var lines = watch.inputReader()) {
      lines.readLine();
      lines.readLine();
      lines.readLine();

      cluster.change("web", FakeCluster.crashed());

      assertThat(lines.readLine()).contains("CrashLoopBackOff");
    } finally {
      watch.destroy();
    }
  }

  @Test
  void printsLogs() throws Exception {
    String pod = cluster.firstPod("web");

    assertThat(kubectl("logs", pod)).isEqualTo("listening on 8080\n");
    assertThat(kubectl("logs", "-f", pod, "--tail=5")).endsWith("request 3\n");
    assertThat(kubectl("logs", "-n", "data", "deploy/db")).contains("Defaulted container");
    assertThat(cluster.logRequests.get(1).follow()).isTrue();
    assertThat(cluster.logRequests.get(1).tail()).hasValue(5);
  }

  @Test
  void refusesEveryChangeAndSaysWhereToCommit() throws Exception {
    Path file = cache.resolve("web.yaml");
    Files.writeString(file, Shop.web("shop/web:9", 5));

    assertThat(kubectl("apply", "-f", file.toString())).contains(READ_ONLY);
    assertThat(kubectl("apply", "--server-side", "-f", file.toString())).contains(READ_ONLY);
    assertThat(kubectl("diff", "-f", file.toString())).contains(READ_ONLY);
    assertThat(kubectl("delete", "deploy", "web")).contains(READ_ONLY);
    assertThat(kubectl("scale", "deploy", "web", "--replicas=4")).contains(READ_ONLY);
    assertThat(kubectl("exec", cluster.firstPod("web"), "--", "ls")).contains(READ_ONLY);
    assertThat(kubectl("port-forward", cluster.firstPod("web"), "8080")).contains(READ_ONLY);
  }

  @Test
  void saysWhatMayBeDone() throws Exception {
    assertThat(kubectl("auth", "can-i", "list", "pods")).startsWith("yes");
    assertThat(kubectl("auth", "can-i", "delete", "pods")).startsWith("no");
  }

  private String kubectl(String... arguments) throws Exception {
    Process process = start(arguments);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  private Process start(String... arguments) throws Exception {
    var command =
        new ArrayList<>(
            List.of(
                "kubectl",
                "--kubeconfig=/dev/null",
                "--cache-dir=" + cache,
                "--server=http://127.0.0.1:" + web.port()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
