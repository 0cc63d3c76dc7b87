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

/// As whom containers run and what they may do.
final class SecuritySchema {
  private static final Type USER_ID = whole(0, Integer.MAX_VALUE);

  private static final Type SECCOMP_PROFILE = profile("SeccompProfile");
  private static final Type APP_ARMOR_PROFILE = profile("AppArmorProfile");

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
          inert("fsGroupChangePolicy").because("volumes are made anew for each pod"),
          acted("supplementalGroupsPolicy", oneOf("Merge").butNot("Strict")),
          acted("seccompProfile", SECCOMP_PROFILE),
          acted("appArmorProfile", APP_ARMOR_PROFILE),
          SE_LINUX_OPTIONS,
          inert("seLinuxChangePolicy"),
          refused("sysctls"),
          refused("windowsOptions"));

  private SecuritySchema() {}

  private static Type profile(String name) {
    return structure(
        name,
        acted("type", oneOf("RuntimeDefault", "Unconfined").butNot("Localhost")).asRequired(),
        refused("localhostProfile"));
  }
}
