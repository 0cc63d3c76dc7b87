package dev.reeve.manifest;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.schema.Checked;
import dev.reeve.manifest.schema.ObjectReader;
import dev.reeve.manifest.text.Documents;
import dev.reeve.manifest.text.Finding;
import dev.reeve.manifest.text.Tree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// One file's content, read by itself: its objects, and what is wrong with it. Immutable, and a
/// function of the bytes alone, so that it can be kept by blob id whatever the file is called.
public final class ManifestFile {
  private final List<ManifestObject> objects;
  private final List<Finding> problems;
  private final List<Finding> warnings;
  private final SortedSet<ObjectKey> broken;
  private final boolean isComplete;

  private ManifestFile(
      List<ManifestObject> objects,
      List<Finding> problems,
      List<Finding> warnings,
      SortedSet<ObjectKey> broken,
      boolean isComplete) {
    this.objects = List.copyOf(objects);
    this.problems = problems.stream().sorted(ManifestFile::compare).toList();
    this.warnings = warnings.stream().sorted(ManifestFile::compare).toList();
    this.broken = Collections.unmodifiableSortedSet(broken);
    this.isComplete = isComplete;
  }

  /// Answers any bytes: what cannot be read is a problem, never an exception.
  public static ManifestFile parse(byte[] bytes, Format format) {
    Documents documents =
        switch (format) {
          case YAML -> Documents.yaml(bytes);
          case JSON -> Documents.json(bytes);
        };
    var objects = new ArrayList<ManifestObject>();
    var problems = new ArrayList<>(documents.problems());
    var warnings = new ArrayList<Finding>();
    var broken = new TreeSet<ObjectKey>();
    boolean isComplete = documents.isComplete();
    for (Tree tree : documents.trees()) {
      for (Checked checked : ObjectReader.read(tree)) {
        switch (checked) {
          case Checked.Good good -> {
            objects.add(ManifestObject.of(good));
            warnings.addAll(good.warnings());
          }
          case Checked.Bad bad -> {
            problems.addAll(bad.problems());
            bad.key().ifPresent(broken::add);
            isComplete &= bad.key().isPresent();
          }
        }
      }
    }
    return new ManifestFile(objects, problems, warnings, broken, isComplete);
  }

  /// Those that are as they should be, in the order of the file.
  public List<ManifestObject> objects() {
    return objects;
  }

  /// By position.
  public List<Finding> problems() {
    return problems;
  }

  /// What was accepted without being acted on, by position.
  public List<Finding> warnings() {
    return warnings;
  }

  /// Objects that are in the file, but not as they should be.
  SortedSet<ObjectKey> broken() {
    return broken;
  }

  /// False where a part of the file could be any object.
  boolean isComplete() {
    return isComplete;
  }

  private static int compare(Finding a, Finding b) {
    int byPlace = a.at().compareTo(b.at());
    return byPlace != 0 ? byPlace : a.message().compareTo(b.message());
  }
}
