package dev.reeve.e2e;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.lab.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// A HorizontalPodAutoscaler on a real engine: the pods of a Deployment share a load, in CPU that
/// they really use, and their number follows it up and down.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HpaIT {
  private static final int NODE = 61;
  private static final int WEB_PORT = 7212;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /// Thousandths of a core, of all pods together. Each is to use 50: half of what it asks for.
  private static final int LOW = 60;

  private static final int HIGH = 300;
  private static final int NEEDED = 6;

  @TempDir private static Path temp;
  private Stage stage;
  private Path load;
  private String begun = "";
  private final List<Seen> seen = new ArrayList<>();
  private final long startedAt = System.nanoTime();

  private record Seen(long second, int total, int desired, int ready) {}

  /// Each container uses as many thousandths of a core as the file says, by what it has used and
  /// not by the clock: a busy machine makes it late, and not idle.
  private static String manifests(Path load) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: burner}
    spec:
      replicas: 1
      selector: {matchLabels: {app: burner}}
      template:
        metadata: {labels: {app: burner}}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
            - name: burner
              image: web:1
              command:
                - sh
                - -c
                - |
                  cpu() {
                    times > /tmp/used; read -r user system < /tmp/used; used=0
                    for each in $user $system; do
                      each=${each%%s}; seconds=${each#*m}
                      used=$((used + ${each%%m*} * 60000 + ${seconds%%.*} * 1000 + 1${seconds#*.} - 1000))
                    done
                  }
                  clock() { read -r up idle < /proc/uptime; now=$((${up%%.*} * 1000 + (1${up#*.} - 100) * 10)); }
                  clock; cpu; owed=$used
                  while :; do
                    sleep 1; last=$now; clock
                    read -r share < /load/share
                    owed=$((owed + share * (now - last) / 1000)); cpu
                    [ $owed -gt $((used + 1000)) ] && owed=$((used + 1000))
                    while [ $used -lt $owed ]; do
                      i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); done; cpu
                    done
                  done
              resources: {requests: {cpu: 100m, memory: 16Mi}}
              volumeMounts: [{name: load, mountPath: /load}]
          volumes: [{name: load, hostPath: {path: %s}}]
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: burner}
    spec:
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: burner}
      minReplicas: 2
      maxReplicas: 10
      metrics:
        - type: Resource
          resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}
      behavior:
        scaleDown:
          stabilizationWindowSeconds: 30
    """
        .formatted(load);
  }

  @BeforeAll
  void startEverything() throws Exception {
    load = Files.createDirectories(temp.resolve("load"));
    share(LOW, 1);
    stage = Stage.set(NODE, WEB_PORT, temp.resolve("stage"));
    stage.clone.write("burner.yaml", manifests(load));
    begun = stage.clone.push("A Deployment and its autoscaler");
    stage.verdict(begun, "success");
  }

  @AfterAll
  void stopEverything() throws Exception {
    System.out.println(plot());
    if (stage != null) {
      stage.close();
    }
  }

  /// As a load balancer does: what there is to do is shared by those that are ready.
  private void share(int total, int pods) throws Exception {
    var next = load.resolve("next");
    Files.writeString(next, total / Math.max(1, pods) + "\n");
    Files.move(next, load.resolve("share"), REPLACE_EXISTING, ATOMIC_MOVE);
  }

  private int desired() throws Exception {
    return autoscaler().path("status").path("desiredReplicas").asInt();
  }

  private JsonNode autoscaler() throws Exception {
    return stage.web.get("/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/burner");
  }

  private int ready() throws Exception {
    return stage
        .web
        .get("/apis/apps/v1/namespaces/default/deployments/burner")
        .at("/status/readyReplicas")
        .asInt();
  }

  /// Pods that something is known of.
  private int measured() throws Exception {
    return stage
        .web
        .get("/apis/metrics.k8s.io/v1beta1/namespaces/default/pods")
        .path("items")
        .size();
  }

  /// Keeps a load up until a number of pods is wanted and was for a while.
  private void keep(int total, Duration atLeast, Program.Condition until) throws Exception {
    long end = System.nanoTime() + atLeast.toNanos();
    long limit = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end || !until.holds()) {
      if (System.nanoTime() > limit) {
        throw new AssertionError(
            "not within "
                + PATIENCE.toSeconds()
                + " s\n"
                + plot()
                + autoscaler().toPrettyString()
                + stage.agentLog()
                + stage.serverLog());
      }
      int ready = ready();
      share(total, ready);
      long second = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedAt);
      seen.add(new Seen(second, total, desired(), ready));
      TimeUnit.SECONDS.sleep(1);
    }
  }

  private String plot() {
    var text = new StringBuilder("load over all pods in millicores, replicas wanted and ready\n");
    for (int i = 0; i < seen.size(); i += 5) {
      var at = seen.get(i);
      text.append(
          "%4d s %4dm %2d wanted %2d ready %s%n"
              .formatted(
                  at.second(), at.total(), at.desired(), at.ready(), "#".repeat(at.desired())));
    }
    return text.toString();
  }

  private List<String> decisions() {
    return stage.record("", "%s").stream().filter(it -> it.contains(": scaled ")).toList();
  }

  private String kubectl(String... words) {
    var all = new ArrayList<>(List.of("kubectl", "--server=http://127.0.0.1:" + WEB_PORT));
    all.addAll(List.of(words));
    var printed = Shell.run(all);
    System.out.println("$ kubectl " + String.join(" ", words) + "\n" + printed);
    return printed;
  }

  @Test
  @Order(1)
  void theNumberIsWithinTheBoundsAtOnce() throws Exception {
    assertThat(desired()).isEqualTo(2);
    keep(
        LOW,
        Duration.ofSeconds(1),
        () -> autoscaler().at("/status/currentMetrics/0/resource").has("current"));
    assertThat(decisions()).hasSize(1);
    assertThat(decisions().getFirst())
        .startsWith("default/burner: scaled 1 -> 2 (fewer than minReplicas)");
  }

  @Test
  @Order(2)
  void underLoadItGrowsToWhatTheLoadNeedsAndStays() throws Exception {
    keep(HIGH, Duration.ofSeconds(75), () -> ready() >= NEEDED && measured() == ready());

    assertThat(desired()).isBetween(NEEDED, NEEDED + 1);
  }

  @Test
  @Order(3)
  void kubectlShowsIt() {
    assertThat(kubectl("get", "hpa").lines().map(it -> it.replaceAll(" +", " ")))
        .anyMatch(it -> it.startsWith("NAME REFERENCE TARGETS MINPODS MAXPODS REPLICAS AGE"))
        .anyMatch(it -> it.matches("burner Deployment/burner cpu: [0-9]+%/50% 2 10 [67] .*"));
    assertThat(kubectl("top", "pods").lines().filter(it -> it.startsWith("burner-")))
        .hasSizeBetween(NEEDED, NEEDED + 1)
        .allMatch(it -> it.matches("burner-\\S+ +[0-9]+m +[0-9]+Mi *"));
    assertThat(kubectl("top", "nodes").lines()).anyMatch(it -> it.matches("n0 +[0-9]+m .*"));
    assertThat(kubectl("describe", "hpa", "burner")).contains("ScalingActive", "ValidMetricFound");
  }

  @Test
  @Order(4)
  void withoutItShrinksAgain() throws Exception {
    keep(LOW, Duration.ofSeconds(60), () -> desired() == 2 && ready() == 2);
  }

  @Test
  @Order(5)
  void itTurnsOnceAndTheRecordSaysEachDecisionWithItsNumbers() throws Exception {
    int turns = 0;
    int direction = 0;
    for (int i = 1; i < seen.size(); i++) {
      int step = Integer.signum(seen.get(i).desired() - seen.get(i - 1).desired());
      turns += step != 0 && direction != 0 && step != direction ? 1 : 0;
      direction = step == 0 ? direction : step;
    }
    assertThat(turns).isEqualTo(1);
    decisions().forEach(System.out::println);
    assertThat(decisions().stream().skip(1))
        .allMatch(it ->
            it.matches(
                "default/burner: scaled [0-9]+ -> [0-9]+ \\(cpu [0-9]+% of 50%\\) \\[skip ci\\]"));
    assertThat(stage.recorded("namespaces/default/deployment/burner.yaml"))
        .contains("autoscaled:", "by: HorizontalPodAutoscaler/default/burner", "to: 2");
  }
}
