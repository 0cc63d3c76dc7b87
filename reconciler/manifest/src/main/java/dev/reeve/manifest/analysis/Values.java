package dev.reeve.manifest.analysis;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The values of conditions: [Long], [Double], [String], [Boolean], lists and maps of them, and
/// [#NIL]. JEXL has its own rules for null and so never gets to see it.
final class Values {
  enum Nil {
    NIL
  }

  static final Object NIL = Nil.NIL;

  private Values() {}

  static Object of(@Nullable Object value) {
    return switch (value) {
      case null -> NIL;
      case Nil it -> it;
      case Float it -> it.doubleValue();
      case Double it -> it;
      case BigDecimal it -> it.doubleValue();
      case BigInteger it ->
          it.bitLength() < Long.SIZE ? (Object) it.longValue() : (Object) it.doubleValue();
      case Number it -> it.longValue();
      case List<?> list -> {
        var items = new ArrayList<Object>(list.size());
        list.forEach(item -> items.add(of(item)));
        yield items;
      }
      case Map<?, ?> map -> {
        var members = new LinkedHashMap<String, Object>();
        map.forEach((key, member) -> members.put(String.valueOf(key), of(member)));
        yield members;
      }
      case Boolean it -> it;
      default -> value.toString();
    };
  }

  /// `list[0]`, `map["key"]`: an item that is not there is an error, a member is nil.
  static Object item(Object container, Object index) {
    return switch (container) {
      case List<?> list -> {
        if (!(index instanceof Long position)) {
          throw new NotEvaluated.Failure("a list has no member " + described(index));
        }
        // As in Argo's language, -1 is the last.
        long at = position < 0 ? position + list.size() : position;
        if (at < 0 || at >= list.size()) {
          throw new NotEvaluated.Failure(
              "there is no item %d in a list of %d".formatted(position, list.size()));
        }
        yield of(list.get((int) at));
      }
      case Map<?, ?> map -> {
        if (!(index instanceof String key)) {
          throw new NotEvaluated.Failure("an object has no item " + described(index));
        }
        yield of(map.get(key));
      }
      default ->
          throw new NotEvaluated.Failure(
              "%s has no member %s".formatted(described(container), described(index)));
    };
  }

  static boolean same(Object a, Object b) {
    if (a instanceof Number left && b instanceof Number right) {
      return areWhole(a, b)
          ? left.longValue() == right.longValue()
          : left.doubleValue() == right.doubleValue();
    }
    if (a instanceof List<?> left && b instanceof List<?> right) {
      if (left.size() != right.size()) {
        return false;
      }
      for (int i = 0; i < left.size(); i++) {
        if (!same(of(left.get(i)), of(right.get(i)))) {
          return false;
        }
      }
      return true;
    }
    return a.equals(b);
  }

  static boolean areWhole(Object a, Object b) {
    return a instanceof Long && b instanceof Long;
  }

  static Number number(Object value) {
    if (value instanceof Number number) {
      return number;
    }
    throw new NotEvaluated.Failure("expected a number, but got " + described(value));
  }

  static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new NotEvaluated.Failure("expected a string, but got " + described(value));
  }

  static boolean truth(Object value) {
    if (value instanceof Boolean truth) {
      return truth;
    }
    throw new NotEvaluated.Failure("expected true or false, but got " + described(value));
  }

  /// For messages: what it is, and for the short ones which.
  static String described(@Nullable Object value) {
    return switch (value) {
      case null -> "nil";
      case Nil _ -> "nil";
      case Number number -> "number " + number;
      case Boolean truth -> "boolean " + truth;
      case String text ->
          "string \"" + (text.length() <= 40 ? text : text.substring(0, 40) + "…") + "\"";
      case List<?> list -> "a list of " + list.size();
      case Map<?, ?> _ -> "an object";
      default -> "something else";
    };
  }
}
