package dev.reeve.simulation;

import dev.reeve.simulation.Action.Verb;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// How often each kind of fault met each phase of a rollout. What is never met is not tested.
public final class Coverage {
  /// Something is ordered, and its record waits for the next push.
  public static final String BEFORE_PUSH = "(push)";

  /// A measurement has been asked for.
  public static final String MEASURING = "Measuring";

  /// A push is under way and has no answer.
  public static final String BEFORE_ANSWER = "(answer)";

  /// Its node was drained.
  public static final String DRAINED = "drained";

  /// Its node was drained and its workload could spare it; a budget could not.
  public static final String HELD_BACK = "held back by a budget";

  /// It was held back by a budget, and went when that allowed it.
  public static final String DRAINED_LATER = "drained after a budget had held it back";

  /// It did not tolerate a taint, or not for longer.
  public static final String TAINTED = "gone because of a taint";

  /// It made way for a more important one.
  public static final String PREEMPTED = "preempted";

  private final SortedMap<String, SortedMap<String, Long>> hits = new TreeMap<>();
  private final SortedMap<String, Long> moved = new TreeMap<>();
  private long steps;
  private long runs;
  private long fewest = Long.MAX_VALUE;

  void fault(Verb verb, String phase) {
    hits.computeIfAbsent(verb.name(), key -> new TreeMap<>()).merge(phase, 1L, Long::sum);
  }

  /// A pod was moved by Reeve's own choice, or was not.
  void moved(String how) {
    moved.merge(how, 1L, Long::sum);
  }

  void ran(long count) {
    steps += count;
    runs++;
    fewest = Math.min(fewest, count);
  }

  public long steps() {
    return steps;
  }

  /// Steps of the shortest run.
  public long fewestSteps() {
    return fewest;
  }

  public long runs() {
    return runs;
  }

  /// Hits of a pair.
  public long hits(String fault, String phase) {
    return hits.getOrDefault(fault, new TreeMap<>()).getOrDefault(phase, 0L);
  }

  /// How many pods were moved like this.
  public long moves(String how) {
    return moved.getOrDefault(how, 0L);
  }

  /// A table: a row a fault, a column a phase. The moments between an effect, its push and the
  /// answer stand in brackets; they overlap with the phases.
  public String table() {
    var phases = new TreeSet<String>();
    hits.values().forEach(row -> phases.addAll(row.keySet()));
    var text = new StringBuilder("%-18s".formatted("fault"));
    phases.forEach(phase -> text.append("%13s".formatted(phase)));
    text.append('\n');
    hits.forEach((fault, row) -> {
      text.append("%-18s".formatted(fault));
      phases.forEach(phase -> text.append("%13d".formatted(row.getOrDefault(phase, 0L))));
      text.append('\n');
    });
    moved.forEach((how, count) -> text.append("pods %-40s%13d%n".formatted(how, count)));
    return text.toString();
  }
}
