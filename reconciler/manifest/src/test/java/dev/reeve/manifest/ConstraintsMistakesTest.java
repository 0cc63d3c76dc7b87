package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What people get wrong in saying where a pod goes, and what they are told.
class ConstraintsMistakesTest {
  static final String POD =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web, labels: {app: web}}
      spec:
        containers:
          - name: web
            image: nginx
            resources:
              requests: {cpu: 1, ephemeral-storage: 1Gi}
              limits: {nvidia.com/gpu: 1, hugepages-2Mi: 4Mi}
        overhead: {cpu: 10m}
        nodeName: n1
        tolerations: [{key: a, effect: NoSchedule}]
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
                - matchExpressions:
                    - {key: zone, operator: In, values: [a]}
                    - {key: cores, operator: Gt, values: ["8"]}
                  matchFields:
                    - {key: metadata.name, operator: NotIn, values: [n7]}
            preferredDuringSchedulingIgnoredDuringExecution:
              - weight: 100
                preference: {matchExpressions: [{key: disk, operator: Exists}]}
          podAntiAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              - topologyKey: zone
                labelSelector: {matchLabels: {app: web}}
                namespaces: [shop]
                matchLabelKeys: [tenant]
                mismatchLabelKeys: [app]
        topologySpreadConstraints:
          - maxSkew: 1
            topologyKey: zone
            whenUnsatisfiable: DoNotSchedule
            minDomains: 2
            labelSelector: {matchLabels: {app: web}}
            matchLabelKeys: [pod-template-hash]
      """;
  private static final String NODES =
      "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution";
  private static final String EXPRESSION = NODES + ".nodeSelectorTerms[0].matchExpressions";
  private static final String FIELD = NODES + ".nodeSelectorTerms[0].matchFields[0]";
  private static final String WISH =
      "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0]";
  private static final String APART =
      "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]";
  private static final String SPREAD = "spec.topologySpreadConstraints[0]";
  private static final String RESOURCES = "spec.containers[0].resources";

  @Test
  void areNoneInGoodManifests() {
    assertThat(Repository.with("web.yaml", POD).state().warnings()).isEmpty();
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake(
            "zone, operator: In",
            "zone, operator: Within",
            "19:39: "
                + EXPRESSION
                + "[0].operator \"Within\" must be In, NotIn, Exists, DoesNotExist, Gt or Lt"),
        mistake(
            "In, values: [a]",
            "In",
            "19:17: " + EXPRESSION + "[0].values must not be empty with the operator In"),
        mistake(
            "operator: Exists",
            "operator: Exists, values: [x]",
            "25:81: "
                + WISH
                + ".preference.matchExpressions[0].values must be empty with the operator Exists"),
        mistake(
            "[\"8\"]",
            "[many]",
            "20:52: "
                + EXPRESSION
                + "[1].values must be one integer in quotes with the operator Gt"),
        mistake(
            "[\"8\"]",
            "[\"8\", \"9\"]",
            "20:52: "
                + EXPRESSION
                + "[1].values must be one integer in quotes with the operator Gt"),
        mistake(
            "key: metadata.name",
            "key: metadata.uid",
            "22:23: " + FIELD + ".key \"metadata.uid\" must be metadata.name"),
        mistake(
            "operator: NotIn",
            "operator: Exists",
            "22:48: " + FIELD + ".operator \"Exists\" must be In or NotIn"),
        mistake("[n7]", "[n7, n8]", "22:63: " + FIELD + ".values must be one name"),
        mistake(
            "weight: 100",
            "weight: 101",
            "24:19: " + WISH + ".weight must be from 1 to 100, but is 101"),
        mistake("weight: 100\n", "\n", "25:11: " + WISH + ".weight is required"),
        mistake(
            "nodeSelectorTerms:\n",
            "nodeSelectorTerm:\n",
            "17:9: " + NODES + ".nodeSelectorTerms is required",
            "17:9: unknown field \"nodeSelectorTerm\" in "
                + NODES
                + "; did you mean \"nodeSelectorTerms\"?"),
        mistake(
            "- topologyKey: zone\n          labelSelector",
            "- labelSelector",
            "28:11: " + APART + ".topologyKey is required"),
        mistake(
            "          labelSelector: {matchLabels: {app: web}}\n          namespaces",
            "          namespaces",
            "30:27: " + APART + ".matchLabelKeys needs a labelSelector",
            "31:30: " + APART + ".mismatchLabelKeys needs a labelSelector"),
        mistake(
            "[tenant]",
            "[app]",
            "31:28: " + APART + ".matchLabelKeys[0] \"app\" stands in labelSelector, too",
            "31:28: " + APART + ".matchLabelKeys[0] \"app\" stands in mismatchLabelKeys, too"),
        mistake(
            "[tenant]",
            "[pod-template-hash]",
            "31:28: "
                + APART
                + ".matchLabelKeys[0] pod-template-hash is known in topologySpreadConstraints only"),
        mistake(
            "maxSkew: 1",
            "maxSkew: 0",
            "34:16: " + SPREAD + ".maxSkew must be 1 or more, but is 0"),
        mistake(
            "DoNotSchedule",
            "ScheduleAnyway",
            "37:19: " + SPREAD + ".minDomains needs whenUnsatisfiable: DoNotSchedule"),
        mistake(
            "DoNotSchedule",
            "Never",
            "36:26: "
                + SPREAD
                + ".whenUnsatisfiable \"Never\" must be DoNotSchedule or ScheduleAnyway"),
        mistake(
            "[pod-template-hash]\n",
            "[app]\n",
            "39:24: " + SPREAD + ".matchLabelKeys[0] \"app\" stands in labelSelector, too"),
        mistake(
            "[pod-template-hash]\n",
            "[]\n    - {maxSkew: 2, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}\n",
            "40:7: spec.topologySpreadConstraints[1] repeats the topologyKey and whenUnsatisfiable of"
                + " an earlier one"),
        mistake(
            "effect: NoSchedule",
            "effect: NoExcuse",
            "13:34: spec.tolerations[0].effect \"NoExcuse\" must be NoSchedule, PreferNoSchedule or"
                + " NoExecute"),
        mistake(
            "nodeName: n1",
            "nodeName: N1",
            "12:13: spec.nodeName \"N1\" must be a DNS name (lower-case letters, digits, \"-\" and"
                + " \".\", at most 253)"),
        mistake(
            "nvidia.com/gpu: 1",
            "nvidia.com/gpu: 500m",
            "10:34: " + RESOURCES + ".limits[nvidia.com/gpu] must be a whole number"),
        mistake(
            "ephemeral-storage: 1Gi",
            "nvidia.com/gpu: 2",
            "9:44: " + RESOURCES + ".requests[nvidia.com/gpu] must equal the limit, 1"),
        mistake(
            "ephemeral-storage: 1Gi",
            "amd.com/gpu: 2",
            "9:41: " + RESOURCES + ".requests[amd.com/gpu] must stand in limits, too"),
        mistake(
            "cpu: 1, ephemeral-storage: 1Gi",
            "ephemeral-storage: 1Gi",
            "9:9: " + RESOURCES + " must have cpu or memory beside huge pages"),
        mistake(
            "hugepages-2Mi: 4Mi",
            "hugepages-2Mi: 3Mi",
            "10:52: " + RESOURCES + ".limits.hugepages-2Mi must be whole pages"),
        mistake(
            "ephemeral-storage: 1Gi",
            "gpu: 1",
            "9:28: the key \"gpu\" in "
                + RESOURCES
                + ".requests must be cpu, memory, ephemeral-storage, hugepages-<size> or a name with a"
                + " domain such as nvidia.com/gpu"),
        mistake(
            "overhead: {cpu: 10m}",
            "overhead: {cpus: 10m}",
            "11:14: the key \"cpus\" in spec.overhead must be cpu, memory, ephemeral-storage,"
                + " hugepages-<size> or a name with a domain such as nvidia.com/gpu"));
  }

  private static Arguments mistake(String good, String bad, String... told) {
    return Arguments.of(good, bad, told);
  }

  @ParameterizedTest(name = "{index}: {0} -> {1}")
  @MethodSource("mistakes")
  void areToldWithTheirPlace(String good, String bad, String[] told) {
    assertThat(POD).contains(good);

    var problems = Repository.with("web.yaml", POD.replace(good, bad)).problems();

    assertThat(problems)
        .containsExactly(Stream.of(told).map("web.yaml:"::concat).toArray(String[]::new));
  }
}
