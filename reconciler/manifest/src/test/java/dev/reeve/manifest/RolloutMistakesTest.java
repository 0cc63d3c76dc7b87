package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What people get wrong in Rollouts and their analyses, and what they are told.
class RolloutMistakesTest {
  private static final String ROLLOUT =
      """
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata:
        name: web
      spec:
        replicas: 1
        selector:
          matchLabels: {app: web}
        template:
          metadata:
            labels: {app: web}
          spec:
            containers:
              - name: web
                image: nginx
        strategy:
          canary:
            canaryService: next
            stableService: web
            trafficRouting:
              managedRoutes: [{name: early}]
            steps:
              - setWeight: 20
      """;
  private static final String TEMPLATE =
      """
      apiVersion: argoproj.io/v1alpha1
      kind: AnalysisTemplate
      metadata:
        name: ok
      spec:
        args:
          - name: host
        metrics:
          - name: ok
            successCondition: result > 1
            provider:
              web:
                url: http://{{args.host}}/
      """;
  private static final String SERVICES =
      """
      apiVersion: v1
      kind: List
      items:
        - {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: next}, spec: {ports: [{port: 80}]}}
      """;

  /// A Rollout with what it names, in one file.
  static final String ALL =
      ROLLOUT
          + """
                  - setHeaderRoute: {name: early, match: [{headerName: a, headerValue: {exact: b}}]}
                  - setCanaryScale: {replicas: 1}
                  - replicaProgressThreshold: {type: Pods, value: 1}
                  - pause: {duration: 5m}
                  - analysis: {templates: [{templateName: ok}], args: [{name: host, value: a}], dryRun: [{metricName: "*"}]}
          """
          + "---\n"
          + TEMPLATE
          + "---\n"
          + SERVICES;

  @Test
  void areNoneInGoodManifests() {
    assertThat(Repository.with("a.yaml", ALL).problems()).isEmpty();
  }

  static Stream<Arguments> mistakes() {
    String at = "spec.strategy.canary";
    return Stream.of(
        mistake(
            "- setWeight: 20",
            "- setWeight: 101",
            "23:22: " + at + ".steps[0].setWeight must be from 0 to 100, but is 101"),
        mistake(
            "- setWeight: 20",
            "- setWeight: 20\n          pause: {}",
            "23:11: "
                + at
                + ".steps[0] must have exactly one of setWeight, pause, setCanaryScale, analysis,"
                + " setHeaderRoute or replicaProgressThreshold"),
        mistake(
            "- setWeight: 20",
            "- setHeaderRoute: {name: a, match: [{headerName: X, headerValue: {regex: 'a('}},"
                + " {headerName: X, headerValue: {exact: ''}}]}",
            "23:34: "
                + at
                + ".steps[0].setHeaderRoute.name \"a\" is not one of trafficRouting.managedRoutes",
            "23:82: "
                + at
                + ".steps[0].setHeaderRoute.match[0].headerValue.regex is no regular expression:"
                + " Unclosed group",
            "23:127: "
                + at
                + ".steps[0].setHeaderRoute.match[1].headerValue.exact must not be empty, nor have"
                + " control characters"),
        mistake(
            "- setWeight: 20",
            "- {}",
            "23:11: "
                + at
                + ".steps[0] must have exactly one of setWeight, pause, setCanaryScale, analysis,"
                + " setHeaderRoute or replicaProgressThreshold"),
        mistake(
            "- setWeight: 20",
            "- pause:",
            "23:11: " + at + ".steps[0].pause must have a value: a pause without an end is {}"),
        mistake(
            "- setWeight: 20",
            "- pause: {duration: 5 minutes}",
            "23:29: "
                + at
                + ".steps[0].pause.duration \"5 minutes\" must be a duration such as 30s, 5m or 1h"),
        mistake(
            "- setWeight: 20",
            "- pause: {duration: -1}",
            "23:29: " + at + ".steps[0].pause.duration must be 0 or more, but is -1"),
        mistake(
            "- setWeight: 20",
            "- experiment: {duration: 5m}",
            "23:11: " + at + ".steps[0].experiment is not supported"),
        mistake(
            "- setWeight: 20",
            "- experiment: {}",
            "23:11: " + at + ".steps[0].experiment is not supported"),
        mistake(
            "- setWeight: 20",
            "- plugin: {name: a/b}",
            "23:11: " + at + ".steps[0].plugin is not supported"),
        mistake(
            "- setWeight: 20",
            "- setCanaryScale: {weight: 5, replicas: 1}",
            "23:27: "
                + at
                + ".steps[0].setCanaryScale must have exactly one of replicas, weight or"
                + " matchTrafficWeight"),
        mistake(
            "- setWeight: 20",
            "- setCanaryScale: {matchTrafficWeight: false}",
            "23:48: " + at + ".steps[0].setCanaryScale.matchTrafficWeight must be true"),
        mistake(
            "- setWeight: 20",
            "- setHeaderRoute: {name: late}",
            "23:34: "
                + at
                + ".steps[0].setHeaderRoute.name \"late\" is not one of trafficRouting.managedRoutes"),
        mistake(
            "- setWeight: 20",
            "- setHeaderRoute: {name: early, match: [{headerName: a, headerValue: {exact: b, prefix: c}}]}",
            "23:78: "
                + at
                + ".steps[0].setHeaderRoute.match[0].headerValue must have exactly one of exact,"
                + " regex or prefix"),
        mistake(
            "- setWeight: 20",
            "- replicaProgressThreshold: {type: Percent, value: 101}",
            "23:60: "
                + at
                + ".steps[0].replicaProgressThreshold.value must not be more than 100 percent"),
        mistake(
            "- setWeight: 20",
            "- replicaProgressThreshold: {type: Percentage, value: 1}",
            "23:44: "
                + at
                + ".steps[0].replicaProgressThreshold.type \"Percentage\" must be Percent or Pods"),
        mistake(
            "- setWeight: 20",
            "- analysis: {templates: []}",
            "23:33: " + at + ".steps[0].analysis.templates must not be empty"),
        mistake(
            "- setWeight: 20",
            "- analysis: {templates: [{templateName: none}]}",
            "23:49: AnalysisTemplate/default/none does not exist"),
        mistake(
            "- setWeight: 20",
            "- analysis: {templates: [{templateName: ok, clusterScope: true}]}",
            "23:49: ClusterAnalysisTemplate/ok does not exist"),
        mistake(
            "- setWeight: 20",
            "- analysis: {templates: [{templateName: ok}]}",
            "23:49: argument host of AnalysisTemplate/default/ok has no value"),
        mistake(
            "- setWeight: 20",
            "- analysis: {templates: [{templateName: ok}], args: [{name: host, valueFrom: {fieldRef: {fieldPath: spec.replicas}}}]}",
            "23:109: "
                + at
                + ".steps[0].analysis.args[0].valueFrom.fieldRef.fieldPath must be metadata.name,"
                + " metadata.namespace, metadata.labels['…'] or metadata.annotations['…']"),
        mistake(
            "      trafficRouting:\n        managedRoutes: [{name: early}]\n      steps:\n        - setWeight: 20\n",
            "      dynamicStableScale: true\n      scaleDownDelaySeconds: 5\n      steps:\n        - setCanaryScale: {weight: 5}\n        - setHeaderRoute: {name: early}\n",
            "20:27: " + at + ".dynamicStableScale needs trafficRouting",
            "21:30: " + at + ".scaleDownDelaySeconds needs trafficRouting",
            "23:27: " + at + ".steps[0].setCanaryScale needs trafficRouting",
            "24:27: " + at + ".steps[1].setHeaderRoute needs trafficRouting"),
        mistake(
            "      steps:",
            "      dynamicStableScale: true\n      scaleDownDelaySeconds: 5\n      steps:",
            "23:30: " + at + ".scaleDownDelaySeconds may not stand beside dynamicStableScale"),
        mistake(
            "[{name: early}]",
            "[{name: early}]\n        maxTrafficWeight: 50",
            "22:27: "
                + at
                + ".trafficRouting.maxTrafficWeight must be 100: other sums are not supported"),
        mistake(
            "      stableService: web\n      trafficRouting:\n",
            "      trafficRouting:\n        alb: {ingress: a}\n",
            "20:9: " + at + ".trafficRouting needs canaryService and stableService"),
        mistake(
            "stableService: web",
            "stableService: next",
            "19:22: " + at + ".stableService must be another one than canaryService"),
        mistake(
            "stableService: web",
            "stableService: old",
            "19:22: Service/default/old does not exist"),
        mistake(
            "      steps:",
            "      pingPong: {pingService: a, pongService: b}\n      steps:",
            "22:7: " + at + ".pingPong is not supported"),
        mistake(
            "      steps:",
            "      maxSurge: 0\n      maxUnavailable: 0%\n      steps:",
            "22:17: "
                + at
                + ".maxSurge must not be 0 together with maxUnavailable: no pod could ever be replaced"),
        mistake(
            "  strategy:\n",
            "  strategy:\n    blueGreen: {activeService: web, previewService: web}\n",
            "17:5: spec.strategy must have exactly one of canary or blueGreen",
            "17:53: spec.strategy.blueGreen.previewService must be another one than activeService"),
        mistake(
            "  replicas: 1\n",
            "  replicas: 1\n  workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n",
            "6:3: spec must have exactly one of template or workloadRef"),
        mistake(
            "  selector:\n    matchLabels: {app: web}\n",
            "",
            "6:3: spec must have a selector beside its template"),
        mistake(
            "  replicas: 1\n",
            "  restartAt: soon\n",
            "6:14: spec.restartAt \"soon\" must be a time such as 2026-01-31T12:00:00Z"),
        mistake(
            "  replicas: 1\n",
            "  progressDeadlineSeconds: 5\n  minReadySeconds: 5\n",
            "6:28: spec.progressDeadlineSeconds must be more than minReadySeconds"),
        mistake(
            "argoproj.io/v1alpha1",
            "argoproj.io/v1",
            "2:7: there is no Rollout in argoproj.io/v1: use argoproj.io/v1alpha1"));
  }

  static Stream<Arguments> templateMistakes() {
    String at = "spec.metrics[0]";
    return Stream.of(
        mistake(
            "result > 1",
            "result >",
            "10:25: " + at + ".successCondition ends too early at its character 9"),
        mistake(
            "result > 1",
            "result.get() > 1",
            "10:25: "
                + at
                + ".successCondition calls the method 'get', which is not supported at its character 8"),
        mistake(
            "successCondition: result > 1",
            "count: 2",
            "10:14: " + at + ".count needs an interval"),
        mistake(
            "successCondition: result > 1",
            "count: two",
            "10:14: " + at + ".count must be an integer, but is a string \"two\""),
        mistake(
            "successCondition: result > 1",
            "interval: 5",
            "10:17: " + at + ".interval must be a string, but is an integer 5"),
        mistake(
            "successCondition: result > 1",
            "interval: 0s",
            "10:17: "
                + at
                + ".interval \"0s\" must be a duration such as 30s, 5m or 1h, and not 0"),
        mistake(
            "successCondition: result > 1",
            "failureLimit: \"-1\"",
            "10:21: " + at + ".failureLimit must not be -1 without a consecutiveSuccessLimit"),
        mistake(
            "successCondition: result > 1",
            "interval: 5s\n      count: 2\n      failureLimit: 3",
            "11:14: "
                + at
                + ".count must not be less than failureLimit and consecutiveSuccessLimit together"),
        mistake(
            "        web:\n          url: http://{{args.host}}/\n",
            "        datadog: {query: a}\n",
            "12:9: "
                + at
                + ".provider.datadog is not supported: metrics come from prometheus, web or a job"),
        mistake(
            "        web:\n          url: http://{{args.host}}/\n",
            "        datadog: {}\n",
            "12:9: "
                + at
                + ".provider.datadog is not supported: metrics come from prometheus, web or a job"),
        mistake(
            "        web:\n          url: http://{{args.host}}/\n",
            "        job: {spec: {}}\n",
            "12:21: " + at + ".provider.job.spec.template is required"),
        mistake(
            "        web:\n          url: http://{{args.host}}/\n",
            "        job: {spec: {template: {spec: {restartPolicy: Always, containers: "
                + "[{name: a, image: a}]}}}}\n",
            "12:55: "
                + at
                + ".provider.job.spec.template.spec.restartPolicy must be Never or OnFailure in a"
                + " job"),
        mistake(
            "        web:\n          url: http://{{args.host}}/\n",
            "        prometheus: {query: a}\n",
            "12:21: " + at + ".provider.prometheus.address is required"),
        mistake(
            "        web:\n",
            "        prometheus: {address: a, query: b}\n        web:\n",
            "12:9: " + at + ".provider must have exactly one of prometheus, web or job"),
        mistake(
            "url: http://{{args.host}}/",
            "url: x\n          body: a",
            "14:17: " + at + ".provider.web.body needs the method POST or PUT"),
        mistake(
            "url: http://{{args.host}}/",
            "url: x\n          authentication: {oauth2: {clientId: a}}",
            "14:28: " + at + ".provider.web.authentication.oauth2 is not supported"),
        mistake(
            "- name: host",
            "- {name: host, value: a, valueFrom: {secretKeyRef: {name: a, key: b}}}",
            "7:41: spec.args[0].valueFrom may not stand beside value"),
        mistake(
            "- name: host",
            "- {name: host, valueFrom: {secretKeyRef: {name: a, key: b}}}",
            "7:61: Secret/default/a does not exist"),
        mistake(
            "  args:\n",
            "  templates: [{templateName: none}]\n  args:\n",
            "6:30: AnalysisTemplate/default/none does not exist"),
        mistake(
            "  args:\n",
            "  dryRun: [{metricName: \"(\"}]\n  args:\n",
            "6:25: spec.dryRun[0].metricName \"(\" must be a regular expression, or * for all"),
        mistake(
            TEMPLATE.substring(TEMPLATE.indexOf("  metrics")),
            "",
            "6:3: spec must have metrics or templates"));
  }

  private static Arguments mistake(String good, String bad, String... told) {
    return Arguments.of(good, bad, told);
  }

  @ParameterizedTest(name = "{index}: {0} -> {1}")
  @MethodSource("mistakes")
  void areToldWithTheirPlace(String good, String bad, String[] told) {
    assertThat(ROLLOUT).contains(good);

    var problems =
        Repository.with("web.yaml", ROLLOUT.replace(good, bad))
            .and("template.yaml", TEMPLATE)
            .and("services.yaml", SERVICES)
            .problems();

    assertThat(problems)
        .containsExactly(Stream.of(told).map("web.yaml:"::concat).toArray(String[]::new));
  }

  @ParameterizedTest(name = "{index}: {0} -> {1}")
  @MethodSource("templateMistakes")
  void areToldOfTemplates(String good, String bad, String[] told) {
    assertThat(TEMPLATE).contains(good);

    var problems = Repository.with("ok.yaml", TEMPLATE.replace(good, bad)).problems();

    assertThat(problems)
        .containsExactly(Stream.of(told).map("ok.yaml:"::concat).toArray(String[]::new));
  }
}
