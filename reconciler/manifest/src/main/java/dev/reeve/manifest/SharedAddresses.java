package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/// Addresses, and ports of the nodes, that Services ask for: each may be asked for once.
final class SharedAddresses {
  private SharedAddresses() {}

  static void check(Neighbours neighbours) {
    Map<String, Catalog.Entry> askedBy = new HashMap<>();
    neighbours
        .entries()
        .forEach((key, entry) -> {
          if (key.kind().equals("Service")) {
            JsonNode spec = entry.object().json().path("spec");
            var ip = spec.path("clusterIP").asText();
            if (!ip.isEmpty() && !ip.equals("None")) {
              once(neighbours, askedBy, entry, "/spec/clusterIP", ip);
            }
            for (int i = 0; i < spec.path("ports").size(); i++) {
              JsonNode port = spec.path("ports").path(i);
              if (port.has("nodePort")) {
                once(
                    neighbours,
                    askedBy,
                    entry,
                    "/spec/ports/" + i + "/nodePort",
                    port.path("nodePort").asText() + "/" + port.path("protocol").asText());
              }
            }
          }
        });
  }

  private static void once(
      Neighbours neighbours,
      Map<String, Catalog.Entry> askedBy,
      Catalog.Entry entry,
      String pointer,
      String what) {
    var first = askedBy.putIfAbsent(what, entry);
    if (first != null) {
      neighbours.refuse(
          entry, pointer, "%s is asked for by %s too".formatted(what, first.object().key()));
    }
  }

  /// Whether a Service asks for anything that others may ask for.
  static boolean asks(ManifestObject object) {
    JsonNode spec = object.json().path("spec");
    if (!spec.path("clusterIP").asText().isEmpty()) {
      return true;
    }
    for (JsonNode port : spec.path("ports")) {
      if (port.has("nodePort")) {
        return true;
      }
    }
    return false;
  }
}
