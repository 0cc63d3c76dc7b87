package dev.reeve.manifest.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NumericNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.TreeMap;

/// JSON trees, and their one canonical form: keys sorted, no insignificant whitespace.
public final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /// From here on Go's JSON writes an exponent.
  private static final double LARGEST_PLAIN = 1e21;

  private Json() {}

  public static ObjectNode object() {
    return NODES.objectNode();
  }

  public static ArrayNode array() {
    return NODES.arrayNode();
  }

  public static JsonNode text(String value) {
    return NODES.textNode(value);
  }

  public static JsonNode bool(boolean value) {
    return NODES.booleanNode(value);
  }

  public static JsonNode nothing() {
    return NODES.nullNode();
  }

  /// Of two node types for the same number only ever one is made, so that equal numbers are equal.
  public static NumericNode number(long value) {
    return value == (int) value ? NODES.numberNode((int) value) : NODES.numberNode(value);
  }

  public static NumericNode number(BigInteger value) {
    return value.bitLength() < Long.SIZE
        ? number(value.longValue())
        : (NumericNode) NODES.numberNode(value);
  }

  /// A whole number is an integer, however it was written: `3.0` and `3e0` are 3.
  public static NumericNode number(double value) {
    return value == Math.rint(value) && Math.abs(value) < LARGEST_PLAIN
        ? number(new BigDecimal(value).toBigInteger())
        : NODES.numberNode(value);
  }

  public static byte[] canonicalBytes(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(sorted(node));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  /// Reads what [#canonicalBytes] wrote.
  public static ObjectNode parseObject(byte[] canonical) {
    try {
      return (ObjectNode) MAPPER.readTree(canonical);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode sorted(JsonNode node) {
    return switch (node) {
      case ObjectNode object -> {
        var members = new TreeMap<String, JsonNode>();
        for (Map.Entry<String, JsonNode> member : object.properties()) {
          members.put(member.getKey(), sorted(member.getValue()));
        }
        ObjectNode result = object();
        members.forEach(result::set);
        yield result;
      }
      case ArrayNode array -> {
        ArrayNode result = array();
        array.forEach(item -> result.add(sorted(item)));
        yield result;
      }
      default -> node;
    };
  }
}
