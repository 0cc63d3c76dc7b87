package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.bool;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.port;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.text.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A container: what it runs, what it may use and how it is watched.
final class ContainerSchema {
  private static final Type.Structure CONTAINER_PORT =
      structure(
              "ContainerPort",
              acted("name", text(Notation.PORT_NAME)),
              acted("containerPort", port()).asRequired(),
              acted("protocol", oneOf("TCP", "UDP", "SCTP")).or("TCP"),
              acted("hostPort", port()),
              refused("hostIP").because("a port is taken on all addresses of the node"))
          .with((json, scope) -> {
            if (json.has("hostPort") && json.path("protocol").asText().equals("SCTP")) {
              scope.at("hostPort").refuse("is not supported for SCTP yet");
            }
          });

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

  static final Type.Structure APP = container("Container", true);
  static final Type.Structure INIT = container("InitContainer", false);

  private ContainerSchema() {}

  private static Type.Structure container(String name, boolean isApp) {
    var fields = new ArrayList<Field>();
    fields.add(acted("name", text(Notation.DNS_LABEL)).asRequired());
    fields.add(acted("image", text(Notation.IMAGE)).asRequired());
    fields.add(acted("imagePullPolicy", oneOf("Always", "IfNotPresent", "Never")));
    fields.add(acted("command", list(text())));
    fields.add(acted("args", list(text())));
    fields.add(acted("workingDir", text()));
    fields.add(acted("env", list(EnvironmentSchema.ENV)));
    fields.add(acted("envFrom", list(EnvironmentSchema.ENV_FROM)));
    fields.add(acted("ports", list(CONTAINER_PORT).uniqueBy("name")));
    fields.add(acted("resources", ResourceSchema.REQUIREMENTS).orFilled());
    fields.add(acted("volumeMounts", list(VOLUME_MOUNT).uniqueBy("mountPath")));
    fields.add(acted("securityContext", SecuritySchema.OF_CONTAINER));
    fields.add(
        acted("terminationMessagePath", text(Notation.ABSOLUTE_PATH)).or("/dev/termination-log"));
    fields.add(
        acted("terminationMessagePolicy", oneOf("File", "FallbackToLogsOnError")).or("File"));
    fields.add(acted("stdin", bool()));
    fields.add(acted("stdinOnce", bool()));
    fields.add(acted("tty", bool()));
    fields.add(acted("livenessProbe", ProbeSchema.PROBE));
    fields.add(acted("readinessProbe", ProbeSchema.PROBE));
    fields.add(acted("startupProbe", ProbeSchema.PROBE));
    fields.add(acted("lifecycle", ProbeSchema.LIFECYCLE));
    fields.add(
        isApp
            ? refused("restartPolicy").because("the pod's own counts for all its containers")
            : acted("restartPolicy", oneOf("Always").butNot("OnFailure", "Never"))
                .because("makes a sidecar of it"));
    fields.add(refused("restartPolicyRules"));
    fields.add(refused("resizePolicy"));
    fields.add(refused("volumeDevices"));
    return new Type.Structure(
        name,
        fields,
        isApp
            ? List.of(ContainerSchema::containerRules)
            : List.of(ContainerSchema::containerRules, ContainerSchema::initRules));
  }

  /// Whether an init container runs on beside those after it.
  static boolean isSidecar(JsonNode init) {
    return init.path("restartPolicy").asText().equals("Always");
  }

  private static void initRules(ObjectNode json, Scope scope) {
    if (isSidecar(json)) {
      return;
    }
    for (String field : List.of("livenessProbe", "readinessProbe", "startupProbe", "lifecycle")) {
      if (json.has(field)) {
        scope
            .at(field)
            .refuse("must not be set for an init container without restartPolicy: Always");
      }
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
}
