package dev.reeve.manifest.rollback;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.rollback.FileVersion.Document;
import dev.reeve.manifest.text.Json;
import dev.reeve.manifest.text.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/// Puts objects of one file back to the text of the stable commit. A function of bytes: it knows no
/// Git and no files.
///
/// An object whose document nobody touched since the failing commit gets the stable document back
/// as a whole. Where a later commit changed it, but nothing of its release, only the release's
/// parts are put back, and the later change is kept. Everything else in the file stays, byte for
/// byte.
///
/// A file that is encrypted goes back as a whole or not at all ([EncryptedRestore]).
///
/// It is all or nothing, and never a guess: what cannot be shown to be right is [Restored.Unsafe].
/// What was edited is read again ([SafetyNet]) before it is handed out.
public final class RollbackEdit {
  /// How much of a document is put back.
  enum Extent {
    WHOLE,
    PARTS
  }

  private final Format format;
  private final FileVersion tip;
  private final FileVersion failing;
  private final FileVersion stable;
  private final List<Splice> splices = new ArrayList<>();
  private final SortedMap<ObjectKey, Extent> restored = new TreeMap<>();

  private RollbackEdit(Format format, FileVersion tip, FileVersion failing, FileVersion stable) {
    this.format = format;
    this.tip = tip;
    this.failing = failing;
    this.stable = stable;
  }

  /// @param objects all of this file
  public static Restored restore(
      Format format, FileVersions versions, SortedSet<ObjectKey> objects) {
    if (objects.isEmpty()) {
      return new Restored.Edited(versions.tip());
    }
    try {
      return new Restored.Edited(edited(format, versions, objects));
    } catch (NotSafe e) {
      return new Restored.Unsafe(e.reason());
    }
  }

  private static Bytes edited(Format format, FileVersions versions, SortedSet<ObjectKey> objects)
      throws NotSafe {
    ObjectKey first = objects.first();
    var edit =
        new RollbackEdit(
            format,
            FileVersion.read("at the tip", format, versions.tip(), first),
            FileVersion.read("at the failing commit", format, versions.failing(), first),
            FileVersion.read("at the stable commit", format, versions.stable(), first));
    var encrypted = new EncryptedRestore(edit.tip, edit.failing, edit.stable);
    if (encrypted.isAsked()) {
      encrypted.check(objects);
      return versions.stable();
    }
    for (ObjectKey key : objects) {
      edit.restore(key);
    }
    Optional<Bytes> text = edit.tip.with(edit.splices);
    if (text.isEmpty()) {
      throw edit.tip.notSafe(first, 0, "what is to be put back overlaps");
    }
    FileVersion result = FileVersion.read("after the edit", format, text.get(), first);
    new SafetyNet(edit.tip, edit.stable, result).check(edit.restored);
    return text.get();
  }

  private void restore(ObjectKey key) throws NotSafe {
    Document now = tip.document(key);
    Document before = failing.document(key);
    Document then = stable.document(key);
    requireOwnLines(tip, now, key);
    requireOwnLines(stable, then, key);
    if (tip.textOf(now).equals(failing.textOf(before))) {
      requireNoTabs(tip, now, now.region(), key);
      requireNoTabs(stable, then, then.region(), key);
      splices.add(new Splice(now.region(), tip.adopted(stable.textOf(then))));
      restored.put(key, Extent.WHOLE);
    } else {
      restoreParts(key, now, before, then);
      restored.put(key, Extent.PARTS);
    }
  }

  private static void requireOwnLines(FileVersion file, Document document, ObjectKey key)
      throws NotSafe {
    if (document.written().isPresent()
        && !file.lines().isFirstInLine(document.written().get().start())) {
      throw file.notSafe(key, document.region().start(), "it begins in the line of its ---");
    }
  }

  /// Tabs in the text of a block scalar are text; elsewhere nobody knows how far they indent. JSON
  /// does not mind them.
  private void requireNoTabs(FileVersion file, Document document, Region region, ObjectKey key)
      throws NotSafe {
    if (document.written().isEmpty()) {
      return;
    }
    for (int line : file.lines().startsIn(region)) {
      if (hasTab(file, line) && !isInBlockScalar(document.written().get(), line)) {
        throw file.notSafe(key, line, "it is indented by a tab");
      }
    }
  }

  private static boolean hasTab(FileVersion file, int line) {
    int first = line + file.lines().indent(line);
    return first < file.text().length() && file.text().charAt(first) == '\t';
  }

  private static boolean isInBlockScalar(Written root, int line) {
    return root.all()
        .anyMatch(node ->
            node instanceof Written.Scalar scalar
                && scalar.style() == Written.Style.BLOCK
                && scalar.start() < line
                && line <= scalar.end());
  }

  private void restoreParts(ObjectKey key, Document now, Document before, Document then)
      throws NotSafe {
    List<Part> parts = Part.of(key);
    if (format == Format.JSON || parts.isEmpty()) {
      throw tip.notSafe(
          key,
          now.region().start(),
          "it was changed after the failing commit, and %s put back as a whole only"
              .formatted(format == Format.JSON ? "JSON is" : "its kind is"));
    }
    requireSamePodMetadata(key, now, before, then);
    for (Part part : parts) {
      Optional<PartText> here = PartText.find(tip, now, key, part);
      Optional<PartText> failed = PartText.find(failing, before, key, part);
      Optional<PartText> wanted = PartText.find(stable, then, key, part);
      requireUntouched(key, part, now, here, before, failed);
      if (part.presence() == Part.Presence.REQUIRED && (here.isEmpty() || wanted.isEmpty())) {
        FileVersion file = here.isEmpty() ? tip : stable;
        Document document = here.isEmpty() ? now : then;
        throw file.notSafe(key, document.region().start(), "it has no " + part.name());
      }
      if (here.isPresent()) {
        requireMovable(tip, now, here.get(), key, part);
      }
      if (wanted.isPresent()) {
        requireMovable(stable, then, wanted.get(), key, part);
      }
      if (here.isPresent() && wanted.isPresent()) {
        replace(key, part, here.get(), wanted.get());
      } else if (here.isPresent()) {
        remove(key, part, here.get());
      } else if (wanted.isPresent()) {
        insert(key, part, now, wanted.get());
      }
    }
  }

  /// A Pod's release has its labels and annotations, too, and those are not put back in part.
  private void requireSamePodMetadata(ObjectKey key, Document now, Document before, Document then)
      throws NotSafe {
    if (!key.kind().equals("Pod")) {
      return;
    }
    JsonNode kept = podMetadata(now);
    if (!kept.equals(podMetadata(before)) || !kept.equals(podMetadata(then))) {
      throw tip.notSafe(
          key,
          now.region().start(),
          "it was changed after the failing commit, and its labels or annotations are not those of"
              + " all three commits");
    }
  }

  private static JsonNode podMetadata(Document document) {
    JsonNode metadata = document.tree().toJson().path("metadata");
    ObjectNode kept = Json.object();
    for (String name : List.of("labels", "annotations")) {
      ObjectNode entries = kept.putObject(name);
      for (Map.Entry<String, JsonNode> entry : metadata.path(name).properties()) {
        if (!entry.getKey().startsWith("reeve.dev/")) {
          entries.set(entry.getKey(), entry.getValue());
        }
      }
    }
    return kept;
  }

  private void requireUntouched(
      ObjectKey key,
      Part part,
      Document now,
      Optional<PartText> here,
      Document before,
      Optional<PartText> failed)
      throws NotSafe {
    Optional<String> text = here.map(it -> it.region().of(tip.text()));
    boolean isSame =
        text.equals(failed.map(it -> it.region().of(failing.text())))
            && part.in(now.tree().toJson()).equals(part.in(before.tree().toJson()));
    if (!isSame) {
      int at = here.map(it -> it.region().start()).orElse(now.region().start());
      throw tip.notSafe(key, at, part.name() + " was changed after the failing commit");
    }
  }

  private void requireMovable(
      FileVersion file, Document document, PartText text, ObjectKey key, Part part) throws NotSafe {
    text.requireOwnAnchors(file, document.written().orElseThrow(), key, part);
    requireNoTabs(file, document, text.region(), key);
  }

  private void replace(ObjectKey key, Part part, PartText here, PartText wanted) throws NotSafe {
    if (here.hasOwnLines(tip.lines()) && wanted.hasOwnLines(stable.lines())) {
      splices.add(new Splice(here.region(), indented(wanted, here.column())));
    } else if (here.isInline(tip.text()) && wanted.isInline(stable.text())) {
      splices.add(new Splice(here.value(), wanted.value().of(stable.text())));
    } else {
      throw tip.notSafe(key, here.region().start(), flow(part));
    }
  }

  private void remove(ObjectKey key, Part part, PartText here) throws NotSafe {
    if (!here.hasOwnLines(tip.lines())) {
      throw tip.notSafe(key, here.region().start(), flow(part));
    }
    // With the line end in front of it, since there may be none behind it.
    int start = here.region().start();
    Region region =
        start == 0
            ? new Region(0, tip.lines().next(here.region().end()))
            : new Region(tip.lines().previousEnd(start), here.region().end());
    splices.add(new Splice(region, ""));
  }

  /// Behind the nearest of those keys that stand in front of it in the stable text; at the top
  /// where the tip has none of them.
  private void insert(ObjectKey key, Part part, Document now, PartText wanted) throws NotSafe {
    if (!(now.written().orElseThrow() instanceof Written.Mapping root)
        || root.style() == Written.Style.FLOW
        || !wanted.hasOwnLines(stable.lines())) {
      throw tip.notSafe(key, now.region().start(), flow(part));
    }
    PartText first = PartText.of(tip, root, root.entries().getFirst());
    String lineEnd =
        tip.lines().firstLineEnd().or(() -> stable.lines().firstLineEnd()).orElse("\n");
    String text = indented(wanted, first.column());
    Optional<PartText> neighbour =
        wanted.around().entries().stream()
            .takeWhile(entry -> !entry.equals(wanted.entry()))
            .flatMap(entry -> PartText.entry(root, entry.name()).stream())
            .reduce((_, nearest) -> nearest)
            .map(entry -> PartText.of(tip, root, entry));
    splices.add(
        neighbour
            .map(it -> at(it.region().end(), lineEnd + text))
            .orElseGet(() -> at(first.region().start(), text + lineEnd)));
  }

  private static Splice at(int place, String text) {
    return new Splice(new Region(place, place), text);
  }

  private String indented(PartText wanted, int column) {
    String text = new Lines(wanted.region().of(stable.text())).indented(column - wanted.column());
    return tip.adopted(text);
  }

  private static String flow(Part part) {
    return part.name() + " shares its lines with others (flow style), and cannot be moved safely";
  }
}
