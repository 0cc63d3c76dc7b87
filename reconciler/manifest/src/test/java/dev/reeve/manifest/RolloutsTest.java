package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Analysis;
import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Step;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy.Stepwise;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RolloutsTest {
  private static final String HEAD =
      """
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata:
        name: web
        namespace: shop
        labels: {team: red}
      spec:
        selector:
          matchLabels: {app: web}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: "nginx:1.29"}]}
      """;
  private static final String SERVICES = service("web") + service("web-next");
  private static final Duration HALF_MINUTE = Duration.ofSeconds(30);

  private static String service(String name) {
    return """
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: %s, namespace: shop}
    spec: {selector: {app: web}, ports: [{port: 80}]}
    """
        .formatted(name);
  }

  private static Workload web(String rest) {
    return Repository.with("web.yaml", HEAD + rest)
        .and("services.yaml", SERVICES)
        .workload("Rollout/shop/web");
  }

  private static Stepwise strategy(String rest) {
    return (Stepwise) web(rest).strategy();
  }

  @Test
  void haveArgosDefaults() {
    var web = web("  strategy: {canary: {}}\n");

    assertThat(web.replicas()).isEqualTo(1);
    assertThat(web.minReady()).isZero();
    assertThat(web.progressDeadline()).isEqualTo(Duration.ofMinutes(10));
    assertThat(web.paused()).isFalse();
    assertThat(web.restartAt()).isEmpty();
    assertThat(web.yieldsTo()).isEmpty();
    assertThat(web.strategy())
        .isEqualTo(
            new Stepwise(
                Stepwise.Style.RATIO,
                Bound.percent(25),
                Bound.percent(25),
                List.of(),
                Optional.empty(),
                0,
                Bound.percent(100),
                Duration.ZERO,
                Optional.of(Duration.ZERO),
                1,
                0,
                true));
  }

  @Test
  void areWhatTheyAreWrittenToBe() {
    var web =
        web(
            """
              replicas: 4
              minReadySeconds: 5
              paused: true
              progressDeadlineSeconds: 60
              progressDeadlineAbort: false
              restartAt: 2026-01-31T12:00:00+01:00
              rollbackWindow: {revisions: 3}
              strategy:
                canary:
                  maxSurge: 2
                  maxUnavailable: 0
                  replicaProgressThreshold: {type: Percent, value: 80}
                  canaryMetadata: {labels: {role: canary}}
                  steps:
                    - setWeight: 20
                    - pause: {}
                    - pause: {duration: 10}
                    - pause: {duration: "20"}
                    - pause: {duration: 1h30m}
                    - replicaProgressThreshold: {type: Pods, value: 2}
                    - setWeight: 100
            """);

    assertThat(web.replicas()).isEqualTo(4);
    assertThat(web.minReady()).isEqualTo(Duration.ofSeconds(5));
    assertThat(web.paused()).isTrue();
    assertThat(web.progressDeadline()).isEqualTo(Duration.ofMinutes(1));
    assertThat(web.restartAt()).contains(Instant.parse("2026-01-31T11:00:00Z"));
    assertThat(web.strategy())
        .isEqualTo(
            new Stepwise(
                Stepwise.Style.RATIO,
                Bound.pods(2),
                Bound.pods(0),
                List.of(
                    new Step.SetWeight(20),
                    new Step.Pause(Optional.empty()),
                    new Step.Pause(Optional.of(Duration.ofSeconds(10))),
                    new Step.Pause(Optional.of(Duration.ofSeconds(20))),
                    new Step.Pause(Optional.of(Duration.ofMinutes(90))),
                    new Step.SetProgressThreshold(Bound.pods(2)),
                    new Step.SetWeight(100)),
                Optional.empty(),
                0,
                Bound.percent(80),
                Duration.ZERO,
                Optional.of(Duration.ZERO),
                1,
                3,
                false));
  }

  @Test
  void leadTrafficWhereARouteIs() {
    var strategy =
        strategy(
            """
              strategy:
                canary:
                  canaryService: web-next
                  stableService: web
                  abortScaleDownDelaySeconds: 0
                  minPodsPerReplicaSet: 2
                  trafficRouting:
                    managedRoutes: [{name: early}, {name: mirror}]
                    nginx: {stableIngress: web}
                  steps:
                    - setCanaryScale: {replicas: 1}
                    - setHeaderRoute: {name: early, match: [{headerName: X-Early, headerValue: {exact: "1"}}]}
                    - setMirrorRoute: {name: mirror, percentage: 5}
                    - setCanaryScale: {weight: 40}
                    - setCanaryScale: {matchTrafficWeight: true}
            """);

    assertThat(strategy.style()).isEqualTo(Stepwise.Style.ROUTED);
    assertThat(strategy.scaleDownDelay()).isEqualTo(HALF_MINUTE);
    assertThat(strategy.abortScaleDownDelay()).isEmpty();
    assertThat(strategy.minPods()).isEqualTo(2);
    assertThat(strategy.steps())
        .extracting(
            step -> step instanceof Step.SetRoute route ? route.json().toUtf8() : step.toString())
        .containsExactly(
            "SetCanaryScale[scale=Replicas[count=1]]",
            "{\"setHeaderRoute\":{\"match\":[{\"headerName\":\"X-Early\",\"headerValue\":{\"exact\":\"1\"}}],\"name\":\"early\"}}",
            "{\"setMirrorRoute\":{\"name\":\"mirror\",\"percentage\":5}}",
            "SetCanaryScale[scale=Weight[percent=40]]",
            "SetCanaryScale[scale=MatchTrafficWeight[]]");
    assertThat(
            strategy("  strategy: {canary: {trafficRouting: {}, dynamicStableScale: true}}\n")
                .style())
        .isEqualTo(Stepwise.Style.ROUTED_DYNAMIC);
  }

  @Test
  void areStepsAlsoWhenTheyAreBlueAndGreen() {
    var plain = strategy("  strategy: {blueGreen: {activeService: web}}\n");

    assertThat(plain)
        .isEqualTo(
            new Stepwise(
                Stepwise.Style.BLUE_GREEN,
                Bound.percent(100),
                Bound.percent(25),
                List.of(
                    new Step.SetCanaryScale(new Step.Scale.Weight(100)),
                    new Step.SetCanaryScale(new Step.Scale.Weight(100)),
                    new Step.SetWeight(100)),
                Optional.empty(),
                0,
                Bound.percent(100),
                HALF_MINUTE,
                Optional.of(HALF_MINUTE),
                1,
                0,
                true));
    assertThat(
            strategy(
                    """
                      strategy:
                        blueGreen:
                          activeService: web
                          previewService: web-next
                          previewReplicaCount: 1
                          autoPromotionEnabled: false
                          autoPromotionSeconds: 30
                    """)
                .steps())
        .containsExactly(
            new Step.SetCanaryScale(new Step.Scale.Replicas(1)),
            new Step.Pause(Optional.empty()),
            new Step.SetCanaryScale(new Step.Scale.Weight(100)),
            new Step.SetWeight(100));
    assertThat(
            strategy("  strategy: {blueGreen: {activeService: web, autoPromotionSeconds: 30}}\n")
                .steps())
        .contains(new Step.Pause(Optional.of(HALF_MINUTE)));
  }

  @Test
  void haveAReleaseOfTemplateAndConfigOnly() {
    var one = web("  strategy: {canary: {steps: [{setWeight: 20}]}}\n");
    var other =
        web("  strategy: {canary: {steps: [{setWeight: 30}], canaryMetadata: {labels: {a: b}}}}\n");

    assertThat(other.release().hash()).isEqualTo(one.release().hash());
  }

  @Test
  void saySoOfWhatIsNotActedOn() {
    var state =
        Repository.with(
                "web.yaml",
                HEAD
                    + """
                      revisionHistoryLimit: 2
                      strategy:
                        canary:
                          minPodsPerReplicaSet: 2
                          antiAffinity: {}
                    """)
            .state();

    assertThat(state.warnings())
        .containsExactly(
            "web.yaml:13:3: spec.revisionHistoryLimit is not acted on: the history is Git's",
            "web.yaml:16:29: spec.strategy.canary.minPodsPerReplicaSet is not acted on without"
                + " trafficRouting",
            "web.yaml:17:7: spec.strategy.canary.antiAffinity is not acted on yet");
  }

  @Nested
  class OfADeployment {
    private static final String DEPLOYMENT =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app, namespace: shop}
        spec:
          replicas: 0
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
                - name: web
                  image: nginx
                  envFrom: [{configMapRef: {name: app}}]
        """;
    private static final String CONFIG =
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: app, namespace: shop}
        data: {a: b}
        """;
    private static final String ROLLOUT =
        """
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: {name: web, namespace: shop}
        spec:
          replicas: 3
          workloadRef:
            apiVersion: apps/v1
            kind: Deployment
            name: app
            scaleDown: onsuccess
          strategy: {canary: {steps: [{setWeight: 50}]}}
        """;

    @Test
    void takeItsPodsAndItsPlace() {
      var state =
          Repository.with("app.yaml", DEPLOYMENT)
              .and("config.yaml", CONFIG)
              .and("web.yaml", ROLLOUT)
              .state();

      var web = workload(state, "Rollout/shop/web");
      var app = workload(state, "Deployment/shop/app");
      assertThat(web.replicas()).isEqualTo(3);
      assertThat(web.release()).isEqualTo(app.release());
      assertThat(web.release().config()).hasSize(1);
      assertThat(app.yieldsTo()).contains(web.key());
      assertThat(web.yieldsTo()).isEmpty();
    }

    @Test
    void leaveItItsPodsUnlessTold() {
      var state =
          Repository.with("app.yaml", DEPLOYMENT)
              .and("config.yaml", CONFIG)
              .and("web.yaml", ROLLOUT.replace("    scaleDown: onsuccess\n", ""))
              .state();

      assertThat(workload(state, "Deployment/shop/app").yieldsTo()).isEmpty();
    }

    @Test
    void areRefusedWithoutIt() {
      assertThat(Repository.with("web.yaml", ROLLOUT).problems())
          .containsExactly("web.yaml:9:11: Deployment/shop/app does not exist");
      assertThat(
              Repository.with("web.yaml", ROLLOUT.replace("onsuccess", "progressively")).problems())
          .containsExactly(
              "web.yaml:10:16: spec.workloadRef.scaleDown progressively is not supported yet");
      assertThat(
              Repository.with("app.yaml", DEPLOYMENT)
                  .and("config.yaml", CONFIG)
                  .and("web.yaml", ROLLOUT)
                  .and("web2.yaml", ROLLOUT.replace("name: web,", "name: web2,"))
                  .problems())
          .containsExactly(
              "web2.yaml:10:16: Deployment/shop/app is scaled down by Rollout/shop/web already");
    }

    @Test
    void leaveWhatItMissesToIt() {
      assertThat(Repository.with("app.yaml", DEPLOYMENT).and("web.yaml", ROLLOUT).problems())
          .containsExactly("app.yaml:13:43: ConfigMap/shop/app does not exist");
    }

    private static Workload workload(DesiredState state, String key) {
      return Repository.object(state, ObjectKey.parse(key)).workload().orElseThrow();
    }
  }

  @Nested
  class WithAnAnalysis {
    private static final String TEMPLATES =
        """
        apiVersion: argoproj.io/v1alpha1
        kind: AnalysisTemplate
        metadata: {name: success-rate, namespace: shop}
        spec:
          args:
            - name: service
            - {name: threshold, value: "0.95"}
            - {name: count, value: "3"}
            - name: token
              valueFrom: {secretKeyRef: {name: prometheus, key: token}}
          metrics:
            - name: success-rate
              interval: 1m
              initialDelay: 10s
              count: "{{args.count}}"
              failureLimit: "1"
              successCondition: result[0] >= {{args.threshold}}
              provider:
                prometheus:
                  address: http://prometheus.monitoring:9090
                  query: rate(ok{service="{{ args.service }}"}[1m])
                  headers: [{key: Authorization, value: "Bearer {{args.token}}"}]
          dryRun: [{metricName: "^nothing$"}]
          templates:
            - {templateName: web-ok, clusterScope: true}
        ---
        apiVersion: argoproj.io/v1alpha1
        kind: ClusterAnalysisTemplate
        metadata: {name: web-ok}
        spec:
          args: [{name: hash}, {name: service}]
          metrics:
            - name: web-ok
              interval: 30s
              failureCondition: result.ok == false
              provider:
                web:
                  url: "http://{{args.service}}/{{args.hash}}"
                  jsonPath: "{$.data}"
                  timeoutSeconds: 0
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: prometheus, namespace: shop}
        stringData: {token: secret}
        """;
    private static final String USE =
        """
        templates: [{templateName: success-rate}], dryRun: [{metricName: web}], args: [\
        {name: service, valueFrom: {fieldRef: {fieldPath: "metadata.labels['team']"}}}, \
        {name: hash, valueFrom: {podTemplateHashValue: Latest}}]\
        """;

    private static final Analysis EXPECTED =
        new Analysis(
            List.of(
                new Analysis.Metric(
                    "success-rate",
                    Optional.of(Duration.ofMinutes(1)),
                    Duration.ofSeconds(10),
                    3,
                    1,
                    0,
                    4,
                    0,
                    false,
                    Bytes.utf8(
                        """
                        {"args":[{"name":"token","secret":{"key":"token","name":"prometheus","namespace":"shop"}}],\
                        "provider":{"prometheus":{"address":"http://prometheus.monitoring:9090",\
                        "headers":[{"key":"Authorization","value":"Bearer {{args.token}}"}],\
                        "query":"rate(ok{service=\\"red\\"}[1m])"}},\
                        "successCondition":"result[0] >= 0.95"}\
                        """),
                    Optional.empty()),
                new Analysis.Metric(
                    "web-ok",
                    Optional.of(Duration.ofSeconds(30)),
                    Duration.ZERO,
                    0,
                    0,
                    0,
                    4,
                    0,
                    true,
                    Bytes.utf8(
                        """
                        {"args":[{"name":"hash","podTemplateHash":"Latest"}],\
                        "failureCondition":"result.ok == false",\
                        "provider":{"web":{"jsonPath":"{$.data}","method":"GET","timeoutSeconds":10,\
                        "url":"http://red/{{args.hash}}"}}}\
                        """),
                    Optional.empty())));

    @Test
    void aJobIsAPodThatRunsOnce() {
      var state =
          with("canary: {steps: [{analysis: {templates: [{templateName: smoke}]}}]}")
              .and(
                  "smoke.yaml",
                  """
                  apiVersion: argoproj.io/v1alpha1
                  kind: AnalysisTemplate
                  metadata: {name: smoke, namespace: shop}
                  spec:
                    metrics:
                      - name: smoke
                        provider:
                          job: {spec: {template: {spec: {containers: [{name: t, image: "t:1"}]}}}}
                  """)
              .state();

      var job =
          state.objects().stream()
              .flatMap(it -> it.workload().stream())
              .map(Workload::strategy)
              .filter(Stepwise.class::isInstance)
              .flatMap(it -> ((Stepwise) it).steps().stream())
              .filter(Step.Analyse.class::isInstance)
              .flatMap(it -> ((Step.Analyse) it).analysis().metrics().stream())
              .flatMap(it -> it.job().stream())
              .findFirst();
      assertThat(job).isPresent();
      assertThat(job.get().restartsAlways()).isFalse();
      assertThat(job.get().json().toUtf8()).contains("\"restartPolicy\":\"Never\"");
    }

    private Repository with(String strategy) {
      return Repository.with("web.yaml", HEAD + "  strategy: {" + strategy + "}\n")
          .and("services.yaml", SERVICES)
          .and("analysis.yaml", TEMPLATES);
    }

    private Stepwise read(String strategy) {
      return (Stepwise) with(strategy).workload("Rollout/shop/web").strategy();
    }

    @Test
    void putItsTemplatesTogether() {
      assertThat(read("canary: {steps: [{analysis: {" + USE + "}}]}").steps())
          .containsExactly(new Step.Analyse(EXPECTED));
    }

    @Test
    void measureBesideTheSteps() {
      var strategy =
          read("canary: {steps: [{setWeight: 5}], analysis: {startingStep: 1, " + USE + "}}");

      assertThat(strategy.background()).contains(EXPECTED);
      assertThat(strategy.backgroundFrom()).isEqualTo(1);
    }

    @Test
    void measureBeforeAndAfterASwitch() {
      assertThat(
              read("blueGreen: {activeService: web, autoPromotionEnabled: false,"
                      + " prePromotionAnalysis: {"
                      + USE
                      + "}, postPromotionAnalysis: {"
                      + USE
                      + "}}")
                  .steps())
          .containsExactly(
              new Step.SetCanaryScale(new Step.Scale.Weight(100)),
              new Step.Analyse(EXPECTED),
              new Step.Pause(Optional.empty()),
              new Step.SetCanaryScale(new Step.Scale.Weight(100)),
              new Step.SetWeight(100),
              new Step.Analyse(EXPECTED));
    }

    @Test
    void warnOfArgumentsThatNoTemplateHas() {
      var state =
          with("canary: {analysis: {"
                  + USE.replace("args: [", "args: [{name: x, value: z}, ")
                  + "}}")
              .state();

      assertThat(state.warnings())
          .contains("web.yaml:13:120: \"x\" is no argument of these templates and is not used");
    }

    @Test
    void areToldWhatIsMissing() {
      assertThat(with("canary: {analysis: {templates: [{templateName: success-rate}]}}").problems())
          .containsExactly(
              "web.yaml:13:61: argument hash of ClusterAnalysisTemplate/web-ok has no value",
              "web.yaml:13:61: argument service of AnalysisTemplate/shop/success-rate has no value");
      assertThat(with("canary: {analysis: {templates: [{templateName: other}]}}").problems())
          .containsExactly("web.yaml:13:61: AnalysisTemplate/shop/other does not exist");
      assertThat(
              with("canary: {analysis: {"
                      + USE.replace(
                          "[{templateName: success-rate}]",
                          "[{templateName: success-rate}, {templateName: more}]")
                      + "}}")
                  .and(
                      "more.yaml",
                      """
                      apiVersion: argoproj.io/v1alpha1
                      kind: AnalysisTemplate
                      metadata: {name: more, namespace: shop}
                      spec:
                        args: [{name: threshold, value: "1"}]
                        metrics:
                          - name: web-ok
                            provider: {web: {url: "{{args.nothing}}"}}
                          - name: success-rate
                            provider: {web: {url: http://x}}
                      """)
                  .problems())
          .containsExactly(
              "more.yaml:8:29: there is no argument nothing, as Rollout/shop/web uses this template",
              "web.yaml:13:91: argument threshold has one value in AnalysisTemplate/shop/success-rate"
                  + " and another in AnalysisTemplate/shop/more",
              "web.yaml:13:91: the metric \"success-rate\" is in AnalysisTemplate/shop/success-rate and in"
                  + " AnalysisTemplate/shop/more");
    }

    @Test
    void areToldWhatAnArgumentMakesOfAMetric() {
      assertThat(
              with("canary: {analysis: {"
                      + USE.replace("args: [", "args: [{name: threshold, value: \"0.9 >\"}, ")
                      + "}}")
                  .problems())
          .containsExactly(
              "analysis.yaml:17:25: spec.metrics[0].successCondition ends too early at its character"
                  + " 19, as Rollout/shop/web uses it");
      assertThat(
              with("canary: {analysis: {"
                      + USE.replace("args: [", "args: [{name: count, value: many}, ")
                      + "}}")
                  .problems())
          .containsExactly(
              "analysis.yaml:15:14: spec.metrics[0].count \"many\" must be an integer, as"
                  + " Rollout/shop/web uses it");
      assertThat(
              with("canary: {analysis: {"
                      + USE.replace(
                          "args: [",
                          "args: [{name: count, valueFrom: {podTemplateHashValue: Stable}}, ")
                      + "}}")
                  .problems())
          .containsExactly(
              "analysis.yaml:15:14: spec.metrics[0].count must be known when the commit is read, as"
                  + " Rollout/shop/web uses it");
      assertThat(
              with("canary: {analysis: {"
                      + USE.replace("metricName: web", "metricName: other")
                      + "}}")
                  .problems())
          .containsExactly("web.yaml:13:99: \"other\" is no metric of these templates");
    }

    @Test
    void demandTheSecretsOfTemplates() {
      assertThat(
              Repository.with("analysis.yaml", TEMPLATES.replace("{token: secret}", "{other: a}"))
                  .problems())
          .containsExactly("analysis.yaml:10:57: Secret/shop/prometheus has no key \"token\"");
    }

    @Test
    void useATemplateOnceHoweverItIsReached() {
      String round =
          """
          apiVersion: argoproj.io/v1alpha1
          kind: AnalysisTemplate
          metadata: {name: %s, namespace: shop}
          spec:
            metrics: [{name: %s, provider: {web: {url: http://x}}}]
            templates: [{templateName: %s}]
          """;

      var strategy =
          (Stepwise)
              Repository.with("a.yaml", round.formatted("a", "a", "b"))
                  .and("b.yaml", round.formatted("b", "b", "a"))
                  .and(
                      "web.yaml",
                      HEAD
                          + "  strategy: {canary: {analysis: {templates: [{templateName: a}, {templateName: b}]}}}\n")
                  .workload("Rollout/shop/web")
                  .strategy();

      assertThat(strategy.background().orElseThrow().metrics())
          .extracting(Analysis.Metric::name)
          .containsExactly("a", "b");
      assertThat(strategy.background().orElseThrow().metrics())
          .extracting(Analysis.Metric::count)
          .containsOnly(1);
    }
  }

  @Test
  void mayNotChangeTheirSelector() {
    String rest = "  strategy: {canary: {}}\n";
    var before = Repository.with("web.yaml", HEAD + rest).accepted().catalog();

    assertThat(
            Repository.with("web.yaml", (HEAD + rest).replace("app: web", "app: shop"))
                .problems(Optional.of(before)))
        .containsExactly(
            "web.yaml:9:5: spec.selector cannot be changed: delete Rollout/shop/web first, or use"
                + " another name");
  }
}
