package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.inert;
import static dev.reeve.manifest.schema.FieldClass.ACTED;
import static dev.reeve.manifest.schema.FieldClass.INERT;
import static dev.reeve.manifest.schema.Kind.Place.CLUSTER;
import static dev.reeve.manifest.schema.Kind.Place.NAMESPACED;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// All kinds that a manifest may be of, those that are known but not supported yet, and the reason
/// to give for every other.
final class Kinds {
  private static final String ARGO_ROLLOUTS = "argoproj.io/v1alpha1";
  private static final String POD_SECURITY = "pod-security.kubernetes.io/";
  private static final int CRON_JOB_NAME = 52;
  private static final String RBAC = "rbac.authorization.k8s.io/v1";

  private static final List<Kind> OWN =
      List.of(
          Kind.of(
              "v1",
              "Namespace",
              CLUSTER,
              ACTED,
              Notation.DNS_LABEL,
              List.of(inert("spec").because("it holds only what a server sets")),
              Kinds::namespace),
          Kind.of(
              "apps/v1",
              "Deployment",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", WorkloadSchema.DEPLOYMENT_SPEC).asRequired())),
          Kind.of(
              "apps/v1",
              "StatefulSet",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", WorkloadSchema.STATEFUL_SET_SPEC).asRequired())),
          Kind.of(
              "apps/v1",
              "DaemonSet",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", WorkloadSchema.DAEMON_SET_SPEC).asRequired())),
          Kind.of(
              "apps/v1",
              "ReplicaSet",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", WorkloadSchema.REPLICA_SET_SPEC).asRequired())),
          Kind.of(
              "batch/v1",
              "Job",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", BatchSchema.JOB_SPEC).asRequired())),
          Kind.of(
              "batch/v1",
              "CronJob",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", BatchSchema.CRON_JOB_SPEC).asRequired()),
              Kinds::cronJobName),
          Kind.of(
              ARGO_ROLLOUTS,
              "Rollout",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", RolloutSchema.SPEC).asRequired())),
          Kind.of(
              ARGO_ROLLOUTS,
              "AnalysisTemplate",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", AnalysisSchema.TEMPLATE_SPEC).asRequired())),
          Kind.of(
              ARGO_ROLLOUTS,
              "ClusterAnalysisTemplate",
              CLUSTER,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", AnalysisSchema.TEMPLATE_SPEC).asRequired())),
          Kind.of(
              "v1",
              "Pod",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", PodSchema.POD_SPEC).asRequired()),
              PodSchema::mounts),
          Kind.of(
              "v1",
              "ConfigMap",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              ConfigSchema.CONFIG_MAP,
              ConfigSchema::configMap),
          Kind.of(
              "v1",
              "Secret",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              ConfigSchema.SECRET,
              ConfigSchema::secret),
          Kind.of(
                  "v1",
                  "ServiceAccount",
                  NAMESPACED,
                  INERT,
                  Notation.DNS_SUBDOMAIN,
                  List.of(
                      inert("automountServiceAccountToken", Type.bool()),
                      inert("imagePullSecrets"),
                      inert("secrets")))
              .because("it is a name only: pods get no token"),
          Kind.of(
              "v1",
              "Service",
              NAMESPACED,
              ACTED,
              Notation.DNS_1035_LABEL,
              List.of(acted("spec", NetworkSchema.SERVICE_SPEC).asRequired())),
          Kind.of(
              "reeve.dev/v1",
              "Cluster",
              CLUSTER,
              ACTED,
              Notation.DNS_LABEL,
              List.of(acted("spec", ClusterSchema.SPEC).orFilled())),
          Kind.of(
              "networking.k8s.io/v1",
              "Ingress",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", NetworkSchema.INGRESS_SPEC).asRequired())),
          Kind.of(
              "networking.k8s.io/v1",
              "NetworkPolicy",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", PolicySchema.SPEC).asRequired())),
          Kind.of(
              "networking.k8s.io/v1",
              "IngressClass",
              CLUSTER,
              INERT,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", NetworkSchema.INGRESS_CLASS_SPEC))),
          Kind.of(
              "v1",
              "Node",
              CLUSTER,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", SchedulingSchema.NODE_SPEC))),
          Kind.of(
              "policy/v1",
              "PodDisruptionBudget",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", SchedulingSchema.DISRUPTION_BUDGET_SPEC).asRequired())),
          Kind.of(
              "autoscaling/v2",
              "HorizontalPodAutoscaler",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", AutoscalingSchema.SPEC).asRequired())),
          Kind.of(
              "autoscaling/v1",
              "HorizontalPodAutoscaler",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", AutoscalingSchema.SPEC_V1).asRequired())),
          Kind.of(
              "scheduling.k8s.io/v1",
              "PriorityClass",
              CLUSTER,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              SchedulingSchema.PRIORITY_CLASS,
              SchedulingSchema::priorityClass),
          Kind.of(
              "v1",
              "PersistentVolumeClaim",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", StorageSchema.CLAIM_SPEC).asRequired())),
          Kind.of(
              "v1",
              "PersistentVolume",
              CLUSTER,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", StorageSchema.VOLUME_SPEC).asRequired())),
          Kind.of(
              "storage.k8s.io/v1",
              "StorageClass",
              CLUSTER,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              StorageSchema.STORAGE_CLASS,
              StorageSchema::storageClass),
          Kind.of(
              "v1",
              "LimitRange",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", LimitsSchema.LIMIT_RANGE_SPEC).asRequired())),
          Kind.of(
              "v1",
              "ResourceQuota",
              NAMESPACED,
              ACTED,
              Notation.DNS_SUBDOMAIN,
              List.of(acted("spec", LimitsSchema.QUOTA_SPEC).asRequired())),
          Kind.of(RBAC, "Role", NAMESPACED, INERT, Notation.PATH_SEGMENT, InertSchema.ROLE),
          Kind.of(
              RBAC,
              "RoleBinding",
              NAMESPACED,
              INERT,
              Notation.PATH_SEGMENT,
              InertSchema.ROLE_BINDING),
          Kind.of(
              RBAC, "ClusterRole", CLUSTER, INERT, Notation.PATH_SEGMENT, InertSchema.CLUSTER_ROLE),
          Kind.of(
              RBAC,
              "ClusterRoleBinding",
              CLUSTER,
              INERT,
              Notation.PATH_SEGMENT,
              InertSchema.ROLE_BINDING));

  static final List<Kind> ALL =
      Stream.of(
              OWN.stream(),
              ImageSchema.kinds("image.toolkit.fluxcd.io/v1"),
              ImageSchema.kinds("image.toolkit.fluxcd.io/v1beta2"))
          .flatMap(it -> it)
          .toList();

  /// @param apiVersion the one that is meant to be supported
  record Planned(String apiVersion, String name) {}

  static final List<Planned> NOT_YET =
      List.of(
          new Planned("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
          new Planned("metacontroller.k8s.io/v1alpha1", "CompositeController"),
          new Planned("metacontroller.k8s.io/v1alpha1", "DecoratorController"));

  private Kinds() {}

  static Optional<Kind> find(String apiVersion, String name) {
    return ALL.stream()
        .filter(kind -> kind.name().equals(name) && kind.apiVersion().equals(apiVersion))
        .findFirst();
  }

  /// Why there is no such kind.
  static String refusal(String apiVersion, String name) {
    int slash = apiVersion.indexOf('/');
    String group = slash < 0 ? "" : apiVersion.substring(0, slash);
    Optional<Planned> planned =
        NOT_YET.stream()
            .filter(kind -> kind.name().equals(name) && sameFamily(group, kind.apiVersion()))
            .findFirst();
    if (planned.isPresent()) {
      return "kind " + name + " is not supported yet";
    }
    if (group.equals("kustomize.config.k8s.io")) {
      return "a kustomization is read from a file called kustomization.yaml";
    }
    if (group.isEmpty() && name.equals("ReplicationController")) {
      return "kind ReplicationController is not supported: use a Deployment";
    }
    Optional<Kind> moved =
        ALL.stream()
            .filter(kind -> kind.name().equals(name) && sameFamily(group, kind.apiVersion()))
            .findFirst();
    if (moved.isPresent()) {
      return "there is no %s in %s: use %s".formatted(name, apiVersion, moved.get().apiVersion());
    }
    var names =
        ALL.stream().filter(kind -> kind.apiVersion().equals(apiVersion)).map(Kind::name).toList();
    return "unknown kind %s in %s%s"
        .formatted(
            name,
            apiVersion,
            Spelling.nearest(name, names).map(it -> "; did you mean " + it + "?").orElse(""));
  }

  /// Kinds moved between Kubernetes' own groups, never to or from the groups of others.
  private static boolean sameFamily(String group, String apiVersion) {
    int slash = apiVersion.indexOf('/');
    String other = slash < 0 ? "" : apiVersion.substring(0, slash);
    return group.equals(other) || (isKubernetes(group) && isKubernetes(other));
  }

  static boolean isKubernetes(String group) {
    return group.indexOf('.') < 0 || group.endsWith(".k8s.io");
  }

  /// Its Jobs get eleven characters more, and their names are labels.
  private static void cronJobName(ObjectNode json, Scope scope) {
    if (json.path("metadata").path("name").asText().length() > CRON_JOB_NAME) {
      scope.at("metadata", "name").refuse("must not be longer than 52 characters");
    }
  }

  /// The standards that a namespace asks for, for its pods.
  private static void namespace(ObjectNode json, Scope scope) {
    JsonNode labels = json.path("metadata").path("labels");
    for (String label : MetadataSchema.keys(labels)) {
      if (!label.startsWith(POD_SECURITY)) {
        continue;
      }
      Scope at = scope.at("metadata", "labels").key(label);
      String value = labels.path(label).asText();
      String mode = label.substring(POD_SECURITY.length());
      switch (mode) {
        case "enforce", "warn", "audit" -> {
          if (!List.of("privileged", "baseline", "restricted").contains(value)) {
            at.refuse("must be privileged, baseline or restricted");
          } else if (mode.equals("audit")) {
            at.warn("is not acted on: there is no audit log but Git");
          }
        }
        case "enforce-version", "warn-version", "audit-version" -> {
          if (!value.matches("latest|v1\\.[0-9]{1,3}")) {
            at.refuse("must be latest or a version such as v1.30");
          } else if (!value.equals("latest")) {
            at.warn("is not acted on: the standards are those of the latest version");
          }
        }
        default -> at.refuse("is not one of enforce, warn, audit, and their versions");
      }
    }
  }
}
