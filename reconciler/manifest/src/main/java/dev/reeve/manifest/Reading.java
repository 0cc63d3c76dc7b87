package dev.reeve.manifest;

import dev.reeve.core.model.DesiredState;
import java.util.ArrayList;
import java.util.List;

/// What came of reading a commit.
public sealed interface Reading {
  /// The commit says what should run.
  record Accepted(DesiredState state, Catalog catalog) implements Reading {}

  /// The commit changes nothing: the last good state stays.
  ///
  /// @param problems by place, at most [#PROBLEMS_MAX]
  /// @param further how many more there are
  record Refused(List<Problem> problems, int further) implements Reading {
    public static final int PROBLEMS_MAX = 100;

    public Refused {
      problems = List.copyOf(problems);
    }

    static Refused of(List<Problem> all) {
      List<Problem> sorted = all.stream().sorted().distinct().toList();
      int shown = Math.min(sorted.size(), PROBLEMS_MAX);
      return new Refused(sorted.subList(0, shown), sorted.size() - shown);
    }

    /// One line for each problem, and one for those that were left out.
    public List<String> lines() {
      var lines = new ArrayList<String>();
      problems.forEach(problem -> lines.add(problem.toString()));
      if (further > 0) {
        lines.add("and " + further + (further == 1 ? " more problem" : " more problems"));
      }
      return lines;
    }
  }
}
