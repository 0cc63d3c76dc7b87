package dev.reeve.manifest.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.Format;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// In these stories `web:1` is stable, `web:2` failed, and what is at the tip is said each time.
class RollbackEditTest {
  private static final String WEB = "Deployment/default/web";
  private static final String CONFIG = "ConfigMap/default/web";

  private static String web(String image) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
    spec:
      replicas: 2
      template:
        spec:
          containers:
          - name: web
            image: %s # the app
    """
        .formatted(image);
  }

  private static String config(String name, String data) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: %s
    data:
      motd: %s
    """
        .formatted(name, data);
  }

  private static Restored restore(
      Format format, String tip, String failing, String stable, String... objects) {
    var keys =
        Arrays.stream(objects).map(ObjectKey::parse).collect(Collectors.toCollection(TreeSet::new));
    return RollbackEdit.restore(
        format, new FileVersions(Bytes.utf8(tip), Bytes.utf8(failing), Bytes.utf8(stable)), keys);
  }

  private static String edited(String tip, String failing, String stable, String... objects) {
    return switch (restore(Format.YAML, tip, failing, stable, objects)) {
      case Restored.Edited edited -> edited.text().toUtf8();
      case Restored.Unsafe unsafe -> throw new AssertionError(unsafe.reason());
    };
  }

  private static String reason(String tip, String failing, String stable, String... objects) {
    return reason(restore(Format.YAML, tip, failing, stable, objects));
  }

  private static String reason(Restored restored) {
    return switch (restored) {
      case Restored.Edited edited -> throw new AssertionError("edited: " + edited.text().toUtf8());
      case Restored.Unsafe unsafe -> {
        assertThat(unsafe.reason()).hasLineCount(1);
        yield unsafe.reason();
      }
    };
  }

  static String crlf(String text) {
    return text.replace("\n", "\r\n");
  }

  @Nested
  class WholeDocuments {
    @Test
    void comeBackAsTheyWereTogetherWithTheirComments() {
      String tip = web("web:2").replace("the app", "try 2");

      assertThat(edited(tip, tip, web("web:1"), WEB)).isEqualTo(web("web:1"));
    }

    @Test
    void leaveTwentyNineOthersAloneLineByLine() {
      var before = new ArrayList<String>();
      for (int i = 0; i < 30; i++) {
        before.add("# the config of app " + i + "\n" + config("app-" + i, "one # " + i) + "\n");
      }
      var after = new ArrayList<>(before);
      after.set(17, before.get(17).replace("one", "two"));
      after.set(3, before.get(3).replace("one", "two"));
      String stable = crlf("# all apps\n---\n" + String.join("---\n", before));
      String failing = crlf("# all apps\n---\n" + String.join("---\n", after));

      String result = edited(failing, failing, stable, "ConfigMap/default/app-17");

      List<String> lines = List.of(result.split("\n"));
      List<String> tipLines = List.of(failing.split("\n"));
      assertThat(lines).hasSameSizeAs(tipLines);
      var differing = new ArrayList<String>();
      for (int i = 0; i < lines.size(); i++) {
        if (!lines.get(i).equals(tipLines.get(i))) {
          differing.add(lines.get(i));
        }
      }
      assertThat(differing).containsExactly("  motd: one # 17\r");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void areFoundFirstInTheMiddleAndLast(int place) {
      var stable = new ArrayList<>(List.of(config("a", "x"), config("b", "x")));
      stable.add(place, web("web:1"));
      var failing = new ArrayList<>(stable);
      failing.set(place, web("web:2"));

      String tip = String.join("---\n", failing);

      assertThat(edited(tip, tip, String.join("---\n", stable), WEB))
          .isEqualTo(String.join("---\n", stable));
    }

    @Test
    void comeBackEachAndAllAtOnce() {
      String stable = web("web:1") + "---\n" + config("other", "x") + "---\n" + config("web", "a");
      String tip = web("web:2") + "---\n" + config("other", "y") + "---\n" + config("web", "b");

      assertThat(edited(tip, tip, stable, WEB, CONFIG))
          .isEqualTo(web("web:1") + "---\n" + config("other", "y") + "---\n" + config("web", "a"));
    }

    @Test
    void comeBackFromWhereTheyStoodThen() {
      String stable = config("a", "x") + "---\n" + web("web:1");
      String tip = "---\n" + web("web:2") + "---\n" + config("b", "y");

      assertThat(edited(tip, tip, stable, WEB))
          .isEqualTo("---\n" + web("web:1") + "---\n" + config("b", "y"));
    }

    @Test
    void mayBeLongerThanWhatTheyReplace() {
      String stable = web("web:1") + "        command: [\"web\"]\n---\n" + config("a", "x");
      String tip = web("web:2") + "---\n" + config("a", "y");

      assertThat(edited(tip, tip, stable, WEB))
          .isEqualTo(web("web:1") + "        command: [\"web\"]\n---\n" + config("a", "y"));
    }

    @Test
    void takeTheirOwnAnchorsWithThem() {
      String stable = config("a", "&x one").replace("data:", "data:\n  again: &y yes\n  more: *y");

      String tip = config("a", "two");

      assertThat(edited(tip, tip, stable, "ConfigMap/default/a")).isEqualTo(stable);
    }

    @Test
    void mayHoldTabsInBlockScalars() {
      String stable = config("a", "|\n    all:\n    \tcc x.c");
      String tip = config("a", "|\n    all:\n    \tcc y.c");

      assertThat(edited(tip, tip, stable, "ConfigMap/default/a")).isEqualTo(stable);
    }

    @Test
    void mayBeWrittenInFlowStyle() {
      String stable =
          "# one\n{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: \"1\"}} # in line\n";
      String tip = stable.replace("1\"", "2\"").replace("# one", "# header");

      assertThat(edited(tip, tip, stable, "ConfigMap/default/a"))
          .isEqualTo(stable.replace("# one", "# header"));
    }

    @Test
    void ofJsonAreTheWholeFile() {
      String stable =
          """
          {"apiVersion": "v1", "kind": "ConfigMap",
          \t"metadata": {"name": "a"}, "data": {"x": "1"}}
          """;
      String tip = "\n" + stable.replace("1\"}", "2\"}").strip();

      Restored restored = restore(Format.JSON, tip, tip, stable, "ConfigMap/default/a");

      assertThat(restored).isEqualTo(new Restored.Edited(Bytes.utf8("\n" + stable.strip())));
    }

    @Test
    void areNotTouchedWhereThereIsNothingToRestore() {
      assertThat(edited(web("web:1"), web("web:1"), web("web:1"), WEB)).isEqualTo(web("web:1"));
      assertThat(edited("anything", "", "")).isEqualTo("anything");
    }
  }

  @Nested
  class BetweenDocuments {
    @Test
    void commentsAtBothSidesOfASeparatorStay() {
      String stable =
          "# old header\n\n" + web("web:1") + "# old behind\n---\n# old\n" + config("a", "x");
      String tip =
          "# header\n\n"
              + web("web:2")
              + "\n# behind\n---\n# in front\n\n"
              + config("a", "y")
              + "# end\n";

      assertThat(edited(tip, tip, stable, WEB, "ConfigMap/default/a"))
          .isEqualTo(
              "# header\n\n"
                  + web("web:1")
                  + "\n# behind\n---\n# in front\n\n"
                  + config("a", "x")
                  + "# end\n");
    }

    @Test
    void anIndentedCommentAtTheEndIsTheDocuments() {
      String stable = web("web:1") + "\n        # env: []\n# end\n---\n" + config("a", "x");
      String tip = web("web:2") + "        env: []\n# end\n---\n" + config("a", "x");

      assertThat(edited(tip, tip, stable, WEB)).isEqualTo(stable);
    }

    @Test
    void documentsOfCommentsOnlyStay() {
      String stable = "---\n# nothing\n---\n" + web("web:1");
      String tip = "---\n# nothing yet\n---\n\n---\n" + web("web:2") + "---\n# the end";

      assertThat(edited(tip, tip, stable, WEB)).isEqualTo(tip.replace("web:2", "web:1"));
    }

    @Test
    void directivesAndEndMarkersStay() {
      String tip =
          "%YAML 1.1\n--- # first\n"
              + web("web:2")
              + "...\n# x\n--- \n"
              + config("a", "y")
              + "...\n";

      assertThat(edited(tip, tip, web("web:1"), WEB)).isEqualTo(tip.replace("web:2", "web:1"));
    }

    @Test
    void aByteOrderMarkStaysAndIsNotBroughtIn() {
      String mark = "\uFEFF";

      assertThat(edited(mark + web("web:2"), mark + web("web:2"), web("web:1"), WEB))
          .isEqualTo(mark + web("web:1"));
      assertThat(edited(web("web:2"), web("web:2"), mark + web("web:1"), WEB))
          .isEqualTo(web("web:1"));
    }

    @Test
    void aMissingLineEndAtTheEndStaysMissing() {
      assertThat(edited(web("web:2").strip(), web("web:2").strip(), web("web:1"), WEB))
          .isEqualTo(web("web:1").strip());
      assertThat(edited(web("web:2"), web("web:2"), web("web:1").strip(), WEB))
          .isEqualTo(web("web:1"));
    }
  }

  @Nested
  class LineEnds {
    @Test
    void areThoseOfTheTip() {
      String crlf = crlf(web("web:2"));

      assertThat(edited(crlf, crlf, web("web:1"), WEB)).isEqualTo(crlf(web("web:1")));
      assertThat(edited(web("web:2"), web("web:2"), crlf(web("web:1")), WEB))
          .isEqualTo(web("web:1"));
    }

    @Test
    void ofABlockScalarAreNoPartOfItsValue() {
      String stable = config("a", "|\n    one\n\n    two") + "---\n" + config("b", "x");
      String tip = crlf(config("a", "|\n    three") + "---\n" + config("b", "y"));

      assertThat(edited(tip, tip, stable, "ConfigMap/default/a", "ConfigMap/default/b"))
          .isEqualTo(crlf(stable));
    }

    @Test
    void areTheStableTextsOwnWhereTheTipHasSeveral() {
      String tip = "# mixed\n" + crlf(web("web:2"));

      assertThat(edited(tip, tip, web("web:1"), WEB))
          .isEqualTo("# mixed\n" + web("web:1").stripTrailing() + "\r\n");
    }
  }

  @Nested
  class BlockScalarsAtTheEnd {
    @Test
    void keepTheirBlankLinesOnlyWithAPlus() {
      String keeps = config("a", "|+\n    one\n\n") + "---\n" + config("b", "x");
      String clips = config("a", "|\n    one\n\n") + "---\n" + config("b", "x");
      String failing = config("a", "two") + "---\n" + config("b", "x");

      assertThat(edited(failing, failing, keeps, "ConfigMap/default/a")).isEqualTo(keeps);
      assertThat(edited(crlf(failing), crlf(failing), keeps, "ConfigMap/default/a"))
          .isEqualTo(crlf(keeps));
      assertThat(edited(failing, failing, crlf(keeps), "ConfigMap/default/a")).isEqualTo(keeps);
      assertThat(edited(failing, failing, clips, "ConfigMap/default/a"))
          .isEqualTo(config("a", "|\n    one") + "---\n" + config("b", "x"));
    }

    @Test
    void areLeftToAPersonWhereTheTipsBlankLinesWouldJoinThem() {
      String stable = config("a", "|+\n    one") + "---\n" + config("b", "x");
      String tip = config("a", "two") + "\n\n---\n" + config("b", "x");

      assertThat(reason(tip, tip, stable, "ConfigMap/default/a"))
          .startsWith("ConfigMap/default/a, line 1 at the tip: ");
    }

    @Test
    void areLeftToAPersonWhereTheTipHasNoLineEndForThem() {
      String stable = config("a", "|\n    one");
      String tip = config("a", "two").strip();

      assertThat(reason(tip, tip, stable, "ConfigMap/default/a"))
          .isEqualTo(
              "ConfigMap/default/a, line 1 at the tip: the restored text would be read as"
                  + " something else here");
    }
  }

  /// A later commit changed the document, so that only the release's parts go back.
  @Nested
  class Parts {
    @Test
    void goBackAndTheLaterChangeStays() {
      String tip = web("web:2").replace("replicas: 2", "replicas: 5 # for the sale");

      assertThat(edited(tip, web("web:2"), web("web:1"), WEB))
          .isEqualTo(web("web:1").replace("replicas: 2", "replicas: 5 # for the sale"));
    }

    @Test
    void areIndentedAsTheirNewPlaceIs() {
      String stable =
          """
          apiVersion: apps/v1
          kind: Deployment
          metadata: {name: web}
          spec:
              replicas: 2
              template:
                  # a comment
                  spec:
                      containers:
                      - name: web
                        image: web:1
                        command:
                        - |
                          echo "one"

                            echo "two"
                        - "folded
                          text"
                        args: {a: 1,
                      b: 2}
          """;
      String failing =
          """
          apiVersion: apps/v1
          kind: Deployment
          metadata: {name: web}
          spec:
            template: {}
            replicas: 2
          """;
      String tip = failing.replace("2", "3");

      assertThat(edited(tip, failing, stable, WEB))
          .isEqualTo(
              """
              apiVersion: apps/v1
              kind: Deployment
              metadata: {name: web}
              spec:
                template:
                    # a comment
                    spec:
                        containers:
                        - name: web
                          image: web:1
                          command:
                          - |
                            echo "one"

                              echo "two"
                          - "folded
                            text"
                          args: {a: 1,
                        b: 2}
                replicas: 3
              """);
      assertThat(edited(stable.replace("2\n", "4\n"), stable, failing, WEB))
          .isEqualTo(
              """
              apiVersion: apps/v1
              kind: Deployment
              metadata: {name: web}
              spec:
                  replicas: 4
                  template: {}
              """);
    }

    @Test
    void haveTheCommentsThatAreIndentedDeeperThanTheirKey() {
      String comments = "        # tail\n    # deeper\n  # of the next\n  # key\n  paused: false\n";
      String failing = web("web:2") + comments.replace("tail", "tail 2");
      String tip = failing.replace("replicas: 2", "replicas: 3").replace("next", "next one");

      assertThat(edited(tip, failing, web("web:1") + comments, WEB))
          .isEqualTo(
              web("web:1").replace("replicas: 2", "replicas: 3")
                  + comments.replace("next", "next one"));
    }

    @Test
    void inFlowStyleOnOneLineAreExchangedInTheirLine() {
      String stable =
          """
          apiVersion: apps/v1
          kind: Deployment
          metadata: {name: web}
          spec: {replicas: 2, template: {spec: {containers: [{name: web, image: "web:1"}]}}}
          """;
      String failing = stable.replace("web:1", "web:2");
      String tip = failing.replace("replicas: 2", "replicas: 3");

      assertThat(edited(tip, failing, stable, WEB))
          .isEqualTo(stable.replace("replicas: 2", "replicas: 3"));
      assertThat(reason(tip, failing, web("web:1"), WEB))
          .isEqualTo(
              "Deployment/default/web, line 4 at the tip: spec.template shares its lines with others"
                  + " (flow style), and cannot be moved safely");
    }

    @Test
    void ofConfigAreItsData() {
      String failing = config("web", "two") + "binaryData:\n  x: AA==\n";
      String tip = failing.replace("name: web", "name: web\n  labels:\n    app: web");

      assertThat(edited(tip, failing, config("web", "one"), CONFIG))
          .isEqualTo(
              config("web", "one").replace("name: web", "name: web\n  labels:\n    app: web"));
      assertThat(edited(tip.strip(), failing.strip(), config("web", "one"), CONFIG))
          .isEqualTo(
              config("web", "one")
                  .replace("name: web", "name: web\n  labels:\n    app: web")
                  .strip());
    }

    @Test
    void thatAreAbsentAtTheTipAreInsertedWhereTheyStood() {
      String stable =
          """
          apiVersion: v1
          kind: ConfigMap
          metadata:
            name: web
          data:
            motd: |
              one
          binaryData:
            x: AA==
          immutable: false
          """;
      String failing =
          """
          kind: ConfigMap
          apiVersion: v1
          metadata:
            name: web
            # about the name
          immutable: false
          """;
      String tip = crlf(failing.replace("false", "true").strip());

      assertThat(edited(tip, crlf(failing), stable, CONFIG))
          .isEqualTo(
              crlf(
                  """
                  kind: ConfigMap
                  apiVersion: v1
                  metadata:
                    name: web
                    # about the name
                  data:
                    motd: |
                      one
                  binaryData:
                    x: AA==
                  immutable: true\
                  """));
    }

    @Test
    void thatNoKeyStoodInFrontOfAreInsertedAtTheTop() {
      String failing = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n";
      String stable = "data:\n  a: b\n" + failing;
      String tip = "# header\n" + failing.replace("name: web", "name: web # here");

      assertThat(edited(tip, failing, stable, CONFIG))
          .isEqualTo("# header\n" + stable.replace("name: web", "name: web # here"));
    }

    @Test
    void ofASecretAreItsStringsToo() {
      String stable =
          """
          apiVersion: v1
          kind: Secret
          metadata:
            name: web
          stringData:
            password: one
          type: Opaque
          """;
      String failing = stable.replace("stringData", "data").replace("one", "dHdv");
      String tip = failing.replace("name: web", "name: web # here");

      assertThat(edited(tip, failing, stable, "Secret/default/web"))
          .isEqualTo(stable.replace("name: web", "name: web # here"));
    }

    @Test
    void ofAPodAreItsSpec() {
      String stable =
          """
          apiVersion: v1
          kind: Pod
          metadata:
            name: web
            labels: {app: web}
          spec:
            containers:
            - name: web
              image: web:1
          """;
      String failing = stable.replace("web:1", "web:2");
      String tip =
          failing.replace("  labels", "  annotations:\n    reeve.dev/prune: \"false\"\n  labels");

      assertThat(edited(tip, failing, stable, "Pod/default/web"))
          .isEqualTo(tip.replace("web:2", "web:1"));
      assertThat(reason(tip.replace("app: web", "app: api"), failing, stable, "Pod/default/web"))
          .isEqualTo(
              "Pod/default/web, line 1 at the tip: it was changed after the failing commit, and its"
                  + " labels or annotations are not those of all three commits");
    }

    @Test
    void mayHaveAnchorsOfTheirOwn() {
      String stable = web("&i web:1") + "      - {name: side, image: *i}\n";
      String failing = stable.replace("web:1", "web:2");
      String tip = failing.replace("replicas: 2", "replicas: 3");

      assertThat(edited(tip, failing, stable, WEB))
          .isEqualTo(stable.replace("replicas: 2", "replicas: 3"));
    }

    @Test
    void takeTheTipsLineEnds() {
      String tip = crlf(web("web:2").replace("replicas: 2", "replicas: 5"));

      assertThat(edited(tip, crlf(web("web:2")), web("web:1"), WEB))
          .isEqualTo(crlf(web("web:1").replace("replicas: 2", "replicas: 5")));
    }

    @Test
    void areFoundBehindCharactersOfTwoHalves() {
      String emoji = "\uD83D\uDE00".repeat(5);
      String stable = web("web:1").replace("name: web\nspec", "name: web # " + emoji + "\nspec");
      String failing = stable.replace("web:1", "web:2");
      String tip = failing.replace("replicas: 2", "replicas: 5");

      assertThat(edited(tip, failing, stable, WEB))
          .isEqualTo(stable.replace("replicas: 2", "replicas: 5"));
    }

    @Test
    void canBeOneObjectsWhileAnotherComesBackWhole() {
      String stable = web("web:1") + "---\n" + config("web", "a");
      String failing = web("web:2") + "---\n" + config("web", "b");
      String tip = failing.replace("replicas: 2", "replicas: 9");

      assertThat(edited(tip, failing, stable, WEB, CONFIG))
          .isEqualTo(stable.replace("replicas: 2", "replicas: 9"));
    }
  }

  @Nested
  class IsLeftToAPerson {
    @Test
    void whereTheLaterChangeTouchesTheRelease() {
      String failing = "---\n" + web("web:2");

      assertThat(reason(failing.replace("web:2", "web:3"), failing, web("web:1"), WEB))
          .isEqualTo(
              "Deployment/default/web, line 8 at the tip: spec.template was changed after the"
                  + " failing commit");
      assertThat(reason(failing.replace("# the app", "# not web:3"), failing, web("web:1"), WEB))
          .endsWith("spec.template was changed after the failing commit");
    }

    @Test
    void whereAnAnchorTiesThePartToTheRest() {
      String inside = web("web:1").replace("replicas: 2", "replicas: &n 2");
      String stable = inside + "      terminationGracePeriodSeconds: *n\n";
      String failing = stable.replace("web:1", "web:2");
      String tip = failing.replace("kind: Deployment", "kind: Deployment # later");

      assertThat(reason(tip, failing, stable, WEB))
          .isEqualTo(
              "Deployment/default/web, line 12 at the tip: the alias *n ties spec.template to what"
                  + " is outside of it");
      assertThat(reason(web("web:2").replace(": 2", ": 3"), web("web:2"), stable, WEB))
          .isEqualTo(
              "Deployment/default/web, line 12 at the stable commit: the alias *n ties spec.template"
                  + " to what is outside of it");
    }

    @Test
    void whereAnAnchorOfThePartIsUsedOutside() {
      String failing = web("&i web:2") + "  x: *i\n";

      assertThat(reason(failing.replace("s: 2", "s: 3"), failing, web("web:1"), WEB))
          .contains("line 12 at the tip: the alias *i ties");
    }

    @Test
    void whereWhatIsAroundThePartIsUsedElsewhere() {
      String failing = web("web:2").replace("spec:\n  r", "spec: &s\n  r") + "x: *s\n";

      assertThat(reason(failing.replace("s: 2", "s: 3"), failing, web("web:1"), WEB))
          .contains("the alias *s ties");
    }

    @Test
    void whereAMergeKeyIsAroundThePart() {
      String failing =
          "x: &x {paused: false}\n" + web("web:2").replace("  repl", "  <<: *x\n  repl");

      assertThat(reason(failing.replace("s: 2", "s: 3"), failing, web("web:1"), WEB))
          .isEqualTo(
              "Deployment/default/web, line 7 at the tip: a merge key is around spec.template");
    }

    @Test
    void whereThereIsATab() {
      String folded = web("\"web:\n\t1\"");

      assertThat(reason(folded, folded, web("web:1"), WEB))
          .isEqualTo("Deployment/default/web, line 12 at the tip: it is indented by a tab");
      assertThat(reason(web("web:2"), web("web:2"), folded, WEB))
          .contains("line 12 at the stable commit: it is indented by a tab");
    }

    @Test
    void whereTheObjectIsMissing() {
      String other = config("other", "x");

      assertThat(reason(other, web("web:2"), web("web:1"), WEB))
          .isEqualTo("Deployment/default/web, line 1 at the tip: the file does not define it");
      assertThat(reason(web("web:2"), other, web("web:1"), WEB)).contains("at the failing commit");
      assertThat(reason(web("web:2"), web("web:2"), "", WEB)).contains("at the stable commit");
    }

    @Test
    void whereItIsAnItemOfAList() {
      String list =
          "apiVersion: v1\nkind: List\nitems:\n- " + web("web:1").indent(2).strip() + "\n";

      assertThat(reason(web("web:2"), web("web:2"), list, WEB))
          .isEqualTo("Deployment/default/web, line 1 at the stable commit: is an item of a list");
    }

    @Test
    void whereItIsDefinedTwice() {
      String tip = web("web:2") + "---\n" + web("web:2");

      assertThat(reason(tip, tip, web("web:1"), WEB))
          .isEqualTo(
              "Deployment/default/web, line 13 at the tip: is defined twice, first in line 1");
    }

    @Test
    void whereTheFileCannotBeRead() {
      assertThat(reason(web("web:2") + "---\na: [\n", web("web:2"), web("web:1"), WEB))
          .startsWith("Deployment/default/web, line 14 at the tip: is not valid YAML");
      assertThat(reason(web("web:2"), web("web:2"), web("web:1") + "kind: Pod\n", WEB))
          .startsWith("Deployment/default/web, line 12 at the stable commit: duplicate key");
    }

    @Test
    void whereADocumentBeginsInTheLineOfItsSeparator() {
      String tip = "--- {apiVersion: v1, kind: ConfigMap, metadata: {name: web}}\n";

      assertThat(reason(tip, tip, config("web", "x"), CONFIG))
          .isEqualTo("ConfigMap/default/web, line 1 at the tip: it begins in the line of its ---");
    }

    @Test
    void whereJsonWasChangedLaterOrIsSeveralDocuments() {
      String one = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"web\"}}";
      String later = one.replace("web\"}", "web\",\"labels\":{}}");

      assertThat(reason(restore(Format.JSON, later, one, one, CONFIG)))
          .isEqualTo(
              "ConfigMap/default/web, line 1 at the tip: it was changed after the failing commit,"
                  + " and JSON is put back as a whole only");
      assertThat(reason(restore(Format.JSON, one + "\n{}", one, one, CONFIG)))
          .contains("it cannot be told where each document begins and ends");
    }

    @Test
    void whereOneOfSeveralIs() {
      String stable = web("web:1") + "---\n" + config("web", "a");
      String failing = web("web:2") + "---\n" + config("web", "b");

      assertThat(reason(failing.replace("motd: b", "motd: c"), failing, stable, WEB, CONFIG))
          .isEqualTo(
              "ConfigMap/default/web, line 17 at the tip: data was changed after the failing commit");
    }

    @Test
    void whereAWorkloadHasNoTemplate() {
      String none = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {}\n";

      assertThat(reason(web("web:2").replace("s: 2", "s: 3"), web("web:2"), none, WEB))
          .isEqualTo(
              "Deployment/default/web, line 1 at the stable commit: it has no spec.template");
    }

    @Test
    void whereTheKindHasNoReleaseAndWasChanged() {
      String service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {}\n";

      assertThat(reason(service + "  # later\n", service, service, "Service/default/web"))
          .isEqualTo(
              "Service/default/web, line 1 at the tip: it was changed after the failing commit, and"
                  + " its kind is put back as a whole only");
    }
  }
}
