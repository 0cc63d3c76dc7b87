package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Workload;
import dev.reeve.manifest.age.AgeWriter;
import dev.reeve.manifest.age.Identities;
import dev.reeve.manifest.sops.SopsWriter;
import dev.reeve.manifest.text.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Files that SOPS has encrypted, as parts of a commit.
class EncryptedTest {
  private static final ObjectKey SECRET = ObjectKey.parse("Secret/default/login");
  private static final ObjectKey WEB = ObjectKey.parse("Deployment/default/web");
  private static final String PLAIN =
      """
      apiVersion: v1
      kind: Secret
      metadata: {name: login}
      stringData: {password: hunter2}
      """;
  private static final String USER =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
              - name: web
                image: web:1
                envFrom: [{secretRef: {name: login}}]
      """;

  private final SopsWriter writer = new SopsWriter(1).onlyData();
  private final AgeWriter.Key mine = writer.key();
  private final AgeWriter.Key theirs = writer.key();

  @Test
  void areReadAsIfTheyWerePlain() {
    var encrypted = accepted(read(text(mine), mine.identities()));
    var plain = accepted(read(PLAIN, Identities.NONE));

    assertThat(encrypted.catalog().configData(SECRET))
        .containsExactly(
            java.util.Map.entry("password", "hunter2".getBytes(StandardCharsets.UTF_8)));
    assertThat(encrypted.catalog().json(SECRET)).isEqualTo(plain.catalog().json(SECRET));
    assertThat(encrypted.state().warnings()).isEqualTo(plain.state().warnings());
  }

  /// What a release is named by must be what it is made of, and not how that lies in Git.
  @Test
  void areTheSameReleaseHoweverTheyAreEncrypted() {
    var plain = accepted(read(PLAIN, Identities.NONE));

    for (Reading each :
        new Reading[] {
          read(text(mine), mine.identities()),
          read(text(mine), mine.identities().and(theirs.identities())),
          read(text(theirs), theirs.identities()),
          read(text(mine, theirs), theirs.identities())
        }) {
      assertThat(release(accepted(each))).isEqualTo(release(plain));
      assertThat(accepted(each).state().objects().get(SECRET))
          .isEqualTo(plain.state().objects().get(SECRET));
    }
  }

  @Test
  void areReadFromJsonToo() {
    var text = writer.recipients(mine.recipient()).json(secret("hunter2"));

    var reading = read("login.json", text, mine.identities());

    assertThat(accepted(reading).catalog().configData(SECRET)).containsOnlyKeys("password");
  }

  @Test
  void mayBeEncryptedAltogether() {
    var text = new SopsWriter(3).recipients(mine.recipient()).yaml(secret("hunter2"));

    assertThat(text).doesNotContain("Secret");
    assertThat(accepted(read(text, mine.identities())).catalog().configData(SECRET))
        .containsOnlyKeys("password");
  }

  @Test
  void areSaidToBeShownWhereTheyAreNoSecrets() {
    var config = secret("hunter2").put("kind", "ConfigMap");
    config.set("data", config.remove("stringData"));

    var reading =
        read(writer.recipients(mine.recipient()).yaml(config) + "", mine.identities(), "");

    assertThat(accepted(reading).state().warnings())
        .containsExactly(
            "login.yaml:6:17: what is encrypted in a ConfigMap is shown like the rest of it: only a"
                + " Secret keeps its values to itself");
  }

  @Nested
  class AreRefused {
    @Test
    void withoutTheirKey() {
      assertThat(problems(read(text(theirs), mine.identities())))
          .containsExactly(
              "login.yaml:7:1: the file is encrypted for %s: the keys that were given (--age-key) are those of %s"
                  .formatted(theirs.recipient(), mine.recipient()));
      assertThat(file(text(theirs), mine.identities()).isLocked()).isTrue();
    }

    @Test
    void whenTheyWereChanged() {
      var text = text(mine);

      assertThat(problems(read(text.replace("\"login\"", "\"admin\""), mine.identities())))
          .singleElement()
          .asString()
          .startsWith("login.yaml:")
          .contains("sops.mac does not fit");
      assertThat(file(text.replace("login", "admin"), mine.identities()).isLocked()).isFalse();
    }

    @Test
    void withoutAWordOfWhatIsInThem() {
      var secret = secret("hunter2");
      ((ObjectNode) secret.path("stringData")).put("pin", 7777);
      secret.putObject("data").put("key", "no base64: topsecret");
      secret.put("type", 4711);
      var config = secret("hunter3").put("kind", "ConfigMap");
      config.putObject("data").put("n", 8888);
      config.put("immutable", "perhaps");
      var both = new SopsWriter(4).recipients(mine.recipient()).yaml(secret, config);

      var problems = problems(read(both, mine.identities()));

      assertThat(problems).hasSizeGreaterThan(4);
      assertThat(String.join("\n", problems))
          .doesNotContain("hunter", "7777", "topsecret", "4711", "8888", "perhaps");
    }

    @Test
    void whenOnlyAPartOfThemCanBeRead() {
      var text = text(mine) + "---\n{\n";

      assertThat(problems(read(text, mine.identities())))
          .singleElement()
          .asString()
          .contains("is not valid YAML");
    }

    @Test
    void asItemsOfAList() {
      var list =
          "apiVersion: v1\nkind: List\nitems:\n"
              + text(mine).indent(4).replaceFirst("^    ", "  - ");

      assertThat(problems(read(list, mine.identities())))
          .singleElement()
          .asString()
          .contains(
              "sops is not supported: only whole documents are decrypted, not items of a list");
    }
  }

  /// A file that kustomize-controller's tests have, made by sops 3.9.
  @Nested
  @EnabledIfSystemProperty(
      named = "reeve.corpus",
      matches = ".+",
      disabledReason = "no corpus given (-Dreeve.corpus=FOLDER)")
  class OfTheTool {
    private final Path folder =
        Path.of(System.getProperty("reeve.corpus", "")).resolveSibling("sops");

    @Test
    void areRead() throws Exception {
      var keys = Identities.parse(Files.readString(folder.resolve("keys/age.txt")));

      var read = accepted(read("age.yaml", tool(), keys));

      assertThat(keys.recipients())
          .containsExactly("age1l44xcng8dqj32nlv6d930qvvrny05hglzcv9qpc7kxjc6902ma4qufys29");
      assertThat(read.catalog().configData(ObjectKey.parse("Secret/default/age")))
          .containsOnlyKeys("key");
    }

    @Test
    void areRefusedWhenTheyWereChanged() throws Exception {
      var keys = Identities.parse(Files.readString(folder.resolve("keys/age.txt")));

      assertThat(problems(read("age.yaml", tool().replace("name: age", "name: other"), keys)))
          .singleElement()
          .asString()
          .contains("sops.mac does not fit");
      assertThat(problems(read("age.yaml", tool(), mine.identities())))
          .singleElement()
          .asString()
          .startsWith("age.yaml:7:1: the file is encrypted for age1l44xcng8dqj32nl");
    }

    private String tool() throws IOException {
      return Files.readString(folder.resolve("algorithms/age.yaml"));
    }
  }

  private String text(AgeWriter.Key... keys) {
    return writer
        .recipients(
            java.util.Arrays.stream(keys).map(AgeWriter.Key::recipient).toArray(String[]::new))
        .yaml(secret("hunter2"));
  }

  private static ObjectNode secret(String password) {
    var secret = Json.object().put("apiVersion", "v1").put("kind", "Secret");
    secret.putObject("metadata").put("name", "login");
    secret.putObject("stringData").put("password", password);
    return secret;
  }

  private static ManifestFile file(String text, Identities identities) {
    return ManifestFile.parse(text.getBytes(StandardCharsets.UTF_8), Format.YAML, identities);
  }

  private static Reading read(String text, Identities identities) {
    return read(text, identities, USER);
  }

  private static Reading read(String text, Identities identities, String user) {
    return read("login.yaml", text, identities, user);
  }

  private static Reading read(String path, String text, Identities identities) {
    return read(path, text, identities, "");
  }

  private static Reading read(String path, String text, Identities identities, String user) {
    var files = new TreeMap<String, ManifestFile>();
    files.put(
        path,
        ManifestFile.parse(
            text.getBytes(StandardCharsets.UTF_8), Format.of(path).orElseThrow(), identities));
    files.put("web.yaml", file(user, identities));
    return Manifests.read(
        "prod", new CommitText("c0ffee", "", ""), files, Repository.KEY, Optional.empty());
  }

  private static Reading.Accepted accepted(Reading reading) {
    return switch (reading) {
      case Reading.Accepted accepted -> accepted;
      case Reading.Refused refused -> throw new AssertionError(refused.lines());
    };
  }

  private static java.util.List<String> problems(Reading reading) {
    return switch (reading) {
      case Reading.Accepted(var state, var _) -> throw new AssertionError(state);
      case Reading.Refused refused -> refused.lines();
    };
  }

  private static String release(Reading.Accepted reading) {
    return Repository.object(reading.state(), WEB)
        .workload()
        .map(Workload::release)
        .orElseThrow()
        .hash();
  }
}
