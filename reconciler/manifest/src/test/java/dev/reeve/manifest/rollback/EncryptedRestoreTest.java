package dev.reeve.manifest.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.ManifestFile;
import dev.reeve.manifest.age.AgeWriter;
import dev.reeve.manifest.sops.SopsWriter;
import dev.reeve.manifest.text.Json;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The MAC of an encrypted file is over all of it: a part of it never goes back alone.
class EncryptedRestoreTest {
  private static final ObjectKey CONFIG = ObjectKey.parse("ConfigMap/default/a");

  private final SopsWriter keys = new SopsWriter(7);
  private final AgeWriter.Key mine = keys.key();
  private final AgeWriter.Key theirs = keys.key();

  @Test
  void theWholeFileGoesBackWhereNothingElseChanged() {
    var stable = "# Ours.\n" + file(1, mine, config("a", "1"), config("b", "2"));
    var failing = "# Ours.\n" + file(1, mine, config("a", "9"), config("b", "2"));

    assertThat(restored(failing, failing, stable)).isEqualTo(edited(stable));
    assertThat(file(stable).problems()).isEmpty();
    assertThat(file(failing).problems()).isEmpty();
  }

  @Test
  void aSpliceOfOneDocumentWouldNotVerify() {
    var stable = file(1, mine, config("a", "1"), config("b", "2"));
    var failing = file(1, mine, config("a", "9"), config("b", "2"));
    var spliced =
        stable.substring(0, stable.indexOf("---\n")) + failing.substring(failing.indexOf("---\n"));

    assertThat(file(spliced).problems()).isNotEmpty();
  }

  @Test
  void jsonGoesBackToo() {
    var stable = json(1, "1");
    var failing = json(1, "9");

    assertThat(
            RollbackEdit.restore(
                Format.JSON, versions(failing, failing, stable), new TreeSet<>(Set.of(CONFIG))))
        .isEqualTo(edited(stable));
  }

  @Test
  void aChangeBesideItIsNotLost() {
    var stable = file(1, mine, config("a", "1"), config("b", "2"));
    var failing = file(1, mine, config("a", "9"), config("b", "2"));
    var tip = file(1, mine, config("a", "9"), config("b", "3"));

    assertThat(restored(tip, failing, stable))
        .isEqualTo(unsafe("something else in it has changed since the stable commit"));
    assertThat(restored(failing.replace("---\n", "# Why.\n---\n"), failing, stable))
        .isInstanceOf(Restored.Unsafe.class);
    assertThat(
            restored(
                file(1, mine, config("a", "9"), config("b", "2"), config("c", "2")),
                failing,
                stable))
        .isInstanceOf(Restored.Unsafe.class);
  }

  @Test
  void aLaterChangeOfTheDocumentIsNotLost() {
    var stable = file(1, mine, config("a", "1"));
    var failing = file(1, mine, config("a", "9"));
    var tip = file(1, mine, config("a", "10"));

    assertThat(restored(tip, failing, stable))
        .isInstanceOfSatisfying(
            Restored.Unsafe.class,
            it -> assertThat(it.reason()).contains("it was changed after the failing commit"));
  }

  /// The old key may be gone, or known to somebody.
  @Test
  void anExchangedKeyIsNotTakenBack() {
    var stable = file(1, mine, config("a", "1"));
    var failing = file(1, theirs, config("a", "9"));

    assertThat(restored(failing, failing, stable))
        .isEqualTo(
            new Restored.Unsafe(
                "ConfigMap/default/a, line 1 at the tip: the file is encrypted for other keys, or by"
                    + " another rule, than at the stable commit"));
  }

  @Test
  void whatWasPlainOnceIsNotMadePlainAgain() {
    var plain = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n    name: a\ndata:\n    key: \"1\"\n";
    var failing = file(1, mine, config("a", "9"));

    assertThat(restored(failing, failing, plain)).isInstanceOf(Restored.Unsafe.class);
    assertThat(restored(plain, plain, failing)).isInstanceOf(Restored.Unsafe.class);
  }

  @Test
  void noValueIsSetInIt() {
    var tip = file(1, mine, config("a", "1"));

    assertThat(
            ValueEdit.set(
                Format.YAML,
                Bytes.utf8(tip),
                CONFIG,
                java.util.List.of("data", "key"),
                Json.text("2")))
        .isInstanceOfSatisfying(
            ValueEdit.Result.Refused.class,
            it -> assertThat(it.why().message()).contains("edit it with sops"));
  }

  private Restored restored(String tip, String failing, String stable) {
    return RollbackEdit.restore(
        Format.YAML, versions(tip, failing, stable), new TreeSet<>(Set.of(CONFIG)));
  }

  private static FileVersions versions(String tip, String failing, String stable) {
    return new FileVersions(Bytes.utf8(tip), Bytes.utf8(failing), Bytes.utf8(stable));
  }

  private static Restored edited(String text) {
    return new Restored.Edited(Bytes.utf8(text));
  }

  private static Restored unsafe(String why) {
    return new Restored.Unsafe(
        "ConfigMap/default/a, line 17 at the tip: the file is encrypted as a whole, and " + why);
  }

  private ManifestFile file(String text) {
    return ManifestFile.parse(Bytes.utf8(text).toArray(), Format.YAML, mine.identities());
  }

  /// Of one seed, so that equal values have equal ciphertexts, as SOPS keeps them.
  private static String file(
      long seed, AgeWriter.Key key, com.fasterxml.jackson.databind.JsonNode... documents) {
    return new SopsWriter(seed).onlyData().recipients(key.recipient()).yaml(documents);
  }

  private String json(long seed, String value) {
    return new SopsWriter(seed).onlyData().recipients(mine.recipient()).json(config("a", value));
  }

  private static com.fasterxml.jackson.databind.JsonNode config(String name, String value) {
    var config = Json.object().put("apiVersion", "v1").put("kind", "ConfigMap");
    config.putObject("metadata").put("name", name);
    config.putObject("data").put("key", value);
    return config;
  }
}
