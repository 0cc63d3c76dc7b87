package dev.reeve.manifest.sops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.age.AgeWriter;
import dev.reeve.manifest.age.Identities;
import dev.reeve.manifest.text.Documents;
import dev.reeve.manifest.text.Finding;
import dev.reeve.manifest.text.Json;
import dev.reeve.manifest.text.Tree;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SopsFileTest {
  private final SopsWriter writer = new SopsWriter(1);
  private final AgeWriter.Key mine = writer.key();
  private final AgeWriter.Key theirs = writer.key();

  @Nested
  class Decrypts {
    @Test
    void eachTypeOfValue() {
      var document = manifest();
      var values = document.putObject("values");
      values.put("text", "with \"quotes\", ä, and\nlines").put("empty", "");
      values.put("number", -42).put("large", Long.MAX_VALUE).put("share", 0.1);
      values.put("tiny", 1.5e-9).put("yes", true).put("no", false).putNull("nothing");
      values.put("looksLikeOne", "1234").put("looksLikeYes", "true").put("when", "2026-01-01");
      values.putArray("list").add("a").add(1).add(Json.object().put("deep", "b")).add("");
      values.putArray("none");
      values.putObject("nobody");

      assertThat(decrypted(writer.recipients(mine.recipient()).yaml(document)))
          .containsExactly(document);
      var asJson = Documents.json(writer.json(document).getBytes(StandardCharsets.UTF_8));
      assertThat(plain(SopsFile.open(asJson.trees(), mine.identities()))).containsExactly(document);
    }

    @Test
    void onlyWhatIsEncrypted() {
      var document = manifest();
      document
          .putObject("spec")
          .put("plain", "p")
          .put("secret_enc", "s")
          .put("note_unencrypted", "n");
      document.putObject("data").put("a", "1").putObject("b").put("c", "2");

      for (SopsWriter each :
          List.of(
              new SopsWriter(2),
              new SopsWriter(3).onlyData(),
              new SopsWriter(4).rule("encrypted_suffix", "_enc", it -> it.endsWith("_enc"), false),
              new SopsWriter(5)
                  .rule(
                      "unencrypted_suffix",
                      "_unencrypted",
                      it -> it.endsWith("_unencrypted"),
                      true),
              new SopsWriter(6)
                  .rule(
                      "unencrypted_regex",
                      "^(apiVersion|kind|metadata)$",
                      List.of("apiVersion", "kind", "metadata")::contains,
                      true),
              new SopsWriter(7).onlyData().macOnlyEncrypted())) {
        assertThat(decrypted(each.recipients(mine.recipient()).yaml(document)))
            .containsExactly(document);
      }
    }

    @Test
    void allDocumentsOfAFile() {
      var one = manifest().put("a", "1");
      var two = manifest().put("b", "2");

      assertThat(decrypted(writer.recipients(mine.recipient()).yaml(one, two)))
          .containsExactly(one, two);
    }

    @Test
    void aDocumentThatWasEmptyIntoNone() {
      var one = manifest().put("a", "1");

      assertThat(decrypted(writer.recipients(mine.recipient()).yaml(Json.object(), one)))
          .containsExactly(one);
    }

    @Test
    void whateverTheCommentsSay() {
      var document = manifest().put("a", "1");

      assertThat(decrypted(writer.withComments().recipients(mine.recipient()).yaml(document)))
          .containsExactly(document);
    }

    @Test
    void withAnyKeyOfSeveral() {
      var document = manifest().put("a", "1");
      var text = writer.recipients(theirs.recipient(), mine.recipient()).yaml(document);

      assertThat(decrypted(text, mine.identities())).containsExactly(document);
      assertThat(decrypted(text, theirs.identities())).containsExactly(document);
    }

    @Test
    void withEnoughGroupsOfKeys() {
      var third = writer.key();
      var document = manifest().put("a", "1");
      var text =
          writer
              .groups(
                  2,
                  List.of(
                      List.of(mine.recipient()),
                      List.of(theirs.recipient()),
                      List.of(third.recipient())))
              .yaml(document);

      for (AgeWriter.Key other : List.of(theirs, third)) {
        assertThat(decrypted(text, mine.identities().and(other.identities())))
            .containsExactly(document);
      }
      assertThat(open(text, mine.identities()))
          .isInstanceOfSatisfying(
              Opening.Locked.class,
              it -> assertThat(it.why().message()).contains("(2 of 3 groups of keys)"));
    }

    @Test
    void whatIsWrittenAsPeopleWriteIt() {
      // SOPS counts values as Go reads them, however they are written.
      var document = manifest();
      document.put("share", 1000000.5).put("word", "yes").put("is", true).put("data", "x");
      var text =
          writer
              .rule("encrypted_regex", "^data$", "data"::equals, false)
              .recipients(mine.recipient())
              .yaml(document)
              .replace("\"share\": 1000000.5", "share: 1.0000005e+06")
              .replace("\"word\": \"yes\"", "word: yes")
              .replace("\"is\": true", "is: True");

      assertThat(decrypted(text)).containsExactly(document.put("word", true));
    }

    @Test
    void withThePositionsOfTheText() {
      var text = writer.recipients(mine.recipient()).yaml(manifest().put("a", "1"));

      var opened = (Opening.Decrypted) open(text, mine.identities());

      var tree = (Tree.Mapping) opened.documents().getFirst().tree();
      assertThat(tree.member("a").orElseThrow().value().at()).hasToString("5:6");
      assertThat(tree.member("sops")).isEmpty();
      assertThat(opened.documents().getFirst().hidden().orElseThrow()).hasToString("4:13");
    }
  }

  @Nested
  class Refuses {
    private final String text =
        writer
            .onlyData()
            .recipients(mine.recipient())
            .yaml(
                manifest()
                    .set("data", Json.object().put("user", "ann").put("password", "hunter2")));

    @Test
    void anyChangedCharacterOfWhatIsEncrypted() {
      int start = text.indexOf("ENC[");
      int tries = 0;
      for (int i = start; i < text.length(); i++) {
        boolean isInside =
            isWithin(i, "ENC[", "type:") || isWithin(i, "-----BEGIN AGE", "-----END AGE");
        if (!isInside) {
          continue;
        }
        for (char other : new char[] {'A', 'q', '/', '0'}) {
          if (text.charAt(i) != other) {
            var changed = text.substring(0, i) + other + text.substring(i + 1);
            var documents = Documents.yaml(changed.getBytes(StandardCharsets.UTF_8));
            tries++;
            if (documents.problems().isEmpty()) {
              assertThat(SopsFile.open(documents.trees(), mine.identities()))
                  .as("character %d is %s", i, other)
                  .isNotInstanceOf(Opening.Decrypted.class);
            }
          }
        }
      }
      assertThat(tries).isGreaterThan(3_000);
    }

    /// The rest of the line behind a key.
    private String after(String key) {
      int start = text.indexOf(key) + key.length();
      return text.substring(start, text.indexOf('\n', start));
    }

    private boolean isWithin(int at, String from, String to) {
      int start = text.lastIndexOf(from, at);
      int end = start < 0 ? -1 : text.indexOf(to, start);
      return start >= 0 && at < end;
    }

    @Test
    void aValueUnderAnotherKey() {
      var user = after("\"user\": ");
      var password = after("\"password\": ");
      var swapped = text.replace(user, "@").replace(password, user).replace("@", password);

      assertThat(problems(swapped))
          .containsExactly(
              "6:13: data.user was changed, or encrypted for another place or with another key",
              "7:17: data.password was changed, or encrypted for another place or with another key");
    }

    @Test
    void aValueThatStandsInTheClear() {
      assertThat(problems(text.replace(after("\"user\": "), "\"eve\"")))
          .containsExactly("6:13: data.user is to be encrypted, and is not");
      assertThat(problems(text.replace(after("\"user\": "), "7")))
          .containsExactly("6:13: data.user is to be encrypted, and is not");
    }

    @Test
    void anotherValueOfWhatIsNotEncrypted() {
      assertThat(problems(text.replace("\"name\": \"web\"", "\"name\": \"api\"")))
          .singleElement()
          .asString()
          .contains("sops.mac does not fit: a value of this file was changed");
    }

    @Test
    void aValueAddedRemovedOrEmptied() {
      for (String changed :
          List.of(
              text.replace("\"data\":", "\"more\": 1\n\"data\":"),
              text.replaceFirst("    \"user\": .*\n", ""),
              text.replace(after("\"user\": "), "\"\""))) {
        assertThat(problems(changed)).singleElement().asString().contains("sops.mac does not fit");
      }
    }

    @Test
    void aDocumentAddedRemovedOrMoved() {
      var one = manifest().put("a", "1");
      var two = manifest().put("b", "2");
      var both = new SopsWriter(9).recipients(mine.recipient()).yaml(one, two);
      var parts = List.of(both.split("---\n(?=\"apiVersion)"));

      assertThat(parts).hasSize(2);
      for (String changed :
          List.of(parts.get(0), parts.get(1), parts.get(1) + "---\n" + parts.get(0))) {
        assertThat(problems(changed)).singleElement().asString().contains("sops.mac does not fit");
      }
      assertThat(problems(both + "---\nkind: Secret\n"))
          .singleElement()
          .asString()
          .contains("this document is not encrypted, and another one of the file is");
      assertThat(problems(both + "---\n" + text)).singleElement().asString().contains("of its own");
    }

    @Test
    void aMissingOrEmptyMac() {
      assertThat(problems(text.replaceFirst("    \"mac\": .*\n", "")))
          .containsExactly(
              "8:1: sops.mac is missing: nobody can tell whether the file was changed");
      assertThat(problems(text.replace(after("\"mac\": "), "\"\"")))
          .singleElement()
          .asString()
          .contains("sops.mac is missing");
      assertThat(
              problems(
                  new SopsWriter(9)
                      .recipients(mine.recipient())
                      .macSays("0".repeat(128))
                      .yaml(manifest())))
          .singleElement()
          .asString()
          .contains("sops.mac does not fit");
    }

    @Test
    void anotherTimeOfChange() {
      assertThat(problems(text.replace("2026-11-30T10:00:00Z", "2026-11-30T10:00:01Z")))
          .singleElement()
          .asString()
          .contains("sops.lastmodified");
      assertThat(problems(text.replace("2026-11-30T10:00:00Z", "yesterday")))
          .singleElement()
          .asString()
          .contains("must be a time");
    }

    @Test
    void anotherRule() {
      assertThat(problems(text.replace("^(data|stringData)$", "^nothing$"))).isNotEmpty();
      assertThat(problems(text.replace("^(data|stringData)$", "^(data|metadata)$"))).isNotEmpty();
      assertThat(problems(text.replace("^(data|stringData)$", "(")))
          .singleElement()
          .asString()
          .contains("regular expression");
      assertThat(
              problems(
                  text.replace("\"version\"", "\"unencrypted_suffix\": \"x\"\n    \"version\"")))
          .singleElement()
          .asString()
          .contains("more than one rule");
      assertThat(problems(text.replace("\"encrypted_regex\"", "\"encrypted_comment_regex\"")))
          .singleElement()
          .asString()
          .contains("is not supported");
      assertThat(
              problems(
                  text.replace("\"version\"", "\"mac_only_encrypted\": true\n    \"version\"")))
          .singleElement()
          .asString()
          .contains("sops.mac does not fit");
    }

    @Test
    void aSopsThatSaysNothing() {
      assertThat(problems("kind: Secret\nsops: {version: 3.9.0}\n"))
          .containsExactly("2:1: sops names no key that the file is encrypted for");
    }
  }

  @Nested
  class IsLocked {
    private final String text = writer.recipients(theirs.recipient()).yaml(manifest());

    @Test
    void withoutAKey() {
      assertThat(problems(text, Identities.NONE))
          .containsExactly(
              "5:1: the file is encrypted for %s: no key was given (--age-key)"
                  .formatted(theirs.recipient()));
    }

    @Test
    void withOtherKeys() {
      assertThat(problems(text, mine.identities()))
          .containsExactly(
              "5:1: the file is encrypted for %s: the keys that were given (--age-key) are those of %s"
                  .formatted(theirs.recipient(), mine.recipient()));
    }

    @Test
    void forWhatOtherToolsOpen() {
      assertThat(
              problems(
                  "kind: Secret\nsops:\n  pgp: [{fp: ABC, enc: x}]\n  mac: x\n  lastmodified: '2026-01-01T00:00:00Z'\n"))
          .containsExactly("2:1: the file is encrypted for pgp: only keys of age are read");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
  void whateverIsEncryptedComesBack(long seed) {
    var random = new Random(seed);
    var each = new SopsWriter(seed);
    var key = each.key();
    if (random.nextBoolean()) {
      each.rule("encrypted_regex", "^[a-m]", it -> it.matches("[a-m].*"), false);
    }
    if (random.nextBoolean()) {
      each.macOnlyEncrypted();
    }
    each.recipients(key.recipient());
    for (int i = 0; i < 20; i++) {
      var documents = new JsonNode[1 + random.nextInt(3)];
      for (int at = 0; at < documents.length; at++) {
        documents[at] = manifest().set("random", tree(random, 4));
      }

      var text = each.yaml(documents);

      assertThat(decrypted(text, key.identities())).as(text).containsExactly(documents);
    }
  }

  private static JsonNode tree(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 9 : 7)) {
      case 0 -> Json.text("");
      case 1 -> Json.nothing();
      case 2 -> Json.bool(random.nextBoolean());
      case 3 -> Json.number(random.nextLong());
      case 4 -> Json.number(random.nextDouble() * Math.pow(10, random.nextInt(30) - 15));
      case 5 -> Json.text(text(random));
      case 6 ->
          Json.text(
              List.of("true", "12", "0x1f", "null", "~", "1e3", "ENC[", "- a", "# b")
                  .get(random.nextInt(9)));
      case 7 -> {
        var list = Json.array();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(tree(random, depth - 1));
        }
        yield list;
      }
      default -> {
        var mapping = Json.object();
        for (int i = random.nextInt(4); i > 0; i--) {
          mapping.set((char) ('a' + random.nextInt(26)) + "." + i, tree(random, depth - 1));
        }
        yield mapping;
      }
    };
  }

  private static String text(Random random) {
    var text = new StringBuilder();
    for (int i = random.nextInt(40); i > 0; i--) {
      text.append((char) (32 + random.nextInt(95)));
      text.append(
          random.nextInt(5) == 0
              ? List.of("\n", "\t", "ä", "€", "😀", ": ").get(random.nextInt(6))
              : "");
    }
    return text.toString();
  }

  private static ObjectNode manifest() {
    var document = Json.object().put("apiVersion", "v1").put("kind", "Secret");
    document.putObject("metadata").put("name", "web");
    return document;
  }

  private static Opening open(String text, Identities identities) {
    var documents = Documents.yaml(text.getBytes(StandardCharsets.UTF_8));
    assertThat(documents.problems()).isEmpty();
    return SopsFile.open(documents.trees(), identities);
  }

  private List<JsonNode> decrypted(String text) {
    return decrypted(text, mine.identities());
  }

  private static List<JsonNode> decrypted(String text, Identities identities) {
    return plain(open(text, identities));
  }

  private static List<JsonNode> plain(Opening opening) {
    return switch (opening) {
      case Opening.Decrypted(var documents) ->
          documents.stream().map(it -> it.tree().toJson()).toList();
      case Opening.Broken(var problems) -> throw new AssertionError(problems);
      case Opening.Locked(var why) -> throw new AssertionError(why);
    };
  }

  private List<String> problems(String text) {
    return problems(text, mine.identities());
  }

  private static List<String> problems(String text, Identities identities) {
    return switch (open(text, identities)) {
      case Opening.Decrypted(var documents) -> throw new AssertionError(documents);
      case Opening.Broken(var problems) -> problems.stream().map(SopsFileTest::line).toList();
      case Opening.Locked(var why) -> List.of(line(why));
    };
  }

  private static String line(Finding finding) {
    return finding.at() + ": " + finding.message();
  }
}
