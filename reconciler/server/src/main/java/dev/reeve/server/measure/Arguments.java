package dev.reeve.server.measure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.Effect.Request;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.schema.Placeholders;
import dev.reeve.manifest.text.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/// The arguments that are known only now, by name: hashes of releases, and values of Secrets.
final class Arguments {
  private final Map<String, String> values = new TreeMap<>();
  private final Map<String, String> secrets = new TreeMap<>();

  private Arguments() {}

  /// @param data what a Secret holds; empty where there is none
  static Arguments of(
      JsonNode arguments, Request.Measure request, Function<ObjectKey, Map<String, byte[]>> data)
      throws NotMeasured {
    var read = new Arguments();
    for (JsonNode argument : arguments) {
      var name = argument.path("name").asText();
      var secret = argument.path("secret");
      if (secret.isMissingNode()) {
        read.values.put(
            name,
            argument.path("podTemplateHash").asText().equals("Stable")
                ? request.stable()
                : request.latest());
      } else {
        read.secrets.put(name, secret(secret, data));
      }
    }
    return read;
  }

  private static String secret(JsonNode secret, Function<ObjectKey, Map<String, byte[]>> data)
      throws NotMeasured {
    var object =
        new ObjectKey("Secret", secret.path("namespace").asText(), secret.path("name").asText());
    var key = secret.path("key").asText();
    byte[] value = data.apply(object).get(key);
    if (value == null) {
      throw new NotMeasured(object + " has no key " + key);
    }
    return new String(value, StandardCharsets.UTF_8);
  }

  Redaction redaction() {
    return Redaction.of(secrets.values());
  }

  /// Every text of the tree, with values in it.
  JsonNode fill(JsonNode node) {
    return switch (node) {
      case ObjectNode object -> {
        ObjectNode result = Json.object();
        object.properties().forEach(member -> result.set(member.getKey(), fill(member.getValue())));
        yield result;
      }
      case ArrayNode array -> {
        ArrayNode result = Json.array();
        array.forEach(item -> result.add(fill(item)));
        yield result;
      }
      default -> node.isTextual() ? Json.text(fill(node.textValue())) : node;
    };
  }

  private String fill(String text) {
    return Placeholders.replace(
        text, name -> Optional.ofNullable(secrets.getOrDefault(name, values.get(name))));
  }

  /// A condition is said when it cannot be evaluated, so no Secret goes into one.
  Optional<String> condition(JsonNode query, String field) throws NotMeasured {
    var text = query.path(field).asText();
    for (String name : Placeholders.in(text)) {
      if (secrets.containsKey(name)) {
        throw new NotMeasured(
            field
                + " uses argument "
                + name
                + ", and a Secret's value may not stand in a condition");
      }
    }
    return text.isEmpty() ? Optional.empty() : Optional.of(fill(text));
  }
}
