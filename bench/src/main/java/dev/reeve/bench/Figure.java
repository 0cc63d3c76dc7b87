package dev.reeve.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// One thing measured.
///
/// @param runs one value each; the median stands for them
/// @param beside what it is compared with
/// @param limit what it must hold
public record Figure(
    String name, String unit, List<Double> runs, Optional<Beside> beside, Optional<Limit> limit) {
  public Figure {
    runs = List.copyOf(runs);
  }

  /// @param what whose value it is
  public record Beside(String what, double value) {}

  /// A bound that the median must keep.
  public record Limit(Side side, double bound) {
    public enum Side {
      AT_LEAST("at least"),
      AT_MOST("at most");

      private final String words;

      Side(String words) {
        this.words = words;
      }

      public String words() {
        return words;
      }
    }

    boolean holds(double value) {
      return side == Side.AT_LEAST ? value >= bound : value <= bound;
    }
  }

  public static Figure of(String name, String unit, List<Double> runs) {
    return new Figure(name, unit, runs, Optional.empty(), Optional.empty());
  }

  public static Figure of(String name, String unit, double value) {
    return of(name, unit, List.of(value));
  }

  public Figure beside(String what, double value) {
    return new Figure(name, unit, runs, Optional.of(new Beside(what, value)), limit);
  }

  public Figure atLeast(double bound) {
    return new Figure(name, unit, runs, beside, Optional.of(new Limit(Limit.Side.AT_LEAST, bound)));
  }

  public Figure atMost(double bound) {
    return new Figure(name, unit, runs, beside, Optional.of(new Limit(Limit.Side.AT_MOST, bound)));
  }

  public double median() {
    double[] sorted = runs.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  public double least() {
    return Arrays.stream(values()).min().orElse(0);
  }

  public double most() {
    return Arrays.stream(values()).max().orElse(0);
  }

  private double[] values() {
    return runs.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /// How many times the value that it stands beside.
  public Optional<Double> ratio() {
    return beside.filter(it -> it.value() != 0).map(it -> median() / it.value());
  }

  /// Whether it keeps its bound; true where it has none.
  public boolean holds() {
    return limit.map(it -> it.holds(median())).orElse(true);
  }
}
