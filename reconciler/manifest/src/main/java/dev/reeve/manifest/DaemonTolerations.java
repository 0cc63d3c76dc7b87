package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// The taints that pods of a DaemonSet tolerate of themselves, as Kubernetes documents them
/// ("DaemonSet", "Taints and tolerations").
final class DaemonTolerations {
  private record Tolerated(String key, String effect) {}

  private static final List<Tolerated> ALWAYS =
      List.of(
          new Tolerated("node.kubernetes.io/not-ready", "NoExecute"),
          new Tolerated("node.kubernetes.io/unreachable", "NoExecute"),
          new Tolerated("node.kubernetes.io/disk-pressure", "NoSchedule"),
          new Tolerated("node.kubernetes.io/memory-pressure", "NoSchedule"),
          new Tolerated("node.kubernetes.io/pid-pressure", "NoSchedule"),
          new Tolerated("node.kubernetes.io/unschedulable", "NoSchedule"));

  private static final Tolerated OF_HOST_NETWORK =
      new Tolerated("node.kubernetes.io/network-unavailable", "NoSchedule");

  private DaemonTolerations() {}

  static void add(ObjectNode podSpec) {
    ArrayNode tolerations =
        podSpec.path("tolerations") instanceof ArrayNode written
            ? written
            : podSpec.putArray("tolerations");
    ALWAYS.forEach(it -> add(tolerations, it));
    if (podSpec.path("hostNetwork").asBoolean()) {
      add(tolerations, OF_HOST_NETWORK);
    }
  }

  private static void add(ArrayNode tolerations, Tolerated tolerated) {
    for (JsonNode written : tolerations) {
      if (written.path("key").asText().equals(tolerated.key())
          && written.path("effect").asText().equals(tolerated.effect())) {
        return;
      }
    }
    tolerations
        .addObject()
        .put("key", tolerated.key())
        .put("operator", "Exists")
        .put("effect", tolerated.effect());
  }
}
