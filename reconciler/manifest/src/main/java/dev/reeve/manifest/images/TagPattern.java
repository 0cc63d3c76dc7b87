package dev.reeve.manifest.images;

import dev.reeve.manifest.analysis.BoundedPattern;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// A regular expression over tags, as Go writes it: `^main-(?P<ts>[0-9]+)`; and what is put
/// together from its groups: `$ts`, `${ts}`, `$1`, `$$`.
public final class TagPattern {
  private static final Pattern REFERENCE =
      Pattern.compile("\\$(?:(\\$)|\\{([A-Za-z0-9_]+)}|([A-Za-z0-9_]+))");

  private final Pattern pattern;
  private final Map<String, Integer> names;

  private TagPattern(Pattern pattern, Map<String, Integer> names) {
    this.pattern = pattern;
    this.names = Map.copyOf(names);
  }

  public static boolean isWellFormed(String text) {
    return parse(text).isPresent();
  }

  /// Empty for what is no regular expression.
  static Optional<TagPattern> parse(String text) {
    // Java knows fewer names for groups than Go does, so that groups are told by their numbers.
    var names = new HashMap<String, Integer>();
    var translated = new StringBuilder();
    int groups = 0;
    boolean isInClass = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      translated.append(c);
      if (c == '\\' && i + 1 < text.length()) {
        translated.append(text.charAt(++i));
      } else if (isInClass) {
        isInClass = c != ']';
      } else if (c == '[') {
        isInClass = true;
        if (text.startsWith("^]", i + 1) || text.startsWith("]", i + 1)) {
          // A bracket that comes first is one of the characters; Java wants that said.
          translated.append(text.charAt(i + 1) == '^' ? "^\\]" : "\\]");
          i += text.charAt(i + 1) == '^' ? 2 : 1;
        }
      } else if (c == '(') {
        int name = nameAt(text, i + 1);
        if (name > 0) {
          int end = text.indexOf('>', name);
          if (end < 0) {
            return Optional.empty();
          }
          names.put(text.substring(name, end), ++groups);
          i = end;
        } else if (!text.startsWith("?", i + 1)) {
          groups++;
        }
      }
    }
    try {
      return Optional.of(new TagPattern(Pattern.compile(translated.toString()), names));
    } catch (PatternSyntaxException e) {
      return Optional.empty();
    }
  }

  /// Where the name of a group begins; -1 where it has none.
  private static int nameAt(String text, int at) {
    if (text.startsWith("?P<", at)) {
      return at + 3;
    }
    boolean looksBack = text.startsWith("?<=", at) || text.startsWith("?<!", at);
    return text.startsWith("?<", at) && !looksBack ? at + 2 : -1;
  }

  /// Where it is found; empty where it is not, or takes too long.
  Optional<MatchResult> find(String tag) {
    return BoundedPattern.find(pattern, tag);
  }

  /// What the groups of a match give in these places; nothing for a group that there is not.
  String expand(String template, MatchResult match) {
    return REFERENCE
        .matcher(template)
        .replaceAll(reference -> {
          if (reference.group(1) != null) {
            return "\\$";
          }
          var name = reference.group(2) != null ? reference.group(2) : reference.group(3);
          return java.util.regex.Matcher.quoteReplacement(group(name, match));
        });
  }

  private String group(String name, MatchResult match) {
    int number =
        name.chars().allMatch(Character::isDigit) && name.length() < 4
            ? Integer.parseInt(name)
            : names.getOrDefault(name, Integer.MAX_VALUE);
    var found = number <= match.groupCount() ? match.group(number) : null;
    return found == null ? "" : found;
  }
}
