package dev.reeve.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTest {
  private static final Figure KEPT =
      Figure.of("time", "s", List.of(0.5, 0.25, 1234.5)).beside("another", 2).atMost(1);
  private static final Figure MISSED = Figure.of("memory", "MiB", 300).atMost(256);
  private static final Figure UNBOUND = Figure.of("rate", "/s", 4);

  private static Result of(Figure... figures) {
    return new Result("some", "work that is done", List.of(figures), List.of("a note"));
  }

  @Test
  void holdsWhereEveryBoundIsKept() {
    assertThat(of(KEPT, UNBOUND).holds()).isTrue();
    assertThat(of(KEPT, MISSED).holds()).isFalse();
  }

  @Test
  void theTableHasARowForEachFigure() {
    var lines = of(KEPT, MISSED, UNBOUND).table().lines().toList();

    assertThat(lines.get(0)).isEqualTo("some: work that is done");
    assertThat(lines.get(1)).contains(" cores ").contains("Java ");
    assertThat(lines.subList(2, lines.size()))
        .containsExactly(
            "  figure  median   spread         beside       ratio   must hold",
            "  time    0.500 s  0.250 - 1,235  2 (another)  0.250x  at most 1: yes",
            "  memory  300 MiB                                      at most 256: NO",
            "  rate    4 /s",
            "  a note");
  }

  @Test
  void programsReadWhatPeopleRead() {
    var json = of(KEPT, MISSED).json();

    assertThat(json.path("holds").asBoolean()).isFalse();
    assertThat(json.at("/figures/0/runs")).hasSize(3);
    assertThat(json.at("/figures/0/beside/what").asText()).isEqualTo("another");
    assertThat(json.at("/figures/0/ratio").asDouble()).isEqualTo(0.25);
    assertThat(json.at("/figures/1/limit/holds").asBoolean()).isFalse();
    assertThat(json.at("/machine/cores").asInt()).isPositive();
  }
}
