package dev.reeve.manifest.rollback;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// A text by its lines, which end with `\n`, `\r\n` or `\r`. Every place is an index into the text.
record Lines(String text) {
  /// Where the line with this place begins.
  int start(int at) {
    int result = at;
    while (result > 0 && !isLineEnd(text.charAt(result - 1))) {
      result--;
    }
    return result;
  }

  /// Where the line with this place ends, in front of its line end.
  int end(int at) {
    int result = at;
    while (result < text.length() && !isLineEnd(text.charAt(result))) {
      result++;
    }
    return result;
  }

  /// Where the next line begins; the text's length in the last line.
  int next(int at) {
    int end = end(at);
    if (end == text.length()) {
      return end;
    }
    return text.startsWith("\r\n", end) ? end + 2 : end + 1;
  }

  /// The start of the line end in front of the line with this place; 0 in the first line.
  int previousEnd(int at) {
    int start = start(at);
    if (start == 0) {
      return 0;
    }
    return start >= 2 && text.startsWith("\r\n", start - 2) ? start - 2 : start - 1;
  }

  /// Counted from 1.
  int number(int at) {
    int number = 1;
    int line = 0;
    while (end(line) < text.length() && next(line) <= at) {
      line = next(line);
      number++;
    }
    return number;
  }

  /// How many spaces a line begins with.
  int indent(int lineStart) {
    int result = lineStart;
    while (result < text.length() && text.charAt(result) == ' ') {
      result++;
    }
    return result - lineStart;
  }

  boolean isFirstInLine(int at) {
    int start = start(at);
    return start + indent(start) >= at;
  }

  /// Where a block ends whose last character stands in front of `end`: at the end of that line or
  /// of the last comment behind it that is indented by more than `column`. Comments indented less,
  /// and blank lines, are no part of it.
  int blockEnd(int end, int column) {
    int result = end(end);
    for (int line = next(end); line < text.length(); line = next(line)) {
      int first = line + indent(line);
      boolean isComment = first < text.length() && text.charAt(first) == '#';
      if (isComment && first - line > column) {
        result = end(line);
      } else if (isComment || !text.substring(line, end(line)).isBlank()) {
        break;
      }
    }
    return result;
  }

  /// The line end that all lines have; empty where there is none, or where there are several.
  Optional<String> lineEnd() {
    var found = new TreeSet<String>();
    for (int end = end(0); end < text.length(); end = end(next(end))) {
      found.add(text.substring(end, next(end)));
    }
    return found.size() == 1 ? Optional.of(found.first()) : Optional.empty();
  }

  /// The first line end that there is.
  Optional<String> firstLineEnd() {
    int end = end(0);
    return end == text.length() ? Optional.empty() : Optional.of(text.substring(end, next(end)));
  }

  /// The text with other line ends.
  String withLineEnd(String lineEnd) {
    return mapped(line -> line, lineEnd);
  }

  /// The text with `more` spaces in front of each line, or fewer where it is negative. Blank lines
  /// stay empty; of a line with too few spaces all are taken.
  String indented(int more) {
    return mapped(
        line -> {
          if (line.isEmpty()) {
            return line;
          }
          return more >= 0
              ? " ".repeat(more) + line
              : line.substring(Math.min(-more, new Lines(line).indent(0)));
        },
        "");
  }

  private interface Change {
    String of(String line);
  }

  /// @param lineEnd empty for that which each line has
  private String mapped(Change change, String lineEnd) {
    var out = new StringBuilder();
    int line = 0;
    while (true) {
      int end = end(line);
      out.append(change.of(text.substring(line, end)));
      if (end == text.length()) {
        return out.toString();
      }
      int next = next(line);
      out.append(lineEnd.isEmpty() ? text.substring(end, next) : lineEnd);
      line = next;
    }
  }

  /// The starts of the lines that `region` touches.
  List<Integer> startsIn(Region region) {
    var starts = new ArrayList<Integer>();
    for (int line = start(region.start()); line < region.end(); line = next(line)) {
      starts.add(line);
    }
    return List.copyOf(starts);
  }

  private static boolean isLineEnd(char c) {
    return c == '\n' || c == '\r';
  }
}
