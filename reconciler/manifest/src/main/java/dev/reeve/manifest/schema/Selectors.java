package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.map;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.Selector.Operator;
import dev.reeve.core.model.Selector.Requirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Labels and selectors as they are written, into those that the core matches with.
public final class Selectors {
  static final Type.Structure LABEL_SELECTOR =
      structure(
          "LabelSelector",
          acted("matchLabels", map(Notation.LABEL_KEY, text(Notation.LABEL_VALUE))),
          acted(
              "matchExpressions",
              list(
                  structure(
                          "LabelRequirement",
                          acted("key", text(Notation.LABEL_KEY)).asRequired(),
                          acted("operator", oneOf("In", "NotIn", "Exists", "DoesNotExist"))
                              .asRequired(),
                          acted("values", list(text(Notation.LABEL_VALUE))))
                      .with(Selectors::checkValues))));

  private Selectors() {}

  /// A label selector: without one nothing matches, with an empty one everything.
  public static Selector of(JsonNode labelSelector) {
    if (labelSelector.isMissingNode()) {
      return Selector.NOTHING;
    }
    var requirements = new ArrayList<Requirement>();
    requirements.addAll(
        Selector.ofLabels(labels(labelSelector.path("matchLabels"))).requirements());
    requirements.addAll(requirements(labelSelector.path("matchExpressions")));
    return new Selector(requirements);
  }

  /// Expressions of label selectors and of node selector terms. One whose operator there is not is
  /// told where it is checked, and left out here.
  public static List<Requirement> requirements(JsonNode expressions) {
    var requirements = new ArrayList<Requirement>();
    for (JsonNode expression : expressions) {
      var values = new ArrayList<String>();
      expression.path("values").forEach(value -> values.add(value.asText()));
      operator(expression)
          .ifPresent(operator ->
              requirements.add(new Requirement(expression.path("key").asText(), operator, values)));
    }
    return requirements;
  }

  public static SortedMap<String, String> labels(JsonNode written) {
    var labels = new TreeMap<String, String>();
    for (Map.Entry<String, JsonNode> label : written.properties()) {
      labels.put(label.getKey(), label.getValue().asText());
    }
    return labels;
  }

  private static Optional<Operator> operator(JsonNode expression) {
    return switch (expression.path("operator").asText()) {
      case "In" -> Optional.of(Operator.IN);
      case "NotIn" -> Optional.of(Operator.NOT_IN);
      case "Exists" -> Optional.of(Operator.EXISTS);
      case "DoesNotExist" -> Optional.of(Operator.DOES_NOT_EXIST);
      case "Gt" -> Optional.of(Operator.GREATER_THAN);
      case "Lt" -> Optional.of(Operator.LESS_THAN);
      default -> Optional.empty();
    };
  }

  /// The rule of an expression: how many values its operator takes, and of which kind.
  static void checkValues(ObjectNode expression, Scope scope) {
    String operator = expression.path("operator").asText();
    JsonNode values = expression.path("values");
    Scope at = scope.at("values");
    switch (operator) {
      case "In", "NotIn" -> {
        if (values.isEmpty()) {
          at.refuse("must not be empty with the operator " + operator);
        }
      }
      case "Exists", "DoesNotExist" -> {
        if (!values.isEmpty()) {
          at.refuse("must be empty with the operator " + operator);
        }
      }
      case "Gt", "Lt" -> {
        if (values.size() != 1 || !values.path(0).asText().matches("[0-9]{1,18}")) {
          at.refuse("must be one integer in quotes with the operator " + operator);
        }
      }
      default -> {}
    }
  }
}
