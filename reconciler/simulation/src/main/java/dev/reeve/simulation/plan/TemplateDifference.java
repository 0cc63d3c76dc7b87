package dev.reeve.simulation.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reeve.core.model.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// In which fields two pod templates differ.
final class TemplateDifference {
  private static final int LINES = 8;
  private static final int VALUE = 60;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private TemplateDifference() {}

  /// `spec.containers[web].image: web:1 -> web:2`, one line a field.
  static List<String> lines(Bytes before, Bytes after) {
    var lines = new ArrayList<String>();
    compare("", parsed(before), parsed(after), lines);
    if (lines.size() <= LINES) {
      return lines;
    }
    var some = new ArrayList<>(lines.subList(0, LINES));
    some.add("and " + (lines.size() - LINES) + " more fields");
    return some;
  }

  private static JsonNode parsed(Bytes json) {
    try {
      return MAPPER.readTree(json.toArray());
    } catch (JsonProcessingException e) {
      // A template whose text is not known.
      return MAPPER.missingNode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void compare(String path, JsonNode before, JsonNode after, List<String> lines) {
    if (before.equals(after)) {
      return;
    }
    if (before.isObject() && after.isObject()) {
      var names = new TreeSet<String>();
      before.fieldNames().forEachRemaining(names::add);
      after.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        compare(
            path.isEmpty() ? name : path + "." + name, before.path(name), after.path(name), lines);
      }
    } else if (before.isArray() && after.isArray() && before.size() == after.size()) {
      for (int i = 0; i < after.size(); i++) {
        var name = after.get(i).path("name").asText(Integer.toString(i));
        compare(path + "[" + name + "]", before.get(i), after.get(i), lines);
      }
    } else {
      lines.add(path + ": " + told(before) + " -> " + told(after));
    }
  }

  private static String told(JsonNode value) {
    if (value.isMissingNode()) {
      return "(none)";
    }
    var text = value.isValueNode() ? value.asText() : value.toString();
    return text.length() <= VALUE ? text : text.substring(0, VALUE) + "...";
  }
}
