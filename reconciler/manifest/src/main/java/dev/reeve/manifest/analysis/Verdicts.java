package dev.reeve.manifest.analysis;

import dev.reeve.core.record.Measurement.Outcome;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a result is held to be, as Argo Rollouts holds it.
///
/// Without a condition every result is a success; with one, what it does not hold of is the
/// opposite; with both, failure goes first, and a result of which neither holds is inconclusive.
public final class Verdicts {
  private Verdicts() {}

  /// @param message why it is an error; empty otherwise
  public record Verdict(Outcome outcome, String message) {}

  /// @param result numbers, texts, booleans, lists and maps of such, or null
  public static Verdict of(
      Optional<String> successCondition,
      Optional<String> failureCondition,
      @Nullable Object result) {
    boolean succeeds = true;
    boolean fails = false;
    try {
      if (successCondition.isPresent()) {
        succeeds = holds("successCondition", successCondition.get(), result);
        fails = !succeeds;
      }
      if (failureCondition.isPresent()) {
        fails = holds("failureCondition", failureCondition.get(), result);
        succeeds = successCondition.isPresent() ? succeeds : !fails;
      }
    } catch (NotEvaluated e) {
      return new Verdict(Outcome.ERROR, String.valueOf(e.getMessage()));
    }
    Outcome outcome = fails ? Outcome.FAILED : succeeds ? Outcome.SUCCESSFUL : Outcome.INCONCLUSIVE;
    return new Verdict(outcome, "");
  }

  private static boolean holds(String name, String text, @Nullable Object result)
      throws NotEvaluated {
    try {
      return switch (Condition.parse(text)) {
        case Condition.Parsed.Good(var condition) -> condition.holds(result);
        case Condition.Parsed.Bad bad -> throw new NotEvaluated(bad.toString());
      };
    } catch (NotEvaluated e) {
      boolean isEmpty = result == null || (result instanceof Collection<?> c && c.isEmpty());
      throw new NotEvaluated(
          "could not evaluate %s \"%s\": %s%s"
              .formatted(name, text, isEmpty ? "the provider gave no data: " : "", e.getMessage()));
    }
  }
}
