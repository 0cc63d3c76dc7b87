package dev.reeve.manifest;

import dev.reeve.manifest.text.Finding;
import java.util.Comparator;

/// Why a commit cannot be applied, and where: `shop/web.yaml:12:9: message`. Lines and columns
/// count from 1. Ordered by place.
public record Problem(String path, int line, int column, String message)
    implements Comparable<Problem> {
  private static final Comparator<Problem> ORDER =
      Comparator.comparing(Problem::path)
          .thenComparingInt(Problem::line)
          .thenComparingInt(Problem::column)
          .thenComparing(Problem::message);

  static Problem of(String path, Finding finding) {
    return new Problem(path, finding.at().line(), finding.at().column(), finding.message());
  }

  @Override
  public int compareTo(Problem other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return path + ":" + line + ":" + column + ": " + message;
  }
}
