package dev.reeve.git.render;

import dev.reeve.manifest.ManifestFile;
import dev.reeve.manifest.Problem;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;

/// What came of the folders of a commit that are rendered.
///
/// @param files what was made of each, by the path of its kustomization or chart description
/// @param problems why some could not be
/// @param inputs the files that each was made from, by the same path
/// @param unable why, where nothing is wrong with the commit and another time it may go well
public record Rendering(
    SortedMap<String, ManifestFile> files,
    List<Problem> problems,
    SortedMap<String, SortedSet<String>> inputs,
    Optional<String> unable) {
  public Rendering {
    files = Collections.unmodifiableSortedMap(files);
    problems = problems.stream().sorted().distinct().toList();
    inputs = Collections.unmodifiableSortedMap(inputs);
  }
}
