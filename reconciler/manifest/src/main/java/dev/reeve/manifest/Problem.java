package dev.reeve.manifest;

import dev.reeve.manifest.text.Finding;
import java.util.Comparator;

/// Why a commit cannot be applied, and where: `shop/web.yaml:12:9: message`. Lines and columns
/// count from 1. Ordered by place.
///
/// @param subject the object that it is about, where the place does not tell; else empty
public record Problem(String path, int line, int column, String subject, String message)
    implements Comparable<Problem> {
  private static final Comparator<Problem> ORDER =
      Comparator.comparing(Problem::path)
          .thenComparingInt(Problem::line)
          .thenComparingInt(Problem::column)
          .thenComparing(Problem::subject)
          .thenComparing(Problem::message);

  public Problem(String path, int line, int column, String message) {
    this(path, line, column, "", message);
  }

  public static Problem of(String path, Finding finding) {
    return new Problem(
        path, finding.at().line(), finding.at().column(), finding.subject(), finding.message());
  }

  @Override
  public int compareTo(Problem other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    var about = subject.isEmpty() ? "" : subject + ": ";
    return path + ":" + line + ":" + column + ": " + about + message;
  }
}
