package dev.reeve.manifest;

import java.util.SortedSet;
import java.util.TreeSet;

/// Indexes of a Job as text.
public final class IndexRanges {
  private IndexRanges() {}

  /// `0-3,5`, as Kubernetes writes completed indexes.
  public static String write(SortedSet<Integer> indexes) {
    var text = new StringBuilder();
    int first = -1;
    int last = -2;
    for (int index : indexes) {
      if (index != last + 1) {
        end(text, first, last);
        first = index;
      }
      last = index;
    }
    end(text, first, last);
    return text.toString();
  }

  private static void end(StringBuilder text, int first, int last) {
    if (first < 0) {
      return;
    }
    text.append(text.isEmpty() ? "" : ",").append(first);
    if (last > first) {
      text.append('-').append(last);
    }
  }

  /// Reads what [#write] writes.
  static SortedSet<Integer> read(String ranges) {
    SortedSet<Integer> indexes = new TreeSet<>();
    for (String range : ranges.isEmpty() ? new String[0] : ranges.split(",", -1)) {
      var ends = range.split("-", -1);
      int last = Integer.parseInt(ends[ends.length - 1]);
      for (int index = Integer.parseInt(ends[0]); index <= last; index++) {
        indexes.add(index);
      }
    }
    return indexes;
  }
}
