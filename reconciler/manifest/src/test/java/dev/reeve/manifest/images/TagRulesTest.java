package dev.reeve.manifest.images;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.manifest.text.Documents;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Which tags come into question, and which of them is the newest.
class TagRulesTest {
  private static JsonNode yaml(String text) {
    return Documents.yaml(text.getBytes(StandardCharsets.UTF_8)).trees().getFirst().toJson();
  }

  private static TagRules rules(String policy) {
    return TagRules.of(yaml("spec: {exclusionList: ['^.*\\.sig$']}"), yaml(policy));
  }

  private static List<String> ranked(String policy, String... tags) {
    return rules(policy).ranked(List.of(tags), Map.of());
  }

  @Test
  void versionsOutsideOfTheRangeAndWhatIsNoVersionAreLeftOut() {
    assertThat(
            ranked(
                "spec: {policy: {semver: {range: 1.x}}}",
                "1.2.0",
                "1.10.0",
                "2.0.0",
                "latest",
                "v1.3.0",
                "1.11.0-rc.1",
                "1.4"))
        .containsExactly("1.10.0", "v1.3.0", "1.2.0");
  }

  @Test
  void ofTwoThatAreAlikeTheSameComesFirstEachTime() {
    assertThat(ranked("spec: {policy: {semver: {range: '*'}}}", "v1.0.0", "1.0.0"))
        .isEqualTo(ranked("spec: {policy: {semver: {range: '*'}}}", "1.0.0", "v1.0.0"));
  }

  @Test
  void ascendingMeansThatTheLastOfTheAlphabetIsTheNewest() {
    assertThat(ranked("spec: {policy: {alphabetical: {order: asc}}}", "a", "c", "b"))
        .containsExactly("c", "b", "a");
    assertThat(ranked("spec: {policy: {alphabetical: {order: desc}}}", "a", "c", "b"))
        .containsExactly("a", "b", "c");
  }

  @Test
  void numbersAreComparedAsNumbersAndTheRestIsLeftOut() {
    assertThat(ranked("spec: {policy: {numerical: {order: asc}}}", "9", "10", "x", "1.5", "-3"))
        .containsExactly("10", "9", "1.5", "-3");
    assertThat(ranked("spec: {policy: {numerical: {order: desc}}}", "9", "10"))
        .containsExactly("9", "10");
  }

  @Test
  void whatAGroupExtractsIsCompared() {
    var policy =
        """
        spec:
          filterTags: {pattern: '^main-[a-f0-9]+-(?P<build_time>[0-9]+)$', extract: '$build_time'}
          policy: {numerical: {order: asc}}
        """;

    assertThat(
            ranked(policy, "main-aa-100", "main-ff-99", "main-bb-x", "dev-aa-200", "main-cc-101"))
        .containsExactly("main-cc-101", "main-aa-100", "main-ff-99");
  }

  @Test
  void groupsAreToldByNumberAndByNameInBraces() {
    var policy =
        """
        spec:
          filterTags: {pattern: '^(\\(|x)?v([0-9]+)_([0-9]+)[)]?(?:-rc)?$', extract: '$2.${3}.0'}
          policy: {semver: {range: '>=1.0.0'}}
        """;

    assertThat(ranked(policy, "v1_2", "v1_10", "v0_9", "v2")).containsExactly("v1_10", "v1_2");
  }

  @Test
  void aFilterWithoutExtractionOnlyFilters() {
    var policy = "spec: {filterTags: {pattern: '-alpine$'}, policy: {alphabetical: {order: asc}}}";

    assertThat(ranked(policy, "1-alpine", "2-alpine", "3")).containsExactly("2-alpine", "1-alpine");
  }

  @Test
  void signaturesAreExcluded() {
    assertThat(ranked("spec: {policy: {alphabetical: {order: asc}}}", "a", "sha256-1.sig"))
        .containsExactly("a");
  }

  @Test
  void theNewestIsTheOneThatWasMadeLast() {
    var rules = rules("metadata: {annotations: {reeve.dev/order: newest}}\nspec: {}");

    assertThat(rules.isByTime()).isTrue();
    assertThat(
            rules.ranked(
                List.of("b", "a", "unknown", "c"),
                Map.of(
                    "a", Instant.parse("2026-03-01T00:00:00Z"),
                    "b", Instant.parse("2026-01-01T00:00:00Z"),
                    "c", Instant.parse("2026-02-01T00:00:00Z"))))
        .containsExactly("a", "c", "b");
  }

  @Test
  void aPatternThatTakesTooLongFindsNothing() {
    var policy = "spec: {filterTags: {pattern: '^(a|aa)+$'}, policy: {alphabetical: {order: asc}}}";

    assertThat(ranked(policy, "a".repeat(100) + "b", "aa")).containsExactly("aa");
  }
}
