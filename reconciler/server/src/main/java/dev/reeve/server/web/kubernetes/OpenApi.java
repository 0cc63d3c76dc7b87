package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// As much of Kubernetes' OpenAPI as `kubectl apply` and `kubectl diff` want before they send
/// anything: that each kind can be patched with validation by the server. The server then says no,
/// and says where to commit.
public final class OpenApi {
  private final Catalogue catalogue;

  public OpenApi(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  /// `/openapi/v3`.
  public ObjectNode index() {
    ObjectNode index = Trees.object();
    ObjectNode paths = index.putObject("paths");
    catalogue
        .groups()
        .forEach((group, types) -> {
          String path = path(types.getFirst());
          paths.putObject(path).put("serverRelativeURL", "/openapi/v3/" + path);
        });
    return index;
  }

  private static String path(ResourceType type) {
    return type.group().isEmpty()
        ? "api/" + type.version()
        : "apis/" + type.group() + "/" + type.version();
  }

  /// `/openapi/v3/api/v1`, `/openapi/v3/apis/G/V`.
  public ObjectNode document(String path) {
    List<ResourceType> types =
        catalogue.resources().stream()
            .map(Resource::type)
            .filter(type -> path(type).equals(path))
            .toList();
    if (types.isEmpty()) {
      throw Refusal.noSuchPath();
    }
    ObjectNode document = Trees.object().put("openapi", "3.0.0");
    document.putObject("info").put("title", "Reeve").put("version", "v1");
    ObjectNode paths = document.putObject("paths");
    ObjectNode schemas = document.putObject("components").putObject("schemas");
    for (ResourceType type : types) {
      String scope = type.isNamespaced() ? "/namespaces/{namespace}" : "";
      ObjectNode item = paths.putObject("/" + path + scope + "/" + type.plural() + "/{name}");
      operation(item.putObject("get"), type, "get");
      ObjectNode patch = item.putObject("patch");
      operation(patch, type, "patch");
      parameter(patch, "fieldValidation");
      parameter(patch, "dryRun");
      parameter(patch, "fieldManager");
      ObjectNode schema = schemas.putObject(schemaName(type));
      schema
          .put("type", "object")
          .put("description", "See Kubernetes' documentation of this kind.");
      schema.put("x-kubernetes-preserve-unknown-fields", true);
      kind(schema.putArray("x-kubernetes-group-version-kind").addObject(), type);
    }
    return document;
  }

  private static String schemaName(ResourceType type) {
    String group = type.group().isEmpty() ? "core" : type.group();
    return "io.k8s.api." + group + "." + type.version() + "." + type.kind();
  }

  private static void operation(ObjectNode operation, ResourceType type, String action) {
    operation.put("x-kubernetes-action", action);
    kind(operation.putObject("x-kubernetes-group-version-kind"), type);
    operation
        .putObject("responses")
        .putObject("200")
        .put("description", "OK")
        .putObject("content")
        .putObject("application/json")
        .putObject("schema")
        .put("$ref", "#/components/schemas/" + schemaName(type));
  }

  private static void parameter(ObjectNode operation, String name) {
    operation
        .withArray("parameters")
        .addObject()
        .put("name", name)
        .put("in", "query")
        .putObject("schema")
        .put("type", "string");
  }

  private static void kind(ObjectNode into, ResourceType type) {
    into.put("group", type.group()).put("version", type.version()).put("kind", type.kind());
  }
}
