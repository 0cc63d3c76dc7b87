package dev.reeve.manifest.rollback;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.rollback.FileVersion.Document;
import dev.reeve.manifest.schema.ObjectReader;
import dev.reeve.manifest.sops.SopsFile;
import dev.reeve.manifest.text.Written;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/// Whether a file that SOPS encrypts may go back. Its MAC is over all values of all of its
/// documents, so that no part of it can go back without the others: it is the whole file of the
/// stable commit, where nothing else in it has changed since, or a person's to do.
///
/// This is told from ciphertexts, without a key: SOPS leaves those of unchanged values as they are.
final class EncryptedRestore {
  private static final String SOPS = "sops";

  /// What each encryption writes anew.
  private static final List<String> WRITTEN_ANEW =
      List.of("enc", "created_at", "lastmodified", "mac", "version");

  private final FileVersion tip;
  private final FileVersion failing;
  private final FileVersion stable;

  EncryptedRestore(FileVersion tip, FileVersion failing, FileVersion stable) {
    this.tip = tip;
    this.failing = failing;
    this.stable = stable;
  }

  boolean isAsked() {
    return isEncrypted(tip) || isEncrypted(failing) || isEncrypted(stable);
  }

  private static boolean isEncrypted(FileVersion file) {
    return file.documents().stream().anyMatch(it -> SopsFile.isEncrypted(it.tree()));
  }

  /// Passes where the stable commit's file may take the place of the tip's.
  void check(SortedSet<ObjectKey> objects) throws NotSafe {
    ObjectKey first = objects.first();
    if (!isEncrypted(tip) || !isEncrypted(failing) || !isEncrypted(stable)) {
      throw tip.notSafe(first, 0, "the file is encrypted at some of the three commits only");
    }
    for (ObjectKey key : objects) {
      checkUntouched(key);
    }
    if (tip.documents().size() != stable.documents().size() || !tip.gaps().equals(stable.gaps())) {
      throw notAlone(first, 0);
    }
    for (int i = 0; i < tip.documents().size(); i++) {
      Document now = tip.documents().get(i);
      Document then = stable.documents().get(i);
      if (!sops(now).equals(sops(then))) {
        throw tip.notSafe(
            first,
            now.region().start(),
            "the file is encrypted for other keys, or by another rule, than at the stable commit");
      }
      Optional<ObjectKey> key = ObjectReader.keyOf(now.tree());
      boolean isAsked = key.isPresent() && objects.contains(key.get());
      boolean isSame =
          isAsked
              ? key.equals(ObjectReader.keyOf(then.tree()))
              : withoutSops(tip, now).equals(withoutSops(stable, then));
      if (!isSame) {
        throw notAlone(first, now.region().start());
      }
    }
  }

  private void checkUntouched(ObjectKey key) throws NotSafe {
    Document now = tip.document(key);
    if (!withoutSops(tip, now).equals(withoutSops(failing, failing.document(key)))) {
      throw tip.notSafe(
          key,
          now.region().start(),
          "it was changed after the failing commit, and an encrypted file is put back as a whole"
              + " only");
    }
  }

  private NotSafe notAlone(ObjectKey key, int at) {
    return tip.notSafe(
        key,
        at,
        "the file is encrypted as a whole, and something else in it has changed since the stable"
            + " commit");
  }

  private static String withoutSops(FileVersion file, Document document) {
    if (document.written().isPresent()
        && document.written().get() instanceof Written.Mapping root
        && root.style() == Written.Style.BLOCK) {
      Optional<Written.Entry> sops = PartText.entry(root, SOPS);
      if (sops.isPresent()) {
        int start = document.region().start();
        var text = new StringBuilder(file.textOf(document));
        return text.delete(
                sops.get().key().start() - start,
                Math.min(sops.get().value().end() - start, text.length()))
            .toString();
      }
    }
    JsonNode json = document.tree().toJson();
    if (json instanceof ObjectNode mapping) {
      mapping.remove(SOPS);
    }
    return json.toString();
  }

  /// For whom and how it is encrypted.
  private static JsonNode sops(Document document) {
    JsonNode sops = document.tree().toJson().path(SOPS);
    strip(sops);
    return sops;
  }

  private static void strip(JsonNode node) {
    if (node instanceof ObjectNode mapping) {
      mapping.remove(WRITTEN_ANEW);
    }
    node.forEach(EncryptedRestore::strip);
  }
}
