package dev.reeve.manifest.analysis;

import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// A regular expression that gives up: whoever wrote it must not be able to keep the server busy.
/// Argo's, in Go, take a time that grows with the text only.
public final class BoundedPattern {
  private static final int TEXT_MAX = 10_000;
  private static final int STEPS_MAX = 1_000_000;

  private final Pattern pattern;

  private BoundedPattern(Pattern pattern) {
    this.pattern = pattern;
  }

  static BoundedPattern of(String pattern) {
    try {
      return new BoundedPattern(Pattern.compile(pattern));
    } catch (PatternSyntaxException e) {
      throw new NotEvaluated.Failure("\"" + pattern + "\" is not a regular expression");
    }
  }

  /// Whether the pattern is one at all.
  public static boolean isWellFormed(String pattern) {
    try {
      Pattern.compile(pattern);
      return true;
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  /// As Go's `regexp.MatchString`, anywhere in the text; false where it took too long.
  public static boolean isFound(String pattern, String text) {
    try {
      return of(pattern).isFoundIn(text);
    } catch (NotEvaluated.Failure e) {
      return false;
    }
  }

  /// Where a pattern is found first; empty where it is not, or took too long.
  public static Optional<MatchResult> find(Pattern pattern, String text) {
    if (text.length() > TEXT_MAX) {
      return Optional.empty();
    }
    try {
      var matcher = pattern.matcher(new Counted(text));
      return matcher.find() ? Optional.of(matcher.toMatchResult()) : Optional.empty();
    } catch (NotEvaluated.Failure | StackOverflowError tooMuch) {
      return Optional.empty();
    }
  }

  boolean isFoundIn(String text) {
    if (text.length() > TEXT_MAX) {
      throw new NotEvaluated.Failure("a text of more than 10,000 characters is not matched");
    }
    try {
      return pattern.matcher(new Counted(text)).find();
    } catch (StackOverflowError e) {
      throw new NotEvaluated.Failure("\"" + pattern + "\" goes too deep for this text");
    }
  }

  /// A text that counts how often it is looked at.
  private static final class Counted implements CharSequence {
    private final String text;
    private int steps;

    Counted(String text) {
      this.text = text;
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (++steps > STEPS_MAX) {
        throw new NotEvaluated.Failure("the regular expression takes too long on this text");
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
