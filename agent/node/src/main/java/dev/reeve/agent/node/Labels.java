package dev.reeve.agent.node;

import dev.reeve.agent.mind.DeviceSet;
import dev.reeve.agent.mind.FoundContainer;
import dev.reeve.agent.node.network.RoutedNetwork;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.PodOrder;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The labels on our containers: those that the ecosystem's tools read, and ours. A container is
/// ours if it names our cluster; all that is known of it after a restart is read from here.
final class Labels {
  static final String CLUSTER = "dev.reeve.cluster";
  static final String POD_UID = "io.kubernetes.pod.uid";
  static final String CONTAINER = "io.kubernetes.container.name";
  static final String DEVICES = "dev.reeve.devices";
  static final String ATTEMPT = "dev.reeve.attempt";

  /// The container name of what holds a pod's network.
  static final String SANDBOX = "POD";

  private static final String POD_NAME = "io.kubernetes.pod.name";
  private static final String POD_NAMESPACE = "io.kubernetes.pod.namespace";
  private static final String RESTARTS = "io.kubernetes.container.restartCount";
  private static final String WORKLOAD = "dev.reeve.workload";
  private static final String RELEASE = "dev.reeve.release";
  private static final String COMMIT = "dev.reeve.commit";
  private static final String SPEC = "dev.reeve.spec";
  private static final String IMAGE = "dev.reeve.image";

  private Labels() {}

  static Map<String, String> ofCluster(String cluster) {
    return Map.of(CLUSTER, cluster);
  }

  static Map<String, String> ofPod(String cluster, String uid) {
    return Map.of(CLUSTER, cluster, POD_UID, uid);
  }

  /// @param spec hash of the container's spec
  /// @param image what its image was resolved to; empty for none
  static SortedMap<String, String> of(
      String cluster, PodOrder pod, String container, int attempt, String spec, String image) {
    var labels = new TreeMap<String, String>();
    labels.put(CLUSTER, cluster);
    labels.put(POD_NAME, pod.name());
    labels.put(POD_NAMESPACE, pod.namespace());
    labels.put(POD_UID, pod.uid());
    labels.put(CONTAINER, container);
    labels.put(RESTARTS, Integer.toString(attempt));
    labels.put(WORKLOAD, pod.workload().toString());
    labels.put(RELEASE, pod.release());
    labels.put(COMMIT, pod.commit());
    labels.put(SPEC, spec);
    labels.put(ATTEMPT, Integer.toString(attempt));
    if (!image.isEmpty()) {
      labels.put(IMAGE, image);
    }
    return labels;
  }

  static String name(PodOrder pod, String container, int attempt) {
    return String.join(
        "_", "k8s", container, pod.name(), pod.namespace(), pod.uid(), Integer.toString(attempt));
  }

  static int attempt(Engine.EngineContainer container) {
    return number(container.labels().get(ATTEMPT)).orElse(0);
  }

  static String container(Engine.EngineContainer container) {
    return container.labels().getOrDefault(CONTAINER, "");
  }

  static Optional<String> release(Engine.EngineContainer container) {
    return Optional.ofNullable(container.labels().get(RELEASE));
  }

  static boolean isSandbox(Engine.EngineContainer container) {
    return container(container).equals(SANDBOX);
  }

  /// Where a pod is reached by what holds its network; empty for one on the host's.
  static Optional<String> address(Engine.EngineContainer sandbox) {
    return RoutedNetwork.address(sandbox.labels()).or(() -> sandbox.ips().stream().findFirst());
  }

  /// What the mind is told of a listed container; empty for one whose labels are not whole.
  ///
  /// @param message its last words
  static Optional<FoundContainer> read(
      Engine.EngineContainer it, String hostAddress, String message) {
    var labels = it.labels();
    var uid = labels.getOrDefault(POD_UID, "");
    var name = labels.getOrDefault(CONTAINER, "");
    var attempt = number(labels.get(ATTEMPT));
    if (uid.isEmpty() || name.isEmpty() || attempt.isEmpty() || !labels.containsKey(WORKLOAD)) {
      return Optional.empty();
    }
    ObjectKey workload;
    try {
      workload = ObjectKey.parse(labels.getOrDefault(WORKLOAD, ""));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    return Optional.of(
        new FoundContainer(
            it.id(),
            uid,
            labels.getOrDefault(POD_NAME, ""),
            workload,
            labels.getOrDefault(RELEASE, ""),
            labels.getOrDefault(COMMIT, ""),
            name.equals(SANDBOX) ? "" : name,
            attempt.get(),
            switch (it.state()) {
              case CREATED -> FoundContainer.State.CREATED;
              case RUNNING -> FoundContainer.State.RUNNING;
              case EXITED -> FoundContainer.State.EXITED;
            },
            it.image(),
            labels.getOrDefault(IMAGE, it.imageId()),
            address(it).orElse(hostAddress),
            it.startedAt(),
            it.finishedAt(),
            it.exitCode(),
            it.oomKilled(),
            message,
            DeviceSet.parse(labels.getOrDefault(DEVICES, "")).orElse(DeviceSet.NONE)));
  }

  private static Optional<Integer> number(@org.jspecify.annotations.Nullable String text) {
    try {
      return text == null ? Optional.empty() : Optional.of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
