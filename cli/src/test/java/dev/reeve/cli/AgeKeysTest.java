package dev.reeve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The ways to give a key to what decrypts files.
class AgeKeysTest {
  private static final Said OK = new Said(0, "ok: 1 objects in 1 files\n", "");

  @TempDir Path folder;
  private Path manifests;
  private Path key;
  private Path otherKey;

  @BeforeEach
  void write() throws IOException {
    manifests = Files.createDirectory(folder.resolve("manifests"));
    copy("login-a.yaml", manifests.resolve("login.yaml"));
    key = copy("key-a.txt", folder.resolve("age-key"));
    otherKey = copy("key-b.txt", folder.resolve("other.txt"));
  }

  private static Path copy(String name, Path to) throws IOException {
    return Files.writeString(to, text(name));
  }

  static String text(String name) throws IOException {
    try (var file = AgeKeysTest.class.getResourceAsStream("/sops/" + name)) {
      return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Said validate(Map<String, String> variables, Path... keys) {
    var words = new java.util.ArrayList<String>();
    words.add("validate");
    for (Path each : keys) {
      words.add("--age-key");
      words.add(each.toString());
    }
    words.add(manifests.toString());
    return Said.by(variables, words.toArray(String[]::new));
  }

  @Test
  void areOptionsVariablesAndCredentials() throws IOException {
    assertThat(validate(Map.of(), key)).isEqualTo(OK);
    assertThat(validate(Map.of(), otherKey, key)).isEqualTo(OK);
    assertThat(validate(Map.of("REEVE_AGE_KEY", key.toString()))).isEqualTo(OK);
    assertThat(validate(Map.of("REEVE_AGE_KEY", otherKey + ":" + key))).isEqualTo(OK);
    assertThat(validate(Map.of("SOPS_AGE_KEY_FILE", key.toString()), otherKey)).isEqualTo(OK);
    assertThat(validate(Map.of("SOPS_AGE_KEY", text("key-a.txt")))).isEqualTo(OK);
    assertThat(validate(Map.of("CREDENTIALS_DIRECTORY", folder.toString()))).isEqualTo(OK);
  }

  @Test
  void areMissedWithThePlaceAndTheRecipient() throws IOException {
    var said = validate(Map.of());

    var recipient =
        text("key-a.txt").lines().findFirst().orElseThrow().replace("# public key: ", "");
    assertThat(said)
        .isEqualTo(
            new Said(
                1,
                "%s:7:1: the file is encrypted for %s: no key was given (--age-key)\n"
                    .formatted(manifests.resolve("login.yaml"), recipient),
                ""));
    assertThat(validate(Map.of(), otherKey).out()).contains(recipient);
  }

  @Test
  void areSaidToBeWrongWithoutBeingQuoted() throws IOException {
    var slip = Files.writeString(folder.resolve("slip.txt"), "AGE-SECRET-KEY-1SLIP\n");

    assertThat(validate(Map.of(), slip))
        .isEqualTo(
            new Said(
                1,
                "",
                "reeve: "
                    + slip
                    + " (--age-key): line 1 is not a key of age (AGE-SECRET-KEY-1...)\n"));
    assertThat(validate(Map.of(), folder.resolve("nowhere")).err())
        .isEqualTo("reeve: there is no file " + folder.resolve("nowhere") + " (--age-key)\n");
    assertThat(validate(Map.of("SOPS_AGE_KEY", "nonsense")).err())
        .isEqualTo("reeve: SOPS_AGE_KEY: line 1 is not a key of age (AGE-SECRET-KEY-1...)\n");
  }

  @Test
  void areAskedForByWhatDecrypts() {
    for (String verb : new String[] {"up", "server", "validate", "plan"}) {
      assertThat(Said.by("help", verb).out()).as(verb).contains("--age-key=FILE");
    }
  }
}
