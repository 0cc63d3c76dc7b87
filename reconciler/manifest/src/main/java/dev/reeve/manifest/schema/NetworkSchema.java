package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.inert;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.bool;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.map;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.port;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;
import static dev.reeve.manifest.schema.Type.whole;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.text.Json;
import java.util.HashSet;
import java.util.Set;

/// Services and what stands in front of them.
final class NetworkSchema {
  private static final long STICKY_SECONDS_DEFAULT = 10_800;
  private static final long NODE_PORT_MIN = 30_000;
  private static final long STICKY_SECONDS_MAX = 86_400;

  private static final Notation CLUSTER_IP =
      new Notation(
          "IP address or None",
          "an IPv4 address or None",
          ip ->
              ip.isEmpty()
                  || ip.equals("None")
                  || (ip.indexOf(':') < 0 && Notation.IP_ADDRESS.holds().test(ip)));

  private static final Notation IPV4 =
      new Notation(
          "IPv4 address",
          "an IPv4 address",
          ip -> ip.indexOf(':') < 0 && Notation.IP_ADDRESS.holds().test(ip));

  private static final Type.Structure SERVICE_PORT =
      structure(
              "ServicePort",
              acted("name", text(Notation.DNS_LABEL)),
              acted("port", port()).asRequired(),
              acted("targetPort", new Type.PortReference()),
              acted("protocol", oneOf("TCP", "UDP").butNot("SCTP")).or("TCP"),
              acted("nodePort", whole(0, 32_767)),
              inert("appProtocol", text()))
          .with((json, _) -> {
            if (!json.has("targetPort") && json.has("port")) {
              json.set("targetPort", json.get("port"));
            }
          });

  static final Type.Structure SERVICE_SPEC =
      structure(
              "ServiceSpec",
              acted("type", oneOf("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"))
                  .or("ClusterIP"),
              acted("selector", map(Notation.LABEL_KEY, text(Notation.LABEL_VALUE))),
              acted("ports", list(SERVICE_PORT).uniqueBy("name")),
              acted("clusterIP", text(CLUSTER_IP)),
              acted("publishNotReadyAddresses", bool()),
              acted("sessionAffinity", oneOf("None", "ClientIP")).or("None"),
              acted(
                  "sessionAffinityConfig",
                  structure(
                      "SessionAffinityConfig",
                      acted(
                          "clientIP",
                          structure(
                              "ClientIPConfig",
                              acted("timeoutSeconds", whole(1, STICKY_SECONDS_MAX))
                                  .or(STICKY_SECONDS_DEFAULT))))),
              acted("externalTrafficPolicy", oneOf("Cluster", "Local")),
              acted("internalTrafficPolicy", oneOf("Cluster", "Local")).or("Cluster"),
              acted(
                  "ipFamilyPolicy",
                  oneOf("SingleStack", "PreferDualStack").butNot("RequireDualStack")),
              acted("ipFamilies", list(oneOf("IPv4").butNot("IPv6"))),
              inert("clusterIPs"),
              inert("allocateLoadBalancerNodePorts"),
              inert("loadBalancerIP"),
              inert("loadBalancerClass"),
              inert("loadBalancerSourceRanges"),
              inert("healthCheckNodePort"),
              inert("trafficDistribution"),
              acted("externalIPs", list(text(IPV4))),
              acted("externalName", text(Notation.DNS_SUBDOMAIN)))
          .with(NetworkSchema::service);

  private static final Type.Structure INGRESS_BACKEND =
      structure(
              "IngressBackend",
              acted(
                  "service",
                  structure(
                      "IngressServiceBackend",
                      acted("name", text(Notation.DNS_LABEL)).asRequired(),
                      acted(
                              "port",
                              structure(
                                      "ServiceBackendPort",
                                      acted("number", port()),
                                      acted("name", text(Notation.DNS_LABEL)))
                                  .with(Rule.exactlyOneOf("number", "name")))
                          .asRequired())),
              refused("resource"))
          .with((json, scope) -> {
            if (!json.has("service") && !scope.isWritten("resource")) {
              scope.at("service").refuse("is required");
            }
          });

  static final Type.Structure INGRESS_SPEC =
      structure(
              "IngressSpec",
              acted("ingressClassName", text(Notation.DNS_SUBDOMAIN)),
              acted("defaultBackend", INGRESS_BACKEND),
              acted(
                  "rules",
                  list(
                      structure(
                          "IngressRule",
                          acted("host", text(Notation.HOST)),
                          acted(
                              "http",
                              structure(
                                  "IngressHttp",
                                  acted(
                                          "paths",
                                          list(structure(
                                                  "IngressPath",
                                                  acted("path", text(Notation.ABSOLUTE_PATH)),
                                                  acted(
                                                          "pathType",
                                                          oneOf(
                                                              "Exact",
                                                              "Prefix",
                                                              "ImplementationSpecific"))
                                                      .asRequired(),
                                                  acted("backend", INGRESS_BACKEND).asRequired()))
                                              .notEmpty())
                                      .asRequired()))))),
              acted(
                  "tls",
                  list(
                      structure(
                          "IngressTls",
                          acted("hosts", list(text(Notation.HOST))),
                          acted("secretName", text(Notation.DNS_SUBDOMAIN))))))
          .with((json, scope) -> {
            if (!json.has("defaultBackend") && json.path("rules").isEmpty()) {
              scope.refuse("must have rules or a defaultBackend");
            }
          });

  static final Type.Structure INGRESS_CLASS_SPEC =
      structure("IngressClassSpec", acted("controller", text()), inert("parameters"));

  private NetworkSchema() {}

  private static void service(ObjectNode json, Scope scope) {
    boolean headless = json.path("clusterIP").asText().equals("None");
    String type = json.path("type").asText();
    JsonNode ports = json.path("ports");
    if (ports.isEmpty() && !headless && !type.equals("ExternalName")) {
      scope.at("ports").refuse("is required");
    }
    if (headless && !type.equals("ClusterIP")) {
      scope.at("clusterIP").refuse("may be None only with type: ClusterIP");
    }
    boolean isAlias = type.equals("ExternalName");
    if (isAlias && !json.has("externalName")) {
      scope.at("externalName").refuse("is required with type: ExternalName");
    } else if (!isAlias && json.has("externalName")) {
      scope.at("externalName").refuse("needs type: ExternalName");
    }
    if (isAlias && json.has("clusterIP") && !json.path("clusterIP").asText().isEmpty()) {
      scope.at("clusterIP").refuse("may not be given with type: ExternalName");
    }
    if (type.equals("LoadBalancer")) {
      scope
          .at("type")
          .warn("LoadBalancer is served as NodePort: there is no load balancer to order");
    }
    boolean external = type.equals("NodePort") || type.equals("LoadBalancer");
    if (external && !json.has("externalTrafficPolicy")) {
      json.set("externalTrafficPolicy", Json.text("Cluster"));
    } else if (!external && json.has("externalTrafficPolicy")) {
      scope.at("externalTrafficPolicy").refuse("needs type: NodePort or LoadBalancer");
    }
    Set<String> taken = new HashSet<>();
    Set<String> nodePorts = new HashSet<>();
    for (int i = 0; i < ports.size(); i++) {
      JsonNode port = ports.path(i);
      Scope at = scope.at("ports").at(i);
      if (ports.size() > 1 && port.path("name").asText().isEmpty()) {
        at.refuse("must have a name, as there are several ports");
      }
      String protocol = port.path("protocol").asText();
      if (port.has("port") && !taken.add(port.path("port").asText() + protocol)) {
        at.at("port")
            .refuse("%s is there twice for %s".formatted(port.path("port").asText(), protocol));
      }
      if (port.has("nodePort")) {
        long nodePort = port.path("nodePort").asLong(NODE_PORT_MIN);
        if (nodePort < NODE_PORT_MIN) {
          at.at("nodePort").refuse("must be from 30000 to 32767, but is " + nodePort);
        } else if (!external) {
          at.at("nodePort").refuse("needs type: NodePort or LoadBalancer");
        } else if (!nodePorts.add(port.path("nodePort").asText() + protocol)) {
          at.at("nodePort").refuse("is there twice");
        }
      }
    }
    if (json.path("sessionAffinity").asText().equals("ClientIP")) {
      if (!json.has("sessionAffinityConfig")) {
        ObjectNode clientIp = Json.object();
        clientIp.set("timeoutSeconds", Json.number(STICKY_SECONDS_DEFAULT));
        json.set("sessionAffinityConfig", Json.object().set("clientIP", clientIp));
      }
    } else if (json.has("sessionAffinityConfig")) {
      scope.at("sessionAffinityConfig").refuse("needs sessionAffinity: ClientIP");
    }
  }
}
