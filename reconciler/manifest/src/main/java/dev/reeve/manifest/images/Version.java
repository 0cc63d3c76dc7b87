package dev.reeve.manifest.images;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// A semantic version, as <https://semver.org> has it: three numbers, a pre-release, build
/// metadata. Ordered as there, which leaves build metadata out.
///
/// @param pre its parts; empty for a release
record Version(BigInteger major, BigInteger minor, BigInteger patch, List<String> pre)
    implements Comparable<Version> {
  private static final String NUMBER = "(0|[1-9][0-9]*)";
  private static final String WORDS = "([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)";
  private static final Pattern PATTERN =
      Pattern.compile(
          "v?%s\\.%s\\.%s(?:-%s)?(?:\\+%s)?".formatted(NUMBER, NUMBER, NUMBER, WORDS, WORDS));

  /// Longer than a tag may be.
  private static final int LENGTH_MAX = 256;

  Version {
    pre = List.copyOf(pre);
  }

  /// Empty for what is none. A `v` in front is no matter; fewer than three numbers are.
  static Optional<Version> parse(String text) {
    var matcher = PATTERN.matcher(text);
    if (text.length() > LENGTH_MAX || !matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new Version(
            new BigInteger(matcher.group(1)),
            new BigInteger(matcher.group(2)),
            new BigInteger(matcher.group(3)),
            parts(matcher.group(4) == null ? "" : matcher.group(4))));
  }

  static List<String> parts(String pre) {
    return pre.isEmpty() ? List.of() : List.of(pre.split("\\.", -1));
  }

  boolean isRelease() {
    return pre.isEmpty();
  }

  @Override
  public int compareTo(Version other) {
    int order = major.compareTo(other.major);
    order = order != 0 ? order : minor.compareTo(other.minor);
    order = order != 0 ? order : patch.compareTo(other.patch);
    return order != 0 ? order : comparePre(other);
  }

  /// 1.0.0-alpha, 1.0.0-alpha.1, 1.0.0-beta, 1.0.0-beta.2, 1.0.0-beta.11, 1.0.0.
  private int comparePre(Version other) {
    if (isRelease() || other.isRelease()) {
      return Boolean.compare(isRelease(), other.isRelease());
    }
    for (int i = 0; i < Math.min(pre.size(), other.pre.size()); i++) {
      int order = compareParts(pre.get(i), other.pre.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(pre.size(), other.pre.size());
  }

  private static int compareParts(String a, String b) {
    boolean isNumber = isNumber(a);
    if (isNumber && isNumber(b)) {
      return new BigInteger(a).compareTo(new BigInteger(b));
    }
    return isNumber != isNumber(b) ? (isNumber ? -1 : 1) : a.compareTo(b);
  }

  private static boolean isNumber(String part) {
    return part.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
