package dev.reeve.bench.fleet;

import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.NodeInfo;
import java.util.SortedMap;
import java.util.TreeMap;

/// The homogeneous work: nodes of 32 cores and 128 GiB, pods of a quarter of a core and half a GiB,
/// in Deployments of a hundred.
final class W1 {
  static final int REPLICAS = 100;
  private static final int MAX_PODS = 4_000;
  private static final long MEMORY = 128L << 30;

  private W1() {}

  static SortedMap<String, NodeInfo> nodes(int count) {
    var nodes = new TreeMap<String, NodeInfo>();
    for (int i = 0; i < count; i++) {
      var name = "node-%05d".formatted(i);
      var labels = new TreeMap<String, String>();
      labels.put("kubernetes.io/hostname", name);
      labels.put(NodeInfo.ZONE, "z" + i % 3);
      nodes.put(
          name, new NodeInfo(new Resources(32_000, MEMORY), MAX_PODS, labels, "", new TreeMap<>()));
    }
    return nodes;
  }

  /// All of it as one file.
  ///
  /// @param prefix of names
  static String manifests(String prefix, int pods) {
    var text = new StringBuilder();
    for (int i = 0; i * REPLICAS < pods; i++) {
      text.append(
          deployment("%s-%04d".formatted(prefix, i), Math.min(REPLICAS, pods - i * REPLICAS)));
    }
    return text.toString();
  }

  private static String deployment(String name, int replicas) {
    return """
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: %1$s
    spec:
      replicas: %2$d
      selector:
        matchLabels:
          app: %1$s
      template:
        metadata:
          labels:
            app: %1$s
        spec:
          containers:
            - name: app
              image: registry.example/team/app:1.0.0
              resources:
                requests:
                  cpu: 250m
                  memory: 512Mi
    """
        .formatted(name, replicas);
  }
}
