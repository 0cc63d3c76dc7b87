package dev.reeve.manifest.rollback;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.rollback.FileVersion.Document;
import dev.reeve.manifest.schema.ObjectReader;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/// Reads an edited file against the tip and the stable commit, knowing nothing of how it was
/// edited.
final class SafetyNet {
  private final FileVersion tip;
  private final FileVersion stable;
  private final FileVersion result;

  SafetyNet(FileVersion tip, FileVersion stable, FileVersion result) {
    this.tip = tip;
    this.stable = stable;
    this.result = result;
  }

  void check(SortedMap<ObjectKey, RollbackEdit.Extent> restored) throws NotSafe {
    ObjectKey first = restored.firstKey();
    if (tip.documents().size() != result.documents().size() || !tip.gaps().equals(result.gaps())) {
      throw caught(first, tip.document(first), "what stands between the documents would change");
    }
    for (int i = 0; i < tip.documents().size(); i++) {
      Document before = tip.documents().get(i);
      Document after = result.documents().get(i);
      Optional<ObjectKey> key = ObjectReader.keyOf(before.tree());
      RollbackEdit.Extent extent = key.isEmpty() ? null : restored.get(key.get());
      if (key.isPresent() && extent != null) {
        checkRestored(key.get(), extent, before, after);
      } else if (!tip.textOf(before).equals(result.textOf(after))
          || !json(before).equals(json(after))) {
        throw caught(first, before, "another document would change");
      }
    }
  }

  private void checkRestored(
      ObjectKey key, RollbackEdit.Extent extent, Document before, Document after) throws NotSafe {
    JsonNode wanted = json(stable.document(key));
    boolean isRight =
        switch (extent) {
          case WHOLE -> json(after).equals(wanted);
          case PARTS -> {
            List<Part> parts = Part.of(key);
            yield parts.stream().allMatch(part -> part.in(json(after)).equals(part.in(wanted)))
                && Part.without(parts, json(after)).equals(Part.without(parts, json(before)));
          }
        };
    if (!isRight) {
      throw caught(key, before, "the restored text would be read as something else here");
    }
  }

  private NotSafe caught(ObjectKey key, Document document, String problem) {
    return tip.notSafe(key, document.region().start(), problem);
  }

  private static JsonNode json(Document document) {
    return document.tree().toJson();
  }
}
