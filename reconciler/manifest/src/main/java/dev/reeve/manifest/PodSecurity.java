package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;

/// Kubernetes' Pod Security Standards, as a namespace asks for them by its labels: what its pods
/// may not ask for. Where Kubernetes would refuse the pods, the commit is refused.
///
/// What the schema refuses for everybody (unsafe sysctls, `procMount: Unmasked`, Windows) is not
/// looked at again.
///
/// Source: kubernetes.io, "Pod Security Standards" and "Pod Security Admission".
final class PodSecurity {
  private static final String PREFIX = "pod-security.kubernetes.io/";

  private static final Set<String> BASELINE_CAPABILITIES =
      Set.of(
          "AUDIT_WRITE",
          "CHOWN",
          "DAC_OVERRIDE",
          "FOWNER",
          "FSETID",
          "KILL",
          "MKNOD",
          "NET_BIND_SERVICE",
          "SETFCAP",
          "SETGID",
          "SETPCAP",
          "SETUID",
          "SYS_CHROOT");

  private static final Set<String> RESTRICTED_CAPABILITIES = Set.of("NET_BIND_SERVICE");

  private static final Set<String> RESTRICTED_VOLUMES =
      Set.of(
          "configMap",
          "csi",
          "downwardAPI",
          "emptyDir",
          "ephemeral",
          "persistentVolumeClaim",
          "projected",
          "secret");

  private enum Level {
    PRIVILEGED,
    BASELINE,
    RESTRICTED;

    static Level of(SortedMap<String, String> labels, String mode) {
      return switch (labels.getOrDefault(PREFIX + mode, "privileged")) {
        case "restricted" -> RESTRICTED;
        case "baseline" -> BASELINE;
        default -> PRIVILEGED;
      };
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// @param pointer within the pod's spec
  private record Violation(Level level, String pointer, String message) {}

  private final JsonNode spec;
  private final List<Violation> found = new ArrayList<>();

  private PodSecurity(JsonNode spec) {
    this.spec = spec;
  }

  /// Holds the pods of a workload against what their namespace asks for. Those that stand in the
  /// text of another are that one's.
  static void check(Catalog.Entry entry, WorkloadDraft draft, Neighbours neighbours) {
    var labels = neighbours.namespaces().labels(draft.key().namespace());
    var enforced = Level.of(labels, "enforce");
    var warned = Level.of(labels, "warn");
    if (enforced == Level.PRIVILEGED && warned == Level.PRIVILEGED
        || draft.pods().owner().isPresent()) {
      return;
    }
    var pointer = draft.pods().template().pointer();
    var security = new PodSecurity(entry.object().json().at(pointer));
    security.look();
    for (Violation each : security.found) {
      if (each.level().compareTo(enforced) <= 0) {
        neighbours.refuse(entry, pointer + each.pointer(), told(enforced, each));
      } else if (each.level().compareTo(warned) <= 0) {
        neighbours.warn(entry, pointer + each.pointer(), told(warned, each));
      }
    }
  }

  private static String told(Level level, Violation violation) {
    return "violates PodSecurity \"%s\": %s".formatted(level.word(), violation.message());
  }

  private void baseline(String pointer, String message) {
    found.add(new Violation(Level.BASELINE, pointer, message));
  }

  private void restricted(String pointer, String message) {
    found.add(new Violation(Level.RESTRICTED, pointer, message));
  }

  private void look() {
    for (String field : List.of("hostNetwork", "hostPID", "hostIPC")) {
      if (spec.path(field).asBoolean()) {
        baseline("/" + field, "host namespaces (" + field + "=true)");
      }
    }
    volumes();
    profiles(spec.path("securityContext"), "/securityContext", "pod");
    var user = spec.path("securityContext").path("runAsUser");
    if (user.isIntegralNumber() && user.longValue() == 0) {
      restricted("/securityContext/runAsUser", "runAsUser=0 (pod must not set runAsUser=0)");
    }
    for (String list : List.of("initContainers", "containers")) {
      for (int i = 0; i < spec.path(list).size(); i++) {
        container(spec.path(list).path(i), "/" + list + "/" + i);
      }
    }
  }

  private void volumes() {
    var volumes = spec.path("volumes");
    for (int i = 0; i < volumes.size(); i++) {
      var volume = volumes.path(i);
      var name = volume.path("name").asText();
      if (volume.has("hostPath")) {
        baseline("/volumes/" + i + "/hostPath", "hostPath volumes (volume \"" + name + "\")");
        continue;
      }
      for (var field : volume.properties()) {
        if (!field.getKey().equals("name") && !RESTRICTED_VOLUMES.contains(field.getKey())) {
          restricted(
              "/volumes/" + i + "/" + field.getKey(),
              "restricted volume types (volume \"%s\" uses type \"%s\")"
                  .formatted(name, field.getKey()));
        }
      }
    }
  }

  private void profiles(JsonNode context, String pointer, String who) {
    if (context.path("seccompProfile").path("type").asText().equals("Unconfined")) {
      baseline(
          pointer + "/seccompProfile/type",
          "seccompProfile (" + who + " must not set seccompProfile.type to \"Unconfined\")");
    }
    if (context.path("appArmorProfile").path("type").asText().equals("Unconfined")) {
      baseline(
          pointer + "/appArmorProfile/type",
          "forbidden AppArmor profile (" + who + " must not be \"Unconfined\")");
    }
  }

  private void container(JsonNode container, String pointer) {
    var who = "container \"" + container.path("name").asText() + "\"";
    var context = container.path("securityContext");
    var at = pointer + (context.isMissingNode() ? "" : "/securityContext");
    if (context.path("privileged").asBoolean()) {
      baseline(at + "/privileged", "privileged (" + who + " must not set privileged=true)");
    }
    var ports = container.path("ports");
    for (int i = 0; i < ports.size(); i++) {
      if (ports.path(i).path("hostPort").asInt() != 0) {
        baseline(
            pointer + "/ports/" + i + "/hostPort",
            "hostPort (" + who + " uses hostPort " + ports.path(i).path("hostPort").asInt() + ")");
      }
    }
    profiles(context, at, who);
    capabilities(context.path("capabilities"), at, who);
    if (!context.path("allowPrivilegeEscalation").isBoolean()
        || context.path("allowPrivilegeEscalation").asBoolean()) {
      restricted(
          at,
          "allowPrivilegeEscalation != false ("
              + who
              + " must set securityContext.allowPrivilegeEscalation=false)");
    }
    var ofPod = spec.path("securityContext");
    var nonRoot = context.path("runAsNonRoot");
    if (!(nonRoot.isBoolean() ? nonRoot : ofPod.path("runAsNonRoot")).asBoolean()) {
      restricted(
          at,
          "runAsNonRoot != true (pod or " + who + " must set securityContext.runAsNonRoot=true)");
    }
    var user = context.path("runAsUser");
    if (user.isIntegralNumber() && user.longValue() == 0) {
      restricted(at + "/runAsUser", "runAsUser=0 (" + who + " must not set runAsUser=0)");
    }
    if (!context.has("seccompProfile") && !ofPod.has("seccompProfile")) {
      restricted(
          at,
          "seccompProfile (pod or "
              + who
              + " must set securityContext.seccompProfile.type to \"RuntimeDefault\" or"
              + " \"Localhost\")");
    }
  }

  private void capabilities(JsonNode capabilities, String at, String who) {
    var added = capabilities.path("add");
    for (int i = 0; i < added.size(); i++) {
      var name = added.path(i).asText();
      var pointer = at + "/capabilities/add/" + i;
      if (!BASELINE_CAPABILITIES.contains(name)) {
        baseline(
            pointer,
            "non-default capabilities (" + who + " must not include \"" + name + "\" in add)");
      } else if (!RESTRICTED_CAPABILITIES.contains(name)) {
        restricted(
            pointer,
            "unrestricted capabilities (" + who + " must not include \"" + name + "\" in add)");
      }
    }
    boolean dropsAll = false;
    for (JsonNode each : capabilities.path("drop")) {
      dropsAll |= each.asText().equals("ALL");
    }
    if (!dropsAll) {
      restricted(
          at,
          "unrestricted capabilities ("
              + who
              + " must set securityContext.capabilities.drop=[\"ALL\"])");
    }
  }
}
