package dev.reeve.core.model;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/// What names an object in a cluster. `kind` carries its API group when it is not Kubernetes' own
/// and not `argoproj.io`: `Cluster.reeve.dev`. `namespace` is empty for cluster-scoped kinds.
/// Ordered by namespace, kind and name, which is the order of everything the core emits.
public record ObjectKey(String kind, String namespace, String name)
    implements Comparable<ObjectKey> {
  public ObjectKey {
    requireNonNull(kind, "kind is null");
    requireNonNull(namespace, "namespace is null");
    requireNonNull(name, "name is null");
  }

  /// Reads what [#toString] writes: `Deployment/default/web`, `Namespace/shop`.
  public static ObjectKey parse(String text) {
    var parts = text.split("/", -1);
    return switch (parts.length) {
      case 2 -> new ObjectKey(parts[0], "", parts[1]);
      case 3 -> new ObjectKey(parts[0], parts[1], parts[2]);
      default ->
          throw new IllegalArgumentException(
              "not an object: '" + text + "' (write Kind/namespace/name)");
    };
  }

  public boolean isClusterScoped() {
    return namespace.isEmpty();
  }

  /// Its file in the record branch, relative to the root: `namespaces/default/deployment/web.yaml`.
  public String recordPath() {
    var folder = kind.toLowerCase(Locale.ROOT);
    return isClusterScoped()
        ? "cluster-scoped/" + folder + "/" + name + ".yaml"
        : "namespaces/" + namespace + "/" + folder + "/" + name + ".yaml";
  }

  @Override
  public int compareTo(ObjectKey other) {
    int order = compare(namespace, other.namespace);
    if (order == 0) {
      order = compare(kind, other.kind);
    }
    return order != 0 ? order : compare(name, other.name);
  }

  /// Keys are compared more often than anything else, and most share their namespace and kind.
  @SuppressWarnings("ReferenceEquality")
  private static int compare(String a, String b) {
    return a == b ? 0 : a.compareTo(b);
  }

  @Override
  public String toString() {
    return isClusterScoped() ? kind + "/" + name : kind + "/" + namespace + "/" + name;
  }
}
