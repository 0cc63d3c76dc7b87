package dev.reeve.git;

import java.util.ArrayList;
import java.util.List;

/// The trailers of a commit message, in order, by Git's own rules: the last paragraph only, never
/// the title, and only where that paragraph is made of trailers. Keys differ in case at most.
public record Trailers(List<Trailer> all) {
  private static final List<String> WRITTEN_BY_GIT =
      List.of("Signed-off-by: ", "(cherry picked from commit ");

  public Trailers {
    all = List.copyOf(all);
  }

  /// One line, with those that continue it.
  ///
  /// @param value unfolded: a continued line is joined by one space
  public record Trailer(String key, String value) {}

  /// Every value of the key, oldest line first.
  public List<String> values(String key) {
    return all.stream()
        .filter(trailer -> trailer.key().equalsIgnoreCase(key))
        .map(Trailer::value)
        .toList();
  }

  public static Trailers parse(String message) {
    List<String> lines = message.lines().toList();
    int start = start(lines);
    List<Trailer> trailers = new ArrayList<>();
    boolean isOpen = false;
    for (String line : lines.subList(start, lines.size())) {
      if (line.startsWith("#")) {
        continue;
      }
      int separator = separator(line);
      if (isFolded(line)) {
        if (isOpen) {
          Trailer last = trailers.removeLast();
          trailers.add(new Trailer(last.key(), (last.value() + " " + line.strip()).strip()));
        }
      } else if (separator >= 1) {
        trailers.add(
            new Trailer(
                line.substring(0, separator).strip(), line.substring(separator + 1).strip()));
        isOpen = true;
      } else {
        isOpen = false;
      }
    }
    return new Trailers(trailers);
  }

  /// The first line of the trailers, or past the end. Read from the end, as Git does: a paragraph
  /// counts when each of its lines is a trailer or the continuation of one, or when Git itself
  /// wrote one of them and at least a quarter are trailers.
  private static int start(List<String> lines) {
    int endOfTitle = 0;
    while (endOfTitle < lines.size()
        && (lines.get(endOfTitle).startsWith("#") || !lines.get(endOfTitle).isBlank())) {
      endOfTitle++;
    }
    boolean isWrittenByGit = false;
    boolean hasText = false;
    int trailers = 0;
    int others = 0;
    int perhapsContinuations = 0;
    for (int i = lines.size() - 1; i >= endOfTitle; i--) {
      String line = lines.get(i);
      if (line.startsWith("#")) {
        others += perhapsContinuations;
        perhapsContinuations = 0;
      } else if (line.isBlank()) {
        if (hasText) {
          others += perhapsContinuations;
          boolean isBlock =
              (isWrittenByGit && trailers * 3 >= others) || (trailers > 0 && others == 0);
          return isBlock ? i + 1 : lines.size();
        }
      } else {
        hasText = true;
        if (WRITTEN_BY_GIT.stream().anyMatch(line::startsWith)) {
          isWrittenByGit = true;
          trailers++;
          perhapsContinuations = 0;
        } else if (isFolded(line)) {
          perhapsContinuations++;
        } else if (separator(line) >= 1) {
          trailers++;
          perhapsContinuations = 0;
        } else {
          others += 1 + perhapsContinuations;
          perhapsContinuations = 0;
        }
      }
    }
    return lines.size();
  }

  private static boolean isFolded(String line) {
    return !line.isEmpty() && Character.isWhitespace(line.charAt(0));
  }

  /// Where the colon after a key stands, or -1: letters, digits and hyphens, then perhaps blanks.
  private static int separator(String line) {
    boolean isBlankSeen = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == ':') {
        return i;
      }
      boolean isKey = (c < 128 && Character.isLetterOrDigit(c)) || c == '-';
      if (isKey && !isBlankSeen) {
        continue;
      }
      if (i > 0 && (c == ' ' || c == '\t')) {
        isBlankSeen = true;
        continue;
      }
      return -1;
    }
    return -1;
  }
}
