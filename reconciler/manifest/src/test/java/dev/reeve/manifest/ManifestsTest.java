package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bound;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.HostPort;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.Workload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ManifestsTest {
  static final String WEB =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
        namespace: shop
      spec:
        replicas: 3
        selector:
          matchLabels: {app: web}
        template:
          metadata:
            labels: {app: web}
          spec:
            containers:
              - name: web
                image: nginx:1.29
                env:
                  - name: GREETING
                    valueFrom:
                      configMapKeyRef: {name: web, key: greeting}
                  - name: PASSWORD
                    valueFrom:
                      secretKeyRef: {name: web, key: password}
      """;
  static final String CONFIG =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: web, namespace: shop}
      data: {greeting: hello}
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: web, namespace: shop}
      stringData: {password: hunter2}
      """;

  private static final ObjectKey WEB_CONFIG = ObjectKey.parse("ConfigMap/shop/web");
  private static final ObjectKey WEB_SECRET = ObjectKey.parse("Secret/shop/web");

  @Test
  void drawsTheDesiredStateFromAllFiles() {
    var state = Repository.with("web.yaml", WEB).and("config/web.yaml", CONFIG).state();

    assertThat(state.commit()).isEqualTo("c0ffee");
    assertThat(state.settings()).isEqualTo(ClusterSettings.defaults("prod"));
    assertThat(state.warnings()).isEmpty();
    assertThat(state.objects().keys())
        .extracting(ObjectKey::toString)
        .containsExactly("ConfigMap/shop/web", "Deployment/shop/web", "Secret/shop/web");
  }

  @Test
  void givesAWorkloadKubernetesDefaults() {
    var web =
        Repository.with("web.yaml", WEB).and("config.yaml", CONFIG).workload("Deployment/shop/web");

    assertThat(web.replicas()).isEqualTo(3);
    assertThat(web.strategy())
        .isEqualTo(new Workload.Strategy.RollingUpdate(Bound.percent(25), Bound.percent(25)));
    assertThat(web.minReady()).isZero();
    assertThat(web.progressDeadline()).isEqualTo(Duration.ofMinutes(10));
    assertThat(web.onFailure()).isEqualTo(Workload.OnFailure.ROLLBACK);
    assertThat(web.release().template().containers()).containsExactly("web");
    assertThat(web.release().template().restartsAlways()).isTrue();
    assertThat(web.release().template().json().toUtf8())
        .isEqualTo(
            """
            {"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"env":[{"name":"GREETING",\
            "valueFrom":{"configMapKeyRef":{"key":"greeting","name":"web"}}},{"name":"PASSWORD",\
            "valueFrom":{"secretKeyRef":{"key":"password","name":"web"}}}],"image":"nginx:1.29",\
            "imagePullPolicy":"IfNotPresent","name":"web","resources":{},\
            "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],\
            "dnsPolicy":"ClusterFirst","restartPolicy":"Always","securityContext":{},\
            "terminationGracePeriodSeconds":30}}\
            """);
  }

  @Test
  void knowsWhatAPodAsksOfItsNode() {
    var pod =
        Repository.with(
                "pod.yaml",
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: big, annotations: {reeve.dev/on-failure: pause}}
                spec:
                  restartPolicy: Never
                  nodeSelector: {disk: ssd}
                  tolerations:
                    - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 60}
                    - {key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 30}
                  initContainers:
                    - {name: prepare, image: a, resources: {requests: {cpu: 1, memory: 64Mi}}}
                  containers:
                    - {name: one, image: a, resources: {limits: {cpu: 250m, memory: 1Gi}}, ports: [{containerPort: 80, hostPort: 8080}]}
                    - {name: two, image: a, resources: {requests: {cpu: 0.1}}}
                """)
            .workload("Pod/default/big");

    var template = pod.release().template();
    assertThat(template.requests()).isEqualTo(new Resources(1000, 1L << 30));
    assertThat(template.constraints().nodes())
        .containsExactly(
            new Constraints.NodeTerm(
                Selector.ofLabels(Map.of("disk", "ssd")), Selector.EVERYTHING));
    assertThat(template.hostPorts()).containsExactly(new HostPort("TCP", 8080));
    assertThat(template.tolerateUnreachable()).contains(Duration.ofSeconds(30));
    assertThat(template.restartsAlways()).isFalse();
    assertThat(template.json().toUtf8()).doesNotContain("reeve.dev");
    assertThat(pod.strategy()).isEqualTo(new Workload.Strategy.Single());
    assertThat(pod.onFailure()).isEqualTo(Workload.OnFailure.PAUSE);
  }

  @Nested
  class Releases {
    @Test
    void includeTheConfigTheyUse() {
      var release =
          Repository.with("web.yaml", WEB)
              .and("config.yaml", CONFIG)
              .workload("Deployment/shop/web")
              .release();

      assertThat(release.commit()).isEqualTo("c0ffee");
      assertThat(release.config())
          .extracting(ConfigUse::key)
          .containsExactly(WEB_CONFIG, WEB_SECRET);
      assertThat(release.hash()).hasSize(10);
    }

    @Test
    void changeWithAValueOfTheirConfig() {
      assertThat(hashWith(CONFIG.replace("hello", "hallo"))).isNotEqualTo(hashWith(CONFIG));
      assertThat(hashWith(CONFIG.replace("hunter2", "hunter3"))).isNotEqualTo(hashWith(CONFIG));
    }

    @Test
    void doNotChangeWithTheWayTheTextIsWritten() {
      String same =
          WEB.replace("replicas: 3", "replicas: 5 # more")
              .replace("image: nginx:1.29", "image: \"nginx:1.29\"");

      assertThat(
              Repository.with("web.yaml", same)
                  .and("c.yaml", CONFIG)
                  .workload("Deployment/shop/web")
                  .release()
                  .hash())
          .isEqualTo(hashWith(CONFIG));
    }

    private String hashWith(String config) {
      return Repository.with("web.yaml", WEB)
          .and("c.yaml", config)
          .workload("Deployment/shop/web")
          .release()
          .hash();
    }
  }

  @Nested
  class Secrets {
    @Test
    void areHashedWithAKey() {
      var read = Repository.with("web.yaml", WEB).and("config.yaml", CONFIG).accepted();

      var otherKey =
          Manifests.read(
              "prod",
              new CommitText("c0ffee", "", ""),
              new TreeMap<>(
                  Map.of(
                      "c.yaml",
                      ManifestFile.parse(CONFIG.getBytes(StandardCharsets.UTF_8), Format.YAML))),
              new byte[] {1},
              Optional.empty());

      var state = ((Reading.Accepted) otherKey).state();
      assertThat(Repository.object(state, WEB_SECRET).contentHash())
          .isNotEqualTo(Repository.object(read.state(), WEB_SECRET).contentHash());
      assertThat(Repository.object(state, WEB_CONFIG).contentHash())
          .isEqualTo(Repository.object(read.state(), WEB_CONFIG).contentHash());
    }

    @Test
    void giveTheirDataAsBytes() {
      var catalog = Repository.with("config.yaml", CONFIG).accepted().catalog();

      assertThat(catalog.configData(WEB_SECRET)).containsOnlyKeys("password");
      assertThat(catalog.configData(WEB_SECRET).get("password"))
          .isEqualTo("hunter2".getBytes(StandardCharsets.UTF_8));
      assertThat(catalog.json(WEB_SECRET).orElseThrow().has("stringData")).isFalse();
    }

    @Test
    void neverShowTheirValues() {
      var problems =
          Repository.with(
                  "s.yaml",
                  """
                  apiVersion: v1
                  kind: Secret
                  metadata: {name: s}
                  data: {a: hunter2, b: 123456, c: [hunter2]}
                  stringData: hunter2
                  """)
              .problems();

      assertThat(problems)
          .containsExactly(
              "s.yaml:4:11: data.a is not valid base64",
              "s.yaml:4:23: data.b must be a string in base64, but is an integer",
              "s.yaml:4:34: data.c must be a string in base64, but is a list",
              "s.yaml:5:13: stringData must be an object, but is a string");
      assertThat(Repository.with("c.yaml", CONFIG).accepted().catalog().entries().toString())
          .doesNotContain("hunter2");
    }
  }

  @Nested
  class Settings {
    @Test
    void comeFromTheClusterManifestOfThatName() {
      var state =
          Repository.with(
                  "cluster.yaml",
                  """
                  apiVersion: reeve.dev/v1
                  kind: Cluster
                  metadata: {name: prod}
                  spec:
                    rollback: {mode: Propose}
                    prune: {budget: 50%}
                    verify: {mode: Off}
                    nodes: {tolerationSeconds: 20}
                    scheduling: {strategy: Pack}
                    sources: []
                  ---
                  apiVersion: reeve.dev/v1
                  kind: Cluster
                  metadata: {name: test}
                  """)
              .state();

      assertThat(state.settings())
          .isEqualTo(
              new ClusterSettings(
                  "prod",
                  50,
                  Duration.ofSeconds(20),
                  ClusterSettings.Rollback.PROPOSE,
                  ClusterSettings.Scheduling.PACK));
      assertThat(state.objects().firstKey().orElseThrow().toString())
          .isEqualTo("Cluster.reeve.dev/prod");
      assertThat(state.warnings())
          .containsExactly(
              "cluster.yaml:14:18: the settings of another cluster, test, are not acted on");
    }
  }

  @Test
  void keepsAnObjectFromBeingPruned() {
    var state =
        Repository.with(
                "c.yaml",
                CONFIG.replaceFirst("shop}", "shop, annotations: {reeve.dev/prune: \"false\"}}"))
            .state();

    assertThat(Repository.object(state, WEB_CONFIG).prune()).isEqualTo(DesiredObject.Prune.NEVER);
    assertThat(Repository.object(state, WEB_SECRET).prune())
        .isEqualTo(DesiredObject.Prune.WITH_ITS_TEXT);
  }

  @Test
  void warnsOnceOfWhatIsSaidOften() {
    String role =
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata: {name: r%d}
        rules: []
        """;

    var state =
        Repository.with("a.yaml", role.formatted(1))
            .and("b.yaml", role.formatted(2))
            .and("c.yaml", role.formatted(3))
            .state();

    assertThat(state.warnings())
        .containsExactly("a.yaml:2:7: kind Role is kept, but not acted on (and 2 more)");
    assertThat(state.objects().keys()).hasSize(3);
  }

  @Nested
  class AcrossFiles {
    @Test
    void refusesTwoDefinitionsOfOneObject() {
      assertThat(Repository.with("a.yaml", CONFIG).and("b.yaml", CONFIG).problems())
          .containsExactly(
              "b.yaml:1:1: ConfigMap/shop/web is defined twice, first at a.yaml:1:1",
              "b.yaml:6:1: Secret/shop/web is defined twice, first at a.yaml:6:1");
    }

    @Test
    void refusesConfigThatDoesNotExist() {
      assertThat(Repository.with("web.yaml", WEB).problems())
          .containsExactly(
              "web.yaml:20:51: ConfigMap/shop/web does not exist",
              "web.yaml:23:48: Secret/shop/web does not exist");
    }

    @Test
    void refusesAKeyThatDoesNotExist() {
      assertThat(
              Repository.with("web.yaml", WEB)
                  .and("config.yaml", CONFIG.replace("greeting", "welcome"))
                  .problems())
          .containsExactly("web.yaml:20:51: ConfigMap/shop/web has no key \"greeting\"");
    }

    @Test
    void saysNothingOfConfigThatIsThereButBroken() {
      assertThat(
              Repository.with("web.yaml", WEB)
                  .and("config.yaml", CONFIG.replace("hello", "1"))
                  .problems())
          .containsExactly("config.yaml:4:18: data.greeting must be a string, but is an integer 1");
    }

    @Test
    void refusesAnotherSelectorThanBefore() {
      var before = Repository.with("web.yaml", WEB).and("c.yaml", CONFIG).accepted().catalog();

      var problems =
          Repository.with("web.yaml", WEB.replace("{app: web}", "{app: shop}"))
              .and("c.yaml", CONFIG)
              .problems(Optional.of(before));

      assertThat(problems)
          .containsExactly(
              "web.yaml:9:5: spec.selector cannot be changed: delete Deployment/shop/web first, or use"
                  + " another name");
    }
  }

  @Test
  void showsAHundredProblemsAndCountsTheRest() {
    var text = new StringBuilder();
    for (int i = 0; i < 103; i++) {
      text.append("---\nkind: Pod\n");
    }

    List<String> lines = Repository.with("many.yaml", text.toString()).problems();

    assertThat(lines).hasSize(101).last().isEqualTo("and 3 more problems");
  }
}
