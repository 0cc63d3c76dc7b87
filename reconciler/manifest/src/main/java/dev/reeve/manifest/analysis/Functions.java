package dev.reeve.manifest.analysis;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The functions of conditions: those that Argo Rollouts adds to its language, and a few of the
/// language's own.
final class Functions {
  /// The one object that has methods; see [ClosedUberspect].
  static final Functions TARGET = new Functions();

  private static final Map<String, Integer> ARITIES =
      Map.ofEntries(
          Map.entry("len", 1),
          Map.entry("isNaN", 1),
          Map.entry("isInf", 1),
          Map.entry("isNil", 1),
          Map.entry("default", 2),
          Map.entry("asInt", 1),
          Map.entry("asFloat", 1),
          Map.entry("abs", 1),
          Map.entry("ceil", 1),
          Map.entry("floor", 1),
          Map.entry("round", 1));

  private Functions() {}

  /// How many arguments a function takes; empty for a name that is none.
  static Optional<Integer> arity(String name) {
    return Optional.ofNullable(ARITIES.get(name));
  }

  /// For JEXL: functions without a namespace are methods of [#TARGET].
  @SuppressWarnings("NullAway") // JEXL's own key for "no namespace"
  static Map<String, Object> namespaces() {
    var namespaces = new HashMap<String, Object>();
    namespaces.put(null, TARGET);
    return namespaces;
  }

  static Object call(String name, List<Object> arguments) {
    if (name.equals(Translation.LIST)) {
      return arguments;
    }
    Object first = arguments.getFirst();
    return switch (name) {
      case "len" -> length(first);
      case "isNaN" -> Double.isNaN(Values.number(first).doubleValue());
      case "isInf" -> Double.isInfinite(Values.number(first).doubleValue());
      case "isNil" -> first.equals(Values.NIL);
      case "default" -> first.equals(Values.NIL) ? arguments.get(1) : first;
      case "asInt" -> asInt(first);
      case "asFloat" -> asFloat(first);
      case "abs" ->
          Values.number(first) instanceof Long whole
              ? (Object) Math.absExact(whole)
              : (Object) Math.abs(Values.number(first).doubleValue());
      case "ceil" -> Math.ceil(Values.number(first).doubleValue());
      case "floor" -> Math.floor(Values.number(first).doubleValue());
      case "round" -> (double) Math.round(Values.number(first).doubleValue());
      default -> throw new NotEvaluated.Failure("there is no function " + name);
    };
  }

  private static Object length(Object value) {
    return switch (value) {
      case List<?> list -> (long) list.size();
      case Map<?, ?> map -> (long) map.size();
      case String text -> (long) text.codePointCount(0, text.length());
      default -> throw new NotEvaluated.Failure(Values.described(value) + " has no length");
    };
  }

  private static Object asInt(Object value) {
    if (value instanceof Number number) {
      return number.longValue();
    }
    try {
      return Long.parseLong(Values.text(value));
    } catch (NumberFormatException e) {
      throw new NotEvaluated.Failure(Values.described(value) + " is not an integer");
    }
  }

  private static Object asFloat(Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    String text = Values.text(value);
    try {
      return switch (text) {
        case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
        case "-Inf" -> Double.NEGATIVE_INFINITY;
        default -> Double.parseDouble(text);
      };
    } catch (NumberFormatException e) {
      throw new NotEvaluated.Failure(Values.described(value) + " is not a number");
    }
  }
}
