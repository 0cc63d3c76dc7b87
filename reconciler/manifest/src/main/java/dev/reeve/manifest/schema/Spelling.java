package dev.reeve.manifest.schema;

import java.util.List;
import java.util.Optional;

/// Words for messages.
final class Spelling {
  private Spelling() {}

  /// The word that was probably meant: at most two letters away, or a third of its length.
  static Optional<String> nearest(String written, List<String> known) {
    Optional<String> best = Optional.empty();
    int bestDistance = Integer.MAX_VALUE;
    for (String word : known) {
      if (Math.abs(word.length() - written.length()) > 2) {
        continue;
      }
      int distance = written.equalsIgnoreCase(word) ? 0 : distance(written, word);
      if (distance <= Math.min(2, word.length() / 3) && distance < bestDistance) {
        best = Optional.of(word);
        bestDistance = distance;
      }
    }
    return best;
  }

  /// `A`, `A or B`, `A, B or C`.
  static String alternatives(List<String> words) {
    int last = words.size() - 1;
    return last == 0
        ? words.getFirst()
        : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
  }

  /// Levenshtein's.
  private static int distance(String a, String b) {
    var previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      var current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        current[j] = Math.min(Math.min(current[j - 1], previous[j]) + 1, previous[j - 1] + change);
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
