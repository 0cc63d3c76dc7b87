package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.model.Service;
import dev.reeve.manifest.schema.Selectors;
import java.util.ArrayList;
import java.util.Optional;

/// A Service as the core knows it.
final class ServiceReader {
  private ServiceReader() {}

  /// Empty for any other object.
  static Optional<Service> of(ManifestObject object) {
    return object.key().kind().equals("Service") ? Optional.of(service(object)) : Optional.empty();
  }

  private static Service service(ManifestObject object) {
    JsonNode spec = object.json().path("spec");
    var type = type(spec);
    var ports = new ArrayList<Service.Port>();
    for (JsonNode port : spec.path("ports")) {
      ports.add(
          new Service.Port(
              port.path("name").asText(),
              Service.Protocol.valueOf(port.path("protocol").asText()),
              port.path("port").intValue(),
              port.path("targetPort").asText(),
              port.path("nodePort").intValue()));
    }
    var externalIps = new ArrayList<String>();
    spec.path("externalIPs").forEach(it -> externalIps.add(it.asText()));
    boolean isSticky = spec.path("sessionAffinity").asText().equals("ClientIP");
    var asked = spec.path("clusterIP").asText();
    return new Service(
        object.key(),
        type,
        Selectors.labels(spec.path("selector")),
        ports,
        asked.equals("None") ? "" : asked,
        externalIps,
        spec.path("externalName").asText(),
        isSticky
            ? spec.path("sessionAffinityConfig").path("clientIP").path("timeoutSeconds").intValue()
            : 0,
        spec.path("externalTrafficPolicy").asText().equals("Local"),
        spec.path("internalTrafficPolicy").asText().equals("Local"),
        spec.path("publishNotReadyAddresses").asBoolean());
  }

  private static Service.Type type(JsonNode spec) {
    return switch (spec.path("type").asText()) {
      case "NodePort", "LoadBalancer" -> Service.Type.NODE_PORT;
      case "ExternalName" -> Service.Type.EXTERNAL_NAME;
      default ->
          spec.path("clusterIP").asText().equals("None")
              ? Service.Type.HEADLESS
              : Service.Type.CLUSTER_IP;
    };
  }
}
