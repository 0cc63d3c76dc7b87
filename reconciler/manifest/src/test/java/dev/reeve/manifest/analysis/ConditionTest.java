package dev.reeve.manifest.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reeve.core.record.Measurement.Outcome;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {
  private static final Map<String, Object> ANSWER =
      Map.of(
          "ok",
          true,
          "successPercent",
          0.95,
          "count",
          3,
          "text",
          "It worked!",
          "class",
          "x",
          "size",
          7,
          "items",
          List.of(1, 2),
          "deep",
          Map.of("a-b", List.of(Map.of("v", 5))));

  static Stream<Arguments> conditions() {
    return Stream.of(
        that("result[0] >= 0.95", List.of(0.95), true),
        that("result[0] >= 0.95", List.of(0.949), false),
        that("result >= 0.95", 0.95, true),
        that("result == 'It worked!'", "It worked!", true),
        that("result == \"It\\tworked\"", "It\tworked", true),
        that("result == `It worked`", "It worked", true),
        that("result.ok && result.successPercent >= 0.90", ANSWER, true),
        that("result.ok and not (result.count > 3)", ANSWER, true),
        that("!result.ok || result.count != 3", ANSWER, false),
        that("result.ok or result.missing.more", ANSWER, true),
        that("result.missing == nil", ANSWER, true),
        that("result['text'] startsWith 'It'", ANSWER, true),
        that("result.text endsWith 'ed!'", ANSWER, true),
        that("result.text contains 'work' && result.ok", ANSWER, true),
        that("result.text matches '^It .*d!$'", ANSWER, true),
        that("not (result.text matches 'x')", ANSWER, true),
        that("result.class == 'x'", ANSWER, true),
        that("result.size == 7", ANSWER, true),
        that("result.deep['a-b'][0].v == 5", ANSWER, true),
        that("result.items[-1] == 2", ANSWER, true),
        that("2 in result", List.of(2.0, 2.0), true),
        that("3 not in result", List.of(2.0, 2.0), true),
        that("'ok' in result", ANSWER, true),
        that("result in ['a', \"b\"]", "b", true),
        that("result == [1, 2]", List.of(1.0, 2), true),
        that("len([]) == 0", 1, true),
        that("len(result) == 0 || isNaN(result[0])", List.of(), true),
        that("len(result) == 0 || isNaN(result[0])", List.of(Double.NaN), true),
        that("len(result) == 0 || isNaN(result[0])", List.of(1.0), false),
        that("len(result) == 2", "ab", true),
        that("isInf(result)", Double.NEGATIVE_INFINITY, true),
        that("result == result", Double.NaN, false),
        that("result < 1 || result >= 1", Double.NaN, false),
        that("result != 1", Double.NaN, true),
        that("default(result, 0) < 1", null, true),
        that("default(result, 0) < 1", 5, false),
        that("isNil(result)", null, true),
        that("result == nil", null, true),
        that("asInt(result) == 1", "1", true),
        that("asInt(result) == 1", 1.123, true),
        that("asFloat(result) >= 1.1", "1.1", true),
        that("asFloat(result) == \"1.1\"", "1.1", false),
        that("result == 5", "5", false),
        that("result == 1", true, false),
        that("result == true", true, true),
        that("result / 2 == 0.5", 1, true),
        that("(result.count * 2 - 1) % 3 == 2", ANSWER, true),
        that("-result < +1", 5, true),
        that("result + 'b' == 'ab'", "a", true),
        that("result < 'b'", "a", true),
        that("result > 1 ? true : false", 2, true),
        that("abs(result) == 2 && floor(2.5) == 2 && ceil(2.5) == 3 && round(2.5) == 3", -2, true),
        that("result > 1e-3 and result < .5", 0.25, true),
        that("true", 1, true));
  }

  private static Arguments that(String condition, @Nullable Object result, boolean holds) {
    return Arguments.of(condition, result, holds);
  }

  @ParameterizedTest(name = "{0} of {1}: {2}")
  @MethodSource("conditions")
  void holdsOrDoesNot(String text, @Nullable Object result, boolean holds) throws NotEvaluated {
    assertThat(parsed(text).holds(result)).isEqualTo(holds);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "result[0] == 1; there is no item 0 in a list of 0",
        "result.ok; a list has no member string \"ok\"",
        "result > 1; number 1 and a list of 0 cannot be compared",
        "1; expected true or false, but got number 1",
        "result; expected true or false, but got a list of 0",
        "result || true; expected true or false, but got a list of 0",
        "asInt('1.1') == 1; string \"1.1\" is not an integer",
        "asFloat('no') == 1; string \"no\" is not a number",
        "len(1) == 1; number 1 has no length",
        "nil > 1; number 1 and nil cannot be compared",
        "1 % 0 == 0; % takes whole numbers, the second not 0",
        "'a' + 1 == 'a1'; expected a number, but got string \"a\"",
        "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' matches `^(a+)+\\1$`; the regular expression takes too long on"
            + " this text",
        "'a' matches '('; \"(\" is not a regular expression"
      })
  void saysWhyItHasNoAnswer(String text, String message) {
    assertThatThrownBy(() -> parsed(text).holds(List.of()))
        .isInstanceOf(NotEvaluated.class)
        .hasMessage(message);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "a == true; 1; has an unknown name 'a': only result is known",
        "result >; 9; ends too early",
        "result > 1 1; 12; has an unexpected '1'",
        "result = 1; 8; has a '=', which is not supported",
        "(result > 1; 1; has a bracket that is not closed",
        "result > 1); 11; has an unexpected ')'",
        "result[0; 7; has a bracket that is not closed",
        "result.; 7; has an unexpected '.'",
        "all(result, {# > 1}); 1; calls 'all', which is not supported",
        "result ?? 1; 8; has a '??', which is not supported",
        "result?.ok; 7; has a '?.', which is not supported",
        "result | len; 8; has a '|', which is not supported",
        "1..3 == result; 3; has an unexpected '.'",
        "len() == 0; 1; gives len 0 arguments in place of 1",
        "default(result) == 0; 1; gives default 1 arguments in place of 2",
        "result ** 2 > 1; 8; has a '**', which is not supported",
        "result // note; 8; has a '//', which is not supported",
        "result == 'a\\x41'; 13; has an escape \\x, which is not supported",
        "result == 'a; 11; has an unexpected '''",
        "result not 1; 8; has an unexpected 'not'",
        "result ? 1; 11; ends too early",
        "result < 1 < 2; 12; is not an expression"
      })
  void isRefusedWithItsColumn(String text, int column, String message) {
    assertThat(Condition.parse(text)).isEqualTo(new Condition.Parsed.Bad(column, message));
  }

  /// What JEXL could do, were it let.
  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "\"\".getClass()",
        "\"\".class",
        "result.getClass().forName('x')",
        "new(\"java.lang.String\", 'x')",
        "new java.lang.String('x')",
        "java.lang.Runtime",
        "f_len(result)",
        "k0",
        "''['class']",
        "result['class']['forName']",
        "x = 1",
        "var x = 1",
        "result = 1",
        "result += 1",
        "result[0] = 1",
        "(x) -> x",
        "x => x",
        "while (true) {}",
        "for (x : result) {}",
        "if (true) true",
        "#pragma jexl.import java.lang",
        "@silent true",
        "result; true",
        "return true",
        "${result}",
        "empty result",
        "size(result)",
        "result:len()",
        "`${result}`",
        "{'a': 1}",
        "function(x) { x }"
      })
  void reachesNothingElse(String text) {
    switch (Condition.parse(text)) {
      case Condition.Parsed.Bad bad -> assertThat(bad.message()).isNotBlank();
      case Condition.Parsed.Good(var condition) ->
          assertThatThrownBy(() -> condition.holds(List.of("a"))).isInstanceOf(NotEvaluated.class);
    }
  }

  @Test
  void isNotTakenWhenTooLongOrTooDeep() {
    assertThat(Condition.parse("1 == 1" + " ".repeat(5_000)).toString())
        .isEqualTo("is longer than 4,096 characters at its character 4097");
    assertThat(Condition.parse("(".repeat(100) + "true" + ")".repeat(100)).toString())
        .contains("is nested deeper than 64 levels at its character 65");
    assertThat(Condition.parse("!".repeat(4_000) + "true").toString()).contains("deeper");
    assertThat(Condition.parse("true ? ".repeat(500) + "true").toString()).contains("deeper");
    assertThat(Condition.parse("result == '" + "\\n".repeat(2_000) + "'"))
        .isInstanceOf(Condition.Parsed.Good.class);
    assertThat(Condition.parse("true && ".repeat(500) + "true"))
        .isInstanceOf(Condition.Parsed.Good.class);
    assertThat(Condition.parse("result" + "[0]".repeat(1_300)))
        .isInstanceOf(Condition.Parsed.Good.class);
    assertThat(Condition.parse("1 + ".repeat(1_000) + "1 == 1001"))
        .isInstanceOf(Condition.Parsed.Good.class);
  }

  /// Words in any order: an answer, or a reason with its place.
  @Test
  void answersAnything() {
    var words =
        List.of(
            "result",
            "1",
            "0.5",
            "'a'",
            "nil",
            "true",
            "not",
            "!",
            "-",
            "+",
            "*",
            "%",
            "==",
            "<",
            "and",
            "||",
            "in",
            "matches",
            "contains",
            "(",
            ")",
            "[",
            "]",
            ",",
            "?",
            ":",
            ".",
            ".ok",
            "len(",
            "default(",
            "asInt(",
            "class",
            "#",
            "=",
            "\\",
            "\"",
            "é",
            "\n",
            "k0",
            "new");
    int good = 0;
    for (int seed = 0; seed < 20_000; seed++) {
      var random = new Random(seed);
      var text = new StringBuilder();
      for (int i = random.nextInt(9); i >= 0; i--) {
        text.append(words.get(random.nextInt(words.size())))
            .append(random.nextBoolean() ? " " : "");
      }
      switch (Condition.parse(text.toString())) {
        case Condition.Parsed.Bad bad -> {
          assertThat(bad.column()).as("%s", text).isBetween(1, text.length() + 1);
          assertThat(bad.message()).as("%s", text).isNotBlank();
        }
        case Condition.Parsed.Good(var condition) -> {
          good++;
          try {
            condition.holds(List.of(1, Map.of("ok", true)));
          } catch (NotEvaluated e) {
            assertThat(e).as("%s", text).message().isNotBlank();
          }
        }
      }
    }
    assertThat(good).isPositive();
  }

  @Nested
  class AVerdict {
    @ParameterizedTest(name = "success {0}, failure {1}: {2}")
    @CsvSource({
      ",,SUCCESSFUL",
      "true,,SUCCESSFUL",
      "false,,FAILED",
      ",true,FAILED",
      ",false,SUCCESSFUL",
      "true,false,SUCCESSFUL",
      "true,true,FAILED",
      "false,true,FAILED",
      "false,false,INCONCLUSIVE",
      "a,true,ERROR",
      "true,a,ERROR",
      "result > 1,,ERROR"
    })
    void isArgos(@Nullable String success, @Nullable String failure, Outcome outcome) {
      assertThat(
              Verdicts.of(Optional.ofNullable(success), Optional.ofNullable(failure), "text")
                  .outcome())
          .isEqualTo(outcome);
    }

    @Test
    void saysThatThereWasNoData() {
      assertThat(Verdicts.of(Optional.of("result[0] > 1"), Optional.empty(), List.of()))
          .isEqualTo(
              new Verdicts.Verdict(
                  Outcome.ERROR,
                  "could not evaluate successCondition \"result[0] > 1\": the provider gave no data:"
                      + " there is no item 0 in a list of 0"));
    }

    @Test
    void takesWhatJsonHolds() {
      var result = new HashMap<String, @Nullable Object>();
      result.put("label", null);
      result.put("values", Arrays.asList(1L, 2.5f, null));

      assertThat(
              Verdicts.of(
                      Optional.of("result.label == nil and result.values == [1, 2.5, nil]"),
                      Optional.empty(),
                      result)
                  .outcome())
          .isEqualTo(Outcome.SUCCESSFUL);
    }
  }

  private static Condition parsed(String text) {
    return switch (Condition.parse(text)) {
      case Condition.Parsed.Good(var condition) -> condition;
      case Condition.Parsed.Bad bad -> throw new AssertionError(bad.toString());
    };
  }
}
