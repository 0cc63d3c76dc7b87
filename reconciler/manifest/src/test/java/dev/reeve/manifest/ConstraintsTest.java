package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.Constraints.PodTerm;
import dev.reeve.core.model.Constraints.Spread;
import dev.reeve.core.model.Constraints.Weighted;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.Selector.Operator;
import dev.reeve.core.model.Selector.Requirement;
import dev.reeve.core.model.Taint;
import dev.reeve.core.model.Toleration;
import dev.reeve.core.model.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What a pod's text says of where it may go.
class ConstraintsTest {
  private static final Selector WEB = Selector.ofLabels(Map.of("app", "web"));

  static String pod(String spec) {
    return """
    apiVersion: v1
    kind: Pod
    metadata: {name: web, namespace: shop, labels: {app: web, tenant: red}}
    spec:
      containers: [{name: web, image: nginx}]
    """
        + spec.indent(2);
  }

  static String namespace(String name, String labels) {
    return """
    ---
    apiVersion: v1
    kind: Namespace
    metadata: {name: %s, labels: {%s}}
    """
        .formatted(name, labels);
  }

  private static Constraints of(String spec) {
    return in(Repository.with("pod.yaml", pod(spec)));
  }

  private static Constraints in(Repository repository) {
    return constraints(repository.workload("Pod/shop/web"));
  }

  private static Constraints constraints(Workload workload) {
    return workload.release().template().constraints();
  }

  private static NodeTerm onLabels(Requirement... requirements) {
    return new NodeTerm(new Selector(List.of(requirements)), Selector.EVERYTHING);
  }

  private static Requirement in(String key, String... values) {
    return new Requirement(key, Operator.IN, List.of(values));
  }

  @Test
  void areNoneBesideItsLabelsWhereNothingIsSaid() {
    var labels = new TreeMap<>(Map.of("app", "web", "tenant", "red"));

    assertThat(of("")).isEqualTo(Constraints.ofLabels(labels));
  }

  @Test
  void areOfTheLabelsThatContainersSee() {
    var constraints =
        in(
            Repository.with(
                "pod.yaml", pod("").replace("tenant: red", "tenant: red, reeve.dev/mine: x")));

    assertThat(constraints.labels()).containsOnlyKeys("app", "tenant");
  }

  @Nested
  class OfNodes {
    @Test
    void areOneTermOfTheNodeSelector() {
      assertThat(of("nodeSelector: {disk: ssd}").nodes())
          .containsExactly(onLabels(in("disk", "ssd")));
      assertThat(of("nodeSelector: {}").nodes()).isEmpty();
      assertThat(of("affinity: {nodeAffinity: {}}").nodes()).isEmpty();
    }

    @Test
    void areTheNodeSelectorTogetherWithEachTermOfTheAffinity() {
      var nodes =
          of("""
          nodeSelector: {disk: ssd}
          affinity:
            nodeAffinity:
              requiredDuringSchedulingIgnoredDuringExecution:
                nodeSelectorTerms:
                  - matchExpressions:
                      - {key: zone, operator: In, values: [a, b]}
                      - {key: gpu, operator: Exists}
                  - matchFields:
                      - {key: metadata.name, operator: In, values: [node7]}
          """)
              .nodes();

      assertThat(nodes)
          .containsExactly(
              onLabels(
                  in("disk", "ssd"),
                  in("zone", "a", "b"),
                  new Requirement("gpu", Operator.EXISTS, List.of())),
              new NodeTerm(
                  Selector.ofLabels(Map.of("disk", "ssd")),
                  new Selector(List.of(in("metadata.name", "node7")))));
    }

    @Test
    void areMetByNoNodeWhereATermAsksForNothing() {
      var nodes =
          of("""
          affinity:
            nodeAffinity:
              requiredDuringSchedulingIgnoredDuringExecution:
                nodeSelectorTerms: [{}]
          """)
              .nodes();

      assertThat(nodes).hasSize(1);
      assertThat(nodes.getFirst().labels().matches(Map.of())).isFalse();
    }

    @Test
    void compareAsKubernetesDoes() {
      var term =
          of("""
          affinity:
            nodeAffinity:
              requiredDuringSchedulingIgnoredDuringExecution:
                nodeSelectorTerms:
                  - matchExpressions:
                      - {key: zone, operator: NotIn, values: [c]}
                      - {key: retired, operator: DoesNotExist}
                      - {key: cores, operator: Gt, values: ["8"]}
                      - {key: cores, operator: Lt, values: ["64"]}
          """)
              .nodes()
              .getFirst();

      assertThat(term.labels().matches(Map.of("cores", "16"))).isTrue();
      assertThat(term.labels().matches(Map.of("cores", "8"))).isFalse();
      assertThat(term.labels().matches(Map.of("cores", "64"))).isFalse();
      assertThat(term.labels().matches(Map.of("cores", "16", "zone", "c"))).isFalse();
      assertThat(term.labels().matches(Map.of("cores", "16", "retired", ""))).isFalse();
      assertThat(term.labels().matches(Map.of("cores", "many"))).isFalse();
    }

    @Test
    void haveWeightsWhereTheyAreWishes() {
      var constraints =
          of(
              """
              affinity:
                nodeAffinity:
                  preferredDuringSchedulingIgnoredDuringExecution:
                    - weight: 80
                      preference: {matchExpressions: [{key: zone, operator: In, values: [a]}]}
                    - weight: 1
                      preference: {}
              """);

      assertThat(constraints.nodes()).isEmpty();
      assertThat(constraints.preferredNodes())
          .containsExactly(
              new Weighted<>(80, onLabels(in("zone", "a"))),
              new Weighted<>(1, new NodeTerm(Selector.NOTHING, Selector.EVERYTHING)));
    }

    @Test
    void nameTheOneNode() {
      assertThat(of("nodeName: node7").nodeName()).contains("node7");
    }

    @Test
    void areTolerations() {
      var tolerations =
          of("""
          tolerations:
            - {key: dedicated, value: db, effect: NoSchedule}
            - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 60}
            - {key: late, operator: Exists, effect: NoExecute, tolerationSeconds: -1}
            - {operator: Exists}
          """)
              .tolerations();

      assertThat(tolerations)
          .containsExactly(
              new Toleration(
                  "dedicated", true, "db", Optional.of(Taint.Effect.NO_SCHEDULE), Optional.empty()),
              new Toleration(
                  Taint.UNREACHABLE,
                  false,
                  "",
                  Optional.of(Taint.Effect.NO_EXECUTE),
                  Optional.of(Duration.ofSeconds(60))),
              new Toleration(
                  "late",
                  false,
                  "",
                  Optional.of(Taint.Effect.NO_EXECUTE),
                  Optional.of(Duration.ZERO)),
              new Toleration("", false, "", Optional.empty(), Optional.empty()));
    }
  }

  @Nested
  class OfOtherPods {
    private static final String APART =
        """
        affinity:
          podAntiAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              - topologyKey: zone
                labelSelector: {matchLabels: {app: web}}
        """;

    private static PodTerm apart(String more, String... others) {
      var repository =
          Repository.with("pod.yaml", pod(APART + (more.isEmpty() ? "" : more.indent(8))));
      for (int i = 0; i < others.length; i++) {
        repository.and("other" + i + ".yaml", others[i]);
      }
      return in(repository).apart().getFirst();
    }

    private static PodTerm inNamespaces(String... names) {
      return new PodTerm(WEB, new TreeSet<>(List.of(names)), false, "zone");
    }

    @Test
    void areLookedForInItsOwnNamespace() {
      assertThat(apart("")).isEqualTo(inNamespaces("shop"));
    }

    @Test
    void areLookedForInTheNamespacesThatAreNamed() {
      assertThat(apart("namespaces: [web, db]")).isEqualTo(inNamespaces("db", "web"));
    }

    @Test
    void areLookedForEverywhere() {
      assertThat(apart("namespaceSelector: {}"))
          .isEqualTo(new PodTerm(WEB, new TreeSet<>(), true, "zone"));
    }

    @Test
    void areLookedForInNamespacesOfSomeLabels() {
      var namespaces =
          namespace("red-1", "team: red")
              + namespace("red-2", "team: red")
              + namespace("blue", "team: blue");

      var term =
          apart("namespaceSelector: {matchLabels: {team: red}}\nnamespaces: [db]", namespaces);

      assertThat(term).isEqualTo(inNamespaces("db", "red-1", "red-2"));
    }

    @Test
    void areLookedForInNamespacesThatAreNowhereWritten() {
      String selector =
          """
          namespaceSelector:
            matchExpressions:
              - {key: kubernetes.io/metadata.name, operator: In, values: [shop, db, blue, none]}
          """;

      var term =
          apart(
              selector, pod("").replace("namespace: shop", "namespace: db"), namespace("blue", ""));

      assertThat(term).isEqualTo(inNamespaces("blue", "db", "shop"));
    }

    @Test
    void areNoneWithoutASelector() {
      var near =
          of("""
          affinity:
            podAffinity:
              requiredDuringSchedulingIgnoredDuringExecution:
                - {topologyKey: kubernetes.io/hostname}
                - {topologyKey: kubernetes.io/hostname, labelSelector: {}}
          """)
              .near();

      assertThat(near).hasSize(2);
      assertThat(near.get(0).pods()).isEqualTo(Selector.NOTHING);
      assertThat(near.get(1).pods()).isEqualTo(Selector.EVERYTHING);
    }

    @Test
    void haveWeightsWhereTheyAreWishes() {
      String term =
          """
          - weight: %d
            podAffinityTerm: {topologyKey: zone, labelSelector: {matchLabels: {app: web}}}
          """;
      var constraints =
          of(
              "affinity:\n  podAffinity:\n    preferredDuringSchedulingIgnoredDuringExecution:\n"
                  + term.formatted(10).indent(6)
                  + "  podAntiAffinity:\n    preferredDuringSchedulingIgnoredDuringExecution:\n"
                  + term.formatted(100).indent(6));

      assertThat(constraints.preferredNear())
          .containsExactly(new Weighted<>(10, inNamespaces("shop")));
      assertThat(constraints.preferredApart())
          .containsExactly(new Weighted<>(100, inNamespaces("shop")));
      assertThat(constraints.near()).isEmpty();
      assertThat(constraints.apart()).isEmpty();
    }

    @Test
    void haveOrHaveNotTheLabelsThatThePodHas() {
      assertThat(apart("matchLabelKeys: [tenant, version]").pods().requirements())
          .containsExactly(in("app", "web"), in("tenant", "red"));
      assertThat(apart("mismatchLabelKeys: [tenant, version]").pods().requirements())
          .containsExactly(
              in("app", "web"), new Requirement("tenant", Operator.NOT_IN, List.of("red")));
    }
  }

  @Nested
  class OfSpread {
    private static final String SPREAD =
        """
        topologySpreadConstraints:
          - maxSkew: 2
            topologyKey: zone
            whenUnsatisfiable: DoNotSchedule
            labelSelector: {matchLabels: {app: web}}
        """;

    private static Spread with(String more) {
      return of(SPREAD + more.indent(4)).spread().getFirst();
    }

    @Test
    void haveKubernetesDefaults() {
      assertThat(with("")).isEqualTo(new Spread(2, 1, true, WEB, "zone", true, false, false));
      assertThat(
              of(SPREAD.replace("DoNotSchedule", "ScheduleAnyway")).spread().getFirst().required())
          .isFalse();
    }

    @Test
    void sayWhichNodesAndDomainsCount() {
      assertThat(with("minDomains: 3\nnodeAffinityPolicy: Ignore\nnodeTaintsPolicy: Honor"))
          .isEqualTo(new Spread(2, 3, true, WEB, "zone", false, true, false));
    }

    @Test
    void countTheReleaseAlone() {
      assertThat(with("matchLabelKeys: [pod-template-hash]"))
          .isEqualTo(new Spread(2, 1, true, WEB, "zone", true, false, true));
      assertThat(with("matchLabelKeys: [rollouts-pod-template-hash]").ofRelease()).isTrue();
    }

    @Test
    void countPodsWithALabelLikeItsOwn() {
      assertThat(with("matchLabelKeys: [tenant, version]").pods().requirements())
          .containsExactly(in("app", "web"), in("tenant", "red"));
    }
  }

  @Nested
  class OfPriority {
    private static String priorityClass(String name, String rest) {
      return """
      ---
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: %s}
      """
              .formatted(name)
          + rest
          + "\n";
    }

    private static Constraints with(String spec, String classes) {
      return in(Repository.with("pod.yaml", pod(spec)).and("classes.yaml", classes));
    }

    @Test
    void isThatOfItsClass() {
      var classes =
          priorityClass("high", "value: 1000")
              + priorityClass("patient", "value: 10\npreemptionPolicy: Never");

      var high = with("priorityClassName: high", classes);
      var patient = with("priorityClassName: patient", classes);
      var none = with("", classes);

      assertThat(high.priority()).isEqualTo(1000);
      assertThat(high.preempts()).isTrue();
      assertThat(patient.priority()).isEqualTo(10);
      assertThat(patient.preempts()).isFalse();
      assertThat(none.priority()).isZero();
      assertThat(none.preempts()).isTrue();
    }

    @Test
    void isThatOfTheDefaultWhereItNamesNone() {
      var classes =
          priorityClass("usual", "value: 5\nglobalDefault: true")
              + priorityClass("high", "value: 1000");

      assertThat(with("", classes).priority()).isEqualTo(5);
      assertThat(with("priorityClassName: high", classes).priority()).isEqualTo(1000);
    }

    @Test
    void isBuiltInForWhatTheClusterNeeds() {
      assertThat(of("priorityClassName: system-cluster-critical").priority())
          .isEqualTo(2_000_000_000);
      assertThat(of("priorityClassName: system-node-critical").priority()).isEqualTo(2_000_001_000);
      assertThat(
              with(
                      "priorityClassName: system-node-critical",
                      priorityClass("system-node-critical", "value: 2000001000"))
                  .priority())
          .isEqualTo(2_000_001_000);
    }

    @Test
    void mayBeWrittenAsItIs() {
      var high = priorityClass("high", "value: 1000\npreemptionPolicy: Never");

      assertThat(
              with("priorityClassName: high\npriority: 1000\npreemptionPolicy: Never", high)
                  .priority())
          .isEqualTo(1000);
      assertThat(of("priority: 0\npreemptionPolicy: PreemptLowerPriority").priority()).isZero();
    }

    @Test
    void isRefusedWhereItIsNotThatOfItsClass() {
      var text = pod("priorityClassName: high\npriority: 7\npreemptionPolicy: Never");
      var high = priorityClass("high", "value: 1000");

      assertThat(Repository.with("pod.yaml", text).and("classes.yaml", high).problems())
          .containsExactly(
              "pod.yaml:7:13: priority must be 1000, as PriorityClass/high says",
              "pod.yaml:8:21: preemptionPolicy must be PreemptLowerPriority, as PriorityClass/high"
                  + " says");
      assertThat(Repository.with("pod.yaml", pod("priority: 7")).problems())
          .containsExactly("pod.yaml:6:13: priority must be 0, as it is without a PriorityClass");
    }

    @Test
    void isRefusedWithoutItsClass() {
      assertThat(Repository.with("pod.yaml", pod("priorityClassName: hgih")).problems())
          .containsExactly("pod.yaml:6:22: PriorityClass/hgih does not exist");
      assertThat(
              Repository.with("pod.yaml", pod("priorityClassName: high"))
                  .and("classes.yaml", priorityClass("high", "value: a lot"))
                  .problems())
          .containsExactly("classes.yaml:5:8: value must be an integer, but is a string \"a lot\"");
    }

    @Test
    void hasOneDefault() {
      var classes =
          priorityClass("a", "value: 1\nglobalDefault: true")
              + priorityClass("b", "value: 2\nglobalDefault: true");

      assertThat(Repository.with("classes.yaml", classes).problems())
          .containsExactly("classes.yaml:12:16: PriorityClass/a is the global default already");
    }

    @Test
    void cannotBeGivenToAClassAnew() {
      var before =
          Repository.with("classes.yaml", priorityClass("high", "value: 1000"))
              .accepted()
              .catalog();

      assertThat(
              Repository.with("classes.yaml", priorityClass("high", "value: 2000"))
                  .problems(Optional.of(before)))
          .containsExactly(
              "classes.yaml:5:8: value cannot be changed: delete PriorityClass/high first, or use"
                  + " another name");
      assertThat(
              Repository.with(
                      "classes.yaml",
                      priorityClass("high", "value: 1000\npreemptionPolicy: PreemptLowerPriority"))
                  .problems(Optional.of(before)))
          .isEmpty();
    }

    @Test
    void hasBoundsOfItsOwn() {
      assertThat(
              Repository.with(
                      "classes.yaml",
                      priorityClass("huge", "value: 1000000001")
                          + priorityClass("system-mine", "value: 1"))
                  .problems())
          .containsExactly(
              "classes.yaml:5:8: value must not be more than 1000000000",
              "classes.yaml:9:18: metadata.name must not begin with system-: these are built in");
    }
  }

  @Test
  void doNotRenameAReleaseWhenOthersChange() {
    var text =
        pod(
            """
            affinity:
              podAntiAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  - {topologyKey: zone, labelSelector: {}, namespaceSelector: {matchLabels: {a: b}}}
            """);

    var alone = Repository.with("pod.yaml", text).workload("Pod/shop/web").release();
    var among =
        Repository.with("pod.yaml", text)
            .and("namespaces.yaml", namespace("db", "a: b"))
            .and("classes.yaml", OfPriority.priorityClass("usual", "value: 5\nglobalDefault: true"))
            .workload("Pod/shop/web")
            .release();

    assertThat(alone.template().constraints().apart())
        .flatExtracting(PodTerm::namespaces)
        .isEmpty();
    assertThat(among.template().constraints().apart())
        .flatExtracting(PodTerm::namespaces)
        .isEqualTo(List.of("db"));
    assertThat(among.template().constraints().priority()).isEqualTo(5);
    assertThat(among.hash()).isEqualTo(alone.hash());
    assertThat(among.template().hash()).isEqualTo(alone.template().hash());
  }

  @Test
  void areThoseOfTheDeploymentWhosePodsARolloutRuns() {
    var deployment =
        MistakesTest.DEPLOYMENT
            .replace("replicas: 1", "replicas: 0")
            .replace("    spec:\n", "    spec:\n      priorityClassName: system-node-critical\n");
    var rollout =
        """
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: {name: shop}
        spec:
          selector: {matchLabels: {app: web}}
          workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}
          strategy: {canary: {}}
        """;

    var shop =
        Repository.with("web.yaml", deployment)
            .and("shop.yaml", rollout)
            .workload("Rollout/default/shop");
    var problems =
        Repository.with("web.yaml", deployment.replace("system-node-critical", "none"))
            .and("shop.yaml", rollout)
            .problems();

    assertThat(constraints(shop).priority()).isEqualTo(2_000_001_000);
    assertThat(problems).containsExactly("web.yaml:13:26: PriorityClass/none does not exist");
  }

  @Test
  void holdForPodsThatMeasure() {
    var rollout =
        """
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: nginx}]}
          strategy: {canary: {analysis: {templates: [{templateName: smoke}]}}}
        """;
    var template =
        """
        apiVersion: argoproj.io/v1alpha1
        kind: AnalysisTemplate
        metadata: {name: smoke}
        spec:
          metrics:
            - name: smoke
              provider:
                job:
                  spec:
                    template:
                      spec:
                        priorityClassName: %s
                        nodeSelector: {disk: ssd}
                        containers: [{name: test, image: curl}]
        """;

    var strategy =
        (Workload.Strategy.Stepwise)
            Repository.with("web.yaml", rollout)
                .and("smoke.yaml", template.formatted("system-cluster-critical"))
                .workload("Rollout/default/web")
                .strategy();
    var problems =
        Repository.with("web.yaml", rollout)
            .and("smoke.yaml", template.formatted("none"))
            .problems();

    var pods =
        strategy.background().stream()
            .flatMap(it -> it.metrics().stream())
            .flatMap(it -> it.job().stream())
            .map(it -> it.constraints())
            .toList();
    assertThat(pods).extracting(Constraints::priority).containsExactly(2_000_000_000);
    assertThat(pods)
        .flatExtracting(Constraints::nodes)
        .containsExactly(onLabels(in("disk", "ssd")));
    assertThat(problems).containsExactly("smoke.yaml:12:36: PriorityClass/none does not exist");
  }
}
