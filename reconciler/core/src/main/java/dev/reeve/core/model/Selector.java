package dev.reeve.core.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What labels must be like: Kubernetes' label selector, and the expressions of its node selector
/// terms. All requirements hold together; without any, everything matches.
public record Selector(List<Requirement> requirements) {
  public static final Selector EVERYTHING = new Selector(List.of());

  /// As a label selector that is not given: no value is among none.
  public static final Selector NOTHING =
      new Selector(List.of(new Requirement("", Operator.IN, List.of())));

  public Selector {
    requirements = List.copyOf(requirements);
  }

  public static Selector ofLabels(Map<String, String> labels) {
    return new Selector(
        labels.entrySet().stream()
            .map(it -> new Requirement(it.getKey(), Operator.IN, List.of(it.getValue())))
            .toList());
  }

  /// @param values of one element for GREATER_THAN and LESS_THAN, a decimal number; of none for
  ///   EXISTS and DOES_NOT_EXIST
  public record Requirement(String key, Operator operator, List<String> values) {
    public Requirement {
      values = List.copyOf(values);
    }

    boolean matches(Map<String, String> labels) {
      String value = labels.get(key);
      return switch (operator) {
        case IN -> value != null && values.contains(value);
        // A label that is not there has none of the values.
        case NOT_IN -> value == null || !values.contains(value);
        case EXISTS -> value != null;
        case DOES_NOT_EXIST -> value == null;
        case GREATER_THAN -> compare(value) > 0;
        case LESS_THAN -> compare(value) < 0;
      };
    }

    /// A value that is no whole number is neither greater nor less.
    private int compare(@Nullable String value) {
      if (value == null) {
        return 0;
      }
      try {
        return Long.compare(Long.parseLong(value), Long.parseLong(values.getFirst()));
      } catch (NumberFormatException e) {
        return 0;
      }
    }
  }

  public enum Operator {
    IN,
    NOT_IN,
    EXISTS,
    DOES_NOT_EXIST,
    GREATER_THAN,
    LESS_THAN
  }

  public boolean matches(Map<String, String> labels) {
    for (Requirement requirement : requirements) {
      if (!requirement.matches(labels)) {
        return false;
      }
    }
    return true;
  }
}
