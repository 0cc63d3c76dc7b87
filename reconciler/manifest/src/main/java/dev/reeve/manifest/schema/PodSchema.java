package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.inert;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.bool;
import static dev.reeve.manifest.schema.Type.count;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.map;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;
import static dev.reeve.manifest.schema.Type.whole;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a pod may be made of.
final class PodSchema {
  private static final Type.Structure TOLERATION =
      structure(
              "Toleration",
              acted("key", text(Notation.LABEL_KEY)),
              acted("operator", oneOf("Exists", "Equal")).or("Equal"),
              acted("value", text(Notation.LABEL_VALUE)),
              acted("effect", oneOf("NoSchedule", "PreferNoSchedule", "NoExecute")),
              acted("tolerationSeconds", whole(Long.MIN_VALUE, Long.MAX_VALUE)))
          .with(PodSchema::toleration);

  static final Type.Structure POD_SPEC =
      structure(
              "PodSpec",
              acted("containers", list(ContainerSchema.APP).notEmpty()).asRequired(),
              acted("initContainers", list(ContainerSchema.INIT)),
              acted("volumes", list(VolumeSchema.VOLUME).uniqueBy("name")),
              acted("restartPolicy", oneOf("Always", "OnFailure", "Never")).or("Always"),
              acted("terminationGracePeriodSeconds", count()).or(30),
              acted("nodeSelector", map(Notation.LABEL_KEY, text(Notation.LABEL_VALUE))),
              acted("nodeName", text(Notation.DNS_SUBDOMAIN)),
              acted("affinity", AffinitySchema.AFFINITY),
              acted("topologySpreadConstraints", list(AffinitySchema.SPREAD)),
              acted("tolerations", list(TOLERATION)),
              acted("priorityClassName", text(Notation.DNS_SUBDOMAIN)),
              acted("priority", whole(Integer.MIN_VALUE, Integer.MAX_VALUE))
                  .because("must be what the priority class says"),
              acted("preemptionPolicy", oneOf("PreemptLowerPriority", "Never"))
                  .because("must be what the priority class says"),
              acted("overhead", ResourceSchema.AMOUNTS),
              acted("serviceAccountName", text(Notation.DNS_SUBDOMAIN)),
              acted("activeDeadlineSeconds", whole(1, Integer.MAX_VALUE)),
              acted("hostNetwork", bool()),
              acted("hostPID", bool()),
              acted("hostIPC", bool()),
              acted("shareProcessNamespace", bool()),
              acted("hostname", text(Notation.DNS_LABEL)),
              acted(
                  "hostAliases",
                  list(
                      structure(
                          "HostAlias",
                          acted("ip", text(Notation.IP_ADDRESS)).asRequired(),
                          acted("hostnames", list(text(Notation.DNS_SUBDOMAIN)))))),
              acted(
                      "dnsPolicy",
                      oneOf("ClusterFirst", "Default", "None", "ClusterFirstWithHostNet"))
                  .or("ClusterFirst"),
              acted(
                  "dnsConfig",
                  structure(
                      "DnsConfig",
                      acted("nameservers", list(text(Notation.IP_ADDRESS))),
                      acted("searches", list(text(Notation.NOT_EMPTY))),
                      acted(
                          "options",
                          list(
                              structure(
                                  "DnsOption",
                                  acted("name", text(Notation.NOT_EMPTY)).asRequired(),
                                  acted("value", text())))))),
              acted(
                      "imagePullSecrets",
                      list(
                          structure(
                              "PullSecret",
                              acted("name", text(Notation.DNS_SUBDOMAIN)).asRequired())))
                  .because("besides the node's own credentials; not those of a ServiceAccount"),
              acted("securityContext", SecuritySchema.OF_POD).orFilled(),
              inert("automountServiceAccountToken", bool()),
              inert("enableServiceLinks", bool()).because("no variables are made of Services"),
              inert("schedulerName", text()),
              inert("serviceAccount", text()).because("write serviceAccountName"),
              inert("os"),
              refused("ephemeralContainers"),
              refused("hostUsers"),
              refused("hostnameOverride"),
              refused("readinessGates"),
              refused("resourceClaims"),
              refused("resources").because("set them for each container"),
              refused("runtimeClassName"),
              refused("schedulingGates"),
              refused("setHostnameAsFQDN"),
              refused("subdomain").yet(),
              refused("workloadRef"))
          .with(PodSchema::podRules);

  /// Of a StatefulSet, whose pods have volumes that do not stand in it.
  static final Type.Structure SET_TEMPLATE =
      structure(
              "PodTemplate",
              acted("metadata", MetadataSchema.OF_TEMPLATE).orFilled(),
              acted("spec", POD_SPEC).asRequired())
          .with(PodSchema::deadline);

  static final Type.Structure TEMPLATE =
      SET_TEMPLATE.with((json, scope) -> {
        deadline(json, scope);
        mounts(json, scope);
      });

  private PodSchema() {}

  private static void deadline(ObjectNode json, Scope scope) {
    JsonNode spec = json.path("spec");
    if (spec.has("activeDeadlineSeconds") && spec.path("restartPolicy").asText().equals("Always")) {
      scope
          .at("spec", "activeDeadlineSeconds")
          .refuse("needs restartPolicy: Never or OnFailure in a template");
    }
  }

  private static void toleration(ObjectNode json, Scope scope) {
    String key = json.path("key").asText();
    String operator = json.path("operator").asText();
    if (key.isEmpty() && operator.equals("Equal")) {
      scope.refuse("must have the operator Exists where it has no key");
    }
    if (operator.equals("Exists") && !json.path("value").asText().isEmpty()) {
      scope.at("value").refuse("must be empty with the operator Exists");
    }
    if (json.has("tolerationSeconds") && !json.path("effect").asText().equals("NoExecute")) {
      scope.at("tolerationSeconds").refuse("needs the effect NoExecute");
    }
  }

  private static void podRules(ObjectNode json, Scope scope) {
    uniqueContainerNames(json, scope);
    hostPorts(json, scope);
    AffinitySchema.spreadsOnce(json, scope);
    SecuritySchema.sysctls(json, scope);
    ResourceSchema.amounts(json.path("overhead"), scope.at("overhead"));
    if (json.path("dnsPolicy").asText().equals("None")
        && json.path("dnsConfig").path("nameservers").isEmpty()) {
      scope.at("dnsConfig", "nameservers").refuse("must not be empty with dnsPolicy: None");
    }
    if (json.path("hostPID").asBoolean() && json.path("shareProcessNamespace").asBoolean()) {
      scope.at("shareProcessNamespace").refuse("must not stand beside hostPID: true");
    }
    // The old name of the same field.
    if (json.has("serviceAccount") && !json.has("serviceAccountName")) {
      json.set("serviceAccountName", json.get("serviceAccount"));
    }
    json.remove("serviceAccount");
  }

  private static void uniqueContainerNames(ObjectNode json, Scope scope) {
    Map<String, Scope> seen = new HashMap<>();
    for (String list : List.of("initContainers", "containers")) {
      for (int i = 0; i < json.path(list).size(); i++) {
        JsonNode name = json.path(list).path(i).path("name");
        Scope at = scope.at(list).at(i).at("name");
        Scope first = name.isTextual() ? seen.putIfAbsent(name.textValue(), at) : null;
        if (first != null) {
          at.refuse("\"%s\" is used twice, first by %s".formatted(name.textValue(), first));
        }
      }
    }
  }

  /// The rule of whatever has a pod's spec.
  static void mounts(ObjectNode json, Scope scope) {
    mountsHaveVolumes(json.path("spec"), Set.of(), scope.at("spec"));
  }

  /// @param more volumes that the pods have besides those of their spec
  static void mountsHaveVolumes(JsonNode json, Set<String> more, Scope scope) {
    Set<String> volumes = new HashSet<>(more);
    json.path("volumes").forEach(volume -> volumes.add(volume.path("name").asText()));
    for (String list : List.of("initContainers", "containers")) {
      for (int i = 0; i < json.path(list).size(); i++) {
        JsonNode mounts = json.path(list).path(i).path("volumeMounts");
        for (int j = 0; j < mounts.size(); j++) {
          String name = mounts.path(j).path("name").asText();
          if (!name.isEmpty() && !volumes.contains(name)) {
            scope
                .at(list)
                .at(i)
                .at("volumeMounts")
                .at(j)
                .at("name")
                .refuse("\"%s\" is not one of the pod's volumes".formatted(name));
          }
        }
      }
    }
  }

  private static void hostPorts(ObjectNode json, Scope scope) {
    boolean hostNetwork = json.path("hostNetwork").asBoolean();
    Set<String> taken = new HashSet<>();
    for (String list : List.of("initContainers", "containers")) {
      JsonNode containers = json.path(list);
      for (int i = 0; i < containers.size(); i++) {
        boolean lasts = list.equals("containers") || ContainerSchema.isSidecar(containers.path(i));
        if (lasts && containers.path(i).path("ports") instanceof ArrayNode ports) {
          hostPorts(ports, hostNetwork, taken, scope.at(list).at(i).at("ports"));
        }
      }
    }
  }

  private static void hostPorts(
      ArrayNode ports, boolean hostNetwork, Set<String> taken, Scope scope) {
    for (int j = 0; j < ports.size(); j++) {
      if (!(ports.path(j) instanceof ObjectNode port)) {
        continue;
      }
      Scope at = scope.at(j);
      if (hostNetwork) {
        if (!port.has("hostPort")) {
          port.set("hostPort", port.path("containerPort"));
        } else if (!port.path("hostPort").equals(port.path("containerPort"))) {
          at.at("hostPort").refuse("must equal containerPort with hostNetwork: true");
        }
      }
      String taking = port.path("hostPort").asText() + "/" + port.path("protocol").asText();
      if (port.has("hostPort") && !taken.add(taking)) {
        at.at("hostPort").refuse("%s is taken twice by this pod".formatted(taking));
      }
    }
  }
}
