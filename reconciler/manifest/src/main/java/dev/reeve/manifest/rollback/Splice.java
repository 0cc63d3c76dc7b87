package dev.reeve.manifest.rollback;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// A piece of a text and what takes its place. An empty piece is an insertion.
record Splice(Region region, String replacement) {
  private static final Comparator<Splice> ORDER =
      Comparator.<Splice>comparingInt(splice -> splice.region().start())
          .thenComparingInt(splice -> splice.region().end());

  /// Several at once; empty where they overlap. Of two insertions at one place the first in the
  /// list comes first.
  static Optional<String> apply(String text, List<Splice> splices) {
    var out = new StringBuilder();
    int done = 0;
    for (Splice splice : splices.stream().sorted(ORDER).toList()) {
      if (splice.region().start() < done) {
        return Optional.empty();
      }
      out.append(text, done, splice.region().start()).append(splice.replacement());
      done = splice.region().end();
    }
    return Optional.of(out.append(text, done, text.length()).toString());
  }
}
