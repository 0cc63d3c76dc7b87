package dev.reeve.server.web.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelSelectorTest {
  private static final ObjectNode WEB = labelled("app", "web");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "app",
        "app=web",
        "app==web",
        "app!=db",
        "tier!=db",
        "app in (db, web)",
        "app notin (db)",
        "!tier",
        "app=web,!tier,app in (web)"
      })
  void acceptsWhatItDescribes(String selector) {
    assertThat(LabelSelector.parse(selector).accepts(WEB)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"app=db", "app!=web", "tier", "!app", "app notin (web)", "app=web,tier=front"})
  void leavesOutEverythingElse(String selector) {
    assertThat(LabelSelector.parse(selector).accepts(WEB)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"app=web,", "app in", "=web", "app in (a", "a b", "a==b==c"})
  void refusesWhatIsNoSelector(String selector) {
    assertThatThrownBy(() -> LabelSelector.parse(selector)).isInstanceOf(Refusal.class);
  }

  @Test
  void acceptsAnObjectWithoutLabelsWhereNoneIsAskedFor() {
    assertThat(LabelSelector.parse("app!=web").accepts(Trees.object())).isTrue();
    assertThat(LabelSelector.parse("app").accepts(Trees.object())).isFalse();
  }

  private static ObjectNode labelled(String label, String value) {
    ObjectNode object = Trees.object();
    object.putObject("metadata").putObject("labels").put(label, value);
    return object;
  }
}
