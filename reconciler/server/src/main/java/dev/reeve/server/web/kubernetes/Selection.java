package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/// Which objects of a kind somebody asks for.
///
/// @param namespace empty for all
public record Selection(
    Resource resource, String namespace, LabelSelector labels, FieldSelector fields) {

  boolean accepts(JsonNode object) {
    return (namespace.isEmpty() || Trees.namespace(object).equals(namespace))
        && labels.accepts(object)
        && fields.accepts(object);
  }

  Optional<ObjectNode> accepted(Optional<ObjectNode> object) {
    return object.filter(this::accepts);
  }

  /// The one namespace that is left; empty where there may be several.
  private String onlyNamespace() {
    return namespace.isEmpty() ? fields.namespace().orElse("") : namespace;
  }

  /// Shows the accepted objects until the visitor has enough.
  void each(Snapshot snapshot, String after, Resource.Visitor visitor) {
    String only = onlyNamespace();
    Optional<String> name = fields.name();
    if (name.isPresent() && (!only.isEmpty() || !resource.type().isNamespaced())) {
      accepted(resource.get(snapshot, only, name.get()))
          .ifPresent(object -> visitor.visit("", object));
      return;
    }
    resource.each(
        snapshot,
        only,
        after,
        (position, object) -> !accepts(object) || visitor.visit(position, object));
  }
}
