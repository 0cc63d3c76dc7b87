package dev.reeve.manifest.schema;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Arguments within the text of an analysis template: `{{args.name}}`.
public final class Placeholders {
  private static final String PREFIX = "args.";

  /// Bounded, so that a text full of open brackets is read once.
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^{}]{0,256})\\}\\}");

  private Placeholders() {}

  public static boolean areIn(String text) {
    return PLACEHOLDER.matcher(text).find();
  }

  /// The names of the arguments, and as they are written those that are no argument: `{{x}}`.
  public static SequencedSet<String> in(String text) {
    var names = new LinkedHashSet<String>();
    Matcher matcher = PLACEHOLDER.matcher(text);
    while (matcher.find()) {
      names.add(name(matcher));
    }
    return names;
  }

  /// With the values of those that have one.
  public static String replace(String text, Function<String, Optional<String>> values) {
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(
            found -> Matcher.quoteReplacement(values.apply(name(found)).orElse(found.group())));
  }

  private static String name(java.util.regex.MatchResult found) {
    String inside = found.group(1).strip();
    return inside.startsWith(PREFIX) ? inside.substring(PREFIX.length()) : found.group();
  }
}
