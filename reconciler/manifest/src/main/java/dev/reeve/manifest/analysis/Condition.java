package dev.reeve.manifest.analysis;

import java.util.Map;
import org.apache.commons.jexl3.JexlBuilder;
import org.apache.commons.jexl3.JexlContext;
import org.apache.commons.jexl3.JexlEngine;
import org.apache.commons.jexl3.JexlException;
import org.apache.commons.jexl3.JexlExpression;
import org.apache.commons.jexl3.JexlFeatures;
import org.jspecify.annotations.Nullable;

/// An expression on `result`, in the language of Argo Rollouts' conditions: `result[0] >= 0.95`. It
/// is evaluated by JEXL, closed up so that nothing of Java can be reached from it; see
/// `docs/decisions/0010-conditions-in-jexl.md`. Immutable, safe for all threads.
public final class Condition {
  public static final int LENGTH_MAX = 4_096;

  private static final JexlEngine ENGINE = engine();

  private final JexlExpression expression;
  private final Map<String, Object> constants;

  private Condition(JexlExpression expression, Map<String, Object> constants) {
    this.expression = expression;
    this.constants = constants;
  }

  /// What came of reading an expression.
  public sealed interface Parsed {
    record Good(Condition condition) implements Parsed {}

    /// @param column from 1, in characters of the expression
    record Bad(int column, String message) implements Parsed {
      @Override
      public String toString() {
        return message + " at its character " + column;
      }
    }
  }

  public static Parsed parse(String text) {
    if (text.length() > LENGTH_MAX) {
      return new Parsed.Bad(LENGTH_MAX + 1, "is longer than 4,096 characters");
    }
    Translation translation;
    try {
      translation = Translation.of(text);
    } catch (Translation.Malformed e) {
      return new Parsed.Bad(e.column(), e.reason());
    }
    try {
      return new Parsed.Good(
          new Condition(ENGINE.createExpression(translation.text()), translation.constants()));
    } catch (JexlException e) {
      int column = e.getInfo() == null ? 1 : translation.columnOf(e.getInfo().getColumn());
      return new Parsed.Bad(column, "is not an expression");
    }
  }

  /// Whether it is true of a result.
  ///
  /// @param result numbers, texts, booleans, lists and maps of such, or null
  /// @throws NotEvaluated where it is neither: an item that is not there, things that cannot be
  ///   compared, or an answer that is no boolean
  public boolean holds(@Nullable Object result) throws NotEvaluated {
    Object answer;
    try {
      answer = expression.evaluate(new Variables(constants, Values.of(result)));
    } catch (JexlException | NotEvaluated.Failure | ArithmeticException e) {
      throw NotEvaluated.of(e);
    }
    if (answer instanceof Boolean holds) {
      return holds;
    }
    throw new NotEvaluated("expected true or false, but got " + Values.described(answer));
  }

  private static JexlEngine engine() {
    var features =
        new JexlFeatures()
            .script(false)
            .localVar(false)
            .sideEffect(false)
            .sideEffectGlobal(false)
            .newInstance(false)
            .loops(false)
            .lambda(false)
            .pragma(false)
            .annotation(false)
            .structuredLiteral(false)
            .methodCall(false)
            .importPragma(false)
            .namespacePragma(false);
    var arithmetic = new ResultArithmetic();
    JexlEngine open = new JexlBuilder().arithmetic(arithmetic).create();
    return new JexlBuilder()
        .arithmetic(arithmetic)
        .features(features)
        .namespaces(Functions.namespaces())
        .uberspect(new ClosedUberspect(open.getUberspect()))
        .strict(true)
        .safe(false)
        .silent(false)
        .debug(true)
        .antish(false)
        .cache(0)
        .create();
  }

  /// All that an expression can name.
  private record Variables(Map<String, Object> constants, Object result) implements JexlContext {
    @Override
    public @Nullable Object get(String name) {
      return name.equals(Translation.RESULT) ? result : constants.get(name);
    }

    @Override
    public boolean has(String name) {
      return name.equals(Translation.RESULT) || constants.containsKey(name);
    }

    @Override
    public void set(String name, @Nullable Object value) {
      throw new NotEvaluated.Failure("nothing can be assigned");
    }
  }
}
