package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.text.Documents;
import dev.reeve.manifest.text.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlWriterTest {
  private static final List<String> PIECES =
      List.of(
          "a", "Z", "0", "9", " ", "  ", "\n", "\n\n", "\t", "\r", ":", ": ", "#", " #", "-", "- ",
          "?", "'", "\"", "\\", "|", ">", "{", "}", "[", "]", ",", "&", "*", "!", "%", "@", "`",
          "=", "<<", "---", "...", "yes", "null", "~", "é", "\u2028", "\u0085", "\uFEFF", "😀",
          "\u0007", ".");

  @Test
  void writesBlocksAsKubectlDoes() {
    ObjectNode port = Json.object();
    port.set("name", Json.text("http"));
    port.set("port", Json.number(80));
    ObjectNode tree = Json.object();
    tree.set("kind", Json.text("Service"));
    tree.set("ports", Json.array().add(port).add(Json.text("x")));
    tree.set("labels", Json.object().set("app", Json.text("web")));
    tree.set("none", Json.object());
    tree.set("empty", Json.array());
    tree.set("text", Json.text("two\nlines\n"));

    assertThat(YamlWriter.write(tree))
        .isEqualTo(
            """
            kind: Service
            ports:
            - name: http
              port: 80
            - x
            labels:
              app: web
            none: {}
            empty: []
            text: |
              two
              lines
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "yes", "012", "1e3", "0o14", "~", "", "a: b", "a #b", "- a", "*a", "<<", " a", "a:"
      })
  void quotesTextThatWouldBeReadAsSomethingElse(String text) {
    assertThat(YamlWriter.write(Json.text(text))).isEqualTo("\"" + text + "\"\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "12:30:45",
        "2026-01-01T00:00:00Z",
        "nginx:1.29",
        "a#b",
        "-a",
        "it's",
        "/x",
        "a b",
        "é"
      })
  void leavesOtherTextPlain(String text) {
    assertThat(YamlWriter.write(Json.text(text))).isEqualTo(text + "\n");
  }

  @Test
  void isReadBackAsItWas() {
    var random = new Random(7);
    for (int i = 0; i < 5_000; i++) {
      JsonNode tree = object(random, 3);

      String yaml = YamlWriter.write(tree);

      Documents read = Documents.yaml(yaml.getBytes(StandardCharsets.UTF_8));
      assertThat(read.problems()).as(yaml).isEmpty();
      assertThat(read.trees()).as(yaml).hasSize(1);
      assertThat(read.trees().getFirst().toJson()).as(yaml).isEqualTo(tree);
    }
  }

  private static ObjectNode object(Random random, int depth) {
    ObjectNode object = Json.object();
    int size = 1 + random.nextInt(4);
    for (int i = 0; i < size; i++) {
      object.set(text(random), value(random, depth));
    }
    return object;
  }

  private static JsonNode value(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 5 : 8)) {
      case 0 -> Json.number(random.nextInt());
      case 1 -> Json.bool(random.nextBoolean());
      case 2 -> Json.number(random.nextInt(1000) / 8.0);
      case 3, 4 -> Json.text(text(random));
      case 5 -> object(random, depth - 1);
      case 6 -> random.nextBoolean() ? Json.object() : Json.array();
      default -> {
        ArrayNode array = Json.array();
        int size = 1 + random.nextInt(3);
        for (int i = 0; i < size; i++) {
          array.add(value(random, depth - 1));
        }
        yield array;
      }
    };
  }

  private static String text(Random random) {
    var text = new StringBuilder();
    int size = random.nextInt(5);
    for (int i = 0; i < size; i++) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }
}
