package dev.reeve.simulation.placement;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What the worlds came to: whether every rule had something to say.
final class PlacementTally {
  private final Map<Refusal, Long> refused = new EnumMap<>(Refusal.class);
  private final Map<Refusal, Long> decisive = new EnumMap<>(Refusal.class);
  private long feasible;
  private long infeasible;
  private long trees;
  private long assignments;
  private long complete;
  private long stuck;

  void decision(Collection<List<Refusal>> byNode) {
    boolean isFeasible = false;
    for (List<Refusal> refusals : byNode) {
      isFeasible |= refusals.isEmpty();
      for (Refusal each : refusals) {
        refused.merge(each, 1L, Long::sum);
      }
      if (refusals.size() == 1) {
        decisive.merge(refusals.getFirst(), 1L, Long::sum);
      }
    }
    feasible += isFeasible ? 1 : 0;
    infeasible += isFeasible ? 0 : 1;
  }

  /// All assignments of a few pods were tried.
  ///
  /// @param fitting how many of them no rule spoke against
  void tree(long fitting, boolean isComplete) {
    trees++;
    assignments += fitting;
    complete += isComplete ? 1 : 0;
    stuck += !isComplete && fitting > 0 ? 1 : 0;
  }

  long cases() {
    return feasible + infeasible;
  }

  long feasible() {
    return feasible;
  }

  long infeasible() {
    return infeasible;
  }

  /// How often nothing but this rule spoke against a node.
  long decisive(Refusal rule) {
    return decisive.getOrDefault(rule, 0L);
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    text.append(
        "  %d cases: %d feasible, %d infeasible%n".formatted(cases(), feasible, infeasible));
    for (Refusal each : Refusal.values()) {
      text.append(
          "  %-14s refused a node %9d times, alone %9d%n"
              .formatted(each, refused.getOrDefault(each, 0L), decisive(each)));
    }
    text.append(
        "  all assignments of %d sequences: %d legal; placed whole %d, stuck where a way was %d%n"
            .formatted(trees, assignments, complete, stuck));
    return text.toString();
  }
}
