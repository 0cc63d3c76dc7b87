package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Service;

/// Services with what they were given: address and ports of the nodes.
final class Services {
  private Services() {}

  static void finish(Snapshot snapshot, ObjectKey key, ObjectNode json) {
    json.putObject("status").putObject("loadBalancer");
    var state = snapshot.root().routes().services().get(key);
    if (state.isEmpty()) {
      return;
    }
    Service given = state.get().given();
    ObjectNode spec = Trees.child(json, "spec");
    if (!given.clusterIp().isEmpty()) {
      spec.put("clusterIP", given.clusterIp());
      spec.putArray("clusterIPs").add(given.clusterIp());
    }
    JsonNode ports = spec.path("ports");
    for (int i = 0; i < ports.size() && i < given.ports().size(); i++) {
      if (given.ports().get(i).nodePort() > 0 && ports.get(i) instanceof ObjectNode port) {
        port.put("nodePort", given.ports().get(i).nodePort());
      }
    }
  }
}
