package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.text.Scalars;
import java.util.Map;
import java.util.regex.Pattern;

/// Writes a JSON tree as YAML in block style, members in the tree's order. kubectl reads the same
/// values back: text is quoted exactly where it would be read as something else. Same tree, same
/// bytes.
public final class YamlWriter {
  /// Characters that begin something other than plain text.
  private static final String INDICATORS = "-?:,[]{}#&*!|>'\"%@`=";

  private static final Pattern FIRST_AND_SAFE = Pattern.compile("[-?:][^\\s].*", Pattern.DOTALL);
  private static final int KEY_LENGTH_MAX = 1000;

  private final StringBuilder out = new StringBuilder();

  private YamlWriter() {}

  public static String write(JsonNode tree) {
    var writer = new YamlWriter();
    if (isBlock(tree)) {
      writer.block(tree, 0);
    } else {
      writer.scalar(tree, 0);
    }
    return writer.out.toString();
  }

  private static boolean isBlock(JsonNode node) {
    return node.isContainerNode() && !node.isEmpty();
  }

  private void block(JsonNode node, int indent) {
    switch (node) {
      case ObjectNode object -> {
        boolean first = true;
        for (Map.Entry<String, JsonNode> member : object.properties()) {
          if (!first) {
            indent(indent);
          }
          first = false;
          key(member.getKey(), indent);
          value(member.getValue(), indent);
        }
      }
      case ArrayNode array -> {
        boolean first = true;
        for (JsonNode item : array) {
          if (!first) {
            indent(indent);
          }
          first = false;
          out.append("- ");
          if (isBlock(item)) {
            block(item, indent + 2);
          } else {
            scalar(item, indent + 2);
          }
        }
      }
      default -> scalar(node, indent);
    }
  }

  private void value(JsonNode value, int indent) {
    if (!isBlock(value)) {
      out.append(' ');
      scalar(value, indent + 2);
      return;
    }
    out.append('\n');
    // As kubectl writes it: a list's dashes stand under its key.
    int inner = value.isArray() ? indent : indent + 2;
    indent(inner);
    block(value, inner);
  }

  /// YAML's parsers look only so far for the colon of a plain key, so that a longer one is marked.
  private void key(String key, int indent) {
    String text = isPlain(key) ? key : quoted(key);
    if (text.length() > KEY_LENGTH_MAX) {
      out.append("? ").append(text).append('\n');
      indent(indent);
    } else {
      out.append(text);
    }
    out.append(':');
  }

  private void scalar(JsonNode node, int indent) {
    if (!node.isTextual()) {
      out.append(
          node.isEmpty() && node.isContainerNode()
              ? (node.isArray() ? "[]" : "{}")
              : node.toString());
      out.append('\n');
      return;
    }
    String text = node.textValue();
    if (isPlain(text)) {
      out.append(text).append('\n');
    } else if (isLiteral(text)) {
      literal(text, indent);
    } else {
      out.append(quoted(text)).append('\n');
    }
  }

  private static boolean isPlain(String text) {
    if (text.isEmpty()
        || !Scalars.resolve(text).filter(JsonNode::isTextual).isPresent()
        || text.equals("<<")
        || text.startsWith("---")
        || text.startsWith("...")
        || Character.isWhitespace(text.charAt(0))
        || Character.isWhitespace(text.charAt(text.length() - 1))
        || text.contains(": ")
        || text.contains(" #")
        || text.endsWith(":")) {
      return false;
    }
    if (INDICATORS.indexOf(text.charAt(0)) >= 0 && !FIRST_AND_SAFE.matcher(text).matches()) {
      return false;
    }
    return text.codePoints().allMatch(c -> c != '\n' && isSimple(c));
  }

  /// Lines as they are, which is how people write configuration files into manifests.
  private static boolean isLiteral(String text) {
    return text.indexOf('\n') > 0
        && text.charAt(0) != ' '
        && !text.lines().anyMatch(line -> line.endsWith(" "))
        && text.codePoints().allMatch(YamlWriter::isSimple);
  }

  private void literal(String text, int indent) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '\n') {
      end--;
    }
    int trailing = text.length() - end;
    out.append(trailing == 0 ? "|-" : trailing == 1 ? "|" : "|+").append('\n');
    for (String line : text.substring(0, end).split("\n", -1)) {
      if (!line.isEmpty()) {
        indent(Math.max(indent, 2));
        out.append(line);
      }
      out.append('\n');
    }
    out.append("\n".repeat(Math.max(0, trailing - 1)));
  }

  /// Neither a control character nor one that some reader takes for the end of a line.
  private static boolean isSimple(int c) {
    return c == '\n'
        || (c >= 0x20 && c <= 0x7E)
        || (c >= 0xA0 && c <= 0xD7FF && c != 0x2028 && c != 0x2029)
        || (c >= 0xE000 && c <= 0xFFFD && c != 0xFEFF)
        || c >= 0x10000;
  }

  private static String quoted(String text) {
    if (text.codePoints().allMatch(c -> c != '\n' && isSimple(c))
        && (text.indexOf('"') >= 0 || text.indexOf('\\') >= 0)) {
      return "'" + text.replace("'", "''") + "'";
    }
    var quoted = new StringBuilder("\"");
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '"' -> quoted.append("\\\"");
            case '\\' -> quoted.append("\\\\");
            case '\n' -> quoted.append("\\n");
            case '\t' -> quoted.append("\\t");
            case '\r' -> quoted.append("\\r");
            default -> {
              if (isSimple(c)) {
                quoted.appendCodePoint(c);
              } else {
                quoted.append("\\u%04x".formatted(c));
              }
            }
          }
        });
    return quoted.append('"').toString();
  }

  private void indent(int spaces) {
    out.append(" ".repeat(spaces));
  }
}
