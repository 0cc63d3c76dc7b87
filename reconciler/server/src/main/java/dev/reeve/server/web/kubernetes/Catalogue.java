package dev.reeve.server.web.kubernetes;

import static dev.reeve.server.web.kubernetes.ResourceType.clusterScoped;
import static dev.reeve.server.web.kubernetes.ResourceType.namespaced;

import dev.reeve.server.web.view.UsedNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/// All kinds that the API shows.
public final class Catalogue {
  private static final String RBAC = "rbac.authorization.k8s.io/v1";

  private final List<Resource> resources;
  private final Pods pods;

  /// @param usage what nodes have last measured
  public Catalogue(Supplier<SortedMap<String, UsedNode>> usage) {
    var templates = new Templates();
    var all = new ArrayList<Resource>();
    pods = new Pods(templates);
    all.add(pods);
    all.add(
        new Manifested(
            namespaced("v1", "Service", "services", "svc").inAll(),
            Columns.SERVICE,
            Services::finish));
    all.add(ServedServices.endpoints());
    all.add(ServedServices.slices());
    all.add(manifested(namespaced("v1", "ConfigMap", "configmaps", "cm"), Columns.CONFIG_MAP));
    all.add(
        new Manifested(
            namespaced("v1", "Secret", "secrets").selectableBy("type"),
            Columns.SECRET,
            (snapshot, key, json) -> Secrets.hide(json)));
    all.add(new Namespaces());
    all.add(new Nodes());
    all.add(
        manifested(
            namespaced("v1", "ServiceAccount", "serviceaccounts", "sa"), Columns.SERVICE_ACCOUNT));
    all.add(new Events(this::apiVersion));
    all.add(StoredVolumes.claims());
    all.add(StoredVolumes.volumes());
    all.add(plain(namespaced("v1", "LimitRange", "limitranges", "limits")));
    all.add(plain(namespaced("v1", "ResourceQuota", "resourcequotas", "quota")));
    all.add(new Manifested(Deployments.TYPE, Columns.DEPLOYMENT, Deployments::finish));
    all.add(new ReplicaSets(templates));
    all.add(new Manifested(Sets.STATEFUL_SET, Columns.STATEFUL_SET, Sets::statefulSet));
    all.add(new Manifested(Sets.DAEMON_SET, Columns.DAEMON_SET, Sets::daemonSet));
    all.add(new Jobs());
    all.add(new Manifested(Jobs.CRON_JOB, Columns.CRON_JOB, Jobs::cronJob));
    all.add(
        manifested(
            namespaced("networking.k8s.io/v1", "Ingress", "ingresses", "ing"), Columns.INGRESS));
    all.add(plain(clusterScoped("networking.k8s.io/v1", "IngressClass", "ingressclasses")));
    all.add(
        plain(namespaced("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", "netpol")));
    all.add(
        manifested(
            namespaced("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", "pdb"),
            Columns.DISRUPTION_BUDGET));
    all.add(
        manifested(
            clusterScoped("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses", "pc"),
            Columns.PRIORITY_CLASS));
    all.add(new Manifested(Autoscalers.TYPE, Columns.AUTOSCALER, Autoscalers::finish));
    all.add(MetricsResource.ofNodes(usage));
    all.add(MetricsResource.ofPods(usage));
    all.add(
        manifested(
            clusterScoped("storage.k8s.io/v1", "StorageClass", "storageclasses", "sc"),
            Columns.STORAGE_CLASS));
    all.add(manifested(namespaced(RBAC, "Role", "roles"), Columns.CREATED));
    all.add(manifested(namespaced(RBAC, "RoleBinding", "rolebindings"), Columns.CREATED));
    all.add(manifested(clusterScoped(RBAC, "ClusterRole", "clusterroles"), Columns.CREATED));
    all.add(
        manifested(
            clusterScoped(RBAC, "ClusterRoleBinding", "clusterrolebindings"), Columns.CREATED));
    all.add(new Manifested(Rollouts.TYPE, Columns.ROLLOUT, Rollouts::finish));
    all.add(new AnalysisRuns());
    all.add(plain(namespaced(Rollouts.API_VERSION, "AnalysisTemplate", "analysistemplates", "at")));
    all.add(
        plain(
            clusterScoped(
                Rollouts.API_VERSION,
                "ClusterAnalysisTemplate",
                "clusteranalysistemplates",
                "cat")));
    all.add(plain(clusterScoped("reeve.dev/v1", "Cluster", "clusters")));
    all.add(
        new Manifested(
            FollowedImages.REPOSITORY, Columns.IMAGE_REPOSITORY, FollowedImages::version));
    all.add(new Manifested(FollowedImages.POLICY, Columns.IMAGE_POLICY, FollowedImages::policy));
    all.add(new Manifested(FollowedImages.AUTOMATION, Columns.PLAIN, FollowedImages::version));
    resources = Collections.unmodifiableList(all);
  }

  private static Resource manifested(ResourceType type, List<Column> columns) {
    return new Manifested(type, columns, (snapshot, key, json) -> {});
  }

  private static Resource plain(ResourceType type) {
    return manifested(type, Columns.PLAIN);
  }

  Pods pods() {
    return pods;
  }

  /// In the order of discovery.
  public List<Resource> resources() {
    return resources;
  }

  public Optional<Resource> find(String group, String version, String plural) {
    return resources.stream()
        .filter(it ->
            it.type().plural().equals(plural)
                && it.type().group().equals(group)
                && it.type().version().equals(version))
        .findFirst();
  }

  /// Version and resources of each group; the empty group is Kubernetes' core.
  SortedMap<String, List<ResourceType>> groups() {
    var groups = new TreeMap<String, List<ResourceType>>();
    for (Resource resource : resources) {
      groups
          .computeIfAbsent(resource.type().group(), group -> new ArrayList<>())
          .add(resource.type());
    }
    return groups;
  }

  public boolean hasGroup(String group, String version) {
    return resources.stream()
        .anyMatch(it -> it.type().group().equals(group) && it.type().version().equals(version));
  }

  private String apiVersion(String keyKind) {
    return resources.stream()
        .map(Resource::type)
        .filter(type -> type.keyKind().equals(keyKind))
        .map(ResourceType::apiVersion)
        .findFirst()
        .orElse("v1");
  }
}
