package dev.reeve.git.render;

import dev.reeve.git.TreeFile;
import dev.reeve.manifest.Problem;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;

/// What rendering a folder reads, and nothing else does it see.
///
/// @param folder empty for the root of the repository
/// @param head the file that makes it one: its kustomization, or its chart's description
/// @param files by path
/// @param problems why it is not to be rendered
/// @param takesOrigins whether a line at the end of the head can ask for the origin of each object
/// @param secretive paths of files that hold what becomes a Secret's values
record Inputs(
    String folder,
    TreeFile head,
    SortedMap<String, TreeFile> files,
    List<Problem> problems,
    boolean takesOrigins,
    SortedSet<String> secretive) {
  Inputs {
    files = Collections.unmodifiableSortedMap(files);
    problems = List.copyOf(problems);
    secretive = Collections.unmodifiableSortedSet(secretive);
  }

  Problem problem(String message) {
    return new Problem(head.path(), 1, 1, message);
  }
}
