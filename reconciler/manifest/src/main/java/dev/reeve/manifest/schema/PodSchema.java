package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.inert;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.bool;
import static dev.reeve.manifest.schema.Type.count;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.map;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.port;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;
import static dev.reeve.manifest.schema.Type.whole;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.text.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a pod may be made of.
final class PodSchema {
  private static final Type USER_ID = whole(0, Integer.MAX_VALUE);
  private static final long FILE_MODE_MAX = 0777;

  // Probes and hooks.

  private static final Type.Structure EXEC =
      structure("Exec", acted("command", list(text()).notEmpty()).asRequired());

  private static final Type.Structure HTTP_GET =
      structure(
          "HttpGet",
          acted("path", text()).or("/"),
          acted("port", new Type.PortReference()).asRequired(),
          acted("host", text(Notation.NOT_EMPTY)),
          acted("scheme", oneOf("HTTP", "HTTPS")).or("HTTP"),
          acted(
              "httpHeaders",
              list(
                  structure(
                      "HttpHeader",
                      acted("name", text(Notation.HEADER)).asRequired(),
                      acted("value", text()).or("")))));

  private static final Type.Structure TCP_SOCKET =
      structure(
          "TcpSocket",
          acted("port", new Type.PortReference()).asRequired(),
          acted("host", text(Notation.NOT_EMPTY)));

  private static final Type.Structure PROBE =
      structure(
              "Probe",
              acted("exec", EXEC),
              acted("httpGet", HTTP_GET),
              acted("tcpSocket", TCP_SOCKET),
              refused("grpc").yet(),
              acted("initialDelaySeconds", count()),
              acted("timeoutSeconds", count()).or(1),
              acted("periodSeconds", count()).or(10),
              acted("successThreshold", count()).or(1),
              acted("failureThreshold", count()).or(3),
              inert("terminationGracePeriodSeconds", whole(1, Integer.MAX_VALUE)).yet())
          .with(
              (json, scope) -> exactlyOne(json, scope, List.of("exec", "httpGet", "tcpSocket")),
              // To Kubernetes a zero here is a field that was not set.
              (json, _) -> {
                replaceZero(json, "timeoutSeconds", 1);
                replaceZero(json, "periodSeconds", 10);
                replaceZero(json, "successThreshold", 1);
                replaceZero(json, "failureThreshold", 3);
              });

  private static final Type.Structure HOOK =
      structure(
              "Hook",
              acted("exec", EXEC),
              acted("httpGet", HTTP_GET),
              refused("tcpSocket"),
              refused("sleep").yet())
          .with((json, scope) -> exactlyOne(json, scope, List.of("exec", "httpGet")));

  private static final Type.Structure LIFECYCLE =
      structure(
          "Lifecycle", acted("postStart", HOOK), acted("preStop", HOOK), refused("stopSignal"));

  // Environment.

  private static final Type.Structure KEY_REFERENCE =
      structure(
          "KeyReference",
          acted("name", text(Notation.DNS_SUBDOMAIN)).asRequired(),
          acted("key", text(Notation.CONFIG_KEY)).asRequired(),
          acted("optional", bool()));

  private static final Type.Structure FIELD_REFERENCE =
      structure(
              "FieldReference",
              acted("fieldPath", text(Notation.NOT_EMPTY)).asRequired(),
              acted("apiVersion", oneOf("v1")).or("v1"))
          .with((json, scope) -> PodFields.check(json.path("fieldPath").asText(), scope));

  private static final Type.Structure RESOURCE_REFERENCE =
      structure(
          "ResourceReference",
          acted(
                  "resource",
                  oneOf("limits.cpu", "limits.memory", "requests.cpu", "requests.memory")
                      .butNot("limits.ephemeral-storage", "requests.ephemeral-storage"))
              .asRequired(),
          acted("containerName", text(Notation.DNS_LABEL)),
          acted("divisor", new Type.Amount()).or("0"));

  private static final Type.Structure ENV =
      structure(
              "EnvVar",
              acted("name", text(Notation.ENV_NAME)).asRequired(),
              acted("value", text()),
              acted(
                  "valueFrom",
                  structure(
                          "EnvVarSource",
                          acted("configMapKeyRef", KEY_REFERENCE),
                          acted("secretKeyRef", KEY_REFERENCE),
                          acted("fieldRef", FIELD_REFERENCE),
                          acted("resourceFieldRef", RESOURCE_REFERENCE),
                          refused("fileKeyRef"))
                      .with((json, scope) ->
                          exactlyOne(
                              json,
                              scope,
                              List.of(
                                  "configMapKeyRef",
                                  "secretKeyRef",
                                  "fieldRef",
                                  "resourceFieldRef")))))
          .with((json, scope) -> {
            if (!json.path("value").asText().isEmpty() && json.has("valueFrom")) {
              scope.at("valueFrom").refuse("may not stand beside value");
            }
          });

  private static final Type.Structure OBJECT_REFERENCE =
      structure(
          "ConfigReference",
          acted("name", text(Notation.DNS_SUBDOMAIN)).asRequired(),
          acted("optional", bool()));

  private static final Type.Structure ENV_FROM =
      structure(
              "EnvFromSource",
              acted("prefix", text()),
              acted("configMapRef", OBJECT_REFERENCE),
              acted("secretRef", OBJECT_REFERENCE))
          .with((json, scope) -> exactlyOne(json, scope, List.of("configMapRef", "secretRef")));

  // Containers.

  static final String AMOUNTS_NAME = "ResourceAmounts";

  private static final Type.Structure AMOUNTS =
      structure(
          AMOUNTS_NAME,
          acted("cpu", new Type.Amount()),
          acted("memory", new Type.Amount()),
          inert("ephemeral-storage", new Type.Amount()));

  private static final Type.Structure RESOURCES =
      structure(
              "ResourceRequirements",
              acted("requests", AMOUNTS),
              acted("limits", AMOUNTS),
              refused("claims"))
          .with(PodSchema::resources);

  private static final Type SECCOMP_PROFILE = profile("SeccompProfile");
  private static final Type APP_ARMOR_PROFILE = profile("AppArmorProfile");

  private static Type profile(String name) {
    return structure(
        name,
        acted("type", oneOf("RuntimeDefault", "Unconfined").butNot("Localhost")).asRequired(),
        refused("localhostProfile"));
  }

  private static final Field SE_LINUX_OPTIONS =
      inert("seLinuxOptions").because("nodes are taken to have no SELinux");

  private static final Type.Structure CONTAINER_SECURITY =
      structure(
          "ContainerSecurityContext",
          acted("runAsUser", USER_ID),
          acted("runAsGroup", USER_ID),
          acted("runAsNonRoot", bool()),
          acted("readOnlyRootFilesystem", bool()),
          acted("privileged", bool()),
          acted("allowPrivilegeEscalation", bool()),
          acted(
              "capabilities",
              structure(
                  "Capabilities",
                  acted("add", list(text(Notation.CAPABILITY))),
                  acted("drop", list(text(Notation.CAPABILITY))))),
          acted("seccompProfile", SECCOMP_PROFILE),
          acted("appArmorProfile", APP_ARMOR_PROFILE),
          SE_LINUX_OPTIONS,
          acted("procMount", oneOf("Default").butNot("Unmasked")),
          refused("windowsOptions"));

  private static final Type.Structure CONTAINER_PORT =
      structure(
          "ContainerPort",
          acted("name", text(Notation.PORT_NAME)),
          acted("containerPort", port()).asRequired(),
          acted("protocol", oneOf("TCP", "UDP", "SCTP")).or("TCP"),
          acted("hostPort", port()),
          refused("hostIP").because("a port is taken on all addresses of the node"));

  private static final Type.Structure VOLUME_MOUNT =
      structure(
          "VolumeMount",
          acted("name", text(Notation.DNS_LABEL)).asRequired(),
          acted("mountPath", text(Notation.MOUNT_PATH)).asRequired(),
          acted("subPath", text(Notation.RELATIVE_PATH)),
          acted("readOnly", bool()),
          acted("mountPropagation", oneOf("None").butNot("HostToContainer", "Bidirectional")),
          refused("recursiveReadOnly"),
          refused("subPathExpr"));

  private static final Type.Structure CONTAINER = container("Container", true);
  private static final Type.Structure INIT_CONTAINER = container("InitContainer", false);

  private static Type.Structure container(String name, boolean isApp) {
    var fields = new ArrayList<Field>();
    fields.add(acted("name", text(Notation.DNS_LABEL)).asRequired());
    fields.add(acted("image", text(Notation.IMAGE)).asRequired());
    fields.add(acted("imagePullPolicy", oneOf("Always", "IfNotPresent", "Never")));
    fields.add(acted("command", list(text())));
    fields.add(acted("args", list(text())));
    fields.add(acted("workingDir", text()));
    fields.add(acted("env", list(ENV)));
    fields.add(acted("envFrom", list(ENV_FROM)));
    fields.add(acted("ports", list(CONTAINER_PORT).uniqueBy("name")));
    fields.add(acted("resources", RESOURCES).orFilled());
    fields.add(acted("volumeMounts", list(VOLUME_MOUNT).uniqueBy("mountPath")));
    fields.add(acted("securityContext", CONTAINER_SECURITY));
    fields.add(
        inert("terminationMessagePath", text(Notation.ABSOLUTE_PATH))
            .because("the file is there, but what is written to it is not shown yet")
            .or("/dev/termination-log"));
    fields.add(
        inert("terminationMessagePolicy", oneOf("File", "FallbackToLogsOnError")).yet().or("File"));
    fields.add(acted("stdin", bool()));
    fields.add(acted("stdinOnce", bool()));
    fields.add(acted("tty", bool()));
    if (isApp) {
      fields.add(acted("livenessProbe", PROBE));
      fields.add(acted("readinessProbe", PROBE));
      fields.add(acted("startupProbe", PROBE));
      fields.add(acted("lifecycle", LIFECYCLE));
    } else {
      String reason = "an init container has none";
      fields.add(refused("livenessProbe").because(reason));
      fields.add(refused("readinessProbe").because(reason));
      fields.add(refused("startupProbe").because(reason));
      fields.add(refused("lifecycle").because(reason));
    }
    fields.add(refused("restartPolicy").yet());
    fields.add(refused("restartPolicyRules"));
    fields.add(refused("resizePolicy"));
    fields.add(refused("volumeDevices"));
    return new Type.Structure(name, fields, List.of(PodSchema::containerRules));
  }

  // Volumes.

  private static final Field DEFAULT_MODE = acted("defaultMode", whole(0, FILE_MODE_MAX)).or(0644);

  private static final Type ITEMS =
      list(
          structure(
              "KeyToPath",
              acted("key", text(Notation.CONFIG_KEY)).asRequired(),
              acted("path", text(Notation.RELATIVE_PATH)).asRequired(),
              acted("mode", whole(0, FILE_MODE_MAX))));

  private static final Type DOWNWARD_ITEMS =
      list(
          structure(
                  "DownwardFile",
                  acted("path", text(Notation.RELATIVE_PATH)).asRequired(),
                  acted("fieldRef", FIELD_REFERENCE),
                  acted("resourceFieldRef", RESOURCE_REFERENCE),
                  acted("mode", whole(0, FILE_MODE_MAX)))
              .with((json, scope) ->
                  exactlyOne(json, scope, List.of("fieldRef", "resourceFieldRef"))));

  private static final List<String> VOLUME_SOURCES =
      List.of("configMap", "secret", "emptyDir", "hostPath", "downwardAPI", "projected");

  private static final List<String> OTHER_VOLUME_SOURCES =
      List.of(
          "awsElasticBlockStore",
          "azureDisk",
          "azureFile",
          "cephfs",
          "cinder",
          "csi",
          "ephemeral",
          "fc",
          "flexVolume",
          "flocker",
          "gcePersistentDisk",
          "gitRepo",
          "glusterfs",
          "image",
          "iscsi",
          "nfs",
          "persistentVolumeClaim",
          "photonPersistentDisk",
          "portworxVolume",
          "quobyte",
          "rbd",
          "scaleIO",
          "storageos",
          "vsphereVolume");

  private static final Type.Structure VOLUME = volume();

  private static Type.Structure volume() {
    var fields = new ArrayList<Field>();
    fields.add(acted("name", text(Notation.DNS_LABEL)).asRequired());
    fields.add(
        acted(
            "configMap",
            structure(
                "ConfigMapVolume",
                acted("name", text(Notation.DNS_SUBDOMAIN)).asRequired(),
                acted("items", ITEMS),
                DEFAULT_MODE,
                acted("optional", bool()))));
    fields.add(
        acted(
            "secret",
            structure(
                "SecretVolume",
                acted("secretName", text(Notation.DNS_SUBDOMAIN)).asRequired(),
                acted("items", ITEMS),
                DEFAULT_MODE,
                acted("optional", bool()))));
    fields.add(
        acted(
            "emptyDir",
            structure(
                    "EmptyDir",
                    acted("medium", oneOf("", "Memory").butNot("HugePages")),
                    acted("sizeLimit", new Type.Amount()))
                .with((json, scope) -> {
                  if (json.has("sizeLimit") && !json.path("medium").asText().equals("Memory")) {
                    scope.at("sizeLimit").warn("is not acted on without medium: Memory");
                  }
                })));
    fields.add(
        acted(
            "hostPath",
            structure(
                "HostPath",
                acted("path", text(Notation.ABSOLUTE_PATH)).asRequired(),
                acted(
                        "type",
                        oneOf(
                            "",
                            "DirectoryOrCreate",
                            "Directory",
                            "FileOrCreate",
                            "File",
                            "Socket",
                            "CharDevice",
                            "BlockDevice"))
                    .or(""))));
    fields.add(
        acted(
            "downwardAPI",
            structure("DownwardVolume", acted("items", DOWNWARD_ITEMS), DEFAULT_MODE)));
    fields.add(
        acted(
            "projected",
            structure(
                "ProjectedVolume",
                acted(
                        "sources",
                        list(
                            structure(
                                    "ProjectedSource",
                                    acted("configMap", projectedConfig("ProjectedConfigMap")),
                                    acted("secret", projectedConfig("ProjectedSecret")),
                                    acted(
                                        "downwardAPI",
                                        structure(
                                            "ProjectedDownward", acted("items", DOWNWARD_ITEMS))),
                                    refused("serviceAccountToken"),
                                    refused("clusterTrustBundle"),
                                    refused("podCertificate"))
                                .with((json, scope) ->
                                    exactlyOne(
                                        json,
                                        scope,
                                        List.of("configMap", "secret", "downwardAPI")))))
                    .asRequired(),
                DEFAULT_MODE)));
    for (String source : OTHER_VOLUME_SOURCES) {
      Field field = refused(source);
      fields.add(source.equals("persistentVolumeClaim") ? field.yet() : field);
    }
    return new Type.Structure("Volume", fields, List.of(PodSchema::oneVolumeSource));
  }

  private static Type.Structure projectedConfig(String name) {
    return structure(
        name,
        acted("name", text(Notation.DNS_SUBDOMAIN)).asRequired(),
        acted("items", ITEMS),
        acted("optional", bool()));
  }

  // The pod.

  private static final Type.Structure POD_SECURITY =
      structure(
          "PodSecurityContext",
          acted("runAsUser", USER_ID),
          acted("runAsGroup", USER_ID),
          acted("runAsNonRoot", bool()),
          acted("fsGroup", USER_ID),
          acted("supplementalGroups", list(USER_ID)),
          inert("fsGroupChangePolicy").because("volumes are made anew for each pod"),
          acted("supplementalGroupsPolicy", oneOf("Merge").butNot("Strict")),
          acted("seccompProfile", SECCOMP_PROFILE),
          acted("appArmorProfile", APP_ARMOR_PROFILE),
          SE_LINUX_OPTIONS,
          inert("seLinuxChangePolicy"),
          refused("sysctls"),
          refused("windowsOptions"));

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
              acted("containers", list(CONTAINER).notEmpty()).asRequired(),
              acted("initContainers", list(INIT_CONTAINER)),
              acted("volumes", list(VOLUME).uniqueBy("name")),
              acted("restartPolicy", oneOf("Always", "OnFailure", "Never")).or("Always"),
              acted("terminationGracePeriodSeconds", count()).or(30),
              acted("nodeSelector", map(Notation.LABEL_KEY, text(Notation.LABEL_VALUE))),
              acted("tolerations", list(TOLERATION)),
              acted("serviceAccountName", text(Notation.DNS_SUBDOMAIN)),
              acted("hostNetwork", bool()),
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
              acted("securityContext", POD_SECURITY).orFilled(),
              inert("affinity").yet(),
              inert("topologySpreadConstraints").yet(),
              inert("priorityClassName", text()).yet(),
              inert("priority"),
              inert("preemptionPolicy"),
              inert("imagePullSecrets")
                  .because("images are pulled with the node's own credentials"),
              inert("automountServiceAccountToken", bool()),
              inert("enableServiceLinks", bool()).because("no variables are made of Services"),
              inert("schedulerName", text()),
              inert("serviceAccount", text()).because("write serviceAccountName"),
              inert("os"),
              refused("activeDeadlineSeconds"),
              refused("ephemeralContainers"),
              refused("hostIPC"),
              refused("hostPID"),
              refused("hostUsers"),
              refused("hostnameOverride"),
              refused("nodeName").because("use nodeSelector"),
              refused("overhead"),
              refused("readinessGates"),
              refused("resourceClaims"),
              refused("resources").because("set them for each container"),
              refused("runtimeClassName"),
              refused("schedulingGates"),
              refused("setHostnameAsFQDN"),
              refused("shareProcessNamespace"),
              refused("subdomain").yet(),
              refused("workloadRef"))
          .with(PodSchema::podRules);

  static final Type.Structure TEMPLATE =
      structure(
          "PodTemplate",
          acted("metadata", MetadataSchema.OF_TEMPLATE).orFilled(),
          acted("spec", POD_SPEC).asRequired());

  private PodSchema() {}

  static void exactlyOne(ObjectNode json, Scope scope, List<String> fields) {
    long present = fields.stream().filter(json::has).count();
    if (present != 1) {
      scope.refuse("must have exactly one of " + Spelling.alternatives(fields));
    }
  }

  private static void replaceZero(ObjectNode json, String field, int value) {
    if (json.path(field).isIntegralNumber() && json.path(field).longValue() == 0) {
      json.set(field, Json.number(value));
    }
  }

  private static void oneVolumeSource(ObjectNode json, Scope scope) {
    List<String> present = VOLUME_SOURCES.stream().filter(json::has).toList();
    if (present.size() > 1) {
      scope.at(present.get(1)).refuse("may not stand beside " + present.getFirst());
    } else if (present.isEmpty() && OTHER_VOLUME_SOURCES.stream().noneMatch(scope::isWritten)) {
      // As in Kubernetes: a volume that says nothing of its kind is an empty directory.
      json.set("emptyDir", Json.object());
    }
  }

  private static void resources(ObjectNode json, Scope scope) {
    if (!(json.path("limits") instanceof ObjectNode limits)) {
      return;
    }
    ObjectNode requests =
        json.path("requests") instanceof ObjectNode written ? written : Json.object();
    for (String resource : MetadataSchema.keys(limits)) {
      if (!requests.has(resource)) {
        requests.set(resource, limits.get(resource));
        continue;
      }
      Optional<Quantity> request = Quantity.parse(requests.path(resource).asText());
      Optional<Quantity> limit = Quantity.parse(limits.path(resource).asText());
      if (request.isPresent()
          && limit.isPresent()
          && request.get().value().compareTo(limit.get().value()) > 0) {
        scope
            .at("requests", resource)
            .refuse("must not be more than the limit, " + limits.path(resource).asText());
      }
    }
    if (!requests.isEmpty()) {
      json.set("requests", requests);
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
    if (!Tolerations.isOfSilence(json)) {
      scope.warn("is not acted on: nodes have no such taint");
    }
  }

  private static void containerRules(ObjectNode json, Scope scope) {
    if (!json.has("imagePullPolicy") && json.path("image").isTextual()) {
      boolean latest = ImageReference.isLatest(json.path("image").asText());
      json.set("imagePullPolicy", Json.text(latest ? "Always" : "IfNotPresent"));
    }
    for (String probe : List.of("livenessProbe", "startupProbe")) {
      JsonNode threshold = json.path(probe).path("successThreshold");
      if (threshold.isIntegralNumber() && threshold.longValue() != 1) {
        scope.at(probe, "successThreshold").refuse("must be 1");
      }
    }
    if (json.path("readinessProbe").has("terminationGracePeriodSeconds")) {
      scope
          .at("readinessProbe", "terminationGracePeriodSeconds")
          .refuse("must not be set: this probe ends no container");
    }
    JsonNode security = json.path("securityContext");
    if (security.path("privileged").asBoolean()
        && security.has("allowPrivilegeEscalation")
        && !security.path("allowPrivilegeEscalation").asBoolean()) {
      scope
          .at("securityContext", "allowPrivilegeEscalation")
          .refuse("cannot be false with privileged: true");
    }
    Set<String> variables = new HashSet<>();
    for (int i = 0; i < json.path("env").size(); i++) {
      String name = json.path("env").path(i).path("name").asText();
      if (!name.isEmpty() && !variables.add(name)) {
        scope.at("env").at(i).at("name").warn(name + " hides an earlier one of that name");
      }
    }
  }

  private static void podRules(ObjectNode json, Scope scope) {
    uniqueContainerNames(json, scope);
    mountsHaveVolumes(json, scope);
    hostPorts(json, scope);
    if (json.path("dnsPolicy").asText().equals("None")
        && json.path("dnsConfig").path("nameservers").isEmpty()) {
      scope.at("dnsConfig", "nameservers").refuse("must not be empty with dnsPolicy: None");
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

  private static void mountsHaveVolumes(ObjectNode json, Scope scope) {
    Set<String> volumes = new HashSet<>();
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
    JsonNode containers = json.path("containers");
    for (int i = 0; i < containers.size(); i++) {
      if (!(containers.path(i).path("ports") instanceof ArrayNode ports)) {
        continue;
      }
      for (int j = 0; j < ports.size(); j++) {
        if (!(ports.path(j) instanceof ObjectNode port)) {
          continue;
        }
        Scope at = scope.at("containers").at(i).at("ports").at(j);
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
}
