package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Resources;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What a pod asks of its node, all containers together.
class RequestsTest {
  private static final long MIB = 1L << 20;

  private static Resources of(String spec) {
    return Repository.with(
            "pod.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n" + spec.indent(2))
        .workload("Pod/default/web")
        .release()
        .template()
        .requests();
  }

  @Test
  void areOfStorageAndDevicesToo() {
    var requests =
        of(
            """
            containers:
              - name: one
                image: a
                resources:
                  requests: {cpu: 100m, memory: 1Mi, ephemeral-storage: 10Mi}
                  limits: {nvidia.com/gpu: 1, hugepages-2Mi: 4Mi}
              - name: two
                image: a
                resources:
                  requests: {nvidia.com/gpu: "2"}
                  limits: {nvidia.com/gpu: 2, ephemeral-storage: 1Mi, example.com/port: 0}
            """);

    assertThat(requests)
        .isEqualTo(
            new Resources(
                100,
                MIB,
                11 * MIB,
                new TreeMap<>(Map.of("nvidia.com/gpu", 3L, "hugepages-2Mi", 4 * MIB))));
  }

  @Test
  void areAsMuchAsTheLargestInitContainerNeeds() {
    var requests =
        of(
            """
            initContainers:
              - {name: a, image: a, resources: {limits: {nvidia.com/gpu: 4, ephemeral-storage: 5Mi}}}
              - {name: b, image: a, resources: {limits: {nvidia.com/gpu: 2, ephemeral-storage: 9Mi}}}
            containers:
              - {name: c, image: a, resources: {limits: {nvidia.com/gpu: 1, example.com/port: 7}}}
            """);

    assertThat(requests)
        .isEqualTo(
            new Resources(
                0,
                0,
                9 * MIB,
                new TreeMap<>(Map.of("nvidia.com/gpu", 4L, "example.com/port", 7L))));
  }

  /// Kubernetes: the most of what an init container asks for beside the sidecars started before it,
  /// and of what sidecars and apps ask for together.
  @Test
  void countASidecarBesideAllThatComeAfterIt() {
    var init =
        """
        initContainers:
          - {name: a, image: a, resources: {requests: {cpu: 500m}}}
          - {name: b, image: a, restartPolicy: Always, resources: {requests: {cpu: 100m, memory: 1Mi}}}
          - {name: c, image: a, resources: {requests: {cpu: 450m}}}
          - {name: d, image: a, restartPolicy: Always, resources: {requests: {cpu: 50m}}}
        """;

    var withSmallApp =
        of(init + "containers:\n  - {name: e, image: a, resources: {requests: {cpu: 200m}}}\n");
    var withLargeApp =
        of(init + "containers:\n  - {name: e, image: a, resources: {requests: {cpu: 600m}}}\n");

    assertThat(withSmallApp).isEqualTo(new Resources(550, MIB, 0, new TreeMap<>()));
    assertThat(withLargeApp).isEqualTo(new Resources(750, MIB, 0, new TreeMap<>()));
  }

  @Test
  void haveTheOverheadOnTop() {
    var requests =
        of(
            """
            overhead: {cpu: 50m, memory: 2Mi, ephemeral-storage: 3Mi}
            containers:
              - {name: a, image: a, resources: {requests: {cpu: 100m, memory: 1Mi}}}
            """);

    assertThat(requests).isEqualTo(new Resources(150, 3 * MIB, 3 * MIB, new TreeMap<>()));
  }
}
