package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Autoscaler;
import dev.reeve.core.model.Autoscaler.Goal;
import dev.reeve.core.model.Autoscaler.Kind;
import dev.reeve.core.model.Autoscaler.Metric;
import dev.reeve.core.model.Autoscaler.Policy;
import dev.reeve.core.model.Autoscaler.Rules;
import dev.reeve.core.model.Autoscaler.Scope;
import dev.reeve.core.model.Autoscaler.Select;
import dev.reeve.core.model.Autoscaler.Source;
import dev.reeve.core.model.ObjectKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// HorizontalPodAutoscalers as they are written, filled in and refused.
class AutoscalersTest {
  private static final ObjectKey WEB = new ObjectKey("Deployment", "default", "web");
  private static final Duration PERIOD = Duration.ofSeconds(15);

  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
              - name: app
                image: app:1
                resources: {requests: {cpu: 200m}, limits: {memory: 256Mi}}
              - name: proxy
                image: proxy:1
                resources: {requests: {cpu: "0.1", memory: 64Mi}}
      """;

  private static String autoscaler(String spec) {
    return """
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec:
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
      maxReplicas: 10
    """
        + spec.indent(2);
  }

  private static Repository repository(String autoscaler) {
    return Repository.with("web.yaml", DEPLOYMENT).and("hpa.yaml", autoscaler);
  }

  private static Autoscaler read(String autoscaler) {
    return repository(autoscaler).state().autoscalers().get(WEB).orElseThrow();
  }

  private static Metric utilization(Optional<String> container, long request, int percent) {
    return new Metric(
        new Source.Resource(Kind.CPU, container, request), new Goal.Utilization(percent));
  }

  private static List<String> problems(String spec) {
    return repository(autoscaler(spec)).problems();
  }

  @Nested
  class Defaults {
    @Test
    void areKubernetesOwn() {
      var read = read(autoscaler(""));

      assertThat(read.key()).isEqualTo(new ObjectKey("HorizontalPodAutoscaler", "default", "web"));
      assertThat(read.min()).isEqualTo(1);
      assertThat(read.max()).isEqualTo(10);
      assertThat(read.metrics()).containsExactly(utilization(Optional.empty(), 300, 80));
      assertThat(read.up())
          .isEqualTo(
              new Rules(
                  Duration.ZERO,
                  Select.MAX,
                  List.of(new Policy(false, 4, PERIOD), new Policy(true, 100, PERIOD)),
                  100_000));
      assertThat(read.down())
          .isEqualTo(
              new Rules(
                  Duration.ofMinutes(5),
                  Select.MAX,
                  List.of(new Policy(true, 100, PERIOD)),
                  100_000));
    }

    @Test
    void fillWhatABehaviorDoesNotSay() {
      var read =
          read(
              autoscaler(
                  """
                  behavior:
                    scaleUp: {selectPolicy: Disabled}
                    scaleDown:
                      stabilizationWindowSeconds: 60
                      tolerance: 0.05
                      policies: [{type: Pods, value: 1, periodSeconds: 600}]
                  """));

      assertThat(read.up().select()).isEqualTo(Select.DISABLED);
      assertThat(read.up().policies()).hasSize(2);
      assertThat(read.down())
          .isEqualTo(
              new Rules(
                  Duration.ofMinutes(1),
                  Select.MAX,
                  List.of(new Policy(false, 1, Duration.ofMinutes(10))),
                  50_000));
      assertThat(read.longestPeriod()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void anAutoscalerOfVersion1IsTheVersion2ThatItMeans() {
      var read =
          read(
              autoscaler("targetCPUUtilizationPercentage: 50")
                  .replace("autoscaling/v2", "autoscaling/v1"));

      assertThat(read).isEqualTo(read(autoscaler(cpu(50))));
      assertThat(read(autoscaler("").replace("autoscaling/v2", "autoscaling/v1")).metrics())
          .containsExactly(utilization(Optional.empty(), 300, 80));
    }

    private String cpu(int percent) {
      return """
      metrics:
        - type: Resource
          resource: {name: cpu, target: {type: Utilization, averageUtilization: %d}}
      """
          .formatted(percent);
    }
  }

  @Nested
  class Metrics {
    @Test
    void ofResourcesAreInMillicoresAndBytes() {
      var read =
          read(
              autoscaler(
                  """
                  metrics:
                    - type: Resource
                      resource: {name: memory, target: {type: AverageValue, averageValue: 100Mi}}
                    - type: ContainerResource
                      containerResource:
                        name: cpu
                        container: proxy
                        target: {type: Utilization, averageUtilization: 60}
                  """));

      assertThat(read.metrics())
          .containsExactly(
              new Metric(
                  new Source.Resource(Kind.MEMORY, Optional.empty(), (256L + 64) << 20),
                  new Goal.AverageValue(100L << 20)),
              utilization(Optional.of("proxy"), 100, 60));
    }

    @Test
    void ofQueriesAreInThousandthsAndComeFromAnnotations() {
      var read =
          read(
              autoscaler(
                      """
                      metrics:
                        - type: Pods
                          pods:
                            metric: {name: requests}
                            target: {type: AverageValue, averageValue: 1500m}
                        - type: External
                          external: {metric: {name: queue}, target: {type: Value, value: "30"}}
                      """)
                  .replace(
                      "{name: web}\nspec",
                      """
                      name: web
                        annotations:
                          reeve.dev/prometheus: http://prometheus:9090
                          reeve.dev/query.requests: sum by (pod) (rate(requests[1m]))
                          reeve.dev/query.queue: sum(queue)
                      spec\
                      """
                          .replaceFirst("^", "\n  ")));

      assertThat(read.metrics().get(0).goal()).isEqualTo(new Goal.AverageValue(1_500));
      assertThat(read.metrics().get(1).goal()).isEqualTo(new Goal.Value(30_000));
      var query = (Source.Query) read.metrics().get(0).source();
      assertThat(query.scope()).isEqualTo(Scope.PODS);
      assertThat(query.query().toUtf8())
          .isEqualTo(
              "{\"prometheus\":{\"address\":\"http://prometheus:9090\","
                  + "\"query\":\"sum by (pod) (rate(requests[1m]))\"}}");
    }

    @Test
    void aShareOfWhatIsNotAskedForIsSaidInTheNote() {
      var state =
          Repository.with(
                  "web.yaml", DEPLOYMENT.replace("{requests: {cpu: 200m}, limits", "{limits"))
              .and("hpa.yaml", autoscaler(""))
              .state();

      assertThat(state.warnings())
          .anyMatch(it -> it.contains("a container of Deployment/default/web asks for no cpu"));
    }
  }

  @Nested
  class Refusals {
    @Test
    void aTargetMustBeThere() {
      assertThat(Repository.with("hpa.yaml", autoscaler("")).problems())
          .containsExactly("hpa.yaml:5:65: Deployment/default/web does not exist");
    }

    @Test
    void aTargetMustBeOfAKindThatScales() {
      assertThat(
              repository(autoscaler("").replace("kind: Deployment", "kind: DaemonSet")).problems())
          .containsExactly(
              "hpa.yaml:5:47: a DaemonSet cannot be scaled: name a Deployment, a StatefulSet, a"
                  + " ReplicaSet or a Rollout");
      assertThat(repository(autoscaler("").replace("apps/v1", "batch/v1")).problems())
          .containsExactly("hpa.yaml:5:32: there is no Deployment in batch/v1: it is in apps");
    }

    @Test
    void aTargetHasOneAutoscaler() {
      assertThat(
              repository(autoscaler(""))
                  .and("more.yaml", autoscaler("").replace("{name: web}\n", "{name: web2}\n"))
                  .problems())
          .containsExactly(
              "more.yaml:5:65: Deployment/default/web is scaled by"
                  + " HorizontalPodAutoscaler/default/web already, at hpa.yaml:1:1");
    }

    @Test
    void boundsMustFit() {
      assertThat(problems("minReplicas: 20"))
          .containsExactly("hpa.yaml:6:16: spec.maxReplicas must not be below minReplicas");
      assertThat(problems("minReplicas: 0")).singleElement().asString().contains("minReplicas");
    }

    @Test
    void metricsOfObjectsAreNotSupported() {
      assertThat(problems("metrics: [{type: Object, object: {metric: {name: hits}}}]"))
          .anyMatch(it -> it.contains("spec.metrics[0].type") && it.contains("not supported"))
          .anyMatch(it -> it.contains("use External and a query"));
    }

    @Test
    void aTypeNeedsItsField() {
      assertThat(problems("metrics: [{type: Resource}]"))
          .containsExactly(
              "hpa.yaml:7:13: spec.metrics[0] needs resource, since its type is Resource");
      assertThat(
              problems(
                  """
                  metrics:
                    - type: Resource
                      resource: {name: cpu, target: {type: Utilization, averageValue: 1}}
                  """))
          .anyMatch(it -> it.contains("needs averageUtilization"))
          .anyMatch(it -> it.contains("averageValue may not stand beside type Utilization"));
    }

    @Test
    void aQueryNeedsItsAnnotationsAndAnAnnotationItsMetric() {
      var queue =
          "metrics: [{type: External, external: {metric: {name: queue}, target: {type: Value,"
              + " value: 1}}}]";
      assertThat(problems(queue))
          .anyMatch(
              it -> it.endsWith("needs its query in PromQL: the annotation reeve.dev/query.queue"))
          .anyMatch(it ->
              it.endsWith("needs the address of Prometheus: the annotation reeve.dev/prometheus"));
      assertThat(
              repository(
                      autoscaler(queue)
                          .replace(
                              "{name: web}\n",
                              "{name: web, annotations: {reeve.dev/query.quue: up}}\n"))
                  .problems())
          .anyMatch(it -> it.contains("did you mean \"reeve.dev/query.queue\"?"));
      assertThat(
              Repository.with(
                      "web.yaml",
                      DEPLOYMENT.replace(
                          "{name: web}\n",
                          "{name: web, annotations: {reeve.dev/prometheus: http://p}}\n"))
                  .problems())
          .singleElement()
          .asString()
          .endsWith("belongs on a HorizontalPodAutoscaler");
    }

    @Test
    void aContainerMustBeOfTheTarget() {
      assertThat(
              problems(
                  """
                  metrics:
                    - type: ContainerResource
                      containerResource:
                        name: cpu
                        container: none
                        target: {type: AverageValue, averageValue: 100m}
                  """))
          .containsExactly("hpa.yaml:11:20: Deployment/default/web has no container none");
    }

    @Test
    void policiesAndTolerancesHaveTheirRanges() {
      assertThat(problems("behavior: {scaleUp: {policies: []}}"))
          .singleElement()
          .asString()
          .contains("spec.behavior.scaleUp.policies");
      assertThat(problems("behavior: {scaleUp: {tolerance: 11}}"))
          .containsExactly(
              "hpa.yaml:7:35: spec.behavior.scaleUp.tolerance must not be more than 10");
      assertThat(
              problems(
                  "behavior: {scaleDown: {policies: [{type: Pods, value: 1, periodSeconds: 1801}]}}"))
          .singleElement()
          .asString()
          .contains("periodSeconds");
    }
  }
}
