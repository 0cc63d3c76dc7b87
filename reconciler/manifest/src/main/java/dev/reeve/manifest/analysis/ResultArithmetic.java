package dev.reeve.manifest.analysis;

import java.math.MathContext;
import java.util.List;
import java.util.Map;
import org.apache.commons.jexl3.JexlArithmetic;

/// The operators of Argo's language. JEXL's own turn texts into numbers and anything into a
/// boolean, and divide whole numbers without a rest; here a mismatch is an error, and comparisons
/// with NaN are false, as IEEE 754 and Go have it.
final class ResultArithmetic extends JexlArithmetic {
  ResultArithmetic() {
    super(true);
  }

  /// No option makes it another one.
  @Override
  protected JexlArithmetic createWithOptions(boolean strict, MathContext context, int scale) {
    return this;
  }

  @Override
  public boolean toBoolean(Object value) {
    return Values.truth(value);
  }

  @Override
  protected boolean toBoolean(boolean strict, Object value) {
    return Values.truth(value);
  }

  @Override
  public boolean testPredicate(Object value) {
    return Values.truth(value);
  }

  @Override
  public Object not(Object value) {
    return !Values.truth(value);
  }

  @Override
  public Object negate(Object value) {
    Number number = Values.number(value);
    return number instanceof Long whole
        ? (Object) Math.negateExact(whole)
        : (Object) (-number.doubleValue());
  }

  @Override
  public Object positivize(Object value) {
    return Values.number(value);
  }

  @Override
  public Object add(Object left, Object right) {
    if (left instanceof String a && right instanceof String b) {
      return a + b;
    }
    Number a = Values.number(left);
    Number b = Values.number(right);
    return Values.areWhole(a, b)
        ? (Object) Math.addExact(a.longValue(), b.longValue())
        : (Object) (a.doubleValue() + b.doubleValue());
  }

  @Override
  public Object subtract(Object left, Object right) {
    Number a = Values.number(left);
    Number b = Values.number(right);
    return Values.areWhole(a, b)
        ? (Object) Math.subtractExact(a.longValue(), b.longValue())
        : (Object) (a.doubleValue() - b.doubleValue());
  }

  @Override
  public Object multiply(Object left, Object right) {
    Number a = Values.number(left);
    Number b = Values.number(right);
    return Values.areWhole(a, b)
        ? (Object) Math.multiplyExact(a.longValue(), b.longValue())
        : (Object) (a.doubleValue() * b.doubleValue());
  }

  @Override
  public Object divide(Object left, Object right) {
    return Values.number(left).doubleValue() / Values.number(right).doubleValue();
  }

  @Override
  public Object mod(Object left, Object right) {
    if (!Values.areWhole(left, right) || Values.number(right).longValue() == 0) {
      throw new NotEvaluated.Failure("% takes whole numbers, the second not 0");
    }
    return Values.number(left).longValue() % Values.number(right).longValue();
  }

  @Override
  public boolean equals(Object left, Object right) {
    return Values.same(left, right);
  }

  @Override
  public boolean lessThan(Object left, Object right) {
    return isLess(left, right);
  }

  @Override
  public boolean lessThanOrEqual(Object left, Object right) {
    return isAtMost(left, right);
  }

  @Override
  public boolean greaterThan(Object left, Object right) {
    return isLess(right, left);
  }

  @Override
  public boolean greaterThanOrEqual(Object left, Object right) {
    return isAtMost(right, left);
  }

  private static boolean isLess(Object a, Object b) {
    if (a instanceof String one && b instanceof String other) {
      return one.compareTo(other) < 0;
    }
    return Values.areWhole(a, b) ? whole(a) < whole(b) : real(a, b) < real(b, a);
  }

  private static boolean isAtMost(Object a, Object b) {
    if (a instanceof String one && b instanceof String other) {
      return one.compareTo(other) <= 0;
    }
    return Values.areWhole(a, b) ? whole(a) <= whole(b) : real(a, b) <= real(b, a);
  }

  private static long whole(Object value) {
    return Values.number(value).longValue();
  }

  private static double real(Object value, Object other) {
    if (value instanceof Number number && other instanceof Number) {
      return number.doubleValue();
    }
    throw new NotEvaluated.Failure(
        "%s and %s cannot be compared".formatted(Values.described(value), Values.described(other)));
  }

  /// `value in container`.
  @Override
  public Boolean contains(Object container, Object value) {
    return switch (container) {
      case List<?> list -> list.stream().anyMatch(item -> Values.same(Values.of(item), value));
      case Map<?, ?> map -> map.containsKey(Values.text(value));
      default ->
          throw new NotEvaluated.Failure(
              "nothing is in " + Values.described(container) + ": it is no list and no object");
    };
  }

  @Override
  public Boolean startsWith(Object left, Object right) {
    return Values.text(left).startsWith(Values.text(right));
  }

  @Override
  public Boolean endsWith(Object left, Object right) {
    return Values.text(left).endsWith(Values.text(right));
  }

  /// Argo's `contains`, which JEXL has no operator for: see [Translation].
  @Override
  public Object shiftLeft(Object left, Object right) {
    return Values.text(left).contains(Values.text(right));
  }

  /// Argo's `matches`, which JEXL has no operator for: see [Translation].
  @Override
  public Object shiftRight(Object left, Object right) {
    return BoundedPattern.of(Values.text(right)).isFoundIn(Values.text(left));
  }
}
