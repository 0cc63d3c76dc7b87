package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;

/// In which form objects are answered: whole, as rows of a table, or their metadata alone.
public record Form(Shape shape, String version, Include include) {
  private static final String META = "meta.k8s.io/";

  public enum Shape {
    WHOLE,
    TABLE,
    METADATA
  }

  /// What a table's rows carry of their objects.
  public enum Include {
    NONE,
    METADATA,
    OBJECT
  }

  /// Reads an `Accept` header. Protocol buffers are only ever a preference.
  public static Form of(String accept, String includeObject) {
    Include include =
        switch (includeObject) {
          case "None" -> Include.NONE;
          case "Object" -> Include.OBJECT;
          default -> Include.METADATA;
        };
    for (String part : accept.split(",", -1)) {
      String version = part.contains("v=v1beta1") ? "v1beta1" : "v1";
      if (part.contains("protobuf")) {
        continue;
      }
      if (part.contains("as=Table")) {
        return new Form(Shape.TABLE, version, include);
      }
      if (part.contains("as=PartialObjectMetadata")) {
        return new Form(Shape.METADATA, version, include);
      }
      if (part.contains("application/json")) {
        break;
      }
    }
    return new Form(Shape.WHOLE, "v1", include);
  }

  /// Kind and version of a list in this form.
  ObjectNode listHead(ResourceType type) {
    ObjectNode head = Trees.object();
    return switch (shape) {
      case WHOLE -> head.put("kind", type.kind() + "List").put("apiVersion", type.apiVersion());
      case METADATA ->
          head.put("kind", "PartialObjectMetadataList").put("apiVersion", META + version);
      case TABLE -> head.put("kind", "Table").put("apiVersion", META + version);
    };
  }

  /// One object by itself: in a `get`, or in an event of a watch.
  public ObjectNode alone(Resource resource, ObjectNode object, Instant now) {
    return switch (shape) {
      case WHOLE -> object;
      case METADATA -> metadataOf(object);
      case TABLE -> {
        ObjectNode table = listHead(resource.type());
        table
            .putObject("metadata")
            .put("resourceVersion", object.path("metadata").path("resourceVersion").asText());
        table.set("columnDefinitions", columnDefinitions(resource));
        table.putArray("rows").add(row(resource, object, now));
        yield table;
      }
    };
  }

  /// One object among others.
  JsonNode item(Resource resource, ObjectNode object, Instant now) {
    return switch (shape) {
      case WHOLE -> object;
      case METADATA -> metadataOf(object);
      case TABLE -> row(resource, object, now);
    };
  }

  ArrayNode columnDefinitions(Resource resource) {
    ArrayNode definitions = Trees.array();
    for (Column column : resource.columns()) {
      definitions
          .addObject()
          .put("name", column.name())
          .put("type", column.type())
          .put("format", column.name().equals("Name") ? "name" : "")
          .put("description", "")
          .put("priority", column.wide() ? 1 : 0);
    }
    return definitions;
  }

  private ObjectNode row(Resource resource, ObjectNode object, Instant now) {
    ObjectNode row = Trees.object();
    ArrayNode cells = row.putArray("cells");
    List<Column> columns = resource.columns();
    columns.forEach(column -> cells.add(column.cell().of(object, now)));
    switch (include) {
      case NONE -> {}
      case METADATA -> row.set("object", metadataOf(object));
      case OBJECT -> row.set("object", object);
    }
    return row;
  }

  private ObjectNode metadataOf(ObjectNode object) {
    ObjectNode partial =
        Trees.object().put("kind", "PartialObjectMetadata").put("apiVersion", META + version);
    partial.set("metadata", object.path("metadata"));
    return partial;
  }
}
