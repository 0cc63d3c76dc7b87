package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.model.Claim.Provisioning;
import dev.reeve.core.model.Claim.Reclaim;
import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.VolumeSource.Reach;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.manifest.schema.StorageSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// The storage classes that the claims of a commit can be of: its own, and one that is built in.
final class StorageClasses {
  /// The class of claims that name none, where no class says that it is: volumes on the node where
  /// their first pod is.
  static final String BUILTIN = "local";

  private static final String KIND = "StorageClass";

  private static final Provisioning LOCAL =
      new Provisioning.Made("local", new TreeMap<>(), Reach.NODE, Reclaim.DELETE, List.of());

  /// Volumes on the node, as others call them.
  private static final Set<String> LOCAL_PROVISIONERS =
      Set.of(
          "rancher.io/local-path",
          "k8s.io/minikube-hostpath",
          "microk8s.io/hostpath",
          "docker.io/hostpath");

  private final SortedMap<String, Catalog.Entry> byName = new TreeMap<>();
  private Optional<ObjectKey> usual = Optional.empty();

  /// @param name empty where a claim asks for volumes without one
  record Chosen(String name, Provisioning provisioning) {}

  private StorageClasses() {}

  static StorageClasses of(PagedMap<ObjectKey, Catalog.Entry> entries, List<Problem> problems) {
    var classes = new StorageClasses();
    for (Catalog.Entry entry : Scheduling.clusterScoped(KIND, entries)) {
      var key = entry.object().key();
      classes.byName.put(key.name(), entry);
      var isDefault =
          entry
              .object()
              .json()
              .path("metadata")
              .path("annotations")
              .path(StorageSchema.DEFAULT_CLASS)
              .asText();
      if (isDefault.equals("true")) {
        if (classes.usual.isPresent()) {
          problems.add(
              Manifests.problem(
                  entry,
                  "/metadata/annotations",
                  "%s is the default class already".formatted(classes.usual.get())));
        }
        classes.usual = Optional.of(key);
      }
    }
    return classes;
  }

  /// @param name as a claim has it: empty for no class at all, absent for the default one
  Chosen named(Optional<String> name) {
    if (name.isPresent() && name.get().isEmpty()) {
      return new Chosen(
          "",
          new Provisioning.None(" has no storage class, and no persistent volume is there for it"));
    }
    var chosen = name.or(() -> usual.map(ObjectKey::name)).orElse(BUILTIN);
    var entry = byName.get(chosen);
    if (entry == null) {
      return new Chosen(
          chosen,
          chosen.equals(BUILTIN)
              ? LOCAL
              : new Provisioning.None(": storageclass \"" + chosen + "\" not found"));
    }
    return new Chosen(chosen, provisioning(entry.object().json()));
  }

  /// Whether claims of it may grow.
  boolean mayGrow(String name) {
    var entry = byName.get(name);
    return entry == null
        ? name.equals(BUILTIN)
        : entry.object().json().path("allowVolumeExpansion").asBoolean();
  }

  private static Provisioning provisioning(JsonNode json) {
    var provisioner = json.path("provisioner").asText();
    var reclaim =
        json.path("reclaimPolicy").asText().equals("Retain") ? Reclaim.RETAIN : Reclaim.DELETE;
    var nodes = topologies(json.path("allowedTopologies"));
    if (LOCAL_PROVISIONERS.contains(provisioner)) {
      return new Provisioning.Made("local", new TreeMap<>(), Reach.NODE, reclaim, nodes);
    }
    if (provisioner.equals(StorageSchema.PROVISIONER)) {
      var parameters = json.path("parameters");
      return new Provisioning.Made(
          parameters.path(StorageSchema.DRIVER).asText("local"),
          options(parameters),
          reach(parameters),
          reclaim,
          nodes);
    }
    return new Provisioning.None(
        provisioner.equals("kubernetes.io/no-provisioner")
            ? ": no persistent volume is there for it, and its class makes none"
            : ": provisioner "
                + provisioner
                + " is not known here; "
                + StorageSchema.PROVISIONER
                + " makes volumes of the engine");
  }

  /// What the plugin is told.
  static SortedMap<String, String> options(JsonNode parameters) {
    var options = new TreeMap<String, String>();
    parameters
        .properties()
        .forEach(it -> {
          if (it.getKey().startsWith(StorageSchema.OPTION)) {
            options.put(
                it.getKey().substring(StorageSchema.OPTION.length()), it.getValue().asText());
          }
        });
    return options;
  }

  /// A volume of the engine's own driver is on its node, unless it is told to mount something.
  static Reach reach(JsonNode parameters) {
    var scope = parameters.path(StorageSchema.SCOPE).asText();
    boolean isElsewhere =
        !parameters.path(StorageSchema.DRIVER).asText("local").equals("local")
            || !options(parameters).isEmpty();
    return scope.equals("cluster") || scope.isEmpty() && isElsewhere ? Reach.CLUSTER : Reach.NODE;
  }

  private static List<NodeTerm> topologies(JsonNode written) {
    var terms = new ArrayList<NodeTerm>();
    for (JsonNode term : written) {
      var labels = new ArrayList<Selector.Requirement>();
      for (JsonNode each : term.path("matchLabelExpressions")) {
        var values = new ArrayList<String>();
        each.path("values").forEach(it -> values.add(it.asText()));
        labels.add(
            new Selector.Requirement(each.path("key").asText(), Selector.Operator.IN, values));
      }
      terms.add(new NodeTerm(new Selector(labels), Selector.EVERYTHING));
    }
    return terms;
  }
}
