package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.inert;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.bool;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;
import static dev.reeve.manifest.schema.Type.whole;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// As whom containers run and what they may do.
final class SecuritySchema {
  private static final Type USER_ID = whole(0, Integer.MAX_VALUE);

  private static final Type SECCOMP_PROFILE =
      profile(
          "SeccompProfile", Notation.RELATIVE_PATH, "a file below seccomp/ of the agent's data");
  private static final Type APP_ARMOR_PROFILE =
      profile("AppArmorProfile", Notation.NOT_EMPTY, "a profile that is loaded on the node");

  /// Those that concern the pod alone; Kubernetes calls them safe.
  private static final List<String> SAFE_SYSCTLS =
      List.of(
          "kernel.shm_rmid_forced",
          "net.ipv4.ip_local_port_range",
          "net.ipv4.ip_local_reserved_ports",
          "net.ipv4.ip_unprivileged_port_start",
          "net.ipv4.ping_group_range",
          "net.ipv4.tcp_fin_timeout",
          "net.ipv4.tcp_keepalive_intvl",
          "net.ipv4.tcp_keepalive_probes",
          "net.ipv4.tcp_keepalive_time",
          "net.ipv4.tcp_rmem",
          "net.ipv4.tcp_syncookies",
          "net.ipv4.tcp_wmem");

  private static final Notation SYSCTL =
      new Notation(
          "safe sysctl",
          "one of the sysctls that Kubernetes calls safe, such as net.ipv4.tcp_syncookies",
          SAFE_SYSCTLS::contains);

  private static final Field SE_LINUX_OPTIONS =
      inert("seLinuxOptions").because("nodes are taken to have no SELinux");

  static final Type.Structure OF_CONTAINER =
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

  static final Type.Structure OF_POD =
      structure(
          "PodSecurityContext",
          acted("runAsUser", USER_ID),
          acted("runAsGroup", USER_ID),
          acted("runAsNonRoot", bool()),
          acted("fsGroup", USER_ID),
          acted("supplementalGroups", list(USER_ID)),
          acted("fsGroupChangePolicy", oneOf("Always", "OnRootMismatch")),
          acted("supplementalGroupsPolicy", oneOf("Merge").butNot("Strict")),
          acted("seccompProfile", SECCOMP_PROFILE),
          acted("appArmorProfile", APP_ARMOR_PROFILE),
          SE_LINUX_OPTIONS,
          inert("seLinuxChangePolicy"),
          acted(
              "sysctls",
              list(structure(
                      "Sysctl",
                      acted("name", text(SYSCTL)).asRequired(),
                      acted("value", text(Notation.NOT_EMPTY)).asRequired()))
                  .uniqueBy("name")),
          refused("windowsOptions"));

  private SecuritySchema() {}

  private static Type profile(String name, Notation local, String what) {
    return structure(
            name,
            acted("type", oneOf("RuntimeDefault", "Unconfined", "Localhost")).asRequired(),
            acted("localhostProfile", text(local)).because(what))
        .with((json, scope) -> {
          boolean isLocal = json.path("type").asText().equals("Localhost");
          if (isLocal != json.has("localhostProfile")) {
            scope
                .at("localhostProfile")
                .refuse(isLocal ? "is required with type: Localhost" : "needs type: Localhost");
          }
        });
  }

  /// What is set for a pod must be the pod's own.
  static void sysctls(JsonNode podSpec, Scope scope) {
    JsonNode sysctls = podSpec.path("securityContext").path("sysctls");
    for (int i = 0; i < sysctls.size(); i++) {
      Scope at = scope.at("securityContext", "sysctls").at(i).at("name");
      String name = sysctls.path(i).path("name").asText();
      if (name.startsWith("net.") && podSpec.path("hostNetwork").asBoolean()) {
        at.refuse("must not be set with hostNetwork: true");
      } else if (name.startsWith("kernel.shm") && podSpec.path("hostIPC").asBoolean()) {
        at.refuse("must not be set with hostIPC: true");
      }
    }
  }
}
