package dev.reeve.manifest.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.text.Json;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ValueEditTest {
  private static final ObjectKey WEB = new ObjectKey("Deployment", "default", "web");
  private static final List<String> REPLICAS = List.of("spec", "replicas");
  private static final List<String> PAUSED = List.of("spec", "paused");
  private static final List<String> RESTARTED =
      List.of("spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt");
  private static final JsonNode NOON = Json.text("2026-11-26T12:00:00Z");
  private static final String HEAD =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      """;

  private static String set(String file, List<String> path, JsonNode value) {
    return set(Format.YAML, file, path, value);
  }

  private static String set(Format format, String file, List<String> path, JsonNode value) {
    return switch (ValueEdit.set(format, Bytes.utf8(file), WEB, path, value)) {
      case ValueEdit.Result.Edited(var text) -> text.toUtf8();
      case ValueEdit.Result.Refused(var why) -> why.at() + ": " + why.message();
    };
  }

  @Nested
  class WhatStandsThere {
    @Test
    void isExchangedWithTheCommentBehindItKept() {
      var file = HEAD + "spec:\n  # how many\n  replicas: 3   # enough\n  paused: false\n";

      assertThat(set(file, REPLICAS, Json.number(5))).isEqualTo(file.replace("3  ", "5  "));
      assertThat(set(file, PAUSED, Json.bool(true))).isEqualTo(file.replace("false", "true"));
    }

    @Test
    void isExchangedInFlowStyle() {
      var file = HEAD + "spec: {replicas: 3, selector: {}} # one line\n";

      assertThat(set(file, REPLICAS, Json.number(10))).isEqualTo(file.replace("3", "10"));
    }

    @Test
    void isExchangedInItsQuotes() {
      var file =
          HEAD
              + "spec:\n  template:\n    metadata:\n      annotations:\n"
              + "        kubectl.kubernetes.io/restartedAt: 'before'\n";

      assertThat(set(file, RESTARTED, NOON)).isEqualTo(file.replace("'before'", NOON.toString()));
    }

    @Test
    void isExchangedInJson() {
      var file =
          """
          {"apiVersion": "apps/v1", "kind": "Deployment",
           "metadata": {"name": "web"},
           "spec": {"replicas": 3}}
          """;

      assertThat(set(Format.JSON, file, REPLICAS, Json.number(4)))
          .isEqualTo(file.replace("3", "4"));
      assertThat(set(Format.JSON, file, PAUSED, Json.bool(true)))
          .isEqualTo("3:10: there is no paused in these braces");
    }

    @Test
    void staysWhereItIsRight() {
      var file = HEAD + "spec:\n  replicas: 0x5\n";

      assertThat(set(file, REPLICAS, Json.number(5))).isEqualTo(file);
    }

    @Test
    void getsItsValueWhereItHasNone() {
      assertThat(set(HEAD + "spec:\n  replicas: # soon\n", REPLICAS, Json.number(5)))
          .isEqualTo(HEAD + "spec:\n  replicas: 5 # soon\n");
      assertThat(set(HEAD + "spec:\n  replicas:", REPLICAS, Json.number(5)))
          .isEqualTo(HEAD + "spec:\n  replicas: 5");
    }
  }

  @Nested
  class WhatIsMissing {
    @Test
    void getsALineInFrontOfTheOthersAndTheirComments() {
      assertThat(set(HEAD + "spec: # this\n    # a\n    a: b\n", PAUSED, Json.bool(true)))
          .isEqualTo(HEAD + "spec: # this\n    paused: true\n    # a\n    a: b\n");
    }

    @Test
    void getsAllTheLinesThatLeadToIt() {
      var file =
          HEAD + "spec:\n  template:\n    metadata:\n      labels: {app: web}\n    spec: {}\n";

      assertThat(set(file, RESTARTED, NOON))
          .isEqualTo(
              file.replace(
                  "      labels",
                  """
                        annotations:
                          kubectl.kubernetes.io/restartedAt: "2026-11-26T12:00:00Z"
                        labels\
                  """));
    }

    @Test
    void getsTheLineEndsOfTheFile() {
      var file = "\uFEFF" + (HEAD + "spec:\n  template:\n    spec: {}\n").replace("\n", "\r\n");

      assertThat(set(file, RESTARTED, NOON))
          .isEqualTo(
              file.replace(
                  "    spec: {}",
                  "    metadata:\r\n      annotations:\r\n        kubectl.kubernetes.io/restartedAt: "
                      + NOON
                      + "\r\n    spec: {}"));
    }

    @Test
    void goesUnderAKeyThatHasNothing() {
      var file = HEAD + "spec:\n  template:\n    metadata:\n      annotations:";

      assertThat(set(file, RESTARTED, NOON))
          .isEqualTo(file + "\n        kubectl.kubernetes.io/restartedAt: " + NOON);
    }
  }

  @Nested
  class OfSeveralDocuments {
    @Test
    void onlyTheOneIsTouched() {
      var other = "# first\n---\n" + HEAD.replace("web", "api") + "spec:\n  replicas: 3\n";
      var file = other + "---\n" + HEAD + "spec:\n  replicas: 3\n...\n# end\n";

      assertThat(set(file, REPLICAS, Json.number(1)))
          .isEqualTo(other + "---\n" + HEAD + "spec:\n  replicas: 1\n...\n# end\n");
    }

    @Test
    void theObjectMustBeThereOnceAndInNoList() {
      assertThat(set(HEAD.replace("web", "api"), REPLICAS, Json.number(1)))
          .isEqualTo("1:1: the file does not define Deployment/default/web");
      assertThat(set(HEAD + "---\n" + HEAD, REPLICAS, Json.number(1)))
          .isEqualTo("6:1: Deployment/default/web is defined a second time");
      assertThat(
              set(
                  "apiVersion: v1\nkind: List\nitems:\n- "
                      + HEAD.strip().replace("\n", "\n  ")
                      + "\n",
                  REPLICAS,
                  Json.number(1)))
          .isEqualTo("4:3: Deployment/default/web is an item of a list");
    }
  }

  @Nested
  class IsLeftToAPerson {
    @Test
    void whereAnAnchorAnAliasOrAMergeKeyIsOnTheWay() {
      assertThat(set(HEAD + "spec: &a\n  replicas: 3\n", REPLICAS, Json.number(1)))
          .isEqualTo("5:7: the anchor &a stands here");
      assertThat(set(HEAD + "x: &n 3\nspec:\n  replicas: *n\n", REPLICAS, Json.number(1)))
          .isEqualTo("7:13: the alias *n stands here");
      assertThat(set(HEAD + "x: &b {a: 1}\nspec:\n  <<: *b\n", REPLICAS, Json.number(1)))
          .isEqualTo("7:3: a merge key (<<) is around replicas");
    }

    @Test
    void whereTheKeyIsMissingInBraces() {
      assertThat(set(HEAD + "spec: {a: b}\n", REPLICAS, Json.number(1)))
          .isEqualTo("5:7: there is no replicas in these braces");
    }

    @Test
    void whereSomethingElseStands() {
      assertThat(set(HEAD + "spec:\n  replicas: [3]\n", REPLICAS, Json.number(1)))
          .isEqualTo("6:13: replicas is not a value on one line");
      assertThat(set(HEAD + "spec:\n  replicas: !!int 3\n", REPLICAS, Json.number(1)))
          .isEqualTo("6:13: replicas has a tag");
    }

    @Test
    void whereTheFileCannotBeRead() {
      assertThat(set(HEAD + "spec:\n\treplicas: 3\n", REPLICAS, Json.number(1)))
          .isEqualTo("6:1: found a tab where YAML takes only spaces");
    }
  }
}
