package dev.reeve.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FigureTest {
  @Test
  void theMedianOfAnOddNumberIsTheMiddleOne() {
    assertThat(Figure.of("it", "s", List.of(9.0, 1.0, 2.0)).median()).isEqualTo(2);
  }

  @Test
  void theMedianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
    assertThat(Figure.of("it", "s", List.of(4.0, 1.0, 2.0, 9.0)).median()).isEqualTo(3);
  }

  @Test
  void theSpreadIsFromTheLeastToTheMost() {
    var figure = Figure.of("it", "s", List.of(4.0, 1.0, 2.0));

    assertThat(figure.least()).isEqualTo(1);
    assertThat(figure.most()).isEqualTo(4);
  }

  @Test
  void theRatioIsHowManyTimesWhatItStandsBeside() {
    assertThat(Figure.of("it", "s", 3).beside("another", 2).ratio()).contains(1.5);
  }

  @Test
  void besideNothingAtAllThereIsNoRatio() {
    assertThat(Figure.of("it", "%", 3).beside("an idle one", 0).ratio()).isEmpty();
    assertThat(Figure.of("it", "%", 3).ratio()).isEmpty();
  }

  @Test
  void theBoundItselfIsKept() {
    assertThat(Figure.of("it", "s", 10).atMost(10).holds()).isTrue();
    assertThat(Figure.of("it", "s", 10.1).atMost(10).holds()).isFalse();
    assertThat(Figure.of("it", "/s", 10).atLeast(10).holds()).isTrue();
    assertThat(Figure.of("it", "/s", 9.9).atLeast(10).holds()).isFalse();
  }

  @Test
  void theMedianDecidesNotTheWorst() {
    assertThat(Figure.of("it", "s", List.of(1.0, 2.0, 100.0)).atMost(10).holds()).isTrue();
  }
}
