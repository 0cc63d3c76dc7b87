package dev.reeve.manifest.images;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A range of versions in the notation that Flux takes: `>=1.2.0 <2.0.0`, `^1.2`, `~1.2.3`, `1.x`,
/// `1.2 - 1.4`, and such joined by `||`.
///
/// A pre-release is in a range only where the range speaks of one: `>=1.0.0-0`.
public final class VersionRange {
  private static final String NUMBER = "([0-9]+|[xX*])";
  private static final String PARTIAL =
      "v?%s(?:\\.%s)?(?:\\.%s)?(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?(?:\\+[0-9A-Za-z.-]+)?"
          .formatted(NUMBER, NUMBER, NUMBER);
  private static final Pattern TERM =
      Pattern.compile("\\s*(=|!=|>=|=>|<=|=<|>|<|~>|~|\\^|)\\s*" + PARTIAL + "\\s*,?");
  private static final Pattern SPAN =
      Pattern.compile("\\s*(%s)\\s+-\\s+(%s)\\s*".formatted(PARTIAL, PARTIAL));
  private static final int LENGTH_MAX = 512;

  private final List<List<Term>> alternatives;

  /// @param numbers how many of the three are given, up to the first that is left open
  private record Term(String operator, Version version, int numbers) {}

  private VersionRange(List<List<Term>> alternatives) {
    this.alternatives = alternatives;
  }

  /// Empty for what is no range.
  public static Optional<VersionRange> parse(String text) {
    if (text.length() > LENGTH_MAX) {
      return Optional.empty();
    }
    var alternatives = new ArrayList<List<Term>>();
    for (String each : text.split("\\|\\|", -1)) {
      var terms = terms(each);
      if (terms.isEmpty()) {
        return Optional.empty();
      }
      alternatives.add(terms.get());
    }
    return Optional.of(new VersionRange(List.copyOf(alternatives)));
  }

  private static Optional<List<Term>> terms(String text) {
    var span = SPAN.matcher(text);
    if (span.matches()) {
      return terms(">=" + span.group(1) + " <=" + span.group(6));
    }
    var terms = new ArrayList<Term>();
    var matcher = TERM.matcher(text);
    int end = 0;
    while (end < text.length() && matcher.find(end) && matcher.start() == end) {
      // `1.2.3.4` is no range, though it could be read as two.
      if (end > 0 && !isBetween(text, end)) {
        return Optional.empty();
      }
      terms.add(term(matcher));
      end = matcher.end();
    }
    if (text.isBlank()) {
      terms.add(new Term("", zero(), 0));
      end = text.length();
    }
    return end < text.length() ? Optional.empty() : Optional.of(List.copyOf(terms));
  }

  private static boolean isBetween(String text, int at) {
    char before = text.charAt(at - 1);
    return before == ',' || Character.isWhitespace(before);
  }

  private static Version zero() {
    return new Version(BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO, List.of());
  }

  private static Term term(Matcher matcher) {
    var numbers = new ArrayList<BigInteger>();
    for (int i = 2; i <= 4; i++) {
      var group = matcher.group(i);
      if (group == null || !Character.isDigit(group.charAt(0))) {
        break;
      }
      numbers.add(new BigInteger(group));
    }
    int given = numbers.size();
    while (numbers.size() < 3) {
      numbers.add(BigInteger.ZERO);
    }
    var pre = matcher.group(5) == null ? "" : matcher.group(5);
    return new Term(
        matcher.group(1),
        new Version(numbers.get(0), numbers.get(1), numbers.get(2), Version.parts(pre)),
        given);
  }

  boolean contains(Version version) {
    return alternatives.stream().anyMatch(terms -> contains(terms, version));
  }

  private static boolean contains(List<Term> terms, Version version) {
    boolean speaksOfPre = terms.stream().anyMatch(it -> !it.version().isRelease());
    return (version.isRelease() || speaksOfPre)
        && terms.stream().allMatch(it -> contains(it, version));
  }

  private static boolean contains(Term term, Version version) {
    var low = term.version();
    return switch (term.operator()) {
      case "!=" -> !isWithin(term, version);
      case ">" -> version.compareTo(low) > 0 && !(term.numbers() < 3 && isWithin(term, version));
      case "<" -> version.compareTo(low) < 0;
      case ">=", "=>" -> version.compareTo(low) >= 0;
      case "<=", "=<" ->
          version.compareTo(low) <= 0 || term.numbers() < 3 && isWithin(term, version);
      case "~", "~>" ->
          version.compareTo(low) >= 0 && isAlike(low, version, Math.min(2, term.numbers()));
      case "^" -> version.compareTo(low) >= 0 && isAlike(low, version, fixedByCaret(term));
      default -> isWithin(term, version);
    };
  }

  /// `1.2` is all of 1.2.x, `1.2.3` is itself.
  private static boolean isWithin(Term term, Version version) {
    return term.numbers() == 3
        ? version.compareTo(term.version()) == 0
        : isAlike(term.version(), version, term.numbers());
  }

  /// Up to the first number that is not zero; where there is none, all that are given.
  private static int fixedByCaret(Term term) {
    var numbers = List.of(term.version().major(), term.version().minor(), term.version().patch());
    for (int i = 0; i < term.numbers(); i++) {
      if (numbers.get(i).signum() != 0) {
        return i + 1;
      }
    }
    return term.numbers();
  }

  private static boolean isAlike(Version a, Version b, int numbers) {
    return (numbers < 1 || a.major().equals(b.major()))
        && (numbers < 2 || a.minor().equals(b.minor()))
        && (numbers < 3 || a.patch().equals(b.patch()));
  }
}
