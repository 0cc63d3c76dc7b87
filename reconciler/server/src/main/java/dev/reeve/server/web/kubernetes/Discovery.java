package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/// What there is to ask for: aggregated discovery, and the older documents one group at a time.
public final class Discovery {
  private static final List<String> VERBS = List.of("get", "list", "watch");

  private final Catalogue catalogue;

  public Discovery(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  /// Clients take features from the number, and the name of the maker from the rest.
  public static ObjectNode version(String version) {
    return Trees.object()
        .put("major", "1")
        .put("minor", "32")
        .put("gitVersion", "v1.32.0+reeve-" + version)
        .put("gitCommit", "")
        .put("gitTreeState", "clean")
        .put("buildDate", "1970-01-01T00:00:00Z")
        .put("goVersion", "")
        .put("compiler", "java")
        .put("platform", "linux/amd64");
  }

  /// `/api` without aggregation.
  public ObjectNode coreVersions() {
    ObjectNode versions = Trees.object().put("kind", "APIVersions");
    versions.putArray("versions").add("v1");
    versions.putArray("serverAddressByClientCIDRs");
    return versions;
  }

  /// `/apis` without aggregation.
  public ObjectNode groupList() {
    ObjectNode list = Trees.object().put("kind", "APIGroupList").put("apiVersion", "v1");
    ArrayNode groups = list.putArray("groups");
    catalogue
        .groups()
        .forEach((group, types) -> {
          if (!group.isEmpty()) {
            groups.add(group(group, types.getFirst().version()));
          }
        });
    return list;
  }

  /// `/apis/G`.
  public ObjectNode group(String group) {
    List<ResourceType> types = catalogue.groups().get(group);
    if (types == null || group.isEmpty()) {
      throw Refusal.noSuchPath();
    }
    return group(group, types.getFirst().version()).put("kind", "APIGroup").put("apiVersion", "v1");
  }

  private static ObjectNode group(String name, String version) {
    ObjectNode group = Trees.object().put("name", name);
    String both = name + "/" + version;
    group.putArray("versions").addObject().put("groupVersion", both).put("version", version);
    group.putObject("preferredVersion").put("groupVersion", both).put("version", version);
    return group;
  }

  /// `/api/v1`, `/apis/G/V`.
  public ObjectNode resourceList(String group, String version) {
    if (!catalogue.hasGroup(group, version)) {
      throw Refusal.noSuchPath();
    }
    ObjectNode list = Trees.object().put("kind", "APIResourceList").put("apiVersion", "v1");
    list.put("groupVersion", group.isEmpty() ? version : group + "/" + version);
    ArrayNode resources = list.putArray("resources");
    for (ResourceType type : catalogue.groups().getOrDefault(group, List.of())) {
      ObjectNode resource =
          resources
              .addObject()
              .put("name", type.plural())
              .put("singularName", type.singular())
              .put("namespaced", type.isNamespaced())
              .put("kind", type.kind());
      verbs(resource, verbs(type));
      names(resource, type);
      if (type.qualified().equals("pods")) {
        ObjectNode log =
            resources
                .addObject()
                .put("name", "pods/log")
                .put("singularName", "")
                .put("namespaced", true)
                .put("kind", "Pod");
        verbs(log, List.of("get"));
      }
    }
    return list;
  }

  /// What is measured anew all the time cannot be watched.
  private static List<String> verbs(ResourceType type) {
    return type.group().equals("metrics.k8s.io") ? List.of("get", "list") : VERBS;
  }

  private static void verbs(ObjectNode resource, List<String> verbs) {
    ArrayNode array = resource.putArray("verbs");
    verbs.forEach(array::add);
  }

  private static void names(ObjectNode resource, ResourceType type) {
    if (!type.shortNames().isEmpty()) {
      type.shortNames().forEach(resource.putArray("shortNames")::add);
    }
    if (!type.categories().isEmpty()) {
      type.categories().forEach(resource.putArray("categories")::add);
    }
  }

  /// `/api` and `/apis` for clients that ask for everything at once.
  ///
  /// @param core whether of Kubernetes' core group, or of all others
  /// @param version `v2` or `v2beta1`
  public ObjectNode aggregated(boolean core, String version) {
    ObjectNode list =
        Trees.object()
            .put("kind", "APIGroupDiscoveryList")
            .put("apiVersion", "apidiscovery.k8s.io/" + version);
    list.putObject("metadata");
    ArrayNode items = list.putArray("items");
    for (Map.Entry<String, List<ResourceType>> group : catalogue.groups().entrySet()) {
      if (group.getKey().isEmpty() != core) {
        continue;
      }
      ObjectNode item = items.addObject();
      ObjectNode metadata = item.putObject("metadata");
      Trees.putIfSaid(metadata, "name", group.getKey());
      ObjectNode only = item.putArray("versions").addObject();
      only.put("version", group.getValue().getFirst().version());
      only.put("freshness", "Current");
      ArrayNode resources = only.putArray("resources");
      group.getValue().forEach(type -> aggregated(resources.addObject(), type));
    }
    return list;
  }

  private static void aggregated(ObjectNode resource, ResourceType type) {
    resource.put("resource", type.plural());
    kind(resource, type);
    resource.put("scope", type.isNamespaced() ? "Namespaced" : "Cluster");
    resource.put("singularResource", type.singular());
    verbs(resource, verbs(type));
    names(resource, type);
    if (type.qualified().equals("pods")) {
      ObjectNode log = resource.putArray("subresources").addObject().put("subresource", "log");
      kind(log, type);
      verbs(log, List.of("get"));
    }
  }

  private static void kind(ObjectNode into, ResourceType type) {
    into.putObject("responseKind")
        .put("group", type.group())
        .put("version", type.version())
        .put("kind", type.kind());
  }
}
