package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Type.bool;
import static dev.reeve.manifest.schema.Type.map;
import static dev.reeve.manifest.schema.Type.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.text.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// ConfigMaps and Secrets.
final class ConfigSchema {
  private static final int BYTES_MAX = 1 << 20;

  static final List<Field> CONFIG_MAP =
      List.of(
          acted("data", map(Notation.CONFIG_KEY, text())),
          acted("binaryData", map(Notation.CONFIG_KEY, new Type.Base64())),
          acted("immutable", bool()));

  static final List<Field> SECRET =
      List.of(
          acted("data", map(Notation.CONFIG_KEY, new Type.Base64())),
          acted("stringData", map(Notation.CONFIG_KEY, text())),
          acted("type", text()).or("Opaque"),
          acted("immutable", bool()));

  private ConfigSchema() {}

  static void configMap(ObjectNode json, Scope scope) {
    for (String key : MetadataSchema.keys(json.path("binaryData"))) {
      if (json.path("data").has(key)) {
        scope.at("binaryData").key(key).refuse("is in data, too");
      }
    }
    long size = 0;
    for (String part : List.of("data", "binaryData")) {
      for (Map.Entry<String, JsonNode> entry : json.path(part).properties()) {
        size += entry.getKey().length() + entry.getValue().asText().length();
      }
    }
    if (size > BYTES_MAX) {
      scope.at("data").refuse("must not be larger than 1 MiB together");
    }
  }

  /// As the API server does: what `stringData` says wins, and is kept as `data`.
  static void secret(ObjectNode json, Scope scope) {
    if (json.path("stringData") instanceof ObjectNode strings) {
      ObjectNode data = json.path("data") instanceof ObjectNode written ? written : Json.object();
      for (Map.Entry<String, JsonNode> entry : strings.properties()) {
        byte[] bytes = entry.getValue().asText().getBytes(StandardCharsets.UTF_8);
        data.set(entry.getKey(), Json.text(Base64.getEncoder().encodeToString(bytes)));
      }
      json.set("data", data);
      json.remove("stringData");
    }
    List<String> needed =
        switch (json.path("type").asText()) {
          case "kubernetes.io/tls" -> List.of("tls.crt", "tls.key");
          case "kubernetes.io/dockerconfigjson" -> List.of(".dockerconfigjson");
          case "kubernetes.io/dockercfg" -> List.of(".dockercfg");
          case "kubernetes.io/ssh-auth" -> List.of("ssh-privatekey");
          default -> List.of();
        };
    for (String key : needed) {
      if (!json.path("data").has(key)) {
        scope
            .at("data")
            .refuse(
                "must have the key \"%s\" in a Secret of type %s"
                    .formatted(key, json.path("type").asText()));
      }
    }
  }
}
