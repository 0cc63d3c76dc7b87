package dev.reeve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/// Who serves a Service now, and with which share: what the control plane says of it.
final class ServiceStory {
  private static final String API = "/api/v1/namespaces/";

  private ServiceStory() {}

  /// The namespace and name of the Service that is meant; empty where no Service is.
  static Optional<String[]> named(WorkloadName name) {
    var parts = name.parts();
    var kind = parts.getFirst().toLowerCase(Locale.ROOT);
    boolean isService =
        parts.size() > 1
            && (kind.equals("service") || kind.equals("services") || kind.equals("svc"));
    if (!isService) {
      return Optional.empty();
    }
    var namespace = parts.size() > 2 ? parts.get(1) : "default";
    return Optional.of(new String[] {namespace, parts.getLast()});
  }

  static void tell(ServerAddress server, String namespace, String name)
      throws IOException, InterruptedException {
    JsonNode service = server.json(API + namespace + "/services/" + name);
    JsonNode endpoints = server.json(API + namespace + "/endpoints/" + name);
    JsonNode spec = service.path("spec");
    System.out.println("Service/" + namespace + "/" + name + ": " + address(spec));
    for (JsonNode port : spec.path("ports")) {
      System.out.println("  " + port(port));
    }
    System.out.println();
    var annotations = endpoints.path("metadata").path("annotations");
    var shares = annotations.path("reeve.dev/shares").asText();
    if (shares.isEmpty()) {
      System.out.println("no pod serves it: " + why(spec));
      return;
    }
    var table = new Table("POD", "ADDRESS", "NODE", "NEW CONNECTIONS");
    for (JsonNode subset : endpoints.path("subsets")) {
      for (JsonNode each : subset.path("addresses")) {
        var pod = each.path("targetRef").path("name").asText();
        table.add(
            pod, each.path("ip").asText(), each.path("nodeName").asText(), share(shares, pod));
      }
    }
    table.print();
    var inFront = annotations.path("reeve.dev/ingress-shares").asText();
    if (!inFront.isEmpty()) {
      System.out.println("of what comes by an Ingress: " + inFront);
    }
  }

  private static String address(JsonNode spec) {
    var ip = spec.path("clusterIP").asText();
    return switch (spec.path("type").asText()) {
      case "ExternalName" -> "another name for " + spec.path("externalName").asText();
      default -> ip.equals("None") ? "headless: its name leads to the pods" : "at " + ip;
    };
  }

  private static String port(JsonNode port) {
    var text =
        port.path("port").asText()
            + "/"
            + port.path("protocol").asText()
            + " -> "
            + port.path("targetPort").asText();
    return port.has("nodePort") ? text + ", on every node " + port.path("nodePort").asText() : text;
  }

  private static String why(JsonNode spec) {
    return spec.path("selector").isEmpty()
        ? "it selects none"
        : "none that has " + spec.path("selector") + " is ready";
  }

  private static String share(String shares, String pod) {
    for (String each : shares.split(", ")) {
      if (each.startsWith(pod + " ")) {
        return each.substring(pod.length() + 1);
      }
    }
    return "";
  }
}
