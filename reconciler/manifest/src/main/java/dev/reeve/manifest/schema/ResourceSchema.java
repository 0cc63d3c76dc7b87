package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.map;
import static dev.reeve.manifest.schema.Type.structure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.text.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Amounts of a node that containers ask for. What a node has so little of that it is not shared
/// (devices, huge pages) is asked for as it is limited.
final class ResourceSchema {
  private static final String HUGE_PAGES = "hugepages-";
  private static final List<String> SHARED = List.of("cpu", "memory", "ephemeral-storage");

  private static final Notation NAME =
      new Notation(
          "resource",
          "cpu, memory, ephemeral-storage, hugepages-<size> or a name with a domain such as"
              + " nvidia.com/gpu",
          ResourceSchema::isName);

  static final Type.MapOf AMOUNTS = map(NAME, new Type.Amount());

  static final Type.Structure REQUIREMENTS =
      structure(
              "ResourceRequirements",
              acted("requests", AMOUNTS),
              acted("limits", AMOUNTS),
              refused("claims"))
          .with(ResourceSchema::requirements);

  private ResourceSchema() {}

  private static boolean isName(String text) {
    if (text.startsWith(HUGE_PAGES)) {
      return pageSize(text).filter(size -> size.signum() > 0).isPresent();
    }
    boolean hasDomain = text.indexOf('/') > 0 && !text.startsWith("requests.");
    return SHARED.contains(text) || (hasDomain && Notation.LABEL_KEY.holds().test(text));
  }

  private static Optional<BigDecimal> pageSize(String name) {
    return Quantity.parse(name.substring(HUGE_PAGES.length())).map(Quantity::value);
  }

  /// All but Kubernetes' own resources, which may be promised more often than they are there.
  private static boolean isUnshared(String name) {
    return isName(name) && !SHARED.contains(name) && !name.contains("kubernetes.io/");
  }

  private static void requirements(ObjectNode json, Scope scope) {
    JsonNode limits = json.path("limits");
    ObjectNode requests =
        json.path("requests") instanceof ObjectNode written ? written : Json.object();
    amounts(limits, scope.at("limits"));
    amounts(requests, scope.at("requests"));
    if (limits.has("ephemeral-storage")) {
      scope
          .at("limits")
          .key("ephemeral-storage")
          .warn("is room that is kept for it, but no bound: the engine cannot hold it to that");
    }
    for (String resource : MetadataSchema.keys(requests)) {
      Scope at = scope.at("requests").key(resource);
      if (limits.has(resource)) {
        withinLimit(resource, requests.path(resource), limits.path(resource), at);
      } else if (isUnshared(resource)) {
        at.refuse("must stand in limits, too");
      }
    }
    for (String resource : MetadataSchema.keys(limits)) {
      if (!requests.has(resource)) {
        requests.set(resource, limits.get(resource));
      }
    }
    if (!requests.isEmpty()) {
      json.set("requests", requests);
    }
    boolean hasPages =
        MetadataSchema.keys(requests).stream().anyMatch(name -> name.startsWith(HUGE_PAGES));
    if (hasPages && Stream.of("cpu", "memory").noneMatch(requests::has)) {
      scope.refuse("must have cpu or memory beside huge pages");
    }
  }

  private static void withinLimit(String resource, JsonNode request, JsonNode limit, Scope at) {
    Optional<Quantity> asked = Quantity.parse(request.asText());
    Optional<Quantity> allowed = Quantity.parse(limit.asText());
    if (asked.isEmpty() || allowed.isEmpty()) {
      return;
    }
    int order = asked.get().value().compareTo(allowed.get().value());
    if (isUnshared(resource) && order != 0) {
      at.refuse("must equal the limit, " + limit.asText());
    } else if (order > 0) {
      at.refuse("must not be more than the limit, " + limit.asText());
    }
  }

  /// What there are no parts of is asked for whole.
  static void amounts(JsonNode amounts, Scope scope) {
    for (String resource : MetadataSchema.keys(amounts)) {
      Optional<BigDecimal> amount =
          Quantity.parse(amounts.path(resource).asText()).map(Quantity::value);
      if (amount.isEmpty()) {
        continue;
      }
      if (resource.startsWith(HUGE_PAGES)) {
        boolean isWhole =
            pageSize(resource)
                .filter(size -> size.signum() > 0)
                .map(size -> amount.get().remainder(size).signum() == 0)
                .orElse(true);
        if (!isWhole) {
          scope.key(resource).refuse("must be whole pages");
        }
      } else if (isUnshared(resource) && amount.get().stripTrailingZeros().scale() > 0) {
        scope.key(resource).refuse("must be a whole number");
      }
    }
  }
}
