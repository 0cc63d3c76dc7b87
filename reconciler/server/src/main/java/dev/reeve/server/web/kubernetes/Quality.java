package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// Kubernetes' quality of service of a pod, from what its containers ask for.
final class Quality {
  private static final List<String> COUNTED = List.of("cpu", "memory");

  private Quality() {}

  static String of(JsonNode spec) {
    boolean asksAnything = false;
    boolean isGuaranteed = !spec.path("containers").isEmpty();
    for (String field : List.of("initContainers", "containers")) {
      for (JsonNode container : spec.path(field)) {
        JsonNode limits = container.path("resources").path("limits");
        JsonNode requests = container.path("resources").path("requests");
        for (String resource : COUNTED) {
          JsonNode limit = limits.path(resource);
          JsonNode request = requests.path(resource);
          asksAnything |= !limit.isMissingNode() || !request.isMissingNode();
          isGuaranteed &=
              !limit.isMissingNode() && (request.isMissingNode() || request.equals(limit));
        }
      }
    }
    return !asksAnything ? "BestEffort" : isGuaranteed ? "Guaranteed" : "Burstable";
  }
}
