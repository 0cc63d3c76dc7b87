package dev.reeve.manifest;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.age.Identities;
import dev.reeve.manifest.images.MarkedText;
import dev.reeve.manifest.images.Marker;
import dev.reeve.manifest.schema.Checked;
import dev.reeve.manifest.schema.ObjectReader;
import dev.reeve.manifest.sops.Opening;
import dev.reeve.manifest.sops.SopsFile;
import dev.reeve.manifest.text.Documents;
import dev.reeve.manifest.text.Finding;
import dev.reeve.manifest.text.Position;
import dev.reeve.manifest.text.Tree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// One file's content, read by itself: its objects, and what is wrong with it. Immutable, and a
/// function of the bytes and of the keys that there are, so that it can be kept by blob id whatever
/// the file is called, for as long as the keys are the same.
public final class ManifestFile {
  private final List<ManifestObject> objects;
  private final List<Finding> problems;
  private final List<Finding> warnings;
  private final SortedSet<ObjectKey> broken;
  private final boolean isComplete;
  private final boolean isLocked;
  private final boolean isRendered;
  private final List<Marker> markers;

  private ManifestFile(
      List<ManifestObject> objects,
      List<Finding> problems,
      List<Finding> warnings,
      SortedSet<ObjectKey> broken,
      boolean isComplete,
      boolean isLocked,
      boolean isRendered,
      List<Marker> markers) {
    this.markers = List.copyOf(markers);
    this.objects = List.copyOf(objects);
    this.problems = problems.stream().sorted(ManifestFile::compare).toList();
    this.warnings = warnings.stream().sorted(ManifestFile::compare).toList();
    this.broken = Collections.unmodifiableSortedSet(broken);
    this.isComplete = isComplete;
    this.isLocked = isLocked;
    this.isRendered = isRendered;
  }

  /// As [#parse(byte[], Format, Identities)] without keys.
  public static ManifestFile parse(byte[] bytes, Format format) {
    return parse(bytes, format, Identities.NONE);
  }

  /// Answers any bytes: what cannot be read is a problem, never an exception.
  ///
  /// @param identities what decrypts the file, where it is encrypted
  public static ManifestFile parse(byte[] bytes, Format format, Identities identities) {
    Documents documents =
        switch (format) {
          case YAML -> Documents.yaml(bytes);
          case JSON -> Documents.json(bytes);
        };
    if (documents.trees().stream().noneMatch(SopsFile::isEncrypted)) {
      var reading = new Builder(documents.problems(), documents.isComplete());
      documents.trees().forEach(tree -> reading.read(tree, ObjectReader.Values.QUOTED));
      if (format == Format.YAML) {
        MarkedText.of(Bytes.of(bytes)).ifPresent(it -> reading.markers = it.markers());
      }
      return reading.build();
    }
    // Of a part nobody can tell whether it is as it was encrypted.
    if (!documents.isComplete() || !documents.problems().isEmpty()) {
      return new Builder(documents.problems(), false).build();
    }
    return switch (SopsFile.open(documents.trees(), identities)) {
      case Opening.Decrypted(var decrypted) -> {
        var reading = new Builder(List.of(), true);
        decrypted.forEach(reading::read);
        yield reading.build();
      }
      case Opening.Broken(var problems) -> new Builder(problems, false).build();
      case Opening.Locked(var why) -> new Builder(List.of(why), false).locked();
    };
  }

  /// What a tool made of a folder.
  static ManifestFile rendered(
      List<ManifestObject> objects,
      List<Finding> problems,
      List<Finding> warnings,
      SortedSet<ObjectKey> broken,
      boolean isComplete) {
    return new ManifestFile(
        objects, problems, warnings, broken, isComplete, false, true, List.of());
  }

  /// What stands for a folder that nothing is made of, and why.
  public static ManifestFile passedOver(String why) {
    return rendered(
        List.of(), List.of(), List.of(new Finding(Position.START, why)), new TreeSet<>(), true);
  }

  /// Gathers what the documents of a file hold.
  private static final class Builder {
    private final List<ManifestObject> objects = new ArrayList<>();
    private final List<Finding> problems;
    private final List<Finding> warnings = new ArrayList<>();
    private final SortedSet<ObjectKey> broken = new TreeSet<>();
    private boolean isComplete;
    private List<Marker> markers = List.of();

    Builder(List<Finding> problems, boolean isComplete) {
      this.problems = new ArrayList<>(problems);
      this.isComplete = isComplete;
    }

    void read(Tree tree, ObjectReader.Values values) {
      for (Checked checked : ObjectReader.read(tree, values)) {
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

    /// What is no Secret is shown to whoever asks, however it lies in Git.
    void read(Opening.Document decrypted) {
      int before = objects.size();
      read(decrypted.tree(), ObjectReader.Values.HIDDEN);
      objects.subList(before, objects.size()).stream()
          .filter(object -> !object.isSecret())
          .map(ManifestObject::kind)
          .distinct()
          .forEach(kind ->
              decrypted
                  .hidden()
                  .ifPresent(at ->
                      warnings.add(
                          new Finding(
                              at,
                              "what is encrypted in a %s is shown like the rest of it: only a Secret keeps its values to itself"
                                  .formatted(kind)))));
    }

    ManifestFile build() {
      return new ManifestFile(
          objects, problems, warnings, broken, isComplete, false, false, markers);
    }

    ManifestFile locked() {
      return new ManifestFile(
          objects, problems, warnings, broken, isComplete, true, false, markers);
    }
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

  /// Where images stand that are followed, in the order of the file.
  public List<Marker> markers() {
    return markers;
  }

  /// Objects that are in the file, but not as they should be.
  SortedSet<ObjectKey> broken() {
    return broken;
  }

  /// False where a part of the file could be any object.
  boolean isComplete() {
    return isComplete;
  }

  /// Whether it is encrypted for none of the keys that there were.
  public boolean isLocked() {
    return isLocked;
  }

  /// Whether a tool made the objects, so that the text of the file is another.
  public boolean isRendered() {
    return isRendered;
  }

  private static int compare(Finding a, Finding b) {
    int byPlace = a.at().compareTo(b.at());
    int bySubject = byPlace != 0 ? byPlace : a.subject().compareTo(b.subject());
    return bySubject != 0 ? bySubject : a.message().compareTo(b.message());
  }
}
