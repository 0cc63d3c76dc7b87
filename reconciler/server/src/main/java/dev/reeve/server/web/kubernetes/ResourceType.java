package dev.reeve.server.web.kubernetes;

import java.util.List;
import java.util.Locale;

/// What a kind of object is called, in the words of Kubernetes' discovery.
///
/// @param group empty for Kubernetes' oldest kinds
/// @param fields what a field selector may ask for, besides name and namespace
public record ResourceType(
    String group,
    String version,
    String kind,
    String plural,
    List<String> shortNames,
    List<String> categories,
    boolean isNamespaced,
    List<String> fields) {
  public ResourceType {
    shortNames = List.copyOf(shortNames);
    categories = List.copyOf(categories);
    fields = List.copyOf(fields);
  }

  static ResourceType namespaced(String apiVersion, String kind, String plural, String... brief) {
    return of(apiVersion, kind, plural, true, brief);
  }

  static ResourceType clusterScoped(
      String apiVersion, String kind, String plural, String... brief) {
    return of(apiVersion, kind, plural, false, brief);
  }

  private static ResourceType of(
      String apiVersion, String kind, String plural, boolean isNamespaced, String... brief) {
    int slash = apiVersion.indexOf('/');
    return new ResourceType(
        slash < 0 ? "" : apiVersion.substring(0, slash),
        apiVersion.substring(slash + 1),
        kind,
        plural,
        List.of(brief),
        List.of(),
        isNamespaced,
        List.of());
  }

  ResourceType inAll() {
    return new ResourceType(
        group, version, kind, plural, shortNames, List.of("all"), isNamespaced, fields);
  }

  ResourceType selectableBy(String... more) {
    return new ResourceType(
        group, version, kind, plural, shortNames, categories, isNamespaced, List.of(more));
  }

  public String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  String singular() {
    return kind.toLowerCase(Locale.ROOT);
  }

  /// As `dev.reeve.core.model.ObjectKey` writes the kind.
  String keyKind() {
    boolean isOwn = group.indexOf('.') < 0 || group.endsWith(".k8s.io");
    return isOwn || group.equals("argoproj.io") ? kind : kind + "." + group;
  }

  /// `pods`, `deployments.apps`.
  public String qualified() {
    return group.isEmpty() ? plural : plural + "." + group;
  }
}
